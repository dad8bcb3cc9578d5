"""One answer for all organs of a directory: what it must hold before an organ's own page is passed by."""

from __future__ import annotations

from collections.abc import Iterable

from archive.sightings import FoundReport
from crawler.gathered import PROBES, Gathered
from crawler.lists import ListWalk
from crawler.portals import Listing, Row

ORGANS = ("财政局", "教育局", "水利局", "新镇", "新河镇")
YEARS = (2023, 2024)


def _named(organ: str | None, years: Iterable[int] = YEARS) -> list[FoundReport]:
    return [FoundReport(f"/{organ}/{year}", f"/{organ}/{year}", None, None, organ, year, None) for year in years]


def _gathered(*named: FoundReport, declared: int | None = None) -> Gathered:
    rows = {one.url_key for one in named}
    walk = ListWalk("/all", "部门和乡镇信息公开", True, declared or len(rows), ended="the last page", rows=rows)
    gathered = Gathered(ORGANS)
    gathered.take(walk, named)
    return gathered


def _spared(gathered: Gathered) -> list[str]:
    """The organs that are passed by once as many as it takes were asked to see whether the answer is right."""
    for _ in range(PROBES):
        gathered.spares(ORGANS[0])
    return [organ for organ in ORGANS if gathered.spares(organ)]


ALL = [one for organ in ORGANS for one in _named(f"栖桐县{organ}")]


def test_the_first_organs_are_asked_all_the_same() -> None:
    gathered = _gathered(*ALL)
    assert [gathered.spares(organ) for organ in ORGANS] == [False] * PROBES + [True] * (len(ORGANS) - PROBES)


def test_an_answer_that_lacks_some_of_what_it_declares_spares_no_organ() -> None:
    assert _spared(_gathered(*ALL)) == list(ORGANS)
    assert not _spared(_gathered(*ALL, declared=len(ALL) + 1))


def test_an_organ_without_a_year_that_most_have_is_asked() -> None:
    gathered = _gathered(*_named("财政局"), *_named("教育局", [2024]), *_named("水利局"), *_named("新河镇"))
    assert _spared(gathered) == ["财政局", "水利局", "新河镇"]


def test_a_report_that_could_be_of_two_organs_counts_for_neither() -> None:
    gathered = _gathered(*_named("财政局"), *_named("新河东镇"))
    assert _spared(gathered) == ["财政局"]


def test_only_a_report_of_an_organ_that_was_covered_speaks_against_the_answer() -> None:
    gathered = _gathered(*_named("财政局"), *_named("教育局", [2024]), *_named("水利局"))
    assert gathered.expects(_named("新镇")[0]) and gathered.expects(_named("教育局", [2020])[0])
    assert not gathered.expects(_named("财政局", [2020])[0])
    assert not gathered.expects(_named(None, [2020])[0])


def test_an_answer_with_more_pages_than_there_are_organs_is_not_read_on() -> None:
    rows = tuple(Row(f"/{number}", "甲镇2024年政府信息公开工作年度报告") for number in range(100))
    assert _gathered().pays(Listing(rows, declared_total=100 * len(ORGANS)))
    assert not _gathered().pays(Listing(rows, declared_total=100 * len(ORGANS) + 1))
