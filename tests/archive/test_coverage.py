"""Who is expected in the ledger: the gazetteer's organs, those of lists, and those that a portal's own column has a part for."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from archive import coverage
from archive.database import reading, writing
from archive.harvests import start_harvest
from archive.models import Organ, Region, SiteRun
from archive.sites import NewSite, add_site

AT = datetime(2026, 2, 10, 1, tzinfo=UTC)


def years_of(engine: Engine, organs: list[str]) -> dict[str, set[str]]:
    """The states of each organ after a whole run whose column has parts for these."""
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        session.add(Organ(name="发展和改革局", level="department", region_code="990121"))
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990121", code="lanxi"), AT)
        harvest = start_harvest(session, "harvest", [site.id], AT)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        run.state, run.started_at, run.ended_at, run.facts = "done", AT, AT, {"organs": organs}
    with reading(engine) as session:
        found: dict[str, set[str]] = {}
        for row in coverage.organ_years(session, AT, "Asia/Shanghai", year=2025):
            found.setdefault(row.organ, set()).add(row.state)
    return found


def test_an_organ_with_a_part_in_the_portals_column_and_no_report_in_it_is_overdue(engine: Engine) -> None:
    assert years_of(engine, ["岚溪县水利局"])["水利局"] == {coverage.OVERDUE}


def test_a_name_that_may_be_short_for_a_known_organ_is_no_other_organ(engine: Engine) -> None:
    assert set(years_of(engine, ["发改局", "岚溪县人民政府"])) == {"发展和改革局", "岚溪县人民政府"}
