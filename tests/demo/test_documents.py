from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import lxml.html
import pypdfium2
import pytest
from PIL import Image

from demo import files, guises, layouts, pdf, pictures, word
from demo.portal import sites_of
from demo.report import LAYOUT_WEIGHTS, AnnualReport
from demo.tables import shown, spread, tables, width
from demo.world import World
from reports import extract, parse
from reports.form import FORMS


def sample(world: World, **wanted: object) -> AnnualReport:
    """The first sound report of the world that looks so."""
    for county in world.counties:
        for report in county.reports:
            if not report.planted and all(getattr(report.dress, name) == value for name, value in wanted.items()):
                return report
    raise AssertionError(f"no report with {wanted} in the sample world; choose another seed")


def cells(table: lxml.html.HtmlElement) -> list[list[str]]:
    """A table as a person sees it: every position filled by the cell that covers it."""
    covered: dict[tuple[int, int], str] = {}
    for down, row in enumerate(table.iterfind("tbody/tr")):
        across = 0
        for cell in row.iterfind("td"):
            while (down, across) in covered:
                across += 1
            text = "".join(cell.text_content().split())
            for y in range(int(cell.get("rowspan", 1))):
                for x in range(int(cell.get("colspan", 1))):
                    covered[down + y, across + x] = text
    height, breadth = max(y for y, _ in covered) + 1, max(x for _, x in covered) + 1
    return [[covered[y, x] for x in range(breadth)] for y in range(height)]


def requests_as_printed(report: AnnualReport) -> Iterator[tuple[str, ...]]:
    for row in FORMS[report.edition].request_rows:
        if f"requests.{row.key}.total" in report.figures:
            yield tuple(shown(report, key) for key in report.figures if key.startswith(f"requests.{row.key}."))


@pytest.mark.parametrize("layout", [name for name, _ in LAYOUT_WEIGHTS])
def test_a_page_shows_every_figure_in_its_place(world: World, layout: str) -> None:
    report = sample(world, layout=layout, other_as_one_row=False)
    tree = lxml.html.fromstring(layouts.body(report))
    innermost = [table for table in tree.iter("table") if table.find(".//table") is None]
    grids = [cells(table) for table in innermost]
    assert [len(row) for row in grids[1]] == [10] * len(grids[1])
    assert [tuple(row[3:]) for row in grids[1][3:]] == list(requests_as_printed(report))
    assert grids[2][3] == [shown(report, key) for key in report.figures if key.startswith("disputes.")]
    flat = [text for row in grids[0] for text in row]
    for key in report.figures:
        if key.startswith("disclosure."):
            assert shown(report, key) in flat


def test_every_layout_has_a_weight_and_every_weight_a_layout() -> None:
    assert set(layouts.LAYOUTS) == {name for name, _ in LAYOUT_WEIGHTS}


def test_the_results_group_spans_the_rows_that_the_form_gives_it(world: World) -> None:
    for edition, rows in (("2021", 22), ("2019", 20)):
        report = next(
            r for c in world.counties for r in c.reports if r.edition == edition and not r.dress.other_as_one_row
        )
        grid = tables(report)["requests"]
        group = next(cell for row in grid for cell in row if "本年度办理结果" in cell.text)
        assert group.down == rows
        assert len(spread(grid)) == len(FORMS[report.edition].request_rows) + 3
        assert all(len(row) == width(grid) for row in spread(grid))


@pytest.mark.parametrize("maker", [pdf.made, word.made])
def test_the_same_report_gives_the_same_bytes(world: World, maker: object) -> None:
    assert callable(maker)
    report = sample(world)
    assert maker(report) == maker(report)


def test_another_figure_gives_another_file(world: World) -> None:
    first, second = world.counties[0].reports[0], world.counties[0].reports[1]
    assert pdf.made(first) != pdf.made(second)


