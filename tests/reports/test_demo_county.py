"""The county in a box as a sheet of answers: every report of it, in each layout and kind of file, reads as it was made."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import reports
from demo import layouts, pdf, word
from demo.report import AnnualReport
from demo.world import World
from reports.model import Edition, Report

MOST = 60  # reports read as each kind


@pytest.fixture(scope="module")
def published() -> list[AnnualReport]:
    """Those with tables of the official form."""
    county = [report for county in World.build(1).counties for report in county.reports]
    return [report for report in county if report.edition is not Edition.FREE][:: max(1, len(county) // MOST)]


def page(report: AnnualReport) -> bytes:
    return f"<html><body><h1>{report.title}</h1><div id='zoom'>{layouts.body(report)}</div></body></html>".encode()


KINDS = {"html": page, "docx": word.made, "pdf": pdf.made}


def read(payload: bytes) -> Report:
    return reports.parse(reports.extract(payload, None, None))


@pytest.fixture(scope="module")
def read_as(published):
    """Each kind of file is made and read once: both takes longer than all that is then asked of it."""
    done: dict[str, list[tuple[Report, AnnualReport]]] = {}

    def read_all(kind: str) -> list[tuple[Report, AnnualReport]]:
        if kind not in done:
            chosen = published[:: 1 if kind == "html" else 4]
            done[kind] = [(read(KINDS[kind](made)), made) for made in chosen]
        return done[kind]

    return read_all


def wrong(found: Report, made: AnnualReport) -> dict[str, tuple[Any, Any]]:
    return {
        key: (made.figures.get(key), figure.value)
        for key, figure in found.figures.items()
        if figure.value is not None and (key not in made.figures or figure.value != _number(made.figures[key]))
    }


def _number(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


@pytest.mark.parametrize("kind", KINDS)
def test_no_figure_of_the_county_is_read_wrong(kind, read_as):
    for found, made in read_as(kind):
        assert not wrong(found, made), made.title


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_all_figures_of_the_county_are_read(kind, read_as):
    known = got = 0
    for found, made in read_as(kind):
        printed = {key: _number(value) for key, value in made.figures.items() if value is not None}
        known += len(printed)
        got += sum(found.value(key) == value for key, value in printed.items())
    assert got / known >= 0.98


def test_organ_year_edition_and_sections_of_the_county_are_read(read_as):
    for found, made in read_as("html"):
        assert (found.year, found.form) == (made.year, made.edition), made.title
        assert [section.title for section in found.sections] == [section.heading for section in made.text.sections]
