"""An organ's page: its years as a timeline, why applications were refused, its siblings and the sum, what it was called before."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import lxml.html
from sqlalchemy import select

from archive import successions
from archive.database import reading, writing
from archive.models import Organ, OrganAlias, Reading
from archive.web.charts import layer_chart
from archive.web.histories import history, one_history, siblings_of, timeline
from reports.form import FORM_2021

REASONS = [row.key for row in FORM_2021.request_rows if row.group == "refused"]


def said(day: date) -> successions.Said:
    return successions.Said(day, "王", "机构改革", datetime(2026, 2, 1, tzinfo=UTC))


def test_a_year_without_a_report_is_a_gap_of_the_timeline(lived_archive: Any) -> None:
    with writing(lived_archive.county.engine) as session:
        for row in session.scalars(select(Reading).where(Reading.year == 2021)):
            row.organ_id = None
    with reading(lived_archive.county.engine) as session:
        marks = timeline(history(session, [lived_archive.organ_id]), {})
    states = {mark.year: mark.line.state if mark.line else "" for mark in marks}
    assert states[2021] == ""
    assert states[2022] == "held"
    assert "removed" in states.values()
    assert [mark.year for mark in marks if mark.line and mark.line.changed]


def test_the_reasons_are_those_that_the_report_prints(lived_archive: Any) -> None:
    with reading(lived_archive.county.engine) as session:
        years = history(session, [lived_archive.organ_id])
    for line in years:
        printed = lived_archive.reports[line.year].figures
        if line.reading_state == "read":
            assert line.refused == {key: printed.get(f"requests.{key}.total") for key in REASONS}


def test_an_organ_stands_among_its_siblings_with_the_sum_of_what_is_known(lived_archive: Any) -> None:
    with writing(lived_archive.county.engine) as session:
        other = Organ(name="民政局", level="department", region_code="990181")
        town = Organ(name="白果镇", level="township", region_code="990181")
        government = Organ(name="岚浦县人民政府", level="government", region_code="990181")
        session.add_all((other, town, government))
        session.flush()
        for organ, year in ((other, 2019), (town, 2020), (government, 2021)):
            for row in session.scalars(select(Reading).where(Reading.year == year)):
                row.organ_id, row.year = organ.id, 2022
    printed = {
        year: int(lived_archive.reports[year].figures["requests.new_received.total"] or 0) for year in range(2019, 2023)
    }
    with reading(lived_archive.county.engine) as session:
        organ = session.get_one(Organ, lived_archive.organ_id)
        found = siblings_of(session, organ, [organ.id], 2022)
    assert [one.name for one in found.siblings][1:] == ["民政局"]
    assert found.siblings[0] == found.mine
    assert found.below["received"] == printed[2022] + printed[2019] + printed[2020]
    assert found.counted["received"] == found.reports == 3
    assert found.own is not None
    assert found.own.values["received"] == printed[2021]


def test_a_renamed_organ_has_one_history_and_a_merged_one_has_its_own(lived_archive: Any) -> None:
    engine, first = lived_archive.county.engine, lived_archive.organ_id
    with writing(engine) as session:
        for name in ("粮食局", "物价局", "市场监督管理局"):
            session.add(Organ(name=name, level="department", region_code="990181"))
        session.flush()
        ids = {row.name: row.id for row in session.scalars(select(Organ))}
        later = successions.rename(session, first, "经济发展局", said(date(2027, 6, 1))).id
        ended, into = [ids["粮食局"], ids["物价局"]], ids["市场监督管理局"]
        successions.merge(session, ended, into, said(date(2025, 1, 1)), new=True)
    with reading(engine) as session:
        assert one_history(later, successions.line_of(session, later)) == [later, first]
        merged = successions.line_of(session, ids["粮食局"])
        assert one_history(ids["粮食局"], merged) == [ids["粮食局"]]
    page = lived_archive.get(f"/organs/{later}", "en").text
    assert re.search(r">2027-06-01</time>.*?was renamed", page, re.DOTALL)
    assert f"/reports/{lived_archive.ids['2022.html']}" in page
    page = lived_archive.get(f"/organs/{ids['市场监督管理局']}", "en").text
    assert len(re.findall(r"局</a>\s*<span[^>]*>was merged into", page)) == 2
    assert "机构改革" in page


def test_the_page_has_the_numbers_beside_the_charts(archive: Any) -> None:
    page = lxml.html.fromstring(archive.get(f"/organs/{archive.organ_id}").content)
    numbers = page.xpath("//section[@aria-labelledby='refused']//tbody/tr")
    assert len(numbers) == len(REASONS)
    assert page.xpath("//ol[@class='timeline']/li")
    years = page.xpath("//p[@class='years']/a")
    assert [link.text for link in years] == sorted({link.text for link in years})
    assert archive.get(f"/organs/{archive.organ_id}?year=2020").status_code == 200
    assert archive.get(f"/organs/{archive.organ_id}?year=abc").status_code == 400


def test_an_organ_has_its_other_names_in_the_order_in_which_they_were_met_and_may_have_no_region(
    lived_archive: Any,
) -> None:
    with writing(lived_archive.county.engine) as session:
        organ = Organ(name="档案馆", level="department")
        session.add(organ)
        session.flush()
        number = organ.id
        session.add_all(OrganAlias(organ_id=number, name=name) for name in ("县档案局", "地方档案馆"))
    page = lxml.html.fromstring(lived_archive.get(f"/organs/{number}").text)
    assert page.xpath("string(//h1)") == "档案馆"
    assert page.xpath("//dl[@class='facts']//dd[@lang='zh-Hans']/text()") == ["县档案局、地方档案馆"]


def test_a_layer_that_is_not_known_leaves_the_year_without_a_bar() -> None:
    chart = str(layer_chart("x", (2020, 2021), (("a", (1, None)), ("b", (Decimal(3), 2)))))
    assert chart.count("<rect") == 2
    assert re.findall(r'class="(?:value|unknown)">([^<]*)<', chart) == ["4", "?"]


def test_a_layer_s_name_cannot_break_out_of_the_chart() -> None:
    assert "<script>" not in str(layer_chart("<script>", (2020,), (("</title><script>", (1,)),)))
