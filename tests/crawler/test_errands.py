from crawler.errands import Errand, Errands
from crawler.focus import DIRECTORY
from crawler.portals import PageRequest

NODES, PAGE = "http://shili.gov.cn/tree/getNodes", "http://shili.gov.cn/bmxz/czj/"


def _node(root: str, opens: str | None = PAGE) -> Errand:
    return Errand(PageRequest(NODES, "list", "POST", f"root={root}&id=17".encode(), opens=opens), DIRECTORY)


def test_a_node_that_stands_in_two_trees_is_opened_once_and_its_page_not_asked_for() -> None:
    errands = Errands()
    assert errands.note(_node("3"))
    assert not errands.note(_node("9"))
    assert not errands.note(Errand(PageRequest(PAGE, "list"), DIRECTORY))


def test_nodes_of_one_number_that_have_no_page_or_another_are_each_opened() -> None:
    errands = Errands()
    assert errands.note(_node("3")) and errands.note(_node("9", "http://shili.gov.cn/xz/czj/"))
    assert errands.note(_node("4", None)) and errands.note(_node("5", None))


def test_a_node_is_opened_where_its_page_was_asked_for_before() -> None:
    errands = Errands()
    assert errands.note(Errand(PageRequest(PAGE, "list"), DIRECTORY)) and errands.note(_node("3"))
