"""Whatever happened to a county's sites: each organ and year is in one state, nothing is missing that may only be hidden, nothing late without proof."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.coverage import MISSING, NOT_YET_DUE, OVERDUE, STATES, ledger
from archive.deadlines import TRUSTED_RANK
from archive.models import Capture, Harvest, Organ, Reading, Region, Sighting, Site, SiteRun, WarcFile
from archive.organs import organ_of
from archive.successions import Said, WrongOrgan, merge, rename

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2024, 6, 1, tzinfo=UTC)
TOWNS = ("柳林镇", "双河镇", "梅溪乡")
NEXT = {"柳林镇": "柳林街道", "双河镇": "双河街道", "梅溪乡": "梅溪镇"}  # what each may be called one day
NAMES = (*NEXT, *NEXT.values())
GOVERNMENT = "岚溪县人民政府"
ANSWERS = (
    None,
    (200, None),
    (404, None),
    (503, None),
    (412, "challenge"),
    (200, "login wall"),
    (200, "soft 404"),
    (302, None),
)
HIDDEN = {(503, None), (412, "challenge"), (200, "login wall")}


@dataclass(frozen=True)
class Run:
    site: int
    day: int
    state: str
    tally: str | None
    complete: bool


@dataclass(frozen=True)
class Seen:
    site: int
    town: str
    year: int
    day: int
    answer: tuple[int, str | None] | None
    read: str | None
    dated: date | None
    rank: int
    gone: bool


@dataclass(frozen=True)
class Step:
    """What somebody writes down of a town, before or after the reports came: another name, or that it went up in another (its number)."""

    town: int
    into: int | None
    on: date
    late: bool
    new: bool | None


@dataclass
class Lines:
    """What was written down, kept without the code under test: until when each name was, and which names are one organ's."""

    bearing: list[str]
    ended: dict[str, tuple[date, str]]
    began: dict[str, date | None]  # as the archive was told

    def alone(self, name: str) -> bool:
        """Whether it only got another name: nobody else went up in the one that has it, and that began on this day."""
        if name not in self.ended:
            return False
        day, later = self.ended[name]
        return self.began[later] == day and [after for _, after in self.ended.values()].count(later) == 1

    def in_year(self, name: str, year: int) -> str:
        """Under which name the ledger has a report of that year."""
        end = date(year, 12, 31)
        while self.alone(name) and self.ended[name][0] <= end:
            name = self.ended[name][1]
        former = {self.ended[one][1]: one for one in self.ended if self.alone(one)}
        while name in former and self.ended[former[name]][0] > end:
            name = former[name]
        return name


days = st.integers(0, 700)
sites = st.integers(0, 1)
dates = st.dates(date(2024, 1, 1), date(2026, 5, 1))
runs = st.builds(
    Run,
    sites,
    days,
    st.sampled_from(("done", "done", "failed", "stopped")),
    st.sampled_from((None, None, "challenge", "robots", "unreachable", "hold")),
    st.booleans(),
)
seen = st.builds(
    Seen,
    sites,
    st.sampled_from(NAMES),
    st.sampled_from((2023, 2024)),
    days,
    st.sampled_from(ANSWERS),
    st.sampled_from((None, "read", "image only", "unreadable")),
    st.none() | dates,
    st.integers(1, 9),
    st.booleans(),
)
steps = st.builds(
    Step, st.integers(0, 2), st.none() | st.integers(0, 2), dates, st.booleans(), st.sampled_from((False, True, None))
)


def write(session: Session, history: list[Run], sightings: list[Seen], written: list[Step]) -> tuple[list[Site], Lines]:
    session.add_all([Region(code="990121", name="岚溪县", level="county"), *(Region(code=f"99012110{n}", name=town, level="township", parent_code="990121") for n, town in enumerate(TOWNS))])  # fmt: skip
    session.flush()
    organs = {town: Organ(name=town, level="township", region_code="990121") for town in TOWNS}
    rows = [Site(code=f"s{n}", name="s", url=f"http://s{n}/", region_code="990121", hosts=[], added_at=START) for n in (0, 1)]  # fmt: skip
    session.add_all([*rows, *organs.values()])
    session.flush()
    lines = Lines(list(TOWNS), {}, {})
    for step in written:
        if not step.late:
            _write_down(session, organs, step, lines)
    made = [_run(session, rows[run.site], run) for run in sorted(history, key=lambda run: run.day)]
    for number, one in enumerate(sightings):
        run = next((run for run in made if run.site_id == rows[one.site].id), None) or _run(session, rows[one.site], Run(one.site, 0, "failed", None, True))  # fmt: skip
        made.append(run)
        organ = organs.get(one.town) or organ_of(session, rows[one.site], [one.town], None)
        assert organ is not None
        organs[one.town] = organ
        _sight(session, rows[one.site], run, one, organ, number)
    for step in written:
        if step.late:
            _write_down(session, organs, step, lines)
    session.flush()
    lines.began = {name: organ.valid_from for name, organ in organs.items()}
    return rows, lines


def _write_down(session: Session, organs: dict[str, Organ], step: Step, lines: Lines) -> None:
    """What cannot be meant is refused, and leaves nothing behind."""
    name, said = lines.bearing[step.town], Said(step.on, "李", "见公告", START)
    later = NEXT.get(name) if step.into is None else lines.bearing[step.into]
    if later is None:
        return
    try:
        with session.begin_nested():
            if step.into is None:
                organs[later] = rename(session, organs[name].id, later, said)
            else:
                merge(session, [organs[name].id], organs[later].id, said, new=step.new)
    except WrongOrgan:
        return
    lines.ended[name] = (step.on, later)
    if step.into is None:
        lines.bearing[step.town] = later


