"""A page on the way is understood: a list that its family cannot turn is turned by whatever pager it shows."""

from __future__ import annotations

import pytest

from crawler.portals import Page
from crawler.reading import Understood, understand

ROWS = "".join(
    f"<li><a href='/nb/202501/t20250120_{number}.html'>栖桐县财政局{2024 - number}年政府信息公开工作年度报告</a></li>"
    for number in range(4)
)


def _understood(pager: str, url: str = "http://shili.gov.cn/was5/web/search?channelid=200123") -> Understood:
    text = f"<html><head><title>政府信息公开年报</title></head><body><ul>{ROWS}</ul>{pager}</body></html>"
    return understand(Page(url, text.encode()), True, "政府信息公开年报", frozenset(), frozenset(), lambda url: True)


@pytest.mark.parametrize(
    "pager",
    [
        "<div class='page'>共47条记录 第1/4页 <a href='search?channelid=200123&page=2'>下一页</a></div>",
        "<div class='page'>共47条记录 第1/4页 <a onclick=\"location.href='search?channelid=200123&page=2'\">下页</a></div>",
    ],
)
def test_a_list_with_another_pager_than_its_family_writes_is_turned_all_the_same(pager: str) -> None:
    understood = _understood(pager)
    assert understood.portal == "trs"
    assert [request.url for request in understood.following] == [
        "http://shili.gov.cn/was5/web/search?channelid=200123&page=2"
    ]
    listing = understood.listing
    assert (listing.declared_total, listing.page_number, listing.page_count) == (47, 1, 4)


def test_a_list_on_its_last_page_is_turned_by_no_other_pager() -> None:
    pager = "<script>createPageHTML(4, 3, 'index', 'html');</script><a href='index_4.html'>下一页</a>"
    assert _understood(pager, "http://shili.gov.cn/nb/index_3.html").following == ()
