import pytest

from crawler.addresses import LONGEST_KEY, resolve, url_key

SAME = [
    ("http://www.shili.gov.cn/a/b.html", "https://shili.gov.cn/a/b.html"),
    ("http://shili.gov.cn:80/a/", "https://shili.gov.cn:443/a/"),
    ("http://shili.gov.cn/a//b.html", "http://shili.gov.cn/a/b.html"),
    ("http://shili.gov.cn/a/./c/../b.html", "http://shili.gov.cn/a/b.html"),
    ("http://shili.gov.cn/a/index.html", "http://shili.gov.cn/a/"),
    ("http://shili.gov.cn/", "http://shili.gov.cn"),
    ("http://shili.gov.cn/a/index.shtml", "http://shili.gov.cn/a/"),
    ("http://shili.gov.cn/a.do;jsessionid=0A1B?x=1", "http://shili.gov.cn/a.do?x=1"),
    ("http://shili.gov.cn/a.do?x=1&PHPSESSID=77", "http://shili.gov.cn/a.do?x=1"),
    ("http://shili.gov.cn/202403/t20240327_1_wap.html", "http://shili.gov.cn/202403/t20240327_1.html"),
    ("http://shili.gov.cn/zfxxgknb/3127_wap.jhtml", "http://shili.gov.cn/zfxxgknb/3127.jhtml"),
    ("http://shili.gov.cn/content/mpost_99.html", "http://shili.gov.cn/content/post_99.html"),
    ("http://shili.gov.cn/t1_2.html?type=1", "http://shili.gov.cn/t1_2.html"),
    ("http://shili.gov.cn/t1_2.html?isMobile=false", "http://shili.gov.cn/t1_2.html"),
    ("http://shili.gov.cn/a?b=2&a=1", "http://shili.gov.cn/a?a=1&b=2"),
    ("http://shili.gov.cn/a#top", "http://shili.gov.cn/a"),
    ("http://SHILI.gov.cn./a", "http://shili.gov.cn/a"),
    ("http://shili.gov.cn/%e5%b9%b4%41", "http://shili.gov.cn/年A"),
    ("http://big5.shili.gov.cn:82/gate/big5/www.shili.gov.cn/a.html", "http://www.shili.gov.cn/a.html"),
    ("http://m.shili.gov.cn/a.html", "http://www.shili.gov.cn/a.html"),
]

DIFFERENT = [
    ("http://shili.gov.cn:8080/a", "http://shili.gov.cn/a"),
    ("http://shili.gov.cn/A", "http://shili.gov.cn/a"),
    ("http://shili.gov.cn/public/column/5?type=3", "http://shili.gov.cn/public/column/5?type=4"),
    ("http://shili.gov.cn/api/all/2?sid=1", "http://shili.gov.cn/api/all/2?sid=2"),
    ("http://shili.gov.cn/a/b", "http://shili.gov.cn/a/b/"),
    ("http://127.0.0.1/a", "http://127.0.0.2/a"),
    ("http://gk.shili.gov.cn/", "http://shili.gov.cn/"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_of_the_same_page_share_a_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_of_different_pages_do_not_share_a_key(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize("url", [url for pair in SAME + DIFFERENT for url in pair])
def test_a_key_is_its_own_key(url: str) -> None:
    assert url_key("http://" + url_key(url)) == url_key(url)


def test_each_page_of_a_posted_list_has_its_own_key() -> None:
    url = "http://shili.gov.cn/dataproxy.jsp?startrecord=1"
    assert url_key(url, "POST", b"col=1&page=1") != url_key(url, "POST", b"col=1&page=2") != url_key(url)
    assert url_key(url, "POST", b"col=1") == "shili.gov.cn/dataproxy.jsp?startrecord=1&__wb_method=POST&col=1"


def test_a_key_is_never_longer_than_a_database_looks_up() -> None:
    """The state that a form hides is posted back with each page of its list: ten thousands of characters, the page's number at their end."""
    url, state = "http://shili.gov.cn/list.aspx", b"__VIEWSTATE=" + b"dDwtMTY0+" * 5000
    keys = {url_key(url, "POST", state + b"&page=%d" % page) for page in (1, 2)}
    keys |= {url_key(f"{url}?x={'年' * 2000}{page}") for page in (1, 2)}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {LONGEST_KEY}
    assert all(url_key("http://" + key) == key for key in keys if "__wb_method" not in key)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("./202501/t20250120_1.html", "http://shili.gov.cn/nb/202501/t20250120_1.html"),
        ("../info/1/2.htm", "http://shili.gov.cn/info/1/2.htm"),
        (" /a b.pdf\n", "http://shili.gov.cn/a%20b.pdf"),
        ("//gk.shili.gov.cn/x", "http://gk.shili.gov.cn/x"),
        ("年报.pdf", "http://shili.gov.cn/nb/%E5%B9%B4%E6%8A%A5.pdf"),
        ("http://示例县.中国:82/年报/", "http://xn--fsq55hny6b.xn--fiqs8s:82/%E5%B9%B4%E6%8A%A5/"),
        ("?page=2#list", "http://shili.gov.cn/nb/index.html?page=2"),
        ("#top", None),
        ("javascript:void(0)", None),
        ("mailto:a@shili.gov.cn", None),
        ("http://[broken/", None),
        ("http://shili.gov.cn:port/", None),
        ("", None),
    ],
)
def test_a_reference_is_resolved_as_a_browser_would(reference: str, expected: str | None) -> None:
    assert resolve("http://shili.gov.cn/nb/index.html", reference) == expected