def test_a_pdf_holds_title_prose_and_figures_as_text(world: World) -> None:
    report = max(
        (r for c in world.counties for r in c.reports), key=lambda r: r.figures["requests.new_received.total"] or 0
    )
    document = pypdfium2.PdfDocument(pdf.made(report))
    try:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        pages = len(document)
    finally:
        document.close()
    squeezed = "".join(text.split())
    assert pages >= 3
    assert report.title in squeezed
    assert "".join(report.section("overview").paragraphs)[:40] in squeezed
    assert str(report.figures["requests.new_received.total"]) in text.split()


def test_a_docx_repeats_merged_cells_and_holds_every_request_row(world: World) -> None:
    report = sample(world, other_as_one_row=False)
    document = docx.Document(io.BytesIO(word.made(report)))
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert [tuple(row[3:]) for row in rows[3:]] == list(requests_as_printed(report))
    assert document.paragraphs[0].text == report.title


@pytest.mark.parametrize("maker", ["rtf", "ofd", "zip", "html_doc", "docx_doc"])
def test_every_file_holds_the_figures_as_they_were_printed(world: World, maker: str) -> None:
    """By the project's own reader, which knows nothing of how they were made."""
    report = sample(world, layout="plain", other_as_one_row=False)
    read = parse(extract(files.MAKERS[maker](report), None, None)).figures
    assert {key: read[key].value for key in report.figures} == dict(report.figures)


def test_files_have_the_same_bytes_every_time_and_begin_as_their_kind_does(world: World) -> None:
    report = sample(world, layout="plain")
    begins = {
        "rtf": b"{\\rtf1",
        "ofd": b"PK\x03\x04",
        "zip": b"PK\x03\x04",
        "rar": b"Rar!\x1a\x07\x01\x00",
        "scanned_pdf": b"%PDF-1.4",
        "html_doc": b"<html",
        "docx_doc": b"PK\x03\x04",
    }
    for maker, start in begins.items():
        made = files.MAKERS[maker](report)
        assert made.startswith(start)
        assert made == files.MAKERS[maker](report)


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar is not installed")
def test_a_rar_can_be_unpacked(world: World, tmp_path: Path) -> None:
    report = sample(world, layout="plain")
    path = tmp_path / "report.rar"
    path.write_bytes(files.MAKERS["rar"](report))
    done = subprocess.run(["bsdtar", "-xOf", path], capture_output=True, check=True)
    assert done.stdout == files.html_doc(report)


def test_a_scan_has_pictures_and_no_text(world: World) -> None:
    report = sample(world, layout="plain")
    document = pypdfium2.PdfDocument(io.BytesIO(files.MAKERS["scanned_pdf"](report)))
    assert len(document) == 3
    assert "".join(page.get_textpage().get_text_range() for page in document) == ""
    shades = document[0].render().to_numpy()
    document.close()
    assert 0.02 < (shades < 128).mean() < 0.5


def test_a_picture_shows_a_ruled_table_with_its_numbers(world: World) -> None:
    report = sample(world, layout="plain")
    grid = tables(report)["requests"]
    picture = Image.open(io.BytesIO(pictures.drawn(grid)))
    assert picture.size == (width(grid) * pictures.CELL_WIDTH + 1, len(grid) * pictures.CELL_HEIGHT + 1)
    assert picture.getextrema() == (0, 255)


@pytest.mark.parametrize("guise", list(guises.GUISES))
def test_a_guise_gives_the_parts_of_an_article(world: World, guise: str) -> None:
    (site, *_) = sites_of(world)
    article = next(
        a
        for a in site.articles
        if a.report is not None and a.report.carriers == ("html",) and a.report.dress.layout != "nested"
    )
    changed = replace(article, guise=guise)
    parts = guises.parts(changed)
    assert len(parts) == (3 if guise == "turned" else 1)
    counts = {"report": 3, "turned": 3, "picture_tables": 0, "picture_only": 0, "free": 0}
    assert sum(part.count("<table") for part in parts) == counts[guise]
    assert guises.picture_count(changed) == (3 if guise.startswith("picture") else 0)
