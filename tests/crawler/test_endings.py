"""How runs end: each reason has a code whose words stand in both languages, with all the values that the words ask for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archive.harvests import TROUBLES, WHYS
from archive.web.messages import messages
from archive.web.rendering import reason_of
from crawler.errands import Answer, Plan
from crawler.journey import Journey
from crawler.portals import Page

ROOT = Path(__file__).parents[2]
HOME = "http://www.shili.gov.cn/"


def test_every_code_of_a_reason_is_used_and_no_other() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "crawler").rglob("*.py"))
    named = set(re.findall(r'"code": "([a-z_]+)"', sources)) | set(re.findall(r'_why\(journey, "([a-z_]+)"', sources))
    assert (
        named <= set(WHYS) <= set(re.findall(r'"([a-z_]+)"', sources)) | {"family_changed"}
    )  # which is said beside another


def _ended(**changes: Any) -> Journey:
    journey = Journey(Plan(HOME, ("www.shili.gov.cn",), changes.get("budget", 100), changes.get("family")))
    errand = journey.next()
    assert errand is not None
    links = "".join(
        f"<li><a href='/nb/t2025012{n}_{n}.html'>第{n}镇2024年政府信息公开工作年度报告</a></li>" for n in range(5)
    )
    body = f"<html><title>政府信息公开年报</title><body><ul>{links}</ul></body></html>".encode()
    journey.take(Answer(errand, 200, Page(errand.request.url, body, asked=errand.request)))
    while (errand := journey.next()) is not None:
        journey.requests += 1
        if changes.get("failed"):
            journey.failed(errand, "unreachable", "timed out")
        else:
            journey.take(Answer(errand, 200, unchanged=False))
    return journey


@pytest.mark.parametrize(
    ("changes", "code", "chinese"),
    [
        ({}, "found", "找到 5 份年报"),
        ({"budget": 2}, "used_up_requests", "用完了 2 次请求的限额，还有 3 个地址没有访问"),
        ({"failed": True}, "no_answer", "连续 5 次没有回应，停止采集"),
    ],
)
def test_the_end_of_a_run_is_told_in_the_readers_language(changes: dict[str, Any], code: str, chinese: str) -> None:
    outcome = _ended(**changes).outcome()
    assert outcome.why["code"] == code
    facts = {"why": outcome.why}
    assert reason_of(outcome.reason, facts, messages("zh")) == chinese
    assert reason_of(outcome.reason, facts, messages("en")) == outcome.reason


@pytest.mark.parametrize("now", ["trs", "generic"])
def test_a_family_that_fits_no_more_is_told(now: str) -> None:
    journey = _ended(family="vsb")
    journey.family = None if now == "generic" else now
    outcome = journey.outcome()
    assert outcome.facts["family_was"] == "vsb" and f"no longer those of vsb, but of {now}" in outcome.reason
    assert reason_of("…", {"why": outcome.why}, messages("zh")) == f"找到 5 份年报；网站系统从 vsb 换成了 {now}"


def test_what_stood_in_the_way_is_named_in_chinese() -> None:
    facts = {"why": {"code": "none_found", "troubles": ["robots", "challenge"]}}
    assert reason_of("…", facts, messages("zh")) == "没有找到年报（robots.txt 不允许；验证拦截）"
    assert reason_of("an older run", {}, messages("zh")) == "an older run"
    assert all(messages("zh").word("trouble", kind) != kind for kind in TROUBLES)
