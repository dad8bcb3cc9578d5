"""Each TRS family by the pager that its pages name: a plain client turns the pages and finds every report."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

Open = Callable[[str], Any]


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return int(found[1])


# The family, the count of pages as its pager says it, the address of page n (from 1).
BY_CALL = (
    ("trs_hunan", r"createPageHTML\('page_div',(\d+),{n},'fg','shtml',\d+\)", "fg_{n}.shtml"),
    ("trs_paging", r"createPageHTML\('paging',(\d+),{n},'index','html',\d+\)", "index_{n}.html"),
    ("trs_hubei", r"pageControl\((\d+),{n},\"index\",\"shtml\",10,'pages-nav'\)", "index_{before}.shtml"),
    ("trs_scripted", r'createPageHTML\((\d+), {before}, "index", "html", "black2",\d+\)', "index_{before}.html"),
    ("trs_beijing", r"Pager\({{size:(\d+),current:{before},prefix:'index',suffix:'html'}}\)", "index_{before}.html"),
    ("trs_henan", r'id="pageDec" pagesize="12" pagecount="(\d+)"', "index_{n}.html"),
    ("hebei", r'createPageHTML\((\d+), {before}, "index", "html"\)', "index_{before}.html"),
)


@pytest.mark.parametrize(("family", "call", "page"), BY_CALL)
def test_the_call_names_the_number_of_pages(portal: Open, family: str, call: str, page: str) -> None:
    site = portal(family)

    def following(text: str, at: int) -> str | None:
        total = number(call.format(n=at, before=at - 1), text)
        return page.format(n=at + 1, before=at) if at < total else None

    site.must_list(site.pages(site.column, following))


def test_shanghai_announces_a_page_that_is_not_there(portal: Open) -> None:
    site = portal("trs_shanghai")
    total = number(r'\.pagination\("setPage",1,(\d+)\)', site.text(site.column))
    assert total >= 3
    site.must_list(site.pages(site.column, lambda _, at: f"index_{at + 1}.html" if at + 1 < total else None))
    assert site.ask(f"{site.column}index_{total}.html").status == 404


def test_yunnan_packs_its_pager(portal: Open) -> None:
    site = portal("trs_yunnan")

    def following(text: str, at: int) -> str | None:
        packed = re.search(r'<div id="pages">([^<]+)</div>', text)
        assert packed is not None
        link = re.search(r'<a href="([^"]+)">下一页', unquote(base64.b64decode(packed[1]).decode()))
        return link[1] if link else None

    site.must_list(site.pages(site.column, following))


def test_chengdu_numbers_its_columns_pages(portal: Open) -> None:
    site = portal("trs_chengdu")

    def following(text: str, at: int) -> str | None:
        return f"column-index-{at + 1}.shtml" if f"column-index-{at + 1}.shtml" in text else None

    site.must_list(site.pages(site.column, following))


def test_further_pages_may_bear_the_columns_number(portal: Open) -> None:
    site = portal("trs_mee")
    call = re.search(r'createPageHTML\((\d+), 0, "(index_\d+)", "shtml"\)', site.text(site.column))
    assert call is not None
    site.must_list(site.pages(site.column, lambda _, at: f"{call[2]}_{at}.shtml" if at < int(call[1]) else None))


def test_total_data_tells_the_number_of_pages(portal: Open) -> None:
    site = portal("trs_nda")
    count = number(r"totalData = (\d+)", site.text(site.column))
    site.must_list(site.pages(site.column, lambda _, at: f"index_pc_{at + 1}.html" if at * 15 < count else None))


def test_a_list_may_be_a_search(portal: Open) -> None:
    site = portal("trs_was")
    assert "channelid=" in site.column

    def following(text: str, at: int) -> str | None:
        link = re.search(r'href="(search\?channelid=\d+&page=\d+)">下一页', text)
        return link[1] if link else None

    site.must_list(site.pages(site.column, following))


def test_the_list_model_goes_on_where_the_static_pages_end(portal: Open) -> None:
    site = portal("trs_listmodel")
    first = site.text(site.column)
    last, size = number(r"maxStaticIndex:(\d+)", first), number(r"prepage:(\d+)", first)
    count = number(r"recordCount:'(\d+)'", first)
    assert count > (last + 1) * size
    said = site.pages(site.column, lambda _, at: f"index_{at}.htm" if at <= last else None)
    for page in range(last + 2, -(-count // size) + 1):
        docs = site.json(f"{site.column}list2.trsapi?page={page}&prepage={size}")["docs"]
        assert docs
        said += "".join(f"{doc['title']} {doc['url']}\n" for doc in docs)
    site.must_list(said)