def _run(session: Session, site: Site, run: Run) -> SiteRun:
    at = START + timedelta(days=run.day)
    harvest = Harvest(kind="harvest", state=run.state, started_at=at)
    session.add(harvest)
    session.flush()
    facts: dict[str, Any] = {"lists": [{"url": site.url, "reports": 1, "complete": run.complete, "ended": "x"}]}
    if run.tally:
        facts |= {"tally": {run.tally: 1}, "troubles": {run.tally: f"1 address ({site.url}x)"}}
    row = SiteRun(harvest_id=harvest.id, site_id=site.id, state=run.state, started_at=at, ended_at=at, facts=facts)
    session.add(row)
    session.flush()
    if run.tally == "challenge":  # the list that answered with it is archived
        _capture(session, row, f"{site.url}list", "list", (412, "challenge"), at)
    return row


def _capture(
    session: Session, run: SiteRun, url: str, purpose: str, answer: tuple[int, str | None], at: datetime
) -> Capture:
    warc = WarcFile(name=f"{run.id} {url}", site_run_id=run.id, opened_at=at)
    session.add(warc)
    session.flush()
    made = Capture(site_id=run.site_id, site_run_id=run.id, url=url, url_key=url, purpose=purpose, fetched_at=at, status=answer[0], blocked=answer[1], size=1, payload_sha256="0", body_sha256="0", warc_file_id=warc.id, warc_offset=0, warc_length=1, record_id=url)  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _sight(session: Session, site: Site, run: SiteRun, one: Seen, organ: Organ, number: int) -> None:
    at, url = START + timedelta(days=one.day), f"{site.url}{number}.html"
    sighting = Sighting(site_id=site.id, url=url, url_key=url, organ_name=one.town, year=one.year, first_seen_at=at, last_seen_at=at, last_run_id=run.id, gone_at=at if one.gone else None)  # fmt: skip
    session.add(sighting)
    session.flush()
    if one.answer is None:
        return
    capture = _capture(session, run, url, "article", one.answer, at)
    if one.answer == (200, None) and one.read is not None:
        sighting.unread = False
        session.add(Reading(sighting_id=sighting.id, page_capture_id=capture.id, capture_id=capture.id, reader_version=1, read_at=at, state=one.read, kind="annual_report", current=True, organ_id=organ.id, organ_name=one.town, year=one.year, published_on=one.dated, published_rank=one.rank if one.dated else None))  # fmt: skip


def _day(number: int) -> date:
    return (START + timedelta(days=number)).astimezone(ZONE).date()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(runs, max_size=6), st.lists(seen, max_size=6), st.lists(steps, max_size=4), dates)
def test_each_organ_and_year_is_in_one_state_and_nothing_hidden_is_missing(
    sqlite_engine: Engine, history: list[Run], sightings: list[Seen], written: list[Step], today: date
) -> None:
    with Session(sqlite_engine) as session:  # nothing of it is kept
        county, lines = write(session, history, sightings, written)
        rows = ledger(session, county, today, ZONE).rows
        session.rollback()
    counts = Counter((row.organ, row.year) for row in rows)
    assert max(counts.values(), default=0) <= 1
    for year in {row.year for row in rows}:
        assert counts[GOVERNMENT, year] == 1
        for town in TOWNS:
            name = lines.in_year(town, year)
            began, ended = lines.began[town], lines.ended.get(name)
            if (began is None or began.year <= year) and (ended is None or ended[0].year > year):
                assert counts[name, year] == 1, "one row a year, under the name of that year"
            if lines.alone(town):
                assert counts[town, year] + counts[lines.ended[town][1], year] <= 1, "one organ, however it was called"
    in_order = sorted(history, key=lambda run: run.day)  # of two at once the one that was written last is the newer
    ends = [next((run for run in reversed(in_order) if run.site == site), None) for site in (0, 1)]
    whole = all(run is not None and run.state == "done" and run.complete and not run.tally for run in ends)
    asked = {run.site for run in history} | {one.site for one in sightings}
    for row in rows:
        mine = [one for one in sightings if (lines.in_year(one.town, one.year), one.year) == (row.organ, row.year)]
        assert row.state in STATES and row.evidence
        assert row.as_of is not None or row.state == NOT_YET_DUE or asked != {0, 1}
        if row.state == OVERDUE:
            searched = [(START + timedelta(days=run.day)).astimezone(ZONE).date() for run in ends if run is not None]
            assert not mine and whole and min(searched) > row.due_on, "only where every site was searched to its end"
        if row.state == NOT_YET_DUE:
            assert not mine and today <= row.due_on
        if any(one.answer in HIDDEN and not one.gone for one in mine):
            assert row.state not in MISSING, "what is hidden at one of its addresses is not missing"
        if row.timely == "late":
            trusted = [one.dated for one in mine if one.dated and one.rank <= TRUSTED_RANK and one.dated > row.due_on]
            looked = any(
                run.state == "done" and run.site == one.site and row.due_on < _day(run.day) and run.day < one.day
                for one in mine
                for run in history
            )
            assert trusted or looked
        if row.organ in lines.ended and lines.ended[row.organ][0] <= date(row.year, 12, 31):
            assert mine, "who ended is expected no more"
