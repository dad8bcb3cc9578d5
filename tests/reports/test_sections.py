"""Which paragraphs are the headings of a report's sections."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reports.form import FREE_SECTIONS, SECTIONS
from reports.model import Paragraph
from reports.parsing.sections import Heading, _best_chain, find_sections

KEYS = [section.key for section in FREE_SECTIONS]
HEADINGS = st.builds(Heading, st.sampled_from(KEYS), st.just(""), st.just(""), st.integers(1, 6))


@given(st.lists(HEADINGS, max_size=9))
def test_the_headings_are_the_best_run_in_the_order_of_the_form(headings: list[Heading]) -> None:
    """As good as the best of all runs that there are."""
    candidates = list(enumerate(headings))
    found = _best_chain(candidates)
    runs = (run for length in range(len(candidates) + 1) for run in combinations(candidates, length))
    in_order = (run for run in runs if all(KEYS.index(a.key) < KEYS.index(b.key) for (_, a), (_, b) in pairwise(run)))
    assert sum(heading.score for _, heading in found) == max(
        sum(heading.score for _, heading in run) for run in in_order
    )
    assert all(KEYS.index(a.key) < KEYS.index(b.key) for (_, a), (_, b) in pairwise(found))


def test_a_page_of_thirty_thousand_lines_that_might_be_headings_is_read_line_by_line() -> None:
    """By looking back from each to all before it that took 21 seconds."""
    lines = [Paragraph(f"{section.ordinal}、{section.text}") for section in SECTIONS]
    found = find_sections([*lines[:2], *[Paragraph("主动公开政府信息。")] * 30_000, *lines[2:]])
    assert [section.heading.key for section in found] == [section.key for section in SECTIONS]
