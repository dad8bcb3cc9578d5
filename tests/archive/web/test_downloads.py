"""What is taken away says what the pages and the archive say."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from lxml import etree

from archive.web.citations import Cited, bibtex, gb7714
from archive.web.pages import downloads
from archive.web.pages.downloads import LISTS, _cell
from demo.figures import Value

ATOM = {"a": "http://www.w3.org/2005/Atom"}
CITED = Cited(
    "nianbao-5-2023-ab12", "岚浦县发展和改革局", "岚浦县发展和改革局2023年政府信息公开工作年度报告", 2023, date(2024, 1, 31), date(2026, 2, 3),
    "http://www.lanpu.gov.cn/nb/2023.html", "ab12",
)  # fmt: skip


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_the_same_as_csv_and_as_json(archive: Any, name: str) -> None:
    rows = table(archive.get(f"/{name}.csv").text)
    objects = [json.loads(line) for line in archive.get(f"/{name}.jsonl").text.splitlines()]
    assert len(rows) == len(objects) > 0
    assert list(rows[0]) == list(objects[0])
    assert [row["url"] for row in rows] == [found["url"] for found in objects]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("narrowed", ["", "?region=99", "?year=2023"])
def test_a_list_that_is_taken_away_goes_on_after_what_came_at_once(
    archive: Any, name: str, narrowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = LISTS[name].key
    whole = [json.loads(line)[key] for line in archive.get(f"/{name}.jsonl{narrowed}").text.splitlines()]
    for at_first in (1, max(1, len(whole) - 1), max(1, len(whole)), len(whole) + 1):
        monkeypatch.setattr(downloads, "_AT_FIRST", at_first)
        lines = archive.get(f"/{name}.jsonl{narrowed}").text.splitlines()
        assert [json.loads(line)[key] for line in lines] == whole, at_first
    assert whole == sorted(set(whole), reverse=True) and (whole or narrowed)


def test_a_list_is_narrowed_as_its_page_is(archive: Any) -> None:
    assert [row["year"] for row in table(archive.get("/reports.csv?year=2023").text)] == ["2023"]


def test_a_wrong_filter_is_refused_before_anything_is_sent(archive: Any) -> None:
    assert archive.get("/reports.csv?year=abc").status_code == 400


def test_the_figures_of_a_report_are_those_published(archive: Any) -> None:
    published = archive.reports[2023].figures
    rows = {row["key"]: row for row in table(archive.get(f"/reports/{archive.ids['2023.html']}.csv").text)}

    def printed(value: Value | None) -> str:
        return "" if value is None else str(value)

    assert {key: rows[key]["value"] for key in published} == {key: printed(value) for key, value in published.items()}


def test_the_report_as_json_is_what_the_parser_says_of_the_same_bytes(archive: Any) -> None:
    from reports import extract, parse
    from reports.serialising import report_json

    sighting = archive.ids["2019.html"]
    taken = json.loads(archive.get(f"/reports/{sighting}.json").text)
    body = archive.get(f"/captures/{archive.capture('2019.html').id}/body").content
    said = json.loads(json.dumps(report_json(parse(extract(body, "text/html", taken.get("url"))), [])))
    assert {key: taken[key] for key in ("figures", "sections", "year", "title", "form")} == {
        key: said[key] for key in ("figures", "sections", "year", "title", "form")
    }


def test_an_older_version_is_taken_by_its_number(archive: Any) -> None:
    sighting = archive.ids["2023.html"]
    change = json.loads(archive.get("/changes.jsonl?kind=figures+changed").text)
    before, after = (
        json.loads(archive.get(f"/reports/{sighting}.json?version={change[f'{side}_reading_id']}").text)["figures"]
        for side in ("before", "after")
    )
    assert {key: (before[key]["value"], after[key]["value"]) for key in before if before[key] != after[key]} == {
        detail["where"]: (int(detail["before"]), int(detail["after"])) for detail in change["details"]
    }


def test_the_text_has_every_section(archive: Any) -> None:
    text = archive.get(f"/reports/{archive.ids['2023.html']}.txt").text
    assert all(paragraph in text for section in archive.reports[2023].text.sections for paragraph in section.paragraphs)


def test_the_feed_is_valid_xml_with_an_entry_for_each_change(archive: Any) -> None:
    answer = archive.get("/changes.atom?kind=figures+changed")
    feed = etree.fromstring(answer.content)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    (entry,) = feed.findall("a:entry", ATOM)
    assert "figures changed" in entry.findtext("a:title", namespaces=ATOM)
    assert [child.tag for child in feed if child.tag.endswith("}id")]
    assert archive.get(entry.find("a:link", ATOM).get("href")).status_code == 200


def test_an_empty_feed_is_a_feed(empty_archive: Any) -> None:
    assert etree.fromstring(empty_archive.get("/changes.atom").content).findall("a:entry", ATOM) == []


def test_empty_lists_are_empty_files(empty_archive: Any) -> None:
    assert empty_archive.get("/reports.csv").text == "\ufeff"
    assert empty_archive.get("/reports.jsonl").text == ""


def test_a_report_is_cited_as_the_standard_says() -> None:
    assert gb7714(CITED) == (
        "岚浦县发展和改革局. 岚浦县发展和改革局2023年政府信息公开工作年度报告[R/OL]. (2024-01-31)[2026-02-03]. http://www.lanpu.gov.cn/nb/2023.html."
    )


def test_a_citation_without_a_date_leaves_the_date_out() -> None:
    from dataclasses import replace

    undated = replace(CITED, published_on=None)
    assert "[R/OL]. [2026-02-03]" in gb7714(undated)
    assert "date = " not in bibtex(undated).replace("urldate = ", "")


def test_what_bibtex_would_read_as_a_command_is_escaped() -> None:
    from dataclasses import replace

    assert r"100\% \{a\} \& \textbackslash{}b" in bibtex(replace(CITED, title=r"100% {a} & \b"))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"])
def test_no_cell_computes_in_a_spreadsheet(text: str) -> None:
    assert _cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-3", "+3", "-", "3", "无", "-0.5"])
def test_what_a_report_prints_stays_as_it_is(text: str) -> None:
    assert _cell(text) == text
