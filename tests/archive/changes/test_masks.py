"""Words inside a report that move by themselves: learnt from a second fetch, kept with their evidence, and never in the way of an edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from archive import masks
from archive.database import reading
from archive.models import Capture, Event
from tests.archive.changes.showing import HOME, REPORT, Portal, flagged, page, states

TEXT = "本年度工作平稳。"


@pytest.fixture
def visits() -> Iterator[int]:
    return count(1)


def moving(portal: Portal, visits: Iterator[int], text: str = TEXT, upheld: int = 1) -> None:
    """Before each fetch, another counter and token stand among the report's words."""
    number = next(visits)
    words = f"您是本页第{number * 7}位来访者，会话{number:08x}号。</p><p>{text}"
    portal.show(REPORT, page(upheld=upheld, text=words))


def lines(portal: Portal) -> list[masks.MaskLine]:
    with reading(portal.engine) as session:
        return list(masks.mask_lines(session))


@pytest.fixture
def learnt(portal: Portal, visits: Iterator[int]) -> Portal:
    """A site whose counter began to run after the first harvest, looked at until nothing is suspected any more."""
    for kind in ("recrawl", "confirm", "recrawl", "confirm"):
        moving(portal, visits)
        portal.run(kind)
        portal.clock -= timedelta(minutes=50)  # the next fetch is made some minutes later
    return portal


def test_a_counter_among_the_words_is_learnt_from_a_second_fetch_with_its_evidence(learnt: Portal) -> None:
    assert [line.line for line in lines(learnt)] == ["您是本页第#位来访者,会话#号。"]
    with reading(learnt.engine) as session:
        evidence = [session.get_one(Capture, number) for number in (lines(learnt)[0].before, lines(learnt)[0].after)]
        assert {capture.url for capture in evidence} == {REPORT}
        assert evidence[0].body_sha256 != evidence[1].body_sha256
        assert len(session.scalars(select(Event.id).where(Event.kind == "mask")).all()) == 1


def test_a_page_whose_counter_is_masked_is_not_suspected_again(learnt: Portal, visits: Iterator[int]) -> None:
    before = states(learnt.engine)
    for _ in range(5):
        moving(learnt, visits)
        learnt.run()
    assert states(learnt.engine) == before


def test_an_edit_beside_a_masked_counter_is_raised_without_the_counter(learnt: Portal, visits: Iterator[int]) -> None:
    flags = flagged(learnt.engine)
    for kind in ("recrawl", "confirm"):
        moving(learnt, visits, "本年度工作有序。")
        learnt.run(kind)
    assert flagged(learnt.engine) == [*flags, "text-edited-silently"]


def test_a_figure_changed_in_the_very_fetch_that_shows_the_counter_is_raised(
    portal: Portal, visits: Iterator[int]
) -> None:
    for kind in ("recrawl", "confirm"):
        moving(portal, visits, upheld=4)
        portal.run(kind)
        portal.clock -= timedelta(minutes=50)
    assert states(portal.engine) == [("figures changed", "raised")]


def test_two_edits_on_different_days_are_no_mask(portal: Portal) -> None:
    for text in ("本年度接待2人。", "本年度接待3人。"):
        portal.show(REPORT, page(text=text))
        portal.clock += timedelta(days=1)
        portal.run("confirm")
    assert lines(portal) == []
    portal.run("confirm")
    assert flagged(portal.engine) == ["text-edited-silently"]


def test_a_line_that_names_the_day_of_its_fetch_moves_by_itself(portal: Portal) -> None:
    url = HOME + "nb/2.html"

    def show(day: int) -> None:
        today = f"今天是2025年2月{day}日，星期{'一二三四五六日'[day % 7]}。</p><p>{TEXT}"
        portal.show(url, page(text=today), "岚溪县双河镇2024年政府信息公开工作年度报告")

    for day in (1, 2, 3, 4):
        show(day)
        portal.run()
        portal.clock += timedelta(days=1)
    assert [kind for kind, _ in states(portal.engine)] == ["new"]
    assert [line.line for line in lines(portal)] == ["今天是#年#月#日,星期#。"]


def test_a_mask_of_one_address_hides_nothing_at_another(learnt: Portal) -> None:
    url, title = HOME + "nb/2.html", "岚溪县双河镇2024年政府信息公开工作年度报告"
    for number in (1, 2, 2):
        learnt.show(url, page(text=f"您是本页第{number}位来访者，会话0号。"), title)
        learnt.clock += timedelta(days=1)
        learnt.run()
    assert flagged(learnt.engine)[-1] == "text-edited-silently"
