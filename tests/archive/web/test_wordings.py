"""What rules and the log say, in the reader's language: composed of the same figures, and never in the other one's words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import insert

from archive.database import reading, writing
from archive.models import Event, FindingRow
from archive.search import WrongSearch, conditions
from archive.web.messages import glosses, messages
from archive.web.wordings import event_said, finding_said, flag_said
from demo import layouts
from demo.world import World
from reports import extract, parse
from reports.checks import RULES, check
from reports.model import Finding, Report

ENGLISH, CHINESE = messages("en"), messages("zh")
HAN = re.compile("[\u4e00-\u9fff]")


@dataclass
class Line:
    rule: str
    place: str
    outcome: str
    left: Any
    right: Any
    message: str = "原话"


def test_each_rule_that_compares_has_its_sentence() -> None:
    told = {key.removeprefix("finding.").removesuffix("-REPEALED") for key in glosses() if key.startswith("finding.")}
    assert told <= set(RULES)
    assert set(RULES) - told == {"ID-ORGAN", "CITED", "ACCESS"}  # these have no figures: their explanation says it


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("T3-BAL", "natural", "fail", 12, 10), "Natural persons: new and carried-in requests are 12, settled and carried-over ones 10"),
        (Line("T3-ROW", "refused.secret", "fail", 1234, 0), "State secrets: the applicants add up to 1,234, the printed total is 0"),
        (Line("T4-SUM", "review", "uncertain", 3, None), "Administrative review: the results add up to 3, the printed total is ?; not all of it was read for certain"),
        (Line("YOY", "requests.new_received.total", "fail", 50, 4), "Requests received this year · Total: 4 last year, 50 this year"),
        (Line("T2-SOFT", "normative.repealed", "fail", 9, 8), "Normative documents: 9 were repealed, of 8 that there were"),
        (Line("X-CARRY", "all", "not_assessable", None, None), "Could not be judged (Carry-over): what it compares is not all there."),
        (Line("SECTIONS", "problems", "fail", 5, 6), "5 of 6 parts were found; missing: Main problems and improvements"),
    ],
)  # fmt: skip
def test_a_finding_is_told_in_english_by_its_rule_and_figures(line: Line, said: str) -> None:
    assert finding_said(line, ENGLISH) == said
    assert finding_said(line, CHINESE) == "原话"


def test_every_place_of_every_rule_has_english_words() -> None:
    """The findings of the county in a box, with all its mistakes."""
    rules = set()
    for county in World.build(5, counties=2, townships=3, departments=3, years=(2021, 2022, 2023)).counties:
        for finding in findings_of(county):
            line = Line(
                finding.rule, finding.where, finding.outcome.value, finding.left, finding.right, finding.message
            )
            said = finding_said(line, ENGLISH)
            assert said and not HAN.search(said), finding
            rules.add(finding.rule)
    assert len(rules) > 8


def findings_of(county: Any) -> Iterator[Finding]:
    by_organ: dict[str, list[Report]] = {}
    for one in sorted(county.reports, key=lambda one: one.year):
        plain = replace(one, dress=replace(one.dress, layout="plain"))
        made = f"<html><head><title>{one.title}</title></head><body><h1>{one.title}</h1>{layouts.body(plain)}</body></html>"
        report = parse(extract(made.encode(), "text/html", "http://a/"))
        before = by_organ.setdefault(one.organ.name, [])
        yield from check(report, before[-1] if before else None)
        before.append(report)


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("harvest: 3 sites, 12 read, 1 changes", "年度采集：3 个网站，读取 12 份，变更 1 处"),
        ("lanxi was due on 2026-03-01 08:00 and is asked only now.", "lanxi 应在 2026-03-01 08:00 采集，现在才开始。"),
        ("lanxi: no reason was written", "lanxi：没有写明原因"),
        ("host:12 is at work; this sweep left it to it.", "host:12 正在进行，本次巡查没有做。"),
        ("财政局 2023: reader 3 → 4 reads it differently (reading 17)", "财政局 2023：读取程序 3 → 4，读数不同（读取编号 17）"),
        ("甲局 → 乙局 on 2024-05-01, says 张三: 机构改革", "甲局 → 乙局（2024-05-01），张三 说：机构改革"),
        ("甲局 → 乙局 on 2024-05-01: taken back by 张三", "甲局 → 乙局（2024-05-01）：由 张三 撤回"),
        ("http://a/1.html: 2 lines move by themselves (captures 3, 9): 浏览 5 次", "http://a/1.html：有 2 行内容会自行变化（存档 3、9）：浏览 5 次"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_what_was_noted_is_told_in_chinese(noted: str, said: str) -> None:
    assert event_said(noted, CHINESE) == said
    assert event_said(noted, ENGLISH) == noted


@pytest.mark.parametrize("asked", ["total > 3", "requests.new_received.totl > 3", "aaaaaa.bbb > 3", "???"])
def test_what_is_wrong_with_a_condition_is_told_in_chinese(asked: str) -> None:
    with pytest.raises(WrongSearch) as wrong:
        conditions(asked)
    assert HAN.search(event_said(str(wrong.value), CHINESE))


def test_a_flag_of_the_calendar_is_told_in_both_languages() -> None:
    message = "财政局2025年度报告应于2026年1月31日前发布，检索全站仍未见。"
    assert flag_said("overdue", message, CHINESE) == message
    assert flag_said("overdue", message, ENGLISH) == "Should have been published by 2026-01-31; the whole site was searched, and it is not there."  # fmt: skip


def test_pages_tell_findings_and_events_in_the_reader_s_language(own_archive: Any) -> None:
    sighting, engine = own_archive.ids["2023.html"], own_archive.county.engine
    with reading(engine) as session:
        row = session.query(FindingRow.reading_id, FindingRow.id).first()
    with writing(engine) as session:
        session.execute(insert(FindingRow).values(reading_id=row.reading_id, rule="T3-BAL", place="total", outcome="fail", severity="error", left_value=9, right_value=8, message="合计列：不相符。", keys=[]))  # fmt: skip
        session.add(Event(at=own_archive.county.now(), kind="sweep", harvest_id=1, message="harvest: 1 sites, 2 read, 0 changes"))  # fmt: skip
    english, chinese = (own_archive.get("/findings?kind=T3-BAL", lang=lang).text for lang in ("en", "zh"))
    assert "Total: new and carried-in requests are 9, settled and carried-over ones 8" in english
    assert '<span class="own" lang="zh-Hans">合计列：不相符。</span>' in english
    assert "合计列：不相符。" in chinese and "carried-in" not in chinese
    english, chinese = (own_archive.get("/harvests/1", lang=lang).text for lang in ("en", "zh"))
    assert "harvest: 1 sites" in english
    assert (
        "harvest: 1 sites" not in chinese
        and "年度采集：1 个网站，读取 2 份，变更 0 处" in chinese
        and "巡查" in chinese
    )
    assert own_archive.get(f"/reports/{sighting}").status_code == 200
