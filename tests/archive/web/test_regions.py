"""A region's page: its organs × years, its sums beside its government's own figures, and the work order to take away."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from archive.database import reading, writing
from archive.models import Organ, Reading
from archive.sums import region_sums

KEY = "requests.new_received.total"


def test_the_sum_counts_departments_and_sets_the_government_beside(lived_archive: Any) -> None:
    reports, engine = lived_archive.reports, lived_archive.county.engine
    with writing(engine) as session:
        government = Organ(name="岚浦县人民政府", level="government", region_code="990181")
        session.add(government)
        session.flush()
        for row in session.query(Reading).filter(Reading.year == 2020):
            row.organ_id = government.id
    with reading(engine) as session:
        sums = region_sums(session, "990181")
    printed = {year: int(report.figures[KEY] or 0) for year, report in reports.items()}
    assert (sums[2022]["received"].below, sums[2022]["received"].counted, sums[2022]["received"].own) == (
        printed[2022],
        1,
        None,
    )
    assert (sums[2020]["received"].below, sums[2020]["received"].counted, sums[2020]["received"].own) == (
        None,
        0,
        printed[2020],
    )


def test_the_region_is_listed_and_its_page_shows_the_ledger(archive: Any) -> None:
    assert 'href="/regions/990181"' in archive.get("/regions").text
    body = archive.get("/regions/990181").text
    assert f'href="/reports/{archive.ids["2023.html"]}"' in body
    assert f'href="/sites/{archive.site}"' in body
    assert archive.get("/regions/110000").status_code == 404


def test_the_work_order_lists_what_is_not_in_order_and_the_whole_matrix(archive: Any) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="pip install openpyxl")
    book = openpyxl.load_workbook(BytesIO(archive.get("/regions/990181/work-order.xlsx").content))
    todo = list(book["待办"].iter_rows(min_row=2, values_only=True))
    lines = archive.get("/api/coverage?region=990181&limit=1000").json()["items"]
    wanted = [(line["organ"], line["year"]) for line in lines if line["state"] not in ("held", "not yet due")]
    assert [(row[0], row[2]) for row in todo] == wanted
    assert wanted
    head, *rows = book["覆盖情况"].iter_rows(values_only=True)
    assert sum(1 for row in rows for cell in row[1:] if cell) == len(lines)
    assert list(head[1:]) == sorted({line["year"] for line in lines})
