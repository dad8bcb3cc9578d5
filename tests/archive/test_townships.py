"""A township that has a site of its own, beside its county's: one organ, one row a year, and what hides on its site hides nobody else's report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from archive import bookkeeping
from archive.coverage import HELD, OVERDUE, UNREACHABLE, OrganYear
from archive.database import reading, writing
from archive.harvests import start_harvest
from archive.ledger_flags import review_ledger
from archive.models import FlagRow, Organ, Region, SiteRun
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from tests.archive.changes.showing import HOME, REPORT, Portal, page

OWN = "http://liulin.lanxi.gov.cn/"
AT = datetime(2025, 6, 1, tzinfo=UTC)
TITLE = "柳林镇人民政府2024年政府信息公开工作年度报告"


@pytest.fixture
def sites(engine: Engine, home: Path) -> tuple[Portal, Portal]:
    """The county's and the township's, not harvested yet."""
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        session.add_all(Region(code=f"99012110{n}", name=name, level="township", parent_code="990121") for n, name in ((1, "柳林镇"), (2, "双河镇")))  # fmt: skip
        session.flush()
        county = add_site(session, NewSite(HOME, region_code="990121"), AT).id
        own = add_site(session, NewSite(OWN, region_code="990121101"), AT).id
    store = WarcStore(home / "warc")
    return Portal(engine, store, county, AT), Portal(engine, store, own, AT)


def rows(engine: Engine, region: str | None = None) -> dict[str, list[OrganYear]]:
    with reading(engine) as session:
        found: dict[str, list[OrganYear]] = {}
        for row in bookkeeping.organ_years(session, AT, "Asia/Shanghai", region, 2024):
            found.setdefault(row.organ, []).append(row)
    return found


def test_its_report_has_one_row_however_many_sites_show_it(engine: Engine, sites: tuple[Portal, Portal]) -> None:
    county, own = sites
    county.show(REPORT, page())
    county.run("harvest")
    own.show(OWN + "nb/1.html", page().replace("岚溪县柳林镇".encode(), "柳林镇人民政府".encode()), TITLE)
    own.run("harvest")
    found = rows(engine)
    assert {
        organ: [(row.region, row.level, row.state, row.addresses) for row in of] for organ, of in found.items()
    } == {
        "岚溪县人民政府": [("990121", "government", OVERDUE, 0)],
        "双河镇": [("990121", "township", OVERDUE, 0)],
        "柳林镇": [("990121", "township", HELD, 2)],
    }
    with reading(engine) as session:
        assert session.scalars(select(Organ.name)).all() == ["柳林镇"]
    assert {organ: [row.addresses for row in of] for organ, of in rows(engine, "990121101").items()} == {"柳林镇": [1]}


def test_its_own_site_alone_is_asked_of_no_other_organ(engine: Engine, sites: tuple[Portal, Portal]) -> None:
    _, own = sites
    own.run("harvest")
    assert set(rows(engine, "990121101")) == {"柳林镇"}


def test_its_site_that_cannot_be_reached_hides_its_own_report_and_no_other(
    engine: Engine, sites: tuple[Portal, Portal]
) -> None:
    county, own = sites
    county.run("harvest")
    number = _run_of(engine, own.site_id)
    with writing(engine) as session:
        run = session.get_one(SiteRun, number)
        run.state, run.started_at, run.ended_at, run.reason = "failed", AT, AT, "the host did not answer"
    found = rows(engine)
    assert [row.state for row in found["柳林镇"]] == [UNREACHABLE] and [row.state for row in found["双河镇"]] == [
        OVERDUE
    ]


def test_a_look_at_its_site_closes_no_flag_of_the_county(engine: Engine, sites: tuple[Portal, Portal]) -> None:
    county, own = sites
    county.run("harvest")
    own.run("harvest")
    for region in ("990121", "990121101"):
        with writing(engine) as session:
            review_ledger(session, AT, "Asia/Shanghai", region)
        with reading(engine) as session:
            standing = session.scalars(select(FlagRow.place).where(FlagRow.closed_at.is_(None))).all()
        assert sorted(standing) == ["双河镇", "岚溪县人民政府", "柳林镇"]


def _run_of(engine: Engine, site_id: int) -> int:
    with writing(engine) as session:
        harvest = start_harvest(session, "harvest", [site_id], AT)
        return session.scalars(select(SiteRun.id).where(SiteRun.harvest_id == harvest)).one()
