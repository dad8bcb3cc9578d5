"""What the command and the pages list, on both databases: rows in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine

from archive import listings
from archive.database import reading, writing
from archive.listings import Filters
from tests.archive.rows import NOON, Rows, county


@pytest.fixture
def rows(engine: Engine) -> Iterator[Rows]:
    with writing(engine) as session:
        yield county(session)


def test_a_report_line_has_the_names_that_other_programs_rely_on() -> None:
    names = [field.name for field in fields(listings.ReportLine)]
    assert names[:8] == ["organ", "year", "form", "url", "sha256", "site", "captured_at", "state"]


def test_a_change_line_has_the_names_that_other_programs_rely_on() -> None:
    names = {field.name for field in fields(listings.ChangeLine)}
    assert names >= {"kind", "organ", "year", "url", "before", "after", "silent"}


def test_a_report_is_listed_with_its_organ_region_and_the_hash_of_its_page(rows: Rows) -> None:
    page = rows.capture("http://a/1")
    rows.reading(rows.sighting("http://a/1"), page)
    (line,) = listings.reports_held(rows.session)
    assert (line.organ, line.region, line.year, line.form, line.site) == ("柳林镇", "岚溪县", 2024, "2021", "lanxi")
    assert (line.sha256, line.captured_at, line.state) == (page.body_sha256, page.fetched_at, "held")


def test_a_report_read_from_an_attachment_names_both_files(rows: Rows) -> None:
    page, attachment = rows.capture("http://a/1"), rows.capture("http://a/1.pdf")
    rows.reading(rows.sighting("http://a/1"), page, capture_id=attachment.id)
    (line,) = listings.reports_held(rows.session)
    assert (line.url, line.sha256) == ("http://a/1", page.body_sha256)
    assert (line.document_url, line.document_sha256) == ("http://a/1.pdf", attachment.body_sha256)


def test_only_the_current_reading_of_an_address_is_listed(rows: Rows) -> None:
    sighting = rows.sighting("http://a/1")
    rows.reading(sighting, rows.capture("http://a/1"), current=False, year=1999)
    newest = rows.reading(sighting, rows.capture("http://a/1"))
    assert [line.reading_id for line in listings.reports_held(rows.session)] == [newest.id]


def test_a_captured_page_that_is_not_read_yet_is_listed_as_that(rows: Rows) -> None:
    rows.capture("http://a/1")
    rows.sighting("http://a/1", organ_name="青石乡", year=2023)
    (line,) = listings.reports_held(rows.session)
    assert (line.state, line.organ, line.year, line.form) == ("held, not yet read", "青石乡", 2023, None)


@pytest.mark.parametrize("answer", [{"status": 404}, {"blocked": "challenge"}])
def test_an_address_that_never_answered_with_content_is_not_held(rows: Rows, answer: dict[str, Any]) -> None:
    rows.capture("http://a/1", **answer)
    rows.sighting("http://a/1", year=2023)
    assert list(listings.reports_held(rows.session)) == []


def test_what_is_not_a_report_is_not_listed(rows: Rows) -> None:
    rows.report("http://a/1", state="not a report", kind="notice")
    assert list(listings.reports_held(rows.session)) == []


@pytest.mark.parametrize(
    ("sighting", "reading_state", "state"),
    [
        ({}, "read", "held"),
        ({}, "image only", "held, not readable"),
        ({"gone_at": NOON}, "read", "removed"),
    ],
)
def test_each_report_has_one_state_and_can_be_asked_for_by_it(
    rows: Rows, sighting: dict[str, Any], reading_state: str, state: str
) -> None:
    rows.reading(rows.sighting("http://a/1", **sighting), rows.capture("http://a/1"), state=reading_state)
    rows.sighting("http://a/2")
    rows.capture("http://a/2")
    assert [line.state for line in listings.reports_held(rows.session, Filters(kind=state))] == [state]
    for other in set(listings.REPORT_STATES) - {state, "held, not yet read"}:
        assert list(listings.reports_held(rows.session, Filters(kind=other))) == []


def test_a_moved_report_is_listed_as_moved(rows: Rows) -> None:
    there = rows.report("http://a/2")
    rows.reading(rows.sighting("http://a/1", gone_at=NOON, moved_to_id=there.sighting_id), rows.capture("http://a/1"))
    assert [line.url for line in listings.reports_held(rows.session, Filters(kind="moved"))] == ["http://a/1"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(year=2024), 1), (Filters(year=2020), 0), (Filters(site="lanxi"), 1), (Filters(site="other"), 0),
        (Filters(organ="柳林"), 1), (Filters(organ="100%"), 0), (Filters(organ="_林"), 0),
    ],
)  # fmt: skip
def test_every_list_is_narrowed_by_site_organ_and_year(rows: Rows, filters: Filters, found: int) -> None:
    row = rows.report("http://a/1")
    rows.change(row.sighting_id, after_reading_id=row.id)
    rows.finding(row)
    for listed in (listings.reports_held, listings.changes, listings.findings):
        assert len(list(listed(rows.session, filters))) == found


def test_a_report_is_narrowed_by_what_its_list_said_until_it_says_it_itself(rows: Rows) -> None:
    nameless = rows.reading(
        rows.sighting("http://a/1", year=2023, organ_name="柳林镇"), rows.capture("http://a/1"), organ_id=None, organ_name=None, year=None
    )  # fmt: skip
    unread = rows.sighting("http://a/2", year=2023, organ_name="柳林镇")
    rows.capture("http://a/2")
    wanted = [unread.id, nameless.sighting_id]
    for filters in (Filters(year=2023), Filters(organ="柳林"), Filters(organ="柳林", year=2023, limit=9)):
        assert [line.sighting_id for line in listings.reports_held(rows.session, filters)] == wanted
    assert list(listings.reports_held(rows.session, Filters(organ="柳林", year=2024))) == []
    assert [line.sighting_id for line in listings.reports_held(rows.session, Filters(year=2023, limit=1))] == [
        unread.id
    ]


def test_pages_of_findings_follow_each_other_by_reading(rows: Rows) -> None:
    readings = [rows.report(f"http://a/{number}") for number in range(3)]
    made = [rows.finding(row).id for row in (*readings, *readings)]
    seen: list[int] = []
    below = None
    while lines := list(listings.findings(rows.session, Filters(limit=2, below_id=below, year=2024))):
        seen += [line.finding_id for line in lines]
        below = seen[-1]
    assert seen == [made[5], made[2], made[4], made[1], made[3], made[0]]


def test_pages_follow_each_other_without_gap_or_repetition(rows: Rows) -> None:
    for number in range(7):
        rows.report(f"http://a/{number}")
    seen: list[int] = []
    below = None
    while lines := list(listings.reports_held(rows.session, Filters(limit=3, below_id=below))):
        seen += [line.sighting_id for line in lines]
        below = seen[-1]
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)


def test_a_suspicion_is_no_change(rows: Rows) -> None:
    row = rows.report("http://a/1")
    rows.change(row.sighting_id, state="suspected")
    rows.change(row.sighting_id, state="withdrawn")
    assert list(listings.changes(rows.session)) == []


def test_a_change_names_the_bodies_before_and_after(rows: Rows) -> None:
    before, after = rows.capture("http://a/1"), rows.capture("http://a/1")
    row = rows.reading(rows.sighting("http://a/1"), after)
    rows.change(
        row.sighting_id, silent=True, before_capture_id=before.id, after_capture_id=after.id, details=[{"where": "x"}]
    )
    (line,) = listings.changes(rows.session)
    assert (line.before, line.after, line.silent) == (before.body_sha256, after.body_sha256, True)
    assert line.details == [{"where": "x"}]


def test_changes_are_narrowed_by_kind(rows: Rows) -> None:
    row = rows.report("http://a/1")
    for kind in ("new", "removed"):
        rows.change(row.sighting_id, kind=kind)
    assert [line.kind for line in listings.changes(rows.session, Filters(kind="removed"))] == ["removed"]
    assert [line.kind for line in listings.changes(rows.session, Filters(but_kind="new"))] == ["removed"]


def test_the_changes_of_a_year_are_those_whose_line_says_so_whatever_it_is_known_by(rows: Rows) -> None:
    """By the reading after, else by the one before, else by the list that named the report."""
    for number, (after, before, listed) in enumerate(product((2023, 2024, None, "unread"), repeat=3)):
        sighting = rows.sighting(f"http://a/{number}", year=None if listed == "unread" else listed)
        page = rows.capture(f"http://a/{number}")
        of = [
            None if year == "unread" else rows.reading(sighting, page, reader_version=version, year=year).id
            for version, year in enumerate((before, after), 1)
        ]
        rows.change(sighting.id, before_reading_id=of[0], after_reading_id=of[1])
    every = list(listings.changes(rows.session))
    for year in (2023, 2024):
        wanted = [line.change_id for line in every if line.year == year]
        assert [line.change_id for line in listings.changes(rows.session, Filters(year=year))] == wanted
        narrowed = listings.changes(rows.session, Filters(year=year, site="lanxi", limit=100))
        assert [line.change_id for line in narrowed] == wanted
        seen: list[int] = []
        while lines := list(
            listings.changes(rows.session, Filters(year=year, limit=5, below_id=min(seen, default=None)))
        ):
            seen += [line.change_id for line in lines]
        assert seen == wanted
    assert len(wanted) > 16


def test_findings_are_those_of_current_readings(rows: Rows) -> None:
    rows.finding(rows.report("http://a/1", current=False))
    kept = rows.finding(rows.report("http://a/2"))
    assert [line.finding_id for line in listings.findings(rows.session)] == [kept.id]


def test_findings_are_narrowed_by_rule_outcome_and_severity(rows: Rows) -> None:
    row = rows.report("http://a/1")
    rows.finding(row, "YOY", severity="info")
    rows.finding(row, "T3-SUM", outcome="uncertain")

    def rules(**filters: str) -> list[str]:
        return [line.rule for line in listings.findings(rows.session, Filters(**filters))]  # type: ignore[arg-type]

    assert rules(kind="YOY") == rules(severity="info") == rules(outcome="fail") == ["YOY"]
    assert rules(but_severity="info") == ["T3-SUM"]


def test_a_list_is_read_in_a_transaction_that_writes_nothing(engine: Engine) -> None:
    with reading(engine) as session:
        assert [list(listed(session)) for listed in (listings.reports_held, listings.changes, listings.findings)] == [
            [],
            [],
            [],
        ]
