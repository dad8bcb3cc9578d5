"""Years that are published by order, redesigns, and what moves at every visit."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.server import CountyServer
from demo.world import World
from reports.model import ChangeKind

SIZES: dict[str, Any] = {"townships": 3, "departments": 2, "years": (2022, 2023, 2024, 2025)}


@pytest.mark.parametrize("arrangement", ["mixed", "years", "organs"])
def test_a_year_appears_when_it_is_ordered(ask: Any, arrangement: str) -> None:
    world = World.build(5, counties=1, arrangements=(arrangement,), held_back=(2024, 2025), **SIZES)
    with CountyServer(world) as server:
        before = server.truth()
        assert {row["year"] for row in before["reports"]} == {2022, 2023}
        assert all(row["year"] < 2024 for row in before["absent"])
        edits = server.plants.publish_year(2024)
        after = server.truth()
        assert {row["year"] for row in after["reports"]} == {2022, 2023, 2024}
        assert {edit.kind for edit in edits} == {ChangeKind.NEW}
        new = [row for row in after["reports"] if row["year"] == 2024]
        assert sorted(row["url_after"] for row in after["edits"]) == sorted(row["url"] for row in new)
        assert all(row["url_before"] is None for row in after["edits"])
        assert [row for row in after["reports"] if row["year"] < 2024] == before["reports"]
        for row in new:
            assert ask(row["url"]).status == 200
        if arrangement == "years":
            folder = ask(server.sites[0].column_url).text()
            assert "/2024n/" in folder and "/2025n/" not in folder
            assert ask(f"{server.sites[0].column_url}2025n/").status == 404
        server.plants.withdraw(new[0]["organ"], 2024)
        server.plants.restore(new[0]["organ"], 2024)
        assert ask(new[0]["url"]).status == 200


def test_a_year_that_was_not_held_back_is_refused(ask: Any) -> None:
    with pytest.raises(ValueError, match="held back"):
        World.build(1, counties=1, held_back=(2031,))
    with CountyServer(World.build(1, counties=1, held_back=(2025,), **SIZES)) as server:
        with pytest.raises(ValueError, match="held back"):
            server.plants.publish_year(2023)
        organ = server.world.counties[0].organs[0].name
        with pytest.raises(KeyError, match="published"):
            server.plants.withdraw(organ, 2025)
        done = ask(f"{server.control_url}/publish_year", "POST", json.dumps({"year": 2025}).encode())
        assert len(done.json()) >= 4


def test_three_years_with_two_thousand_reports_can_be_played() -> None:
    world = World.build(
        6, counties=12, townships=14, departments=14, years=range(2021, 2027), held_back=(2024, 2025, 2026)
    )
    server = CountyServer(world)
    counts = [
        sum(
            article.presence == "here" and article.report is not None
            for s in server.plants.sites
            for article in s.articles
        )
    ]
    for year in (2024, 2025, 2026):
        counts.append(counts[-1] + len(server.plants.publish_year(year)))
    assert counts[0] > 900 and counts[-1] >= 2000
    assert counts[-1] == sum(len(county.reports) for county in world.counties)


def test_a_redesign_changes_every_page_and_no_report(ask: Any) -> None:
    with CountyServer(World.build(7, counties=1, families=("trs",), **SIZES)) as server:
        before = server.truth()
        urls = [server.sites[0].url, before["reports"][0]["url"], server.sites[0].column_url]
        first = [ask(url).text() for url in urls]
        server.plants.redesign(0)
        second = [ask(url).text() for url in urls]
        assert all(old != new for old, new in zip(first, second, strict=True))
        after = server.truth()
        assert (after["reports"], after["edits"]) == (before["reports"], [])
        assert [row["design"] for row in after["conditions"]] == [1]
        main = re.compile(r'<div class="article">.*</div>', re.DOTALL)
        inner = [main.search(pages[1]) for pages in (first, second)]
        assert inner[0] is not None and inner[1] is not None
        assert inner[0][0].split('<div class="share">')[0] == inner[1][0].split('<div class="share">')[0]
        done = ask(f"{server.control_url}/redesign", "POST", b'{"site": 0}')
        assert done.status == 200 and ask(urls[0]).text() not in {first[0], second[0]}


def test_moving_parts_differ_at_every_fetch_and_are_the_same_after_a_restart(ask: Any) -> None:
    hazards = {0: ("moving_day", "moving_tokens", "moving_links", "session_ids")}
    world = World.build(8, counties=1, families=("jcms",), hazards=hazards, **SIZES)
    runs = []
    for _ in range(2):
        with CountyServer(world) as server:
            url = next(row["url"] for row in server.truth()["reports"] if row["carriers"] == ["html"])
            port = str(urlsplit(url).port)
            runs.append([ask(url).text().replace(port, "PORT") for _ in range(3)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3
    assert all(mark in runs[0][0] for mark in ("今天是2026年", "csrf_token", "相关链接", ";jsessionid="))
    assert "{{" not in runs[0][0]
