"""A book as it was kept says what one made anew says, whatever was written since and by whom."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from archive import bookkeeping, books, coverage
from archive.database import reading, writing
from archive.harvests import start_harvest
from archive.models import (
    BookRow,
    Capture,
    ChangeRow,
    FindingRow,
    Organ,
    OrganAlias,
    Reading,
    Region,
    Sighting,
    Site,
    SiteRun,
    WarcFile,
    figures,
)
from archive.sites import NewSite, add_site
from reports.form import FIGURE_KEYS

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 1, 20, 4, tzinfo=UTC)  # departments have until the 31st
TODAY = AT.astimezone(ZONE).date()
COUNTY, BESIDE = "990121", "990122"
NAMES = ("财政局", "教育局", "卫生局", "白果镇人民政府")


def keep(engine: Engine, at: datetime = AT) -> int:
    with writing(engine) as session:
        return bookkeeping.keep(session, at, ZONE.key)


def in_use(engine: Engine, today: date = TODAY) -> list[bool]:
    """Of each book whether the kept one counts; that it then says what a new one says is looked at on the way."""
    found = []
    with reading(engine) as session:
        for sites in coverage.sites_by_region(session).values():
            for some in bookkeeping._parts(sites):
                kept = bookkeeping._kept(session, [site.id for site in some], today, ZONE)
                if kept is not None:
                    same_but_for_the_end_of_its_days(kept, books.made(session, some, today, ZONE))
                found.append(kept is not None)
    return found


def same_but_for_the_end_of_its_days(kept: str, made: str) -> None:
    one, other = books.Book(kept), books.Book(made)
    assert (list(one.rows()), one.organs(0, 99), one.tally, one.sums, one.nowhere) == (
        list(other.rows()), other.organs(0, 99), other.tally, other.sums, other.nowhere,
    )  # fmt: skip


@pytest.fixture
def counties(engine: Engine) -> Engine:
    """Two counties, one of them with two sites; each site was searched, and each organ's report of 2024 is held."""
    with writing(engine) as session:
        session.add(Region(code="9901", name="栖云市", level="city"))
        session.flush()
        for code in (COUNTY, BESIDE):
            session.add(Region(code=code, name=f"{code}县", level="county", parent_code="9901"))
            session.flush()
            session.add_all([Organ(name=name, level="department", region_code=code) for name in NAMES[:2]])
        for number, code in enumerate((COUNTY, COUNTY, BESIDE), 1):
            site = add_site(session, NewSite(f"http://{number}.gov.cn/", region_code=code, code=f"s{number}"), AT)
            a_run(session, site.id)
        for organ in session.scalars(select(Organ)).all():
            site_id = session.scalars(select(Site.id).where(Site.region_code == organ.region_code)).first()
            a_report(session, site_id or 0, organ.id, 2024)
    return engine


def a_run(session: Session, site_id: int, state: str = "done") -> None:
    harvest = start_harvest(session, "harvest", [site_id], AT)
    run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
    run.state, run.started_at, run.ended_at = state, AT - timedelta(days=9), AT - timedelta(days=8)
    session.add(WarcFile(name=f"{run.id}.warc.gz", site_run_id=run.id, opened_at=AT))
    session.flush()


def a_capture(session: Session, site_id: int, url: str, status: int = 200) -> int:
    run = session.scalars(select(SiteRun).where(SiteRun.site_id == site_id).order_by(SiteRun.id.desc())).first()
    assert run is not None
    file = session.scalars(select(WarcFile.id).where(WarcFile.site_run_id == run.id)).one()
    offset = (session.scalar(select(func.max(Capture.id))) or 0) + 1
    row = {"site_id": site_id, "site_run_id": run.id, "url": url, "url_key": url, "method": "GET", "purpose": "article", "fetched_at": AT, "status": status, "size": 1, "payload_sha256": "a", "body_sha256": "a", "warc_file_id": file, "warc_offset": offset, "warc_length": 1, "record_id": url}  # fmt: skip
    return session.execute(insert(Capture).values(row).returning(Capture.id)).scalar_one()


def a_sighting(session: Session, site_id: int, name: str | None, year: int) -> Sighting:
    number = (session.scalar(select(func.max(Sighting.id))) or 0) + 1
    run = session.scalars(select(SiteRun.id).where(SiteRun.site_id == site_id)).first()
    url = f"http://{site_id}.gov.cn/{number}.html"
    row = Sighting(site_id=site_id, url=url, url_key=url, organ_name=name, year=year, first_seen_at=AT, last_seen_at=AT, last_run_id=run)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def a_report(session: Session, site_id: int, organ_id: int, year: int) -> Reading:
    seen = a_sighting(session, site_id, None, year)
    capture = a_capture(session, site_id, seen.url_key)
    row = Reading(sighting_id=seen.id, page_capture_id=capture, capture_id=capture, reader_version=1, read_at=AT, state="read", kind="annual_report", current=True, organ_id=organ_id, year=year, published_on=date(2025, 1, 9), published_rank=1)  # fmt: skip
    session.add(row)
    session.flush()
    session.execute(insert(figures).values(reading_id=row.id, states="-" * len(FIGURE_KEYS), requests_new_received_total=7))  # fmt: skip
    return row


