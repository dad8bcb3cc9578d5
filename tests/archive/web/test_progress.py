"""How far a harvest is, as events and as a page that refreshes itself."""

from __future__ import annotations

import json
import threading
from typing import Any

import lxml.html

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


def test_events_tell_what_moves_and_end_with_the_harvest(own_archive: Any) -> None:
    number = running(own_archive)
    told: list[tuple[str, Any]] = []

    def move() -> None:
        with writing(own_archive.county.engine) as session:
            run = session.query(SiteRun).filter(SiteRun.harvest_id == number).one()
            if run.requests == 3:
                run.requests = 8
                return
            run.state = "done"
            harvest = session.get_one(Harvest, number)
            harvest.state, harvest.ended_at = "done", own_archive.county.clock

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


def test_the_page_of_a_running_harvest_refreshes_itself_and_that_of_an_ended_one_does_not(own_archive: Any) -> None:
    number = running(own_archive)
    assert own_archive.get(f"/harvests/{number}").headers["refresh"] == "5"
    assert "refresh" not in own_archive.get("/harvests/1").headers


def test_events_of_no_harvest_are_not_found(archive: Any) -> None:
    assert archive.get("/harvests/999/events").status_code == 404


def test_the_log_of_a_site_says_why_it_ended_what_happened_and_every_request(own_archive: Any) -> None:
    with writing(own_archive.county.engine) as session:
        run = session.query(SiteRun).filter(SiteRun.harvest_id == 1).one()
        run.reason, run.facts = "7 reports found", {"family": "plain", "troubles": {"slow": "<b>3</b>"}}
        note(session, "site failed", "岚浦 <i>sleeps</i>", own_archive.county.clock, run.site_id, 1)
        asked = session.query(Capture).filter(Capture.site_run_id == run.id).count()
    page = own_archive.get(f"/harvests/1/sites/{own_archive.site}")
    assert page.status_code == 200 and "refresh" not in page.headers
    assert "7 reports found" in page.text and "&lt;i&gt;sleeps&lt;/i&gt;" in page.text and "<b>3" not in page.text
    links = lxml.html.document_fromstring(page.text).xpath("//table//a[starts-with(@href, '/captures/')]/@href")
    assert len(links) == asked > 5
    assert f"/harvests/1/sites/{own_archive.site}" in own_archive.get("/harvests/1").text


def test_the_log_of_a_running_site_follows_along(own_archive: Any) -> None:
    number = running(own_archive)
    page = own_archive.get(f"/harvests/{number}/sites/{own_archive.site}")
    assert page.headers["refresh"] == "5"
    assert "Nothing was asked" in page.text
    assert "0 of 1 sites have ended" in own_archive.get(f"/harvests/{number}").text


def test_the_log_of_a_site_that_had_no_part_is_not_found(own_archive: Any) -> None:
    assert own_archive.get("/harvests/1/sites/nobody").status_code == 404
    assert own_archive.get(f"/harvests/99/sites/{own_archive.site}").status_code == 404
