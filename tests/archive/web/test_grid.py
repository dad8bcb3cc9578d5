"""Regions × years: the same as the ledgers of the counties, summed up to the province."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from archive import coverage
from archive.database import reading, writing
from archive.grid import Grid, RegionLine, grid_of
from archive.models import FlagRow, Organ, Region, Site

AT = datetime(2026, 3, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def with_regions_above(archive: Any) -> None:
    with writing(archive.county.engine) as session:
        session.add(Region(code="99", name="岚川省", level="province"))
        session.flush()
        session.add(Region(code="9901", name="栖云市", level="city", parent_code="99"))
        session.flush()
        session.get_one(Region, "990181").parent_code = "9901"
        session.add(Region(code="990181100", name="白果镇", level="township", parent_code="990181"))


def test_a_cell_counts_what_the_ledger_calls_held(lived_archive: Any) -> None:
    with reading(lived_archive.county.engine) as session:
        sites = session.scalars(select(Site)).all()
        rows = coverage.ledger(session, sites, AT.date(), ZONE).rows
        made = grid_of(session, AT, ZONE.key).lines["990181"]
    held = (coverage.HELD, coverage.NOT_READABLE)
    for year in {row.year for row in rows}:
        assert made.held.get(year, 0) == sum(row.year == year and row.state in held for row in rows)
    assert sum(made.held.values()) > 3


def test_a_county_s_counts_stand_in_every_region_above_it(lived_archive: Any) -> None:
    with_regions_above(lived_archive)
    with writing(lived_archive.county.engine) as session:
        session.add(Region(code="990182", name="邻县", level="county", parent_code="9901"))
        session.flush()
        session.add(Organ(name="财政局", level="department", region_code="990182"))
    with reading(lived_archive.county.engine) as session:
        made = grid_of(session, AT, ZONE.key)
        ledger = list(coverage.organ_years(session, AT, ZONE.key))
    county, beside, city, province = (made.lines[code] for code in ("990181", "990182", "9901", "99"))
    assert dict(province.held) == dict(city.held) == dict(county.held)
    assert [province.there[year] for year in made.years] == [
        county.there[year] + beside.there[year] for year in made.years
    ]
    overdue = sum(row.state == coverage.OVERDUE for row in ledger)
    assert (county.overdue, beside.overdue, city.overdue, province.overdue) == (overdue, 0, overdue, overdue)
    assert overdue > 0
    assert [(depth, line.code) for depth, line in made.opened(10)] == [(0, "99"), (1, "9901"), (2, "990181"), (2, "990182")]  # fmt: skip
    assert [line.code for line in made.path("990181")] == ["99", "9901"]


def test_the_grid_is_opened_as_deep_as_there_is_room() -> None:
    lines = {code: RegionLine(code, code, "", code[:-1] or None) for code in ("1", "2", "11", "12", "21", "111")}
    made = Grid(lines, (), {None: ("1", "2"), "1": ("11", "12"), "2": ("21",), "11": ("111",)})
    assert [line.code for _, line in made.opened(4)] == ["1", "2"]
    assert [line.code for _, line in made.opened(5)] == ["1", "11", "12", "2", "21"]
    assert [line.code for _, line in made.opened(9, "1")] == ["11", "111", "12"]


@pytest.mark.parametrize(("held", "there", "shade"), [(0, 9, 0), (1, 9, 1), (8, 9, 3), (9, 9, 4), (0, 0, 0), (3, 2, 4)])
def test_a_shade_says_nothing_some_or_all(held: int, there: int, shade: int) -> None:
    line = RegionLine("1", "", "", None, {2024: held}, {2024: there})
    assert line.shade(2024) == shade


def test_a_reader_goes_down_from_the_province_to_the_township_s_organ(lived_archive: Any) -> None:
    with_regions_above(lived_archive)
    with writing(lived_archive.county.engine) as session:
        session.add(Organ(name="白果镇人民政府", level="township", region_code="990181"))
    place, seen = "/regions", []
    for code in ("99", "9901", "990181", "990181100"):
        assert f'href="/regions/{code}"' in lived_archive.get(place).text
        place = f"/regions/{code}"
        seen.append(lived_archive.get(place).status_code)
    assert seen == [200] * 4
    assert "白果镇人民政府" in lived_archive.get(place).text


def test_the_overview_says_what_is_overdue_and_where(lived_archive: Any) -> None:
    with writing(lived_archive.county.engine) as session:
        organ = session.scalars(select(Organ.id)).first()
        session.add(FlagRow(mark="overdue:1", rule="overdue", severity="warn", region_code="990181", organ_id=organ, year=2025, place="财政局", message="应于1月31日前发布", raised_at=datetime(2026, 2, 1, tzinfo=UTC)))  # fmt: skip
        session.add(FlagRow(mark="overdue:2", rule="overdue", severity="warn", region_code="990181", year=2024, place="已补发的局", message="", raised_at=datetime(2026, 2, 1, tzinfo=UTC), closed_at=datetime(2026, 2, 2, tzinfo=UTC)))  # fmt: skip
    said = lived_archive.get("/").text
    assert "应于1月31日前发布" in said
    assert f'href="/organs/{organ}"' in said
    assert "已补发的局" not in said


def test_a_region_without_a_site_says_what_to_do_and_has_no_work_order(lived_archive: Any) -> None:
    with_regions_above(lived_archive)
    assert "nianbao sites add URL --region 990181100" in lived_archive.get("/regions/990181100").text
    assert lived_archive.get("/regions/99/work-order.xlsx").status_code == 404
    assert lived_archive.get("/regions/110000").status_code == 404