# ── what anybody may write ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Act = Callable[[Session, random.Random], object]


def _any(session: Session, chance: random.Random, model: type) -> int:
    return chance.choice(session.scalars(select(model.id).order_by(model.id)).all())  # type: ignore[attr-defined]


def _set(model: type, **values: Callable[[random.Random], object]) -> Act:
    """One row of the table gets other values, by a plain UPDATE."""

    def act(session: Session, chance: random.Random) -> None:
        chosen = {name: value(chance) for name, value in values.items()}
        session.execute(update(model).where(model.id == _any(session, chance, model)).values(chosen))  # type: ignore[attr-defined]

    return act


def _read(session: Session, chance: random.Random) -> None:
    a_report(session, _any(session, chance, Site), _any(session, chance, Organ), chance.randint(2020, 2025))


def _see(session: Session, chance: random.Random) -> None:
    site = _any(session, chance, Site)
    seen = a_sighting(session, site, chance.choice((None, *NAMES)), chance.randint(2020, 2025))
    if chance.random() < 0.7:
        a_capture(session, site, seen.url_key, chance.choice((200, 404, 503)))


def _move(session: Session, chance: random.Random) -> None:
    one, other = _any(session, chance, Sighting), _any(session, chance, Sighting)
    if one != other:
        session.execute(update(Sighting).where(Sighting.id == one).values(moved_to_id=other, gone_at=AT))


def _find(session: Session, chance: random.Random) -> None:
    session.add(FindingRow(reading_id=_any(session, chance, Reading), rule="T3-BAL", place="total", outcome="fail", severity="warn", message=""))  # fmt: skip


def _change(session: Session, chance: random.Random) -> None:
    session.add(ChangeRow(sighting_id=_any(session, chance, Sighting), kind="text edited", state=chance.choice(("suspected", "raised")), suspected_at=AT))  # fmt: skip


def _unfind(session: Session, chance: random.Random) -> None:
    session.execute(delete(FindingRow).where(FindingRow.reading_id == _any(session, chance, Reading)))


def _rename(session: Session, chance: random.Random) -> None:
    organ = session.get_one(Organ, _any(session, chance, Organ))
    session.add(OrganAlias(organ_id=organ.id, name=f"别名{chance.random()}"))


def _succeed(session: Session, chance: random.Random) -> None:
    region = chance.choice((COUNTY, BESIDE))
    one, other = session.scalars(select(Organ).where(Organ.region_code == region).order_by(Organ.id)).all()[:2]
    one.successor_id, one.valid_to, other.valid_from = other.id, date(2024, 6, 1), date(2024, 6, 1)


def _found(session: Session, chance: random.Random) -> None:
    name = f"新{session.scalar(select(func.max(Organ.id)))}局"
    session.add(Organ(name=name, level="department", region_code=chance.choice((COUNTY, BESIDE))))


def _town(session: Session, chance: random.Random) -> None:
    count = session.scalar(select(func.count()).select_from(Region))
    session.add(Region(code=f"{COUNTY}{count:03}", name=f"第{count}镇", level="township", parent_code=COUNTY))


def _measure(session: Session, chance: random.Random) -> None:
    number = chance.choice((None, 3, 12))
    row = update(figures).where(figures.c.reading_id == _any(session, chance, Reading))
    session.execute(row.values(requests_new_received_total=number))


