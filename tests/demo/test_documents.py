from __future__ import annotations

import io
from collections.abc import Iterator

import docx
import lxml.html
import pypdfium2
import pytest

from demo import layouts, pdf, word
from demo.report import LAYOUT_WEIGHTS, AnnualReport
from demo.tables import shown, spread, tables, width
from demo.world import World
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
