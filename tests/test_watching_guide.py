"""The guide to watching names every rule, state, season and event that there is, in both languages, and none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.due import SEASONS
from archive.flags import RULES
from archive.notices import TOLD_EVENTS
from archive.states import STATES

GUIDES = {name: (Path("docs") / name).read_text("utf-8") for name in ("watching.md", "watching.zh-CN.md")}


def table(guide: str, number: int) -> list[list[str]]:
    """The rows of the guide's tables, one table after the other, without their heads."""
    tables = re.findall(r"(?:^\|.*\n)+", guide, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in tables[number].splitlines()[2:]]


@pytest.fixture(params=GUIDES)
def guide(request: pytest.FixtureRequest) -> str:
    return GUIDES[request.param]


def test_each_season_stands_in_the_guide(guide: str) -> None:
    days = [(f"{s.first[0]:02}-{s.first[1]:02}", f"{s.last[0]:02}-{s.last[1]:02}", s.every.days) for s in SEASONS]
    assert [(first, last, int(re.findall(r"\d+", every)[0])) for first, last, every in table(guide, 0)] == sorted(days)


def test_each_state_stands_in_the_guide(guide: str) -> None:
    assert [row[0] for row in table(guide, 1)] == list(STATES)


def test_each_flag_rule_stands_in_the_guide_with_its_severity(guide: str) -> None:
    rows = [(row[0], row[1]) for row in table(guide, 2)]
    assert rows == [(rule.name, row[1] if rule.name == "finding" else rule.severity.value) for rule, row in zip(RULES, table(guide, 2), strict=True)]  # fmt: skip


def test_each_event_that_is_told_stands_in_the_guide(guide: str) -> None:
    assert [event for event in TOLD_EVENTS if f"`{event}`" not in guide] == []


def test_both_readmes_lead_to_the_guide() -> None:
    assert "docs/watching.md" in Path("README.md").read_text("utf-8")
    assert "docs/watching.zh-CN.md" in Path("README.zh-CN.md").read_text("utf-8")