ACTS: tuple[Act, ...] = (
    _read, _see, _move, _find, _unfind, _change, _rename, _succeed, _found, _town, _measure,
    lambda session, chance: a_run(session, _any(session, chance, Site), chance.choice(("done", "failed"))),
    _set(Sighting, gone_at=lambda chance: chance.choice((None, AT)), last_seen_at=lambda chance: AT + timedelta(days=chance.randint(0, 9))),
    _set(Reading, state=lambda chance: chance.choice(("read", "image only", "not a report"))),
    _set(Reading, current=lambda chance: False),
    _set(Reading, year=lambda chance: chance.randint(2020, 2025)),
    _set(Site, region_code=lambda chance: chance.choice((COUNTY, BESIDE, None))),
    _set(Site, removed_at=lambda chance: chance.choice((None, None, AT))),
    _set(SiteRun, facts=lambda chance: {"organs": [f"第{chance.randint(1, 3)}办公室"]}),
    lambda session, chance: session.execute(update(Region).where(Region.code == "9901").values(deadlines={"department": chance.choice(("01-10", "03-05"))})),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_book_that_counts_says_what_a_new_one_says_after_any_history(counties: Engine, seed: int) -> None:
    chance, counted = random.Random(seed), 0
    acts = list(ACTS) * 2
    chance.shuffle(acts)
    for act in acts:
        with writing(counties) as session:
            act(session, chance)
        counted += sum(in_use(counties))
        if chance.random() < 0.5:
            keep(counties)
            assert all(in_use(counties))
    assert counted > len(acts) / 3  # a change in one county leaves the other's book in use


def test_what_is_written_of_one_county_leaves_the_others_book_in_use(counties: Engine) -> None:
    assert in_use(counties) == [False] * 4
    assert (keep(counties), keep(counties)) == (2, 0)
    assert in_use(counties) == [True] * 4
    with writing(counties) as session:
        a_sighting(session, 3, "财政局", 2023)
    assert in_use(counties) == [True, True, True, False]
    assert keep(counties) == 1


def test_a_transaction_that_failed_leaves_the_books_in_use(counties: Engine) -> None:
    keep(counties)
    with pytest.raises(RuntimeError, match="on purpose"), writing(counties) as session:
        a_sighting(session, 3, "财政局", 2023)
        raise RuntimeError("on purpose")
    assert all(in_use(counties))


def test_a_book_of_a_day_before_a_deadline_does_not_count_after_it(counties: Engine) -> None:
    keep(counties)
    until = date(2026, 1, 31)
    assert all(in_use(counties, until))
    assert not any(in_use(counties, until + timedelta(days=1)))
    assert not any(in_use(counties, TODAY - timedelta(days=1)))
    assert keep(counties, AT + timedelta(days=20)) == 2


def test_a_book_that_other_code_made_does_not_count(counties: Engine) -> None:
    keep(counties)
    with writing(counties) as session:
        session.execute(update(BookRow).values(made_by="older"))
    assert not any(in_use(counties))
    assert (keep(counties), all(in_use(counties))) == (2, True)


def test_all_that_count_no_more_are_made_anew_some_regions_at_a_time(
    counties: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "_REGIONS", 1)
    keep(counties)
    with writing(counties) as session:
        session.execute(update(BookRow).values(made_by="older"))
    told: list[tuple[int, int]] = []
    assert bookkeeping.renew(counties, AT, ZONE.key, lambda done, of: told.append((done, of))) == 2
    assert (told, all(in_use(counties))) == ([(1, 2), (2, 2)], True)
    assert bookkeeping.renew(counties, AT, ZONE.key) == 0


@pytest.mark.parametrize("first", [1, 5])
def test_the_ledger_goes_on_wherever_a_page_before_ended(
    counties: Engine, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Also where what is asked for at once ends between the sites of a region."""
    monkeypatch.setattr(bookkeeping, "_LOOKED_OVER_FIRST", first)
    monkeypatch.setattr(coverage, "_SITES_FIRST", first)
    monkeypatch.setattr(coverage, "_SITES", first)
    for kept in (False, True):
        if kept:
            keep(counties)
        with reading(counties) as session:
            for year in (None, 2023, 1999):
                rows = list(bookkeeping.organ_years(session, AT, ZONE.key, year=year))
                for number, row in enumerate(rows, 1):
                    seen = sum(one.region == row.region for one in rows[:number])
                    place = bookkeeping.Place(row.region, seen)
                    assert list(bookkeeping.organ_years(session, AT, ZONE.key, year=year, after=place)) == rows[number:]
                assert [
                    *bookkeeping.organ_years(session, AT, ZONE.key, year=year, after=bookkeeping.Place(None, 0))
                ] == rows


def test_what_is_committed_while_books_are_kept_makes_them_count_no_more(counties: Engine) -> None:
    """SQLite has one writer at a time: there nobody writes while books are kept."""
    if counties.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    with writing(counties) as writer:
        a_sighting(writer, 3, "财政局", 2023)  # begun before, and committed after
        keep(counties)
        assert in_use(counties) == [True] * 4
    assert in_use(counties) == [True, True, True, False]


def test_without_a_removed_site_the_book_is_the_one_of_the_others(counties: Engine) -> None:
    keep(counties)
    with writing(counties) as session:
        session.get_one(Site, 2).removed_at = AT
    assert in_use(counties) == [True, True]  # each says what a new one of these sites says
    with writing(counties) as session:
        session.get_one(Site, 2).removed_at = None
    assert in_use(counties) == [False, True, False, True]


def test_the_overdue_of_a_region_are_those_of_its_ledger(counties: Engine) -> None:
    later = AT + timedelta(days=90)
    for kept in (False, True):
        if kept:
            keep(counties, later)
        with reading(counties) as session:
            rows = list(coverage.organ_years(session, later, ZONE.key))
            assert list(bookkeeping.organ_years(session, later, ZONE.key)) == rows
            counts = bookkeeping.overdue(session, later, ZONE.key)
        assert counts == {code: sum(row.region == code and row.state == coverage.OVERDUE for row in rows) for code in (COUNTY, BESIDE)}  # fmt: skip
        assert sum(counts.values()) > 0
