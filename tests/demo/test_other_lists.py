"""Families whose lists stand in the page, in one odd way or another, and those that no family knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest

from demo.dialect import Request
from demo.dialects import FAMILIES, dialect_of
from demo.portal import Portal, hosts_of, roles_of, sites_of
from demo.site import WAYS
from demo.world import World

Open = Callable[[str], Any]


def linked(pattern: str) -> Callable[[str, int], str | None]:
    def following(text: str, at: int) -> str | None:
        found = re.search(pattern, text)
        return found[1].replace("&amp;", "&") if found else None

    return following


BY_LINK = (
    ("nfcms", r'<a class="next" href="([^"]+)">下一页'),
    ("xxgk_php", r'<a href="([^"]+)">下一页'),
    ("jeecms", r"encodeURI\('([^']+)'\);\">下一页"),
    ("ztree", r'<a href="([^"]+)" rel="next">'),
    ("neimenggu", r'<a href="([^"]+)">下一页'),
    ("hrss", r'<a href="([^"]+)">下一页'),
    ("plain", r'<a href="([^"]+)">下页 &raquo;'),
)


@pytest.mark.parametrize(("family", "pattern"), BY_LINK)
def test_a_next_link_leads_through_the_list(portal: Open, family: str, pattern: str) -> None:
    site = portal(family)
    site.must_list(site.pages(site.column, linked(pattern)))


def test_numbers_may_be_all_that_the_pager_has(portal: Open) -> None:
    site = portal("xxgk_show")
    pages = re.findall(r'<a href="(/xxgk-list-\d+(?:-\d+)?\.html)">\d', site.text(site.column))
    assert len(pages) >= 3
    site.must_list("".join(site.text(page) for page in pages))


def test_a_list_may_be_a_literal_of_a_script(portal: Open) -> None:
    site = portal("datalist")

    def following(text: str, at: int) -> str | None:
        data = re.search(r'"curPageNo":(\d+),"pageTotal":(\d+)', text)
        assert data is not None and int(data[1]) == at
        link = re.search(r'<a href="([^"]+)">下一页', text)
        assert (link is not None) == (at < int(data[2]))
        return link[1] if link else None

    said = site.pages(site.column, following)
    assert "var dataList=[{infolist:[" in said and "<li" not in said.split("dataList")[1].split("</script>")[0]
    site.must_list(said)


def test_all_rows_may_stand_in_hidden_blocks(portal: Open) -> None:
    site = portal("ch00232")
    text = site.text(site.column)
    count = re.search(r"var totalCount=(\d+)", text)
    assert count is not None and text.count('class="news_title"') == int(count[1])
    assert text.count('class="pagedContent"') == -(-int(count[1]) // 12)
    site.must_list(text)


def test_a_frame_may_hold_the_list(portal: Open) -> None:
    site = portal("iframes")
    outer = site.text(site.column)
    assert "年政府信息公开" not in outer
    frame = re.search(r'<iframe src="([^"]+)"', outer)
    assert frame is not None
    site.must_list(site.pages(frame[1], linked(r'<a href="([^"]+)">下一页')))


def test_a_tree_is_asked_for_its_nodes(portal: Open) -> None:
    site = portal("ztree")
    home = re.search(r'<a href="([^"]+)">政务公开</a>', site.text("/"))
    assert home is not None
    page = site.text(home[1])
    root = re.search(r"root:'(\d+)'", page)
    assert root is not None and "政府信息公开年报" not in page
    top = site.json("/xxgk/tree/getNodes", {"root": root[1]})
    above = next(node for node in top if node["name"] == "政府信息公开")
    assert above["isParent"]
    below = site.json("/xxgk/tree/getNodes", {"id": above["id"], "root": root[1]})
    (reports,) = [node for node in below if node["name"] == "政府信息公开年报"]
    assert urljoin(site.address.url, reports["url"]) == site.column


@pytest.mark.parametrize("way", WAYS)
def test_every_family_serves_every_way_that_it_can_have(way: str) -> None:
    """Asked without a socket: each report and its column answer at the address that the truth names."""
    able = [family for family in FAMILIES if way in dialect_of(family).ways]
    world = World.build(
        1, counties=len(able), townships=2, departments=1, years=(2023, 2024), families=able, arrangements=(way,)
    )
    sites = sites_of(world)
    hosts = hosts_of(sites, [f"http://site-{index}" for index in range(len(roles_of(sites)))])
    assert {site.arrangement for site in sites} == {way}
    for site, own in zip(sites, hosts, strict=True):
        role = "records" if way == "host" else "main"
        portal = Portal(site, own, role)
        assert portal.answer(Request("GET", "/")).status == 200
        for article in site.articles:
            if article.report is not None:
                url = article_url(site, article)
                assert portal.answer(request_of(url)).status == 200, (site.family, url)


def article_url(site: Any, article: Any) -> str:
    from demo.articles import address_of

    return address_of(site, dialect_of(site.family), article)


def request_of(url: str) -> Request:
    from urllib.parse import parse_qsl

    path, _, query = url.partition("?")
    return Request("GET", path, dict(parse_qsl(query)))


@pytest.mark.parametrize("family", FAMILIES)
def test_reports_are_served_where_the_truth_says(portal: Open, family: str) -> None:
    site = portal(family)
    for report in site.reports[::9] + [row for row in site.reports if row["attachments"]][:2]:
        assert report["title"] in site.text(report["url"])
        for url in report["attachments"]:
            assert site.ask(url).body[:2] in {b"%P", b"PK"}


@pytest.mark.parametrize("family", [family for family in FAMILIES if family not in {"gkmlpt", "ztree"}])
def test_the_column_is_found_from_the_home_page(portal: Open, family: str) -> None:
    """Of the two that are left out, one writes its tree into a script, and one loads it."""
    site = portal(family)
    directory = re.search(r'<a href="([^"]+)">政府信息公开</a>', site.text("/"))
    assert directory is not None
    column = re.search(r'<a href="([^"]+)" title="政府信息公开年报">', site.text(directory[1]))
    assert column is not None
    assert urljoin(site.address.url, column[1]) == site.column


# The dialects in which portals write an article's address, by their usual letters.
ADDRESSES = {
    "A": r"/\d{6}/t\d{8}_\d+\.html",
    "A'": r"/t_?\d{6,}\.s?html?",
    "B": r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html",
    "B hex": r"/art/\d{4}/art_[0-9a-f]+\.html",
    "C": r"/\d{4}-\d{1,2}/\d{1,2}/(content|c)_\d+\.html?",
    "D": r"/\d{8}/[0-9a-f]{8,}/c\.html",
    "E": r"/(20\d{6})\d{4,}/index\.html",
    "G": r"/\d{5,9}/index\.html",
    "I": r"/c\d{6}/\d{6}/[0-9a-f]{32}\.shtml",
    "I'": r"/c\d{6}[a-z]?/\d{6}/c01_\d+\.shtml",
    "J": r"/pnidpv\d+\.html",
    "K": r"/c\d+/content\.html",
    "O": r"/\d{4}-\d{2}-\d{2}/\d+\.html",
    "Q": r"/\d{8}/\d+\.html",
    "R": r"/\d{4}/\d{1,2}/\d{1,2}/[0-9a-f]{32}\.shtml",
    "S": r"/columns/[0-9a-f-]{36}/\d{6}/\d{2}/[0-9a-f-]{36}\.html",
    "T": r"/\d{8}/[0-9a-f]{32}\.html",
    "U": r"/public/\d+/\d+\.html",
    "V": r"/info/\d+/\d+\.htm",
    "W": r"/gkmlpt/content(/\d+)*/post_\d+\.html",
    "W NFCMS": r"/content/post_\d+\.html",
    "X": r"/XxgkAnnualReport/show/\d+\.html",
    "Y": r"/xxgk-show-\d+\.html",
    "Z": r"/module/xxgk/xxgkAnnualReport\.jsp\?area=\w+&fbtime=20\d\d",
    "snowflake": r"/article_\d{18,}\.html",
    "document": r"/doc_[0-9a-f]{24}\.html",
    "jhtml": r"/\d+\.jhtml",
    "no ending": r"/content_\d+",
}


@pytest.mark.parametrize("letter", list(ADDRESSES))
def test_every_dialect_of_addresses_is_written_by_some_family(all_reports: Any, letter: str) -> None:
    shape = re.compile(rf".*{ADDRESSES[letter]}$")
    urls = [[report["url"] for report in reports] for reports in all_reports.values()]
    assert any(all(shape.match(url) for url in of_one) for of_one in urls)
