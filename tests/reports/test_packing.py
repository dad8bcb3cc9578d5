from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reports.form import FIGURE_KEYS
from reports.model import (
    DateEvidence,
    Edition,
    ExtraRow,
    Figure,
    NarrativeFigure,
    Place,
    Report,
    Section,
    State,
)
from reports.packing import pack, unpack

words = st.text(max_size=20)
numbers = st.one_of(st.integers(-10, 10**12), st.decimals(min_value=0, max_value=10**9, places=5))
places = st.builds(
    Place,
    page=st.none() | st.integers(1, 50),
    table=st.none() | st.integers(1, 9),
    row=st.none() | st.integers(1, 40),
    box=st.none() | st.tuples(*[st.floats(0, 1000, allow_nan=False)] * 4),
)
figures = st.builds(
    Figure,
    key=st.sampled_from(FIGURE_KEYS),
    value=st.none() | numbers,
    raw=words,
    state=st.sampled_from(State),
    repaired=st.none() | words,
    place=st.none() | places,
    unit=st.none() | words,
    reason=st.none() | words,
    by_ocr=st.booleans(),
)
reports = st.builds(
    Report,
    organ=st.none() | words,
    region=st.none() | words,
    year=st.none() | st.integers(2008, 2030),
    title=words,
    form=st.sampled_from(Edition),
    sections=st.lists(st.builds(Section, key=words, title=words, text=words, place=places), max_size=3).map(tuple),
    figures=st.lists(figures, max_size=5).map(lambda found: {figure.key: figure for figure in found}),
    narrative=st.lists(
        st.builds(NarrativeFigure, meaning=words, value=numbers, unit=words, quotation=words), max_size=2
    ).map(tuple),
    extras=st.lists(
        st.builds(ExtraRow, table=words, label=words, cells=st.lists(words).map(tuple), place=st.none() | places),
        max_size=2,
    ).map(tuple),
    dates=st.lists(
        st.builds(DateEvidence, value=st.dates(), source=words, raw=words, rank=st.integers(1, 9)), max_size=2
    ).map(tuple),
    image_only=st.booleans(),
    by_ocr=st.booleans(),
    notes=st.lists(words, max_size=2).map(tuple),
)


@given(reports)
def test_a_report_comes_back_from_its_bytes_as_it_was(report: Report) -> None:
    assert unpack(pack(report)) == report


def test_a_decimal_keeps_its_digits() -> None:
    figure = Figure("disclosure.fees.amount_wan", Decimal("7.07285"), "7.07285万元", State.NUMBER)
    report = Report(
        "甲镇",
        None,
        2023,
        "",
        Edition.FORM_2021,
        (),
        {figure.key: figure},
        dates=(DateEvidence(date(2024, 1, 3), "a", "b", 1),),
    )
    assert str(unpack(pack(report)).figures[figure.key].value) == "7.07285"
