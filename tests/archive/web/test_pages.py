"""Every page of a lived-in archive, asked for over real HTTP."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select

from archive.database import reading
from archive.models import Capture, Reading
from archive.takedown import take_down
from archive.tombstones import Order
from archive.web.app import PAGES, SUMMED_PAGES
from demo.figures import Value

REPORTS = ("2019.html", "2023.html", "2024.html", "2025.html")


def document(response: object) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(response.text)  # type: ignore[attr-defined]


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def figure(page: lxml.html.HtmlElement, key: str) -> str:
    return words(page.get_element_by_id("f-" + key.replace(".", "-")))


def test_every_page_answers_on_both_databases(lived_archive: Any) -> None:
    archive = lived_archive
    values = {
        "code": archive.site, "organ_id": archive.organ_id, "harvest_id": 1, "sighting_id": archive.ids["2023.html"], "capture_id": 9, "number": 1,
        "region_code": "990181", "key": "requests.new_received.total",
    }  # fmt: skip
    change = archive.get("/changes.jsonl").text.splitlines()[0]
    asked = {
        "/compare": {"first": archive.ids["2023.html"]},
        "/api/search": {"q": "公开"},
        "/review": {"mark": f"change:{json.loads(change)['change_id']}"},
    }
    for path, _ in (*SUMMED_PAGES, *PAGES):
        expected = 303 if path in ("/account", "/users", "/audit") else 200  # these ask who it is
        assert archive.get(path.format(**values), params=asked.get(path)).status_code == expected, path


def test_every_page_of_an_empty_archive_says_what_to_do(empty_archive: Any) -> None:
    archive = empty_archive
    for path in ("/", "/sites", "/organs", "/reports", "/search", "/flags", "/changes", "/findings", "/harvests"):
        page = document(archive.get(path))
        assert page.find_class("empty"), path
        assert not page.find_class("unknown")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/sites", "/reports", "/changes", "/findings", "/harvests", "/nowhere"])
def test_a_page_is_in_one_language_with_one_heading_and_labelled_parts(archive: Any, lang: str, path: str) -> None:
    response = archive.get(path, lang=lang)
    page = document(response)
    assert page.get("lang") == {"zh": "zh-Hans", "en": "en"}[lang] and response.headers["content-language"] == lang
    assert len(page.findall(".//h1")) == 1
    assert all(
        field.getparent().tag == "label"
        for field in page.xpath("//form[@method='get']//input | //form[@method='get']//select")
    )
    assert page.xpath("//th[not(@scope)]") == []
    assert page.xpath("//*[@style] | //script[not(@src)] | //*[starts-with(name(@*), 'on')]") == []
    assert all(source.startswith("/static/") for source in page.xpath("//script/@src"))


def test_no_id_stands_twice_on_a_report(archive: Any) -> None:
    ids = document(archive.get(f"/reports/{archive.ids['2023.html']}")).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_language_is_kept_from_page_to_page(own_archive: Any) -> None:
    own_archive.get("/?lang=en", lang="zh")
    assert document(own_archive.get("/sites", lang="zh")).get("lang") == "en"


def test_the_theme_is_kept_from_page_to_page(own_archive: Any) -> None:
    own_archive.get("/?theme=dark")
    assert document(own_archive.get("/sites")).get("data-theme") == "dark"
    own_archive.get("/?theme=system")
    assert document(own_archive.get("/sites")).get("data-theme") is None


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_shows_each_figure_as_it_was_published(archive: Any, name: str) -> None:
    published = archive.reports[int(name[:4])]
    page = document(archive.get(f"/reports/{archive.ids[name]}"))

    def printed(value: Value | None) -> str:
        return "blank" if value is None else str(value)

    wrong = {
        key: (printed(value), shown)
        for key, value in published.figures.items()
        if not re.sub(r"[+万元]", "", (shown := figure(page, key))).startswith(printed(value))
    }
    assert wrong == {}


def test_a_report_leads_to_its_capture_and_its_original(archive: Any) -> None:
    links = document(archive.get(f"/reports/{archive.ids['2025.html']}")).xpath("//main//a/@href")
    page, attachment = archive.capture("2025.html", newest=False), archive.capture("2025.pdf", newest=False)
    assert {f"/captures/{page.id}", f"/captures/{attachment.id}", f"/captures/{attachment.id}/body"} <= set(links)


def test_a_finding_names_its_figures_and_leads_to_them(archive: Any) -> None:
    page = document(archive.get(f"/reports/{archive.ids['2023.html']}"))
    balance = next(item for item in page.find_class("findings")[0] if "T3-BAL" in item.text_content())
    targets = balance.xpath(".//ul[@class='used']//a/@href")
    assert "#f-requests-new_received-natural" in targets
    assert all(page.get_element_by_id(target[1:]) is not None for target in targets)


def test_a_removed_report_says_so_and_is_still_shown(archive: Any) -> None:
    page = document(archive.get(f"/reports/{archive.ids['2024.html']}"))
    assert "taken down" in words(page.find_class("banner")[0])
    assert figure(page, "requests.new_received.total") == str(
        archive.reports[2024].figures["requests.new_received.total"]
    )


def test_an_edited_figure_is_shown_before_and_after(archive: Any) -> None:
    page = document(archive.get(f"/reports/{archive.ids['2023.html']}/compare"))
    (row,) = page.xpath("//table[contains(@class, 'changed-figures')]/tbody/tr")
    after = int(archive.reports[2023].figures["requests.new_received.natural"])
    assert [words(cell) for cell in row[1:]] == [str(after - 7), str(after), "+7"]


def test_one_version_alone_says_that_there_is_nothing_to_compare(archive: Any) -> None:
    page = document(archive.get(f"/reports/{archive.ids['2019.html']}/compare"))
    assert "only one version" in words(page.find_class("empty")[0])


def test_a_change_leads_to_the_two_versions(archive: Any) -> None:
    page = document(archive.get("/changes?kind=figures+changed"))
    (card,) = page.find_class("card")
    assert "silent" in words(card)
    (address,) = card.xpath(".//a[contains(@href, '/compare')]/@href")
    assert document(archive.get(address)).find_class("changed-figures")


def test_the_matrix_shows_each_year_in_its_state(archive: Any) -> None:
    page = document(archive.get(f"/sites/{archive.site}"))
    (row,) = page.xpath("//table[@class='matrix']/tbody/tr[.//a/@aria-label]")
    said = row.xpath(".//a/@aria-label")
    assert said == [
        "2019: held", "2020: held", "2021: held", "2022: held", "2023: held, changed, failed checks: 2", "2024: removed, changed", "2025: held",
    ]  # fmt: skip


def test_a_year_that_nobody_published_is_not_found_only_after_a_whole_run(own_archive: Any) -> None:
    county = own_archive.county
    del county.answers["http://www.lanpu.gov.cn/nb/2021.html"]
    county.run("recrawl", state="failed", reason="the host did not answer")
    page = document(own_archive.get(f"/sites/{own_archive.site}"))
    assert "the host did not answer" in page.text_content()
    assert page.xpath("//a[@aria-label='2021: held']")


def test_an_organ_shows_its_figures_over_the_years(archive: Any) -> None:
    page = document(archive.get(f"/organs/{archive.organ_id}"))
    (row,) = page.xpath("//tbody/tr[th[contains(., 'Requests received')]]")
    assert [words(cell) for cell in row.findall("td")] == [
        str(r.figures["requests.new_received.total"]) for r in archive.reports.values()
    ]
    assert page.xpath("//figure[figcaption='Requests received']/*[name()='svg' or local-name()='svg']/@aria-label")


def test_a_cell_that_the_form_does_not_have_is_no_unknown_figure(archive: Any) -> None:
    page = document(archive.get(f"/organs/{archive.organ_id}"))
    (row,) = page.xpath("//tr[th[contains(., 'Normative documents')]]")
    assert [words(cell) for cell in row.findall("td")][:3] == [
        "–",
        "–",
        str(archive.reports[2021].figures["disclosure.normative.in_force"]),
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("year=2023", 1), ("organ=发展", 7), ("organ=没有", 0), ("kind=removed", 1), ("site=lanpu&year=2019", 1)],
)
def test_the_list_of_reports_is_narrowed(archive: Any, query: str, shown: int) -> None:
    page = document(archive.get(f"/reports?{query}"))
    assert len(page.xpath("//main//tbody/tr")) == shown
    assert bool(page.find_class("empty")) is (shown == 0)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/reports/999999", 404, "number 999999"), ("/reports/abc", 404, "Nothing stands"), ("/organs/0", 404, "number 0"), ("/sites/nobody", 404, "nobody"),
        ("/captures/99999999999999999999", 404, "Nothing stands"), ("/nowhere", 404, "Nothing stands"), ("/harvests/77", 404, "number 77"),
        ("/reports?year=abc", 400, "year is abc"), ("/reports?kind=x", 400, "kind is x"), ("/findings?outcome=x", 400, "outcome is x"),
        ("/reports?year=%C2%B2", 400, "year is"), ("/reports?below=0", 400, "below is 0"), ("/captures/1/pages/1.png", 404, "Nothing stands"),
        ("/static/../app.py", 404, "Nothing stands"), ("/static/app.py", 404, "Nothing stands"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_answered_in_words(archive: Any, path: str, status: int, says: str) -> None:
    response = archive.get(path)
    assert response.status_code == status
    assert says in words(document(response))


def test_what_a_visitor_types_is_shown_as_text(archive: Any) -> None:
    response = archive.get("/reports", params={"organ": '"><script>alert(1)</script>'})
    assert "<script>" not in response.text


def test_every_answer_carries_the_headers_that_keep_strangers_out(archive: Any) -> None:
    for path in ("/", "/nowhere", "/static/style.css", "/captures/1/body", "/captures/1/view"):
        headers = archive.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        scripts = [part for part in headers["content-security-policy"].split("; ") if part.startswith("script-src")]
        assert scripts == ([] if path.startswith("/captures/") else ["script-src 'self'"])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors" in headers["content-security-policy"]


def test_a_view_is_sandboxed(archive: Any) -> None:
    policy = archive.get("/captures/1/view").headers["content-security-policy"]
    assert policy.startswith("sandbox;")
    assert "allow-" not in policy


def test_pages_name_no_address_outside_but_as_links(archive: Any) -> None:
    for path in ("/", f"/sites/{archive.site}", f"/reports/{archive.ids['2023.html']}", "/captures/1"):
        page = document(archive.get(path))
        loaded = page.xpath("//link/@href | //img/@src | //iframe/@src | //form/@action")
        assert [address for address in loaded if not address.startswith("/")] == []


def test_the_document_is_downloaded_byte_for_byte(archive: Any) -> None:
    capture = archive.capture("2025.pdf")  # a revisit: its body lies in the first run's file
    response = archive.get(f"/captures/{capture.id}/body")
    assert capture.same_as_id is not None
    assert hashlib.sha256(response.content).hexdigest() == capture.body_sha256
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert response.headers["content-type"] == "application/octet-stream"


def test_the_payload_is_downloaded_as_it_was_received(archive: Any) -> None:
    capture = archive.capture("2023.html")
    payload = archive.get(f"/captures/{capture.id}/payload").content
    assert hashlib.sha256(payload).hexdigest() == capture.payload_sha256


def test_the_record_is_downloaded_as_it_lies_in_its_file(archive: Any) -> None:
    capture = archive.capture("2023.html")
    member = archive.get(f"/captures/{capture.id}/record").content
    assert len(member) == capture.warc_length
    assert capture.record_id.encode() in zlib.decompress(member, 31)


def test_a_damaged_record_is_named_and_never_handed_out(own_archive: Any) -> None:
    capture = own_archive.capture("2023.html", newest=False)  # not a revisit: those have their body elsewhere
    (path,) = (
        path for path in own_archive.county.store.folder.rglob("*.warc.gz") if f"-r{capture.site_run_id}-" in path.name
    )
    content = bytearray(path.read_bytes())
    content[capture.warc_offset + capture.warc_length // 2] ^= 0xFF
    path.write_bytes(content)
    for part in ("", "/view", "/body", "/payload", "/record"):
        response = own_archive.get(f"/captures/{capture.id}{part}")
        assert response.status_code == 500
        assert "damaged" in words(document(response))
        assert "nianbao verify" in words(document(response))
        chinese = own_archive.get(f"/captures/{capture.id}{part}", lang="zh")
        assert "这条记录读出来与写入时不一致" in words(document(chinese))


def test_a_capture_tells_how_to_find_its_record(archive: Any) -> None:
    capture = archive.capture("2023.html")
    page = words(document(archive.get(f"/captures/{capture.id}")))
    for part in (
        capture.payload_sha256,
        capture.body_sha256,
        capture.record_id,
        str(capture.warc_offset),
        "GET /nb/2023.html HTTP/1.1",
        "Server: 示例",
    ):
        assert part in page


def test_a_page_of_a_pdf_is_drawn(archive: Any) -> None:
    capture = archive.capture("2025.pdf")
    response = archive.get(f"/captures/{capture.id}/pages/1.png")
    assert response.content.startswith(b"\x89PNG")
    assert archive.get(f"/captures/{capture.id}/pages/999.png").status_code == 404


def test_a_head_request_gets_the_headers_alone(archive: Any) -> None:
    response = archive.client.head("/reports")
    assert response.status_code == 200
    assert response.content == b""


def test_the_stylesheet_may_be_kept_for_ever_because_its_address_names_its_content(archive: Any) -> None:
    (address,) = document(archive.get("/")).xpath("//link[@rel='stylesheet']/@href")
    assert "immutable" in archive.get(address).headers["cache-control"]


def test_search_finds_reports_and_marks_the_words(lived_archive: Any) -> None:
    archive = lived_archive
    body = archive.get("/search", params={"q": "信息公开", "year": "2023"}).text
    assert f'href="/reports/{archive.ids["2023.html"]}?version=' in body
    assert "<mark>信息公开</mark>" in body
    assert 'class="card"' not in archive.get("/search", params={"q": "此处没有的词"}).text


def test_search_by_figures_alone_finds_the_years_that_fulfil_them(archive: Any) -> None:
    key = "requests.new_received.total"
    highest = max(int(report.figures.get(key) or 0) for report in archive.reports.values())
    body = archive.get("/search", params={"figures": f"{key} >= {highest}"}).text
    years = {year for year, report in archive.reports.items() if int(report.figures.get(key) or 0) == highest}
    assert {year for year in archive.reports if f" {year}</a>" in body} == years


@pytest.mark.parametrize(("name", "value"), [("figures", "requests.foo > 1"), ("level", "king"), ("q", "长" * 300)])
def test_a_search_that_cannot_be_meant_is_refused_with_what_was_expected(archive: Any, name: str, value: str) -> None:
    response = archive.get("/search", params={name: value})
    assert response.status_code == 400


def test_what_is_taken_down_is_shown_in_no_form(own_archive: Any) -> None:
    capture = own_archive.capture("2023.html")
    store = own_archive.county.store
    report = f"/reports/{own_archive.ids['2023.html']}"
    order = Order("deleted", "the county court", "a name", capture.url)
    take_down(own_archive.county.engine, store, order, datetime.now(UTC))
    for part in ("", "/view", "/body", "/payload", "/record"):
        response = own_archive.get(f"/captures/{capture.id}{part}")
        assert response.status_code == 404
        assert "taken down by order" in words(document(response))
    assert own_archive.get(report).status_code == 200
    with reading(own_archive.county.engine) as session:
        taken = select(Capture.id).where(Capture.takedown_number.is_not(None))
        rows = session.scalars(select(Reading).where(Reading.page_capture_id.in_(taken))).all()
        assert rows
        assert {row.report for row in rows} == {None}
