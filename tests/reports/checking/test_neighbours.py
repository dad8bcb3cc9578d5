from dataclasses import replace
from datetime import date

from reports.checking.neighbours import Neighbour, find_copied
from reports.model import Edition, Report, Section

OWN = (
    "岗位轮换以后，新接手的同志对发布流程还不熟悉，有两次把草稿误传到了公开栏目；村里的老人不上网，公示栏又常被雨水打湿，"
    "大家要跑到便民大厅来问；表格里的项目名称年年调整，填报时容易串行。下一步打算把流程画成一张图贴在桌边，给公示栏加装雨棚，"
    "每季度请村民代表来挑一次毛病，并把去年的表格和今年的表格放在一起对着看，发现串行当场改正，不留到年底集中处理。"
)
OTHER = (
    "窗口的同志反映，群众最常问的是学区划分和医保报销，而这两类内容散在四个栏目里，找起来费劲；电话里说得清楚的事，写成答复就变得"
    "生硬。今年准备把两类内容并到一处，标题用群众的原话，答复先念给不懂行的人听一遍，听得懂再寄出去；另请档案馆的同志来讲一课，"
    "说说哪些旧文件可以开放，哪些还要等一等，免得前后口径不一，让申请人白跑一趟。"
)


def neighbour(organ: str, text: str, day: int | None) -> Neighbour:
    report = Report(
        organ,
        None,
        2024,
        f"{organ}2024年政府信息公开工作年度报告",
        Edition.FORM_2021,
        (Section("problems", "", text),),
        {},
    )
    return Neighbour(organ, report, date(2025, 1, day) if day else None)


def test_the_later_of_two_equal_sections_is_the_copy() -> None:
    found = find_copied(
        {"1": neighbour("柳林镇", OWN, 20), "2": neighbour("双河镇", OWN, 10), "3": neighbour("梅溪镇", OTHER, 5)}
    )
    assert list(found) == ["1"]
    assert [(f.rule, f.where, f.outcome.value) for f in found["1"]] == [("COPIED", "problems", "fail")]
    assert "双河镇" in found["1"][0].message


def test_without_days_both_are_named() -> None:
    found = find_copied({"1": neighbour("柳林镇", OWN, None), "2": neighbour("双河镇", OWN, 10)})
    assert set(found) == {"1", "2"}


def test_words_of_ones_own_are_no_finding() -> None:
    assert find_copied({"1": neighbour("柳林镇", OWN, 1), "2": neighbour("双河镇", OTHER, 2)}) == {}


def test_words_that_ocr_read_are_no_certain_copy() -> None:
    read = neighbour("双河镇", OWN, 10)
    read = replace(read, report=replace(read.report, by_ocr=True))
    for pair in ({"1": neighbour("柳林镇", OWN, 20), "2": read}, {"1": read, "2": neighbour("柳林镇", OWN, 20)}):
        assert {f.outcome.value for found in find_copied(pair).values() for f in found} == {"uncertain"}
