"""The panel, taken away: the same rows and figures in every kind of file, the unknown empty, each column described."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archive import panel
from archive.database import reading
from archive.models import figure_column
from reports.form import FIGURE_KEYS

KEY = "requests_new_received_natural"


def rows_of(archive: Any, **more: Any) -> list[dict[str, Any]]:
    with reading(archive.county.engine) as session:
        return list(panel.panel(session, **more))


def test_the_panel_has_each_report_once_with_its_figures(lived_archive: Any) -> None:
    rows = {row["year"]: row for row in rows_of(lived_archive)}
    assert sorted(rows) == sorted(lived_archive.reports)
    for year, report in lived_archive.reports.items():
        printed = {figure_column(key): value for key, value in report.figures.items() if isinstance(value, int)}
        assert {name: rows[year][name] for name in printed} == printed
        kinds = {field.name: {"integer": int, "number": Decimal}.get(field.type, str) for field in panel.FIELDS}
        assert [name for name in printed if not isinstance(rows[year][name], kinds[name])] == []
    assert len(rows_of(lived_archive, year=2023)) == 1
    assert rows_of(lived_archive, region="99") and not rows_of(lived_archive, region="11")


def test_every_figure_of_the_form_has_a_described_column() -> None:
    fields = {field.name: field for field in panel.FIELDS}
    assert len(fields) == len(panel.FIELDS)
    for key in FIGURE_KEYS:
        assert key in fields[figure_column(key)].description
        assert fields[figure_column(key)].description != f"{key} ({key})"


def test_csv_and_jsonl_and_the_data_package_say_the_same(archive: Any, tmp_path: Path) -> None:
    rows = rows_of(archive)
    assert panel.write_csv(rows, tmp_path / "a.csv") == panel.write_jsonl(rows, tmp_path / "a.jsonl") == len(rows)
    panel.write_package(rows, tmp_path / "package", archive.county.clock)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig") as stream:
        table = list(csv.DictReader(stream))
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    for read, line, row in zip(table, lines, rows, strict=True):
        assert line[KEY] == row[KEY]
        assert read[KEY] == ("" if row[KEY] is None else str(row[KEY]))
        assert [name for name in panel.NAMES if read[name] == ""] == [
            name for name in panel.NAMES if line[name] in (None, "")
        ]
    described = json.loads((tmp_path / "package" / "datapackage.json").read_text("utf-8"))
    (resource,) = described["resources"]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(table[0])
    assert (tmp_path / "package" / resource["path"]).read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_excel_and_parquet_hold_the_figures_as_numbers(archive: Any, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="pip install openpyxl")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install pyarrow")
    rows = rows_of(archive)
    panel.write_xlsx(rows, tmp_path / "a.xlsx")
    panel.write_parquet(rows, tmp_path / "a.parquet")
    head, *cells = openpyxl.load_workbook(tmp_path / "a.xlsx")["reports"].iter_rows(values_only=True)
    table = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert head == panel.NAMES
    for sheet, arrow, row in zip(cells, table, rows, strict=True):
        assert sheet[head.index(KEY)] == arrow[KEY] == row[KEY]
        assert arrow["captured_at"] == row["captured_at"].replace(microsecond=0)
        assert arrow["published_on"] == row["published_on"]


def test_a_failure_leaves_the_file_from_before(archive: Any, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    panel.write_csv(rows_of(archive), target)
    before = target.read_bytes()

    def broken() -> Any:
        yield rows_of(archive)[0]
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        panel.write_csv(broken(), target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_text_that_a_spreadsheet_would_compute_is_kept_a_text(archive: Any, tmp_path: Path) -> None:
    row = {**rows_of(archive)[0], "title": "=1+1", "disclosure_fees_amount_wan": Decimal("1.500000")}
    panel.write_csv([row], tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig") as stream:
        (read,) = csv.DictReader(stream)
    assert (read["title"], read["disclosure_fees_amount_wan"]) == ("'=1+1", "1.5")
