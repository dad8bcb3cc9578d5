"""Who is expected in the ledger: the gazetteer's organs, those of lists, and those that a portal's own column has a part for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from archive import coverage
from archive.database import reading, writing
from archive.harvests import start_harvest
from archive.models import Organ, Region, Sighting, SiteRun
from archive.sites import NewSite, add_site

AT = datetime(2026, 2, 10, 1, tzinfo=UTC)


def years_of(engine: Engine, organs: list[str], unlooked: Sequence[str] = ()) -> dict[str, set[str]]:
    """The states of each organ after a whole run whose column has parts for these, and that did not look at the own pages of those."""
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        session.add(Organ(name="发展和改革局", level="department", region_code="990121"))
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990121", code="lanxi"), AT)
        harvest = start_harvest(session, "harvest", [site.id], AT)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        run.state, run.started_at, run.ended_at, run.facts = (
            "done",
            AT,
            AT,
            {"organs": organs, "unlooked": list(unlooked)},
        )
    with reading(engine) as session:
        found: dict[str, set[str]] = {}
        for row in coverage.organ_years(session, AT, "Asia/Shanghai", year=2025):
            found.setdefault(row.organ, set()).add(row.state)
    return found


def test_an_organ_with_a_part_in_the_portals_column_and_no_report_in_it_is_overdue(engine: Engine) -> None:
    assert years_of(engine, ["岚溪县水利局"])["水利局"] == {coverage.OVERDUE}


def test_an_organ_at_whose_own_page_nobody_looked_is_not_overdue(engine: Engine) -> None:
    found = years_of(engine, ["岚溪县水利局", "岚溪县财政局"], ["岚溪县水利局", "岚溪县发改局"])
    assert found["水利局"] == found["发展和改革局"] == {coverage.UNREACHABLE} and found["财政局"] == {coverage.OVERDUE}
    with reading(engine) as session:
        said = {row.evidence for row in coverage.organ_years(session, AT, "Asia/Shanghai") if row.organ == "水利局"}
    assert said == {
        "due on 2026-01-31; no list names it; its organ's own page, where a second list may stand, was not looked at yet"
    }


def test_a_name_that_may_be_short_for_a_known_organ_is_no_other_organ(engine: Engine) -> None:
    assert set(years_of(engine, ["发改局", "岚溪县人民政府"])) == {"发展和改革局", "岚溪县人民政府"}


def listed(engine: Engine, *names: tuple[str, int]) -> dict[tuple[str, int], str]:
    """The states after a whole run that saw these names of departments on a list, with their years, and got no answer from their addresses."""
    years_of(engine, [])
    with writing(engine) as session:
        run = session.scalars(select(SiteRun)).one()
        for number, (name, year) in enumerate(names):
            url = f"http://www.lanxi.gov.cn/{number}.html"
            session.add(Sighting(site_id=run.site_id, url=url, url_key=url, organ_name=name, year=year, first_seen_at=AT, last_seen_at=AT, last_run_id=run.id))  # fmt: skip
    with reading(engine) as session:
        rows = list(coverage.organ_years(session, AT, "Asia/Shanghai"))
    return {(row.organ, row.year): row.state for row in rows if row.level == "department"}


def test_what_a_list_calls_by_a_short_name_and_nobody_could_read_is_the_known_organ_s(engine: Engine) -> None:
    assert listed(engine, ("岚溪县发改局", 2024)) == {
        ("发展和改革局", 2024): coverage.UNREACHABLE,
        ("发展和改革局", 2025): coverage.OVERDUE,
    }


def test_a_short_and_a_full_name_that_nobody_knew_are_one_organ_in_any_order(engine: Engine) -> None:
    found = listed(engine, ("卫健局", 2024), ("卫生健康局", 2025))
    assert {organ for organ, _ in found} == {"发展和改革局", "卫生健康局"}
    assert [found["卫生健康局", year] for year in (2024, 2025)] == [coverage.UNREACHABLE] * 2


def test_of_a_short_and_a_full_name_on_a_list_of_the_same_year_each_is_an_organ(engine: Engine) -> None:
    found = listed(engine, ("农业局", 2025), ("农业机械局", 2025))
    assert {organ for organ, _ in found} == {"发展和改革局", "农业局", "农业机械局"}


def test_a_short_name_that_may_be_two_organs_is_neither(engine: Engine) -> None:
    found = listed(engine, ("市监局", 2024), ("市场监督局", 2025), ("市政监理局", 2025))
    assert {organ for organ, _ in found} == {"发展和改革局", "市监局", "市场监督局", "市政监理局"}
