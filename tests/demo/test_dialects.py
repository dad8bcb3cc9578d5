from __future__ import annotations

import re
from urllib.parse import quote, urljoin

import lxml.html
import pytest

from demo.dialects import DIALECTS
from demo.portal import DEFAULT_FAMILIES
from demo.server import Address, CountyServer
from demo.truth import Json
from demo.world import World


def site(county: CountyServer, family: str) -> Address:
    return next(address for address in county.sites if address.family == family)


def reports_of(county: CountyServer, address: Address) -> list[Json]:
    return [report for report in county.truth()["reports"] if report["url"].startswith(address.url)]


def links(text: str, base: str) -> list[str]:
    return [urljoin(base, link) for link in re.findall(r"""href=["']([^"']+)["']""", text)]


def test_a_list_of_families_has_no_name_twice() -> None:
    assert len({dialect.name for dialect in DIALECTS}) == len(DIALECTS)


@pytest.mark.parametrize("family", DEFAULT_FAMILIES)
def test_the_column_is_found_from_the_home_page(county: CountyServer, ask, family: str) -> None:  # type: ignore[no-untyped-def]
    address = site(county, family)
    encoding = "gb18030" if family == "vsb" else "utf-8"
    url = address.url
    for words in ("政务公开", "政府信息公开", "政府信息公开年报"):
        tree = lxml.html.fromstring(ask(url).text(encoding))
        (link, *_) = [a.get("href") for a in tree.iter("a") if a.text_content() == words]
        url = urljoin(url, link)
    assert url == address.column_url


@pytest.mark.parametrize("family", DEFAULT_FAMILIES)
def test_every_report_and_attachment_is_served(county: CountyServer, ask, family: str) -> None:  # type: ignore[no-untyped-def]
    reports = reports_of(county, site(county, family))
    assert len(reports) > 70
    for report in reports[::6] + [report for report in reports if report["attachments"]][:6]:
        page = ask(report["url"])
        text = page.text(report["encoding"])
        assert page.status == 200
        assert report["title"] in text
        assert f"发布日期：{report['published']}" in text
        for attachment in report["attachments"]:
            assert ask(attachment).body[:2] == (b"%P" if report["carriers"][-1] == "pdf" else b"PK")


