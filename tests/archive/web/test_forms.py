"""The official tables, as the form prints them."""

from __future__ import annotations

import pytest

from archive.web.forms import FigureCell, HeaderCell, OfficialTable, figure_label, official_tables
from reports.form import FIGURE_KEYS, FORM_2019, FORM_2021, FORMS
from reports.model import Edition, Figure, State

EDITIONS = (Edition.FORM_2021, Edition.FORM_2019)


def grid(table: OfficialTable) -> list[list[HeaderCell | FigureCell | None]]:
    """Which cell covers each position, the way a browser lays the rows out."""
    covered: dict[tuple[int, int], HeaderCell | FigureCell] = {}
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row:
            while (y, x) in covered:
                x += 1
            for down in range(cell.rowspan if isinstance(cell, HeaderCell) else 1):
                for across in range(cell.colspan):
                    assert (y + down, x + across) not in covered, f"two cells at row {y + down}, column {x + across}"
                    covered[y + down, x + across] = cell
            x += cell.colspan
    height, width = max(y for y, _ in covered) + 1, max(x for _, x in covered) + 1
    assert height == len(table.rows)
    return [[covered.get((y, x)) for x in range(width)] for y in range(height)]


def figures(edition: Edition, **states: State) -> dict[str, Figure]:
    return {key: Figure(key, None, "", State.ABSENT) for key in FORMS[edition].keys}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_merged_cells_fill_the_table_without_gap_or_overlap(edition: Edition, number: int) -> None:
    assert all(cell is not None for row in grid(official_tables(edition, {})[number]) for cell in row)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_figure_of_the_form_has_its_one_cell(edition: Edition) -> None:
    cells = [
        cell.key
        for table in official_tables(edition, {})
        for row in table.rows
        for cell in row
        if isinstance(cell, FigureCell)
    ]
    assert sorted(cells) == sorted(FORMS[edition].keys)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_figure_stands_under_its_column_and_beside_its_row(edition: Edition) -> None:
    positions = grid(official_tables(edition, {})[1])
    for row in positions[3:]:
        for column, cell in zip(positions[2][3:], row[3:], strict=True):
            assert isinstance(cell, FigureCell)
            assert isinstance(column, HeaderCell)
            assert isinstance(row[2], HeaderCell)
            assert cell.key == f"{row[2].name}.{column.name.removeprefix('columns.')}"


@pytest.mark.parametrize(("edition", "height"), [(Edition.FORM_2021, 22), (Edition.FORM_2019, 20)])
def test_the_results_are_one_merged_cell_over_all_their_rows(edition: Edition, height: int) -> None:
    (results,) = [
        cell
        for row in official_tables(edition, {})[1].rows
        for cell in row
        if isinstance(cell, HeaderCell) and cell.name == "results"
    ]
    assert results.rowspan == height


def test_the_free_form_has_no_tables() -> None:
    assert official_tables(Edition.FREE, {}) == ()


def test_other_handling_printed_as_one_row_replaces_its_three_parts() -> None:
    found = figures(Edition.FORM_2021)
    found["requests.other.all.total"] = Figure("requests.other.all.total", 3, "3", State.NUMBER)
    keys = {
        cell.key
        for row in official_tables(Edition.FORM_2021, found)[1].rows
        for cell in row
        if isinstance(cell, FigureCell)
    }
    assert "requests.other.all.total" in keys
    assert "requests.other.misc.total" not in keys


def test_other_handling_printed_both_ways_keeps_all_four_rows() -> None:
    found = figures(Edition.FORM_2021)
    for key in ("requests.other.all.total", "requests.other.misc.total"):
        found[key] = Figure(key, 3, "3", State.NUMBER)
    table = official_tables(Edition.FORM_2021, found)[1]
    keys = {cell.key for row in table.rows for cell in row if isinstance(cell, FigureCell)}
    assert {"requests.other.all.total", "requests.other.misc.total"} <= keys
    assert all(cell is not None for row in grid(table) for cell in row)


def test_every_figure_has_a_label_of_its_own() -> None:
    labels = [figure_label(key) for key in FIGURE_KEYS]
    assert all(label != key for label, key in zip(labels, FIGURE_KEYS, strict=True))
    assert len(set(labels)) == len(labels)


def test_the_two_editions_have_the_rows_that_the_notices_name() -> None:
    assert (len(FORM_2021.request_rows), len(FORM_2019.request_rows)) == (25, 23)
