import pytest

from crawler.lists import ListWalk, SparePages
from crawler.portals import Listing, Page, PageRequest, Row

URL = "http://shili.gov.cn/nb/"


def _page(number: int | None = None) -> Page:
    return Page(URL, b"", asked=PageRequest(URL, "list", page_number=number))


def _listing(first: int, count: int = 10, **more: int | None) -> Listing:
    return Listing(tuple(Row(f"{URL}{number}.html", "年报") for number in range(first, first + count)), **more)  # type: ignore[arg-type]


def test_a_list_that_was_read_to_its_declared_end_is_complete() -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    assert walk.take(_page(), _listing(0, declared_total=20, page_number=1), 10)
    assert walk.take(_page(2), _listing(10, declared_total=20, page_number=2), 10)
    assert walk.complete and walk.as_fact()["collected"] == 20 and walk.reports == 20


@pytest.mark.parametrize(
    ("number", "listing", "why"),
    [
        (2, _listing(10, page_number=1), "page 2 was asked for and page 1 came"),
        (2, _listing(0, page_number=2), "page 2 repeats an earlier one"),
        (2, _listing(3, 4, page_number=2), "page 2 has nothing new"),
        (2, Listing(), "page 2 is empty"),
    ],
)
def test_a_page_that_is_not_the_next_one_ends_the_list(number: int, listing: Listing, why: str) -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    assert walk.take(_page(), _listing(0, declared_total=47, page_number=1), 10)
    assert not walk.take(_page(number), listing, 0)
    assert walk.ended == why and not walk.complete


def test_rows_of_a_page_that_was_not_asked_for_do_not_count_as_reports_twice() -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    walk.take(_page(), _listing(0, page_number=1), 10)
    walk.take(_page(2), _listing(0, page_number=1), 10)
    assert walk.reports == 10


def test_a_misled_answer_is_asked_again_in_another_way() -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    walk.take(_page(), _listing(0), 10)
    assert walk.take(_page(2), Listing(_listing(0).rows, misled=True), 10)
    assert walk.take(_page(2), _listing(10), 10)


def test_a_shell_without_rows_is_no_page_of_its_list() -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    assert walk.take(_page(), Listing(), 0)
    assert walk.take(_page(1), _listing(0, page_number=1), 10)


@pytest.mark.parametrize(("rows", "complete"), [(4, True), (10, False)])
def test_a_page_that_does_not_exist_ends_a_list_only_when_the_one_before_was_not_full(
    rows: int, complete: bool
) -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    walk.take(_page(), _listing(0, page_number=1), 10)
    walk.take(_page(2), _listing(10, rows, page_number=2), rows)
    walk.break_off("its next page gave status 404", 3, missing=True)
    assert walk.complete is complete


@pytest.mark.parametrize(("number", "complete"), [(3, True), (2, False)])
def test_only_the_last_page_that_such_pagers_announce_may_be_missing(number: int, complete: bool) -> None:
    walk = ListWalk(URL, "年报", in_column=True)
    for asked in range(1, number):
        rows = _listing(asked * 10).rows
        walk.take(_page(asked), Listing(rows, page_number=asked, page_count=3, counts_one_more=True), 10)
    walk.break_off("its next page gave status 404", number, missing=True)
    assert walk.complete is complete


def _with_spare_page(rows: int, shown: int = 1, announced: int = 2) -> ListWalk:
    """A list whose pager announces a last page that may not be there."""
    walk = ListWalk(URL, "年报", in_column=True)
    listing = Listing(_listing(0, rows).rows, page_number=shown, page_count=announced, counts_one_more=True)
    walk.take(_page(shown), listing, rows)
    return walk


def _spares(*missing: int) -> SparePages:
    """After lists with so many rows on their last page, whose spare pages were asked for and not there."""
    spares = SparePages()
    for rows in missing:
        walk = _with_spare_page(rows)
        assert not spares.are_missing(walk), "it is yet to be asked for"
        walk.break_off("its next page gave status 404", 2, missing=True)
        spares.note(walk)
    return spares


def test_a_spare_page_is_not_asked_for_where_two_were_missing_and_the_page_before_is_not_full() -> None:
    assert _spares(15, 4).are_missing(_with_spare_page(5))
    assert not _spares(15).are_missing(_with_spare_page(5)), "one is no proof"
    assert not _spares(15, 4).are_missing(_with_spare_page(15)), "a full page may have one after it"
    assert not _spares(15, 4).are_missing(_with_spare_page(5, announced=3)), "that is not the last page announced"


def test_where_a_spare_page_was_there_all_are_asked_for() -> None:
    spares = _spares(15, 4)
    assert not spares.are_missing(_with_spare_page(3, shown=2))
    assert not spares.are_missing(_with_spare_page(5))