def test_trs_lists_are_numbered_from_zero_and_name_their_pager(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    address = site(county, "trs")
    found: set[str] = set()
    for tab in ("xzfnb", "bmnb", "xznb"):
        base = f"{address.column_url}{tab}/"
        first = ask(base).text()
        total = int(re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', first)[1])  # type: ignore[index]
        for number in range(total):
            text = ask(base + (f"index_{number}.html" if number else "index.html")).text()
            assert f'createPageHTML({total}, {number}, "index", "html")' in text
            assert '<a href="./20' in text
            found |= set(links(text, base))
        assert ask(f"{base}index_{total}.html").status == 404
    assert {report["url"] for report in reports_of(county, address)} <= found
    assert re.search(r"/\d{6}/t\d{8}_\d+\.html", reports_of(county, address)[0]["url"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_jcms_gives_the_first_records_inline_and_the_others_by_proxy(county: CountyServer, ask, method: str) -> None:  # type: ignore[no-untyped-def]
    address = site(county, "jcms")
    text = ask(address.column_url).text()
    assert text.count("<record>") == 20
    assert "…</a>" in text and "title='" in text
    total = int(re.search(r"totalRecord:(\d+)", text)[1])  # type: ignore[index]
    column = re.search(r"columnid=(\d+)", text)[1]  # type: ignore[index]
    found = set(links(text, address.url))
    proxy = urljoin(address.url, "/module/web/jpage/dataproxy.jsp")
    for start in range(21, total + 1, 20):
        window = f"startrecord={start}&endrecord={start + 19}&perpage=20"
        form = f"col=1&appid=1&webid=78&path=/&columnid={column}&unitid=1&webname={quote('栖津县')}&permissiontype=0"
        if method == "GET":
            answer = ask(f"{proxy}?{window}&{form}")
        else:
            kind = "application/x-www-form-urlencoded; charset=UTF-8"
            answer = ask(f"{proxy}?{window}", "POST", form.encode(), Content_Type=kind)
        assert answer.headers["transfer-encoding"] == "chunked"
        assert f"<totalrecord>{total}</totalrecord>" in answer.text()
        found |= set(links(answer.text(), address.url))
    assert {report["url"] for report in reports_of(county, address)} <= found


def test_jcms_never_gives_more_records_than_it_allows(ask) -> None:  # type: ignore[no-untyped-def]
    with CountyServer(World.build(1, counties=1, departments=20, families=("jcms",))) as server:
        page = ask(server.sites[0].column_url).text()
        names = re.findall(r"/col/col(\d+)/index", page)
        proxy = f"{server.sites[0].url}module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=9999&columnid="
        counts = [ask(proxy + name).text().count("<record>") for name in names]
        assert max(counts) == 100


def test_vsb_lists_count_down_and_are_followed_by_p_next(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    address = site(county, "vsb")
    folders = [
        urljoin(address.column_url, link)
        for link in re.findall(r'href="([^"]+/\d{4}n\.htm)"', ask(address.column_url).text("gb18030"))
    ]
    found: set[str] = set()
    for folder in folders:
        url, numbers = folder, []
        while True:
            text = ask(url).text("gb18030")
            found |= set(links(text, url))
            following = re.search(r'<span class="p_next p_fun"><a href="([^"]+)">', text)
            if following is None:
                assert "p_next_d p_fun_d" in text
                break
            url = urljoin(url, following[1])
            numbers.append(int(re.search(r"/(\d+)\.htm$", url)[1]))  # type: ignore[index]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[-1] == 1
    assert {report["url"] for report in reports_of(county, address)} <= found


def test_pages_labelled_gb2312_hold_characters_that_only_gb18030_has(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    address = site(county, "vsb")
    report = next(report for report in reports_of(county, address) if "㵲口镇" in report["title"])
    got = ask(report["url"])
    assert b'<meta charset="gb2312">' in got.body
    assert "㵲口镇" in got.text("gb18030")
    with pytest.raises(UnicodeDecodeError):
        got.text("gb2312")


def test_some_sites_name_the_charset_in_the_header_and_some_do_not(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    kinds = {address.family: ask(address.url).headers["content-type"] for address in county.sites}
    assert kinds == {"trs": "text/html;charset=UTF-8", "jcms": "text/html", "vsb": "text/html;charset=GB2312"}


def test_look_alikes_stand_among_the_reports(county: CountyServer) -> None:
    truth = county.truth()
    folders = {report["url"].rsplit("/", 1)[0] for report in truth["reports"]}
    assert [alike for alike in truth["look_alikes"] if alike["url"].rsplit("/", 1)[0] in folders]


def test_downloads_by_query_name_their_file_in_the_header(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    report = next(report for report in reports_of(county, site(county, "vsb")) if report["attachments"])
    got = ask(report["attachments"][0])
    assert got.headers["content-disposition"] == (
        f"attachment; filename*=UTF-8''{quote(report['title'])}.{report['carriers'][-1]}"
    )
    assert ask(re.sub(r"wbfileid=\d+", "wbfileid=1", report["attachments"][0])).status == 404


def test_the_default_families_serve_every_default_arrangement_of_the_column(ask) -> None:  # type: ignore[no-untyped-def]
    families = DEFAULT_FAMILIES
    with CountyServer(
        World.build(1, counties=3 * len(families), townships=1, departments=1, years=(2023, 2024))
    ) as server:
        sites = server.truth()["sites"]
        assert {(row["family"], row["arrangement"]) for row in sites} == {
            (family, arrangement) for family in families for arrangement in ("tabs", "mixed", "years")
        }
        for report in server.truth()["reports"]:
            assert ask(report["url"]).status == 200
