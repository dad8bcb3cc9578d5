"""The panel from the browser: the same rows in every format, narrowed as asked, and refused by name when a file would be too large."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archive.web.pages import exports

KEY = "requests_new_received_total"
DOCS = Path(__file__).parents[3] / "docs"


def rows_of(kind: str, content: bytes) -> list[tuple[int, str]]:
    """Year and figure of each row."""
    if kind == "csv":
        return [(int(row["year"]), row[KEY]) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    if kind == "jsonl":
        return [(row["year"], str(row[KEY])) for row in map(json.loads, content.splitlines())]
    if kind == "xlsx":
        sheet = pytest.importorskip("openpyxl").load_workbook(io.BytesIO(content))["reports"]
        head, *rows = sheet.iter_rows(values_only=True)
        return [(row[head.index("year")], str(row[head.index(KEY)])) for row in rows]
    if kind == "parquet":
        table = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(content)).to_pylist()
        return [(row["year"], str(row[KEY])) for row in table]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert json.loads(package.read("datapackage.json"))["resources"][0]["path"] == "reports.csv"
        return rows_of("csv", package.read("reports.csv"))


@pytest.mark.parametrize("kind", exports.FORMATS)
def test_every_format_has_the_rows_that_the_reports_print(archive: Any, kind: str) -> None:
    answer = archive.get(f"/exports/reports.{kind}")
    assert answer.status_code == 200
    got = dict(rows_of(kind, answer.content))
    printed = {year: str(report.figures["requests.new_received.total"]) for year, report in archive.reports.items()}
    assert got == {year: printed[year] for year in got}
    assert len(got) >= 5


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_year_and_a_region_narrow_the_file_and_stand_in_its_name(archive: Any, kind: str) -> None:
    answer = archive.get(f"/exports/reports.{kind}?year=2022&region=990181")
    assert [year for year, _ in rows_of(kind, answer.content)] == [2022]
    assert f"reports-990181-2022.{kind}" in answer.headers["content-disposition"]
    assert rows_of(kind, archive.get(f"/exports/reports.{kind}?region=11").content) == []


def test_a_file_that_would_be_too_large_is_refused_with_what_to_do(
    archive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = exports.MADE["xlsx"]
    monkeypatch.setitem(exports.MADE, "xlsx", exports.Made(made.write, made.media_type, 2))
    answer = archive.get("/exports/reports.xlsx")
    assert answer.status_code == 422
    assert "nianbao export" in answer.text


def test_the_example_script_draws_what_the_package_holds(archive: Any, tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pip install pandas matplotlib")
    pytest.importorskip("matplotlib", reason="pip install pandas matplotlib")
    with zipfile.ZipFile(io.BytesIO(archive.get("/exports/reports.zip").content)) as package:
        package.extractall(tmp_path / "panel")
    command = [sys.executable, str(DOCS / "panel_with_pandas.py"), str(tmp_path / "panel"), str(tmp_path / "chart.png")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert all(str(report.figures["requests.new_received.total"]) in said for year, report in archive.reports.items() if str(year) in said)  # fmt: skip


def test_the_page_offers_every_format_and_the_dictionary(archive: Any) -> None:
    said = archive.get("/exports?year=2022").text
    assert all(f'href="/exports/reports.{kind}?year=2022"' in said for kind in exports.FORMATS)
    assert KEY in said
