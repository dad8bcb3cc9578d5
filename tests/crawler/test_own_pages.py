"""Organs' own pages, where second columns may stand: at which to look, when that is enough, and what is then said of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crawler import focus
from crawler.errands import Errand
from crawler.own_pages import FEWER_LOOKS, LOOKS, SHARE, TURNS, OwnPages
from crawler.portals import PageRequest

ALL = frozenset((2021, 2022, 2023, 2024))


def _front(name: str) -> Errand:
    return Errand(PageRequest(f"http://www.shili.gov.cn/bmxz/{name}/", "list"), focus.DIRECTORY, name)


def _passed(years: Mapping[str, Iterable[int]], looked_at: Iterable[str] = (), turn: int = 0) -> OwnPages:
    pages = OwnPages(lambda: {_front(name).key for name in looked_at}, turn)
    for name, its in years.items():
        pages.note(_front(name), its)
        pages.pass_by(_front(name))
    return pages


def _looks(pages: OwnPages, leads: Iterable[str] = ()) -> list[str]:
    """The organs whose pages are looked at, where those of some lead to a report that no list named."""
    looked, found = [], 0
    while (front := pages.next(found)) is not None:
        pages.see(front)
        looked.append(front.name or "")
        found += looked[-1] in leads
    return looked


def _organs(count: int) -> dict[str, Iterable[int]]:
    return {f"{number}局": ALL for number in range(count)}


def test_who_begins_latest_is_looked_at_first_and_then_who_lacks_most() -> None:
    late = {f"晚{number}局": {2023, 2024} for number in range(LOOKS - 3)}
    organs = {"甲局": ALL - {2022}, "乙局": {2024}, "丙局": ALL - {2022, 2023}, "戊局": ALL - {2021}}
    looked = _looks(_passed(_organs(9) | organs | late))
    assert [looked[0], *sorted(looked[1:-2]), *looked[-2:]] == ["乙局", *sorted(late), "戊局", "丙局"]


def test_for_a_single_year_between_fewer_looks_are_enough() -> None:
    assert len(_looks(_passed(_organs(9) | {f"缺{number}局": ALL - {2022} for number in range(5)}))) == FEWER_LOOKS


def test_looks_for_the_newest_year_do_not_stand_in_the_way_of_looks_for_older_ones() -> None:
    late = {f"缺{number}局": ALL - {2024} for number in range(5)}
    pages = _passed(_organs(9) | late | {"甲局": {2023, 2024}})
    assert _looks(pages)[-1] == "甲局"


def test_whose_page_was_not_looked_at_is_named() -> None:
    pages = _passed({**_organs(4), "甲局": ALL - {2022}})
    assert _looks(pages) == ["甲局"]
    assert pages.unlooked == ["0局", "1局", "2局", "3局"]


def test_where_one_page_leads_to_what_no_list_named_all_are_looked_at() -> None:
    pages = _passed({**_organs(9), "甲局": {2024}, "乙局": ALL - {2021}, "丙局": ALL - {2021}})
    assert len(_looks(pages, ["乙局"])) == 12 and not pages.unlooked


def test_of_many_organs_more_are_looked_at_and_of_those_that_lack_nothing_a_share() -> None:
    assert len(_looks(_passed(_organs(9 * SHARE)))) == 9
    late = {f"晚{number}局": (2024,) for number in range(12)}
    assert len(_looks(_passed(_organs(9 * SHARE) | late))) == 9 > LOOKS


def test_an_organ_without_the_newest_year_of_most_is_looked_at_in_each_harvest() -> None:
    late = {f"缺{number}局": ALL - {2024} for number in range(5)}
    assert set(_looks(_passed(_organs(9) | late))) == set(late)
    assert set(_looks(_passed(_organs(9) | late, looked_at=late))) >= set(late)


def test_what_most_have_not_yet_published_nobody_lacks() -> None:
    assert len(_looks(_passed({**_organs(8), "早局": ALL | {2025}}))) == FEWER_LOOKS


def test_at_what_earlier_harvests_looked_it_is_looked_by_turns_and_nobody_is_said_to_be_passed_by() -> None:
    organs = _organs(8)
    times = [len(_looks(_passed(organs, looked_at=organs, turn=turn))) for turn in range(40)]
    assert 0 < sum(times) < 3 * 40 * len(organs) / TURNS
    assert not _passed(organs, looked_at=organs).unlooked


def test_later_harvests_go_on_with_those_at_which_nobody_looked() -> None:
    organs, looked = {f"缺{number}局": ALL - {2022} for number in range(7)} | {"全局": ALL}, set[str]()
    for turn in range(4):
        pages = _passed(organs, looked_at=looked, turn=turn)
        looked |= set(_looks(pages))
        assert set(pages.unlooked) == set(organs) - looked
    assert looked >= set(organs) - {"全局"}


def test_a_re_crawl_looks_at_all() -> None:
    pages = _passed(_organs(8), looked_at=_organs(4))
    pages.all_are_due = True
    assert len(_looks(pages)) == 8 and not pages.unlooked


def test_an_organ_whose_page_was_asked_for_another_reason_is_not_looked_at() -> None:
    pages = _passed({**_organs(4), "甲局": ALL - {2022}})
    pages.see(_front("甲局"))
    assert not _looks(pages) and "甲局" not in pages.unlooked


def test_a_list_without_the_newest_year_of_most_ends_early() -> None:
    pages = _passed({**_organs(4), "甲局": ALL - {2022}, "乙局": ALL - {2021}, "丙局": ALL - {2024}, "丁局": ()})
    assert [pages.ends_early(_front(name)) for name in ("甲局", "乙局", "丙局", "丁局")] == [False, False, True, True]
