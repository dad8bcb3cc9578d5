"""Pages of narrowed lists are those of the whole list, read line by line, on both databases, by whatever way they are found; what lists find rows by
follows whatever is written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, aliased

from archive.database import migrate, migration_config, reading, writing
from archive.flag_lists import FlagFilters, listed_flags
from archive.listings import Filters, changes, findings, reports_held
from archive.models import (
    ChangeRow,
    CurrentReading,
    FindingRow,
    FlagRow,
    Organ,
    Reading,
    Region,
    Remark,
    Sighting,
    Site,
)
from tests.archive.rows import NOON, Rows, county

REGIONS = {"99": "省", "9901": "市", "990121": "岚溪县", "990122": "青石县", "9902": "南市", "990221": "河东县"}
YEARS = (2022, 2023, 2024, None)
OUTCOMES = ("fail", "uncertain", "not_assessable")
RULES = ("T3-BAL", "T3-SUM", "T4-SUM")
KINDS = ("new", "text edited", "removed")
STATES = ("held", "held, not readable", "held, not yet read", "moved", "removed")


SEED = 20261130


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as session:
        fill(county(session), random.Random(SEED))
    return engine


def fill(rows: Rows, chance: random.Random) -> None:
    session = rows.session
    for code, name in REGIONS.items():
        if session.get(Region, code) is None:
            session.add(Region(code=code, name=name, level={2: "province", 4: "city"}.get(len(code), "county")))
            session.flush()
    sites = [rows.site]
    for number, code in enumerate(("990122", "990221", "9901", None)):
        sites.append(
            Site(code=f"s{number}", name=f"s{number}", url=f"http://{number}/", region_code=code, added_at=NOON)
        )
    organs = [
        Organ(name=f"第{n}局", level="department", region_code=chance.choice([*REGIONS, None])) for n in range(12)
    ]
    session.add_all((*sites, *organs))
    session.flush()
    seen: list[Sighting] = []
    for number in range(120):
        site = chance.choice(sites)
        url = f"{site.url}{number}"
        sighting = rows.sighting(url, site_id=site.id, year=chance.choice(YEARS), organ_name=f"第{number % 14}局")
        page = rows.capture(url, site_id=site.id)
        seen.append(sighting)
        if chance.random() < 0.1:
            continue
        for current in (False, True) if chance.random() < 0.2 else (True,):
            organ = chance.choice([*organs, None])
            row = rows.reading(
                sighting, page if current else rows.capture(f"{url}?old", site_id=site.id), current=current, year=chance.choice(YEARS), organ_id=organ.id if organ else None,
                organ_name=f"第{number % 14}局", state=chance.choice(("read", "read", "read", "image only", "not a report")),
            )  # fmt: skip
            sighting.unread = False
            for _ in range(chance.randrange(4)):
                rows.finding(row, chance.choice(RULES), chance.choice(OUTCOMES), chance.choice(("error", "warn")))
        if chance.random() < 0.1:
            sighting.gone_at = NOON
        elif chance.random() < 0.1:
            sighting.moved_to_id = chance.choice(seen).id
    session.flush()
    readings = [*session.scalars(select(Reading)), None, None]
    for _ in range(60):
        after = chance.choice(readings)
        before = chance.choice(readings)
        sighting_id = after.sighting_id if after else before.sighting_id if before else chance.choice(seen).id
        rows.change(
            sighting_id,
            chance.choice(KINDS),
            chance.choice(("raised", "raised", "suspected")),
            before_reading_id=before.id if before else None,
            after_reading_id=after.id if after else None,
        )
    for number in range(60):
        flagged = chance.choice([*seen, None])
        organ = chance.choice([*organs, None, None])
        session.add(
            FlagRow(
                mark=f"m{number}", rule=chance.choice(RULES), severity=chance.choice(("error", "warn")), sighting_id=flagged.id if flagged else None,
                organ_id=organ.id if organ else None, region_code=chance.choice((*REGIONS, None, None, None)), year=chance.choice(YEARS),
                place="第3局", message="", raised_at=NOON,
            )
        )  # fmt: skip
    session.flush()
    for change in session.scalars(select(ChangeRow).limit(4)):
        session.add(Remark(mark=f"change:{change.id}", at=NOON, who="Li", verdict="confirmed", text="", standing=True))


def any_filters(chance: random.Random, kinds: tuple[str, ...], **more: tuple[Any, ...]) -> Filters:
    def maybe(values: tuple[Any, ...]) -> Any:
        return chance.choice(values) if chance.random() < 0.4 else None

    return Filters(
        site=maybe(("lanxi", "s0", "s3", "nobody")),
        region=maybe((*REGIONS, "9903")),
        organ=maybe(("局", "第1", "第3局", "没有")),
        year=maybe((2022, 2024, 1999)),
        kind=maybe(kinds),
        **{name: maybe(values) for name, values in more.items()},
    )


def holds(line: Any, filters: Filters, regions: dict[str, str | None]) -> bool:
    """As the filters say it in words, for a line of the whole list."""
    code = regions[line.site] or ""
    return (
        filters.site in (None, line.site)
        and (filters.region is None or code.startswith(filters.region))
        and (filters.organ is None or filters.organ in (line.organ or ""))
        and filters.year in (None, line.year)
        and filters.kind in (None, getattr(line, "kind", getattr(line, "rule", getattr(line, "state", None))))
        and filters.outcome in (None, getattr(line, "outcome", None))
        and filters.severity in (None, getattr(line, "severity", None))
    )


def in_pages(session: Session, listed: Callable[..., Iterator[Any]], filters: Filters, key: str) -> list[Any]:
    found: list[Any] = []
    while True:
        last = getattr(found[-1], key) if found else None
        page = list(listed(session, Filters(**{**as_dict(filters), "below_id": last, "limit": 3})))
        found += page
        if len(page) < 3:
            return found


def as_dict(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in Filters.__dataclass_fields__}


@pytest.mark.parametrize("few", [2, 2000])
@pytest.mark.parametrize(
    ("listed", "key", "kinds", "more"),
    [
        (reports_held, "sighting_id", STATES, {}),
        (changes, "change_id", KINDS, {}),
        (findings, "finding_id", RULES, {"outcome": OUTCOMES, "severity": ("error", "warn", "info")}),
    ],
    ids=["reports", "changes", "findings"],
)
def test_the_pages_of_a_narrowed_list_are_the_lines_of_the_whole_list_that_fulfil_it(
    filled: Engine,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    listed: Callable[..., Iterator[Any]],
    key: str,
    kinds: tuple[str, ...],
    more: dict[str, Any],
) -> None:
    for name in ("findings.FEW", "said.FEW", "filters._FEW_SITES", "filters._MOST_ORGANS", "changes._MOST_ORGANS"):
        module, constant = name.split(".")
        monkeypatch.setattr(import_module(f"archive.listings.{module}"), constant, few)
    chance, found_any = random.Random(SEED), 0
    with reading(filled) as session:
        regions = {site.code: site.region_code for site in session.scalars(select(Site))}
        whole = list(listed(session, Filters()))
        assert len(whole) > 20
        for _ in range(60):
            filters = any_filters(chance, kinds, **more)
            expected = [line for line in whole if holds(line, filters, regions)]
            assert in_pages(session, listed, filters, key) == expected, filters
            found_any += bool(expected)
    assert found_any > 10


def test_the_changes_that_somebody_judged_are_found_by_the_verdicts(filled: Engine) -> None:
    with reading(filled) as session:
        marks = set(session.scalars(select(Remark.mark)))
        expected = [line for line in changes(session) if f"change:{line.change_id}" in marks]
        assert in_pages(session, changes, Filters(verdict="confirmed"), "change_id") == expected != []


def test_flags_are_narrowed_as_their_lines_say(filled: Engine) -> None:
    chance = random.Random(SEED)
    with reading(filled) as session:
        whole = list(listed_flags(session, FlagFilters()))
        assert [line.severity for line in whole] == sorted(line.severity for line in whole)
        for _ in range(60):
            region, year, rule, organ = (chance.choice((*values, None)) for values in ((*REGIONS, "9903"), (2022, 1999), RULES, ("局", "第3局")))  # fmt: skip
            expected = [
                line
                for line in whole
                if (region is None or (line.region or "").startswith(region))
                and year in (None, line.year)
                and rule in (None, line.rule)
                and (organ is None or organ in (line.organ or ""))
            ]
            asked = FlagFilters(region=region, year=year, rule=rule, organ=organ, limit=7)
            assert list(listed_flags(session, asked)) == list(islice(expected, 7)), asked


# ── what triggers write ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def shown(session: Session) -> tuple[list[Any], list[Any], list[Any]]:
    """As it stands in the rows that lists look at."""
    placed = select(CurrentReading.reading_id, CurrentReading.site_id, CurrentReading.year, CurrentReading.sighting_id, CurrentReading.is_read, CurrentReading.region)  # fmt: skip
    of_changes = select(ChangeRow.id, ChangeRow.site_id, ChangeRow.year_shown)
    of_flags = select(FlagRow.id, FlagRow.region_shown, FlagRow.year_shown)
    return tuple(
        sorted((tuple(row) for row in session.execute(query)), key=lambda row: row[0])
        for query in (placed, of_changes, of_flags)
    )  # type: ignore[return-value]


def said(session: Session) -> tuple[list[Any], list[Any], list[Any]]:
    """As it follows from all that is written."""
    region = func.coalesce(Organ.region_code, Site.region_code)
    placed = select(Reading.id, Sighting.site_id, Reading.year, Sighting.id, Reading.state == "read", region)
    placed = placed.join(Sighting, Sighting.id == Reading.sighting_id).join(Site, Site.id == Sighting.site_id)
    placed = placed.outerjoin(Organ, Organ.id == Reading.organ_id).where(Reading.current)
    before, after = (aliased(Reading) for _ in range(2))
    of_changes = (
        select(ChangeRow.id, Sighting.site_id, func.coalesce(after.year, before.year, Sighting.year))
        .join(Sighting, Sighting.id == ChangeRow.sighting_id)
        .outerjoin(before, before.id == ChangeRow.before_reading_id)
        .outerjoin(after, after.id == ChangeRow.after_reading_id)
    )
    of_flags = (
        select(
            FlagRow.id,
            func.coalesce(FlagRow.region_code, Organ.region_code, Site.region_code),
            func.coalesce(FlagRow.year, Reading.year, Sighting.year),
        )
        .outerjoin(Sighting, Sighting.id == FlagRow.sighting_id)
        .outerjoin(Site, Site.id == Sighting.site_id)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .outerjoin(Organ, Organ.id == func.coalesce(FlagRow.organ_id, Reading.organ_id))
    )
    return tuple(
        sorted((tuple(row) for row in session.execute(query)), key=lambda row: row[0])
        for query in (placed, of_changes, of_flags)
    )  # type: ignore[return-value]


def write_anything(session: Session, chance: random.Random) -> None:
    def one(model: Any) -> Any:
        return chance.choice(session.scalars(select(model).order_by(model.id)).all())

    sighting, row, flag, change = one(Sighting), one(Reading), one(FlagRow), one(ChangeRow)
    act = chance.randrange(9)
    if act == 0:
        sighting.year = chance.choice(YEARS)
    elif act == 1:
        row.current = not row.current and not session.scalar(
            select(Reading.id).where(Reading.sighting_id == row.sighting_id, Reading.current).limit(1)
        )
    elif act == 2:
        row.organ_id, row.year, row.state = one(Organ).id, chance.choice(YEARS), chance.choice(("read", "image only"))
    elif act == 3:
        one(Organ).region_code = chance.choice((*REGIONS, None))
    elif act == 4:
        one(Site).region_code = chance.choice((*REGIONS, None))
    elif act == 5:
        flag.sighting_id, flag.year, flag.region_code = sighting.id, chance.choice(YEARS), None
    elif act == 6:
        flag.organ_id = chance.choice((one(Organ).id, None))
    elif act == 7:
        change.after_reading_id, change.before_reading_id = None, chance.choice((row.id, None))
    elif not session.scalar(select(Reading.id).where(Reading.id == row.id, Reading.id.in_(_named(session)))):
        session.delete(row)
    session.flush()


def _named(session: Session) -> set[int]:
    """Readings that other rows name: they cannot be taken away."""
    columns = (FindingRow.reading_id, ChangeRow.before_reading_id, ChangeRow.after_reading_id)
    return {number for column in columns for number in session.scalars(select(column)) if number is not None}


def test_what_lists_find_rows_by_follows_whatever_is_written(filled: Engine) -> None:
    chance = random.Random(SEED)
    with writing(filled) as session:
        for _ in range(150):
            write_anything(session, chance)
            assert shown(session) == said(session)


def test_an_archive_of_the_version_before_gets_it_by_migrating(filled: Engine) -> None:
    with reading(filled) as session:
        before = said(session)
    with filled.begin() as connection:
        command.downgrade(migration_config(connection), "0006")
    migrate(filled.url.render_as_string(hide_password=False))
    with reading(filled) as session:
        assert shown(session) == said(session) == before
    assert all(before)
