"""Organs that were merged or renamed on a day: who is expected when, and which years are one history."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select

from archive import coverage
from archive.coverage import OrganYear
from archive.database import reading, writing
from archive.harvests import start_harvest
from archive.models import Capture, Event, Organ, Reading, Region, Sighting, SiteRun, WarcFile
from archive.sites import NewSite, add_site
from archive.successions import (
    Said,
    Step,
    WrongOrgan,
    line_of,
    merge,
    organ_lines,
    rename,
    take_back,
    year_after,
    year_before,
)

AT = datetime(2026, 2, 10, 1, tzinfo=UTC)
HEALTH, FAMILY, OTHER = 1, 2, 3
SAID = Said(date(2024, 3, 1), "李", "机构改革方案", AT)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """A county whose health and family planning offices reported for 2023, and which was searched to its end."""
    with writing(engine) as session:
        for code, name, level in (
            ("99", "云岭省", "province"),
            ("9901", "栖云市", "city"),
            ("990121", "岚溪县", "county"),
        ):
            session.add(Region(code=code, name=name, level=level, parent_code=code[:-2] if level == "city" else None))
            session.flush()
        for number, name in ((HEALTH, "卫生局"), (FAMILY, "计划生育局"), (OTHER, "教育局")):
            organ = Organ(name=name, level="department", region_code="990121")
            session.add(organ)
            session.flush()
            assert organ.id == number
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990121", code="lanxi"), AT)
        harvest = start_harvest(session, "harvest", [site.id], AT)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        run.state, run.started_at, run.ended_at = "done", AT, AT
        session.add(WarcFile(id=1, name="a.warc.gz", site_run_id=run.id, opened_at=AT))
    for organ, name in ((HEALTH, "卫生局"), (FAMILY, "计划生育局")):
        hold(engine, organ, name, 2023)
    return engine


def hold(engine: Engine, organ: int, name: str, year: int) -> None:
    """A report as the archive holds it, from its capture to its reading."""
    with writing(engine) as session:
        number = organ * 100 + year % 100
        run, site = session.execute(select(SiteRun.id, SiteRun.site_id)).one()
        url = f"http://www.lanxi.gov.cn/nb/{number}.html"
        session.add(Capture(id=number, site_id=site, site_run_id=run, url=url, url_key=url, purpose="article", fetched_at=AT, status=200, size=1, payload_sha256="a", body_sha256="a", warc_file_id=1, warc_offset=number, warc_length=1, record_id=str(number)))  # fmt: skip
        session.add(Sighting(id=number, site_id=site, url=url, url_key=url, organ_name=name, year=year, first_seen_at=AT, last_seen_at=AT, last_run_id=run))  # fmt: skip
        session.flush()
        session.add(Reading(id=number, sighting_id=number, page_capture_id=number, capture_id=number, reader_version=1, read_at=AT, state="read", kind="annual_report", current=True, organ_id=organ, organ_name=name, year=year))  # fmt: skip


def states(engine: Engine) -> dict[tuple[str, int], str]:
    with reading(engine) as session:
        rows: list[OrganYear] = list(coverage.organ_years(session, AT, "Asia/Shanghai"))
    return {(row.organ, row.year): row.state for row in rows if row.organ not in ("教育局", "岚溪县人民政府")}


def test_a_province_sums_up_every_region_below_it_in_either_way_of_writing_its_code(engine: Engine) -> None:
    with reading(engine) as session:
        for code in ("99", "990000", "9901", "990100", "990121"):
            rows = list(coverage.organ_years(session, AT, "Asia/Shanghai", code))
            sums = {line["year"]: line for line in coverage.totals(rows)}
            assert {year: line["organs"] for year, line in sums.items()} == {2023: 4, 2024: 4, 2025: 4}, code
            assert (sums[2023]["held"], sums[2023]["overdue"]) == (2, 2)
        assert list(coverage.organ_years(session, AT, "Asia/Shanghai", "98")) == []


def merged(engine: Engine, into: str = "卫生健康局") -> int:
    with writing(engine) as session:
        organ = Organ(name=into, level="department", region_code="990121")
        session.add(organ)
        session.flush()
        merge(session, [HEALTH, FAMILY], organ.id, SAID, new=True)
        return organ.id


def renamed(engine: Engine, name: str = "岚溪县卫生健康局") -> int:
    with writing(engine) as session:
        return rename(session, HEALTH, name, SAID).id


def test_from_the_day_of_a_merger_the_ledger_expects_the_successor_alone(engine: Engine) -> None:
    merged(engine)
    assert states(engine) == {
        ("卫生局", 2023): "held",
        ("计划生育局", 2023): "held",
        ("卫生健康局", 2024): "overdue",
        ("卫生健康局", 2025): "overdue",
    }


def test_a_successor_that_reported_before_the_merger_is_expected_for_those_years_too(engine: Engine) -> None:
    hold(engine, OTHER, "教育局", 2023)
    with writing(engine) as session:
        merge(session, [HEALTH], OTHER, SAID)
        assert session.get_one(Organ, OTHER).valid_from is None
    with reading(engine) as session:
        rows = coverage.organ_years(session, AT, "Asia/Shanghai")
        assert {row.year for row in rows if row.organ == "教育局"} == {2023, 2024, 2025}
    assert ("卫生局", 2024) not in states(engine)


def test_an_organ_that_was_there_before_a_merger_keeps_its_earlier_years_though_none_was_ever_read(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        merge(session, [HEALTH], OTHER, SAID, new=False)
    with reading(engine) as session:
        rows = {(row.organ, row.year): row.state for row in coverage.organ_years(session, AT, "Asia/Shanghai")}
    assert [rows["教育局", year] for year in (2023, 2024, 2025)] == ["overdue"] * 3
    assert rows["卫生局", 2023] == "held", "no other name of the one that took it over"


def test_nobody_guesses_whether_a_merger_set_an_organ_up_that_has_no_earlier_report(engine: Engine) -> None:
    hold(engine, OTHER, "教育局", 2024)
    with pytest.raises(WrongOrgan, match="--new"), writing(engine) as session:
        merge(session, [HEALTH], OTHER, SAID)


def test_who_reported_before_a_merger_was_not_set_up_by_it(engine: Engine) -> None:
    with pytest.raises(WrongOrgan, match="2024"), writing(engine) as session:
        merge(session, [HEALTH], FAMILY, SAID, new=True)


def test_an_organ_with_another_name_is_one_with_its_successor_whatever_its_titles_say(engine: Engine) -> None:
    new = renamed(engine)
    hold(engine, HEALTH, "卫生局", 2024)  # the page still bears the old name
    hold(engine, new, "卫生健康局", 2025)
    assert {key: state for key, state in states(engine).items() if key[0] != "计划生育局"} == {
        ("卫生局", 2023): "held",
        ("卫生健康局", 2024): "held",
        ("卫生健康局", 2025): "held",
    }


def test_a_row_that_a_harvest_made_of_the_new_name_becomes_the_successor(engine: Engine) -> None:
    with writing(engine) as session:
        organ = Organ(name="卫生健康局", level="department", region_code="990121")
        session.add(organ)
    hold(engine, organ.id, "卫生健康局", 2024)
    assert renamed(engine) == organ.id


def test_the_history_of_a_successor_names_each_step_with_its_day_and_who_said_so(engine: Engine) -> None:
    new = renamed(engine)
    with writing(engine) as session:
        merge(session, [FAMILY, new], OTHER, Said(date(2025, 1, 1), "王", "再次改革", AT), new=False)
    expected = [
        Step(HEALTH, "卫生局", new, "卫生健康局", "renamed", date(2024, 3, 1), "李", "机构改革方案"),
        Step(FAMILY, "计划生育局", OTHER, "教育局", "merged", date(2025, 1, 1), "王", "再次改革"),
        Step(new, "卫生健康局", OTHER, "教育局", "merged", date(2025, 1, 1), "王", "再次改革"),
    ]
    with reading(engine) as session:
        assert line_of(session, OTHER) == expected
        assert line_of(session, HEALTH) == [expected[0], expected[2]]
        assert len(session.scalars(select(Event.id).where(Event.kind == "organ")).all()) == 3


def test_a_year_is_held_against_the_year_before_under_the_old_name(engine: Engine) -> None:
    new = renamed(engine)
    with reading(engine) as session:
        assert year_before(session, new, 2024) == [new, HEALTH]
        assert year_after(session, HEALTH) == [HEALTH, new]
        assert year_before(session, OTHER, 2024) == [OTHER]


def test_in_the_year_of_a_merger_nothing_is_carried_over(engine: Engine) -> None:
    new = merged(engine)
    with reading(engine) as session:
        assert year_before(session, new, 2024) == []
        assert year_before(session, new, 2025) == [new]


def test_what_was_said_of_an_end_can_be_taken_back(engine: Engine) -> None:
    before = states(engine)
    renamed(engine)
    with writing(engine) as session:
        take_back(session, HEALTH, "李", AT)
        session.delete(session.scalars(select(Organ).where(Organ.name == "卫生健康局")).one())
    assert states(engine) == before


def test_the_list_says_what_became_of_an_organ(engine: Engine) -> None:
    new = renamed(engine)
    with reading(engine) as session:
        lines = {line.id: line for line in organ_lines(session, "990121")}
        assert list(organ_lines(session, "990199")) == []
    assert (lines[HEALTH].successor, lines[HEALTH].successor_name, lines[HEALTH].valid_to) == (
        new,
        "卫生健康局",
        SAID.on,
    )


@pytest.mark.parametrize(
    ("organ", "into", "said"),
    [
        (99, OTHER, SAID),
        (HEALTH, 99, SAID),
        (HEALTH, HEALTH, SAID),
        (HEALTH, OTHER, Said(SAID.on, " ", "x", AT)),
        (HEALTH, OTHER, Said(SAID.on, "李", "", AT)),
    ],
)
def test_a_merger_that_cannot_be_is_refused(engine: Engine, organ: int, into: int, said: Said) -> None:
    with pytest.raises(WrongOrgan), writing(engine) as session:
        merge(session, [organ], into, said, new=False)


def test_no_organ_is_its_own_successor_s_successor_and_none_ends_twice(engine: Engine) -> None:
    with writing(engine) as session:
        merge(session, [HEALTH], OTHER, SAID, new=False)
    for organ, into in ((OTHER, HEALTH), (HEALTH, FAMILY)):
        with pytest.raises(WrongOrgan), writing(engine) as session:
            merge(session, [organ], into, SAID, new=False)


def test_another_name_that_is_no_other_or_was_there_before_is_refused(engine: Engine) -> None:
    for name in ("卫生局", "岚溪县卫生局", "计划生育局"):
        with pytest.raises(WrongOrgan), writing(engine) as session:
            rename(session, HEALTH, name, SAID)
