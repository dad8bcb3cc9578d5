"""A township that has a site of its own, beside its county's: one organ, one row a year, and what hides on its site hides nobody else's report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from archive import bookkeeping, listings
from archive.candidates import Bounds
from archive.coverage import HELD, OVERDUE, UNREACHABLE, OrganYear
from archive.database import reading, writing
from archive.flag_lists import flag_lines
from archive.harvests import start_harvest
from archive.ledger_flags import review_ledger
from archive.models import ChangeRow, FlagRow, Organ, Reading, Region, SiteRun
from archive.panel import panel
from archive.regions import short_code
from archive.search import hits_page, search
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from archive.wishes import Search
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
    assert {organ: [row.addresses for row in of] for organ, of in rows(engine, "990121101").items()} == {"柳林镇": [2]}


def test_what_its_county_shows_is_not_overdue_when_its_own_site_has_none(
    engine: Engine, sites: tuple[Portal, Portal]
) -> None:
    county, own = sites
    county.show(REPORT, page())
    county.run("harvest")
    own.run("harvest")
    assert [row.state for row in rows(engine, "990121101")["柳林镇"]] == [HELD]
    assert {organ: [row.state for row in of] for organ, of in rows(engine, "990121102").items()} == {
        "双河镇": [OVERDUE]
    }


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


@pytest.fixture
def shelved(engine: Engine, sites: tuple[Portal, Portal]) -> Engine:
    """Two townships' reports on the county's site, one of these again on its own; in each a sum is broken, and what is known of 梅溪乡 is that it is overdue."""
    county, own = sites
    with writing(engine) as session:
        session.add(
            Region(code="990121103", name="梅溪乡", level="township", parent_code="990121", aliases=["梅溪公社"])
        )
    for number, town in enumerate(("柳林镇", "双河镇"), 1):
        body = page(total=9).replace("柳林镇".encode(), town.encode())
        county.show(HOME + f"nb/{number}.html", body, f"岚溪县{town}2024年政府信息公开工作年度报告")
    county.run("harvest")
    own.show(OWN + "nb/1.html", page(total=9).replace("岚溪县柳林镇".encode(), "柳林镇人民政府".encode()), TITLE)
    own.run("harvest")
    with writing(engine) as session:
        for one in session.scalars(select(Reading)):
            session.add(ChangeRow(sighting_id=one.sighting_id, kind="text edited", state="raised", after_reading_id=one.id, suspected_at=AT, raised_at=AT))  # fmt: skip
        review_ledger(session, AT, "Asia/Shanghai", "990121")
    return engine


THEIRS: dict[str, set[str]] = {
    "990121101": {REPORT, OWN + "nb/1.html"},
    "990121102": {HOME + "nb/2.html"},
    "990121103": set(),
}
ALL: set[str] = {url for urls in THEIRS.values() for url in urls}


@pytest.mark.parametrize(
    ("region", "urls"), [*THEIRS.items(), ("990121101000", THEIRS["990121101"]), ("990121", ALL), ("9901", ALL), ("990100", ALL), ("9902", set())]
)  # fmt: skip
def test_every_list_has_of_a_region_what_lies_in_it_and_of_a_township_what_its_county_shows(
    shelved: Engine, region: str, urls: set[str]
) -> None:
    filters = listings.Filters(region=region)
    with reading(shelved) as session:
        lists: dict[str, list[str | None]] = {
            "reports": [line.url for line in listings.reports_held(session, filters)],
            "findings": [line.url for line in listings.findings(session, replace(filters, kind="T4-SUM"))],
            "changes": [line.url for line in listings.changes(session, replace(filters, kind="text edited"))],
            "flags": [line.url for line in flag_lines(session, region) if line.rule == "T4-SUM"],
            "search": [hit.url for hit in search(session, Search(("工作平稳",), region))],
            "search of many": [hit.url for hit in search(session, Search(("工作平稳",), region), Bounds(0))],
            "page": [hit.url for hit in hits_page(session, Search(year=2024, region=region), 10).hits],
            "panel": [row["url"] for row in panel(session, 2024, region)],
        }
        overdue = {line.organ for line in flag_lines(session, region) if line.rule == "overdue"}
    assert {name: (set(found), len(found)) for name, found in lists.items()} == {
        name: (urls, len(urls)) for name in lists
    }
    everyone = {"990121101": set[str](), "990121102": set[str](), "990121103": {"梅溪乡"}, "9902": set[str]()}
    assert overdue == everyone.get(short_code(region), {"梅溪乡", "岚溪县人民政府"})


def test_a_township_s_list_goes_on_page_by_page_and_within_a_site(shelved: Engine) -> None:
    filters = listings.Filters(region="990121101", limit=1)
    with reading(shelved) as session:
        (first,) = listings.reports_held(session, filters)
        (second,) = listings.reports_held(session, replace(filters, below_id=first.sighting_id))
        assert {first.url, second.url} == THEIRS["990121101"]
        assert list(listings.reports_held(session, replace(filters, below_id=second.sighting_id))) == []
        (own,) = listings.reports_held(session, listings.Filters(region="990121101", site=first.site))
        assert own == first


def _run_of(engine: Engine, site_id: int) -> int:
    with writing(engine) as session:
        harvest = start_harvest(session, "harvest", [site_id], AT)
        return session.scalars(select(SiteRun.id).where(SiteRun.harvest_id == harvest)).one()
