"""The search page: a region may be named, one of several is chosen, and every address stays as it was."""

from __future__ import annotations

from typing import Any

import lxml.html

from archive.database import writing
from archive.models import Region


def test_a_region_that_is_named_goes_on_under_its_code(archive: Any) -> None:
    answer = archive.get("/search?q=公开&region=岚浦&below=7")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/search?q=%E5%85%AC%E5%BC%80&region=990181"
    assert "岚浦县" in archive.get(answer.headers["location"]).text


def test_of_several_regions_of_a_name_a_person_chooses(own_archive: Any) -> None:
    with writing(own_archive.county.engine) as session:
        session.add_all(Region(code=code, name="岚浦区", level="county") for code in ("110101", "120101"))
    page = lxml.html.fromstring(own_archive.get("/search?q=公开&region=岚浦").content)
    links = page.xpath("//section[@aria-labelledby='meant']//a/@href")
    assert {link.rpartition("region=")[2] for link in links} == {"990181", "110101", "120101"}
    assert all("q=%E5%85%AC%E5%BC%80" in link for link in links)


def test_a_township_leads_to_its_page_where_its_organ_stands(own_archive: Any) -> None:
    with writing(own_archive.county.engine) as session:
        session.add(Region(code="990181100", name="白果镇", level="township", parent_code="990181"))
    assert 'href="/regions/990181100"' in own_archive.get("/search?region=白果").text


def test_a_region_that_nobody_knows_is_said_with_what_to_do(archive: Any) -> None:
    said = archive.get("/search?q=公开&region=没有这个地方").text
    assert "nianbao regions find 没有这个地方" in said


def test_the_examples_of_conditions_are_ones_that_can_be_asked(archive: Any) -> None:
    page = lxml.html.fromstring(archive.get("/search").content)
    links = page.xpath("//details[@class='examples']//a/@href")
    assert len(links) >= 5
    assert {archive.get(link).status_code for link in links} == {200}
