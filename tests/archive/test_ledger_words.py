"""Whatever the ledger finds out in English has its Chinese: for work orders and for the Chinese pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from archive import coverage, deadlines, ledger_flags, obstacles
from archive.deadlines import Publication, timeliness
from archive.ledger_words import SENTENCES, in_chinese

DAY = deadlines.date(2026, 1, 31)


def filled(template: str, said: str = "due on 2026-01-31") -> str:
    values = {"url": "http://www.lanpu.gov.cn/a.html", "said": said, "why": "timed out", "status": "403, challenge", "state": "failed"}  # fmt: skip
    return template.format_map(values | dict.fromkeys(("due", "day", "missed"), "2026-01-31"))


@pytest.mark.parametrize(("english", "chinese"), SENTENCES)
def test_each_sentence_comes_out_in_chinese(english: str, chinese: str) -> None:
    assert in_chinese(filled(english)) == filled(chinese, "应于2026-01-31前公布")


def test_what_has_no_chinese_stays_as_it_is() -> None:
    assert in_chinese("http://www.lanpu.gov.cn/a.html") == "http://www.lanpu.gov.cn/a.html"
    assert in_chinese("3 files, 3 bytes") == "3 files, 3 bytes"


@pytest.mark.parametrize("day", [DAY.replace(day=1), deadlines.date(2026, 3, 1)])
@pytest.mark.parametrize("rank", [1, 9])
@pytest.mark.parametrize("missed", [None, deadlines.date(2026, 2, 28)])
@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("first_seen", [DAY.replace(day=2), deadlines.date(2026, 4, 30)])
def test_why_a_report_is_late_or_not_is_said_in_chinese(
    day: deadlines.date, rank: int, missed: deadlines.date | None, bulk: bool, first_seen: deadlines.date
) -> None:
    why = timeliness(Publication(day, rank, None, first_seen, missed, bulk), DAY).why
    assert re.search("[a-z]", in_chinese(why)) is None, why


def test_every_reason_that_is_written_in_the_ledger_s_modules_has_its_chinese() -> None:
    """Each text of several English words there, but docstrings and errors: with its holes filled it is one of the sentences."""
    unknown = []
    for module in (coverage, obstacles, ledger_flags):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
            text = "".join(part.value if isinstance(part, ast.Constant) else "�" for part in call.values)  # type: ignore[misc]
            if len(re.findall(r"[a-z]{2,}", text)) >= 3:
                known = any(re.sub(r"\{\w+\}", "�", english) == text or text.startswith(re.sub(r"\{\w+\}", "�", english)) for english, _ in SENTENCES)  # fmt: skip
                unknown += [] if known else [text]
    assert unknown == []
