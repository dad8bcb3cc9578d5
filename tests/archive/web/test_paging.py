"""Lists of sites and runs come in pages that miss nothing and show nothing twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from archive.database import writing
from archive.models import Harvest, Site, SiteRun

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


def walked(archive: Any, start: str, link: str) -> tuple[list[str], int]:
    """Every row's address over all pages, and how many pages there were."""
    found: list[str] = []
    pages, address = 0, start
    while address:
        body = archive.get(address).text
        pages += 1
        found += re.findall(link, body)
        following = re.search(r'<a rel="next" href="([^"]+)"', body)
        address = following.group(1).replace("&amp;", "&") if following else ""
    return found, pages


def test_every_site_stands_on_exactly_one_page(empty_archive: Any) -> None:
    with writing(empty_archive.county.engine) as session:
        session.add_all(Site(code=f"s{n:03}", name=f"{n}县", url=f"http://{n}/", added_at=NOON) for n in range(120))
    found, pages = walked(empty_archive, "/sites", r'<th scope="row"><a href="/sites/(s\d+)"')
    assert found == [f"s{n:03}" for n in range(120)]
    assert pages == 3


def test_every_run_of_a_harvest_stands_on_one_page_and_the_troubled_come_first(empty_archive: Any) -> None:
    with writing(empty_archive.county.engine) as session:
        session.add(Harvest(kind="harvest", state="done", started_at=NOON))
        sites = [Site(code=f"s{n:03}", name=f"{n}县", url=f"http://{n}/", added_at=NOON) for n in range(120)]
        session.add_all(sites)
        session.flush()
        session.add_all(
            SiteRun(harvest_id=1, site_id=site.id, state="failed" if site.code > "s116" else "done") for site in sites
        )
    found, pages = walked(empty_archive, "/harvests/1", r'<th scope="row"><a href="/sites/(s\d+)"')
    assert sorted(found) == [f"s{n:03}" for n in range(120)]
    assert found[:3] == ["s117", "s118", "s119"]
    assert pages == 3
