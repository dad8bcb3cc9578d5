"""What a cell of the official tables shows of its figure."""

from __future__ import annotations

import re
from typing import Any

import pytest

from archive.web.cells import drawn_cells
from archive.web.forms import FigureCell
from archive.web.messages import messages
from reports.model import Figure, Place, State

KEY = "requests.new_received.total"


def drawn(*figure: Any, **more: Any) -> str:
    cell = FigureCell(KEY, "本年新收", Figure(KEY, *figure, **more))
    return re.sub(r' title="[^"]*"', "", drawn_cells(messages("en"), "5/figures/", "#here")(cell))


def inside(cell: str) -> str:
    found = re.fullmatch(r'<td id="[^"]+">(.*)</td>', cell)
    assert found is not None, cell
    return found[1]


@pytest.mark.parametrize(
    ("figure", "more", "shown"),
    [
        ((3, "3", State.NUMBER), {}, "3"),
        ((3, "３", State.NUMBER), {}, "３"),
        ((3, "3", State.NUMBER), {"repaired": "row"}, '<span class="repaired">3</span><span class="sign" aria-hidden="true">※</span>'),
        ((3, "3", State.NUMBER), {"by_ocr": True}, '<span class="ocr">3</span><span class="sign" aria-hidden="true">◎</span>'),
        ((3, "3", State.NUMBER), {"repaired": "row", "by_ocr": True}, '<span class="repaired ocr">3</span><span class="sign" aria-hidden="true">※</span>'),
        ((None, "3<b>", State.TEXT), {"reason": "two numbers"}, '<span class="unclear">3&lt;b&gt;</span><span class="sign" aria-hidden="true">?</span>'),
    ],
)  # fmt: skip
def test_a_cell_shows_what_was_printed_and_marks_what_is_to_be_said_of_it(
    figure: tuple[Any, ...], more: dict[str, Any], shown: str
) -> None:
    assert inside(drawn(*figure, **more)) == shown


def test_a_figure_whose_place_is_known_leads_there() -> None:
    cell = inside(drawn(3, "3", State.NUMBER, place=Place(table=2, row=3, column=4)))
    assert cell == f'<a href="5/figures/{KEY}#here">3</a>'
