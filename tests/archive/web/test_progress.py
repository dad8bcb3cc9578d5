"""How far a harvest is, as events and as as pages that follow along."""

from __future__ import annotations

import json
import threading
from typing import Any

import lxml.html
import pytest

from archive.database import writing
from archive.events import note
from archive.models import Capture, Harvest, SiteRun


def running(archive: Any) -> int:
    with writing(archive.county.engine) as session:
        harvest = Harvest(kind="harvest", state="running", started_at=archive.county.clock)
        session.add(harvest)
        session.flush()
        session.add(SiteRun(harvest_id=harvest.id, site_id=archive.county.site_id, state="running", requests=3))
        return harvest.id


def end(archive: Any, number: int) -> None:
    with writing(archive.county.engine) as session:
        session.query(SiteRun).filter(SiteRun.harvest_id == number).one().state = "done"
        harvest = session.get_one(Harvest, number)
        harvest.state, harvest.ended_at = "done", archive.county.clock


def test_events_tell_what_moves_and_end_with_the_harvest(own_archive: Any) -> None:
    number = running(own_archive)
    told: list[tuple[str, Any]] = []

    def move() -> None:
        with writing(own_archive.county.engine) as session:
            run = session.query(SiteRun).filter(SiteRun.harvest_id == number).one()
            if run.requests == 3:
                run.requests = 8
                return
        end(own_archive, number)

    with own_archive.client.stream("GET", f"/harvests/{number}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        kind = ""
        for text in answer.iter_lines():
            if text.startswith("event: "):
                kind = text.removeprefix("event: ")
            if text.startswith("data: "):
                told.append((kind, json.loads(text.removeprefix("data: "))))
                threading.Thread(target=move).start()
    assert [kind for kind, _ in told] == ["progress", "progress", "progress", "end"]
    assert [now["requests"] for _, now in told] == [3, 8, 8, 8]
    assert told[-1][1]["states"] == {"done": 1}


@pytest.mark.parametrize("part", ["", "/sites/{site}"])
def test_the_page_of_what_runs_follows_along_and_that_of_what_ended_does_not(own_archive: Any, part: str) -> None:
    number, part = running(own_archive), part.format(site=own_archive.site)
    page = lxml.html.document_fromstring(own_archive.get(f"/harvests/{number}{part}?below=1").text)
    assert page.xpath("//head/noscript/meta[@http-equiv='refresh']/@content") == ["5"]
    assert page.get_element_by_id("followed").get("hx-sse:connect") == f"/harvests/{number}{part}/follow?below=1"
    ended = own_archive.get(f"/harvests/1{part}").text
    assert "refresh" not in ended and "hx-sse" not in ended


def test_the_part_of_the_page_that_moves_comes_whenever_it_is_another(own_archive: Any) -> None:
    number = running(own_archive)
    got: list[str] = []
    with own_archive.client.stream("GET", f"/harvests/{number}/follow?lang=en") as answer:
        for text in answer.iter_lines():
            got.append(text)
            if text.startswith(": ") or (text == "" and len(got) > 3):  # a part has come whole
                end(own_archive, number)
    said = "\n".join(got)
    assert said.count("<h1>") == 2 and said.count("0 of 1 sites have ended") == 1
    assert said.index("0 of 1") < said.index("event: end")
    assert "<html" not in said


def test_two_follow_one_harvest(own_archive: Any) -> None:
    number = running(own_archive)
    for path in ("events", "follow"):
        with (
            own_archive.client.stream("GET", f"/harvests/{number}/{path}") as one,
            own_archive.client.stream("GET", f"/harvests/{number}/{path}") as other,
        ):
            assert next(one.iter_lines()) == next(other.iter_lines()) != ""


def test_events_of_no_harvest_are_not_found(archive: Any) -> None:
    assert archive.get("/harvests/999/events").status_code == 404


def test_the_log_of_a_site_says_why_it_ended_what_happened_and_every_request(own_archive: Any) -> None:
    with writing(own_archive.county.engine) as session:
        run = session.query(SiteRun).filter(SiteRun.harvest_id == 1).one()
        run.reason, run.facts = "7 reports found", {"family": "plain", "troubles": {"slow": "<b>3</b>"}}
        note(session, "site failed", "岚浦 <i>sleeps</i>", own_archive.county.clock, run.site_id, 1)
        asked = session.query(Capture).filter(Capture.site_run_id == run.id).count()
    page = own_archive.get(f"/harvests/1/sites/{own_archive.site}")
    assert page.status_code == 200
    assert "7 reports found" in page.text and "&lt;i&gt;sleeps&lt;/i&gt;" in page.text and "<b>3" not in page.text
    links = lxml.html.document_fromstring(page.text).xpath("//table//a[starts-with(@href, '/captures/')]/@href")
    assert len(links) == asked > 5
    assert f"/harvests/1/sites/{own_archive.site}" in own_archive.get("/harvests/1").text


def test_the_log_of_a_running_site_follows_along(own_archive: Any) -> None:
    number = running(own_archive)
    page = own_archive.get(f"/harvests/{number}/sites/{own_archive.site}")
    assert "Nothing was asked" in page.text
    assert "0 of 1 sites have ended" in own_archive.get(f"/harvests/{number}").text


def test_the_log_of_a_site_that_had_no_part_is_not_found(own_archive: Any) -> None:
    assert own_archive.get("/harvests/1/sites/nobody").status_code == 404
    assert own_archive.get(f"/harvests/99/sites/{own_archive.site}").status_code == 404
