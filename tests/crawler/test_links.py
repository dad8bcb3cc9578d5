import csv
from pathlib import Path

import pytest

from crawler.links import compact, has_report_slug, is_report_column, judge, year_in

LINKS = Path(__file__).parents[2] / "../shared/samples/links.csv"
TITLES = Path(__file__).parents[1] / "samples" / "links.csv"

REPORTS = [
    ("栖桐县柳林镇2024年政府信息公开工作年度报告", "栖桐县柳林镇", 2024),
    ("（图片版）柳林镇 2024 年政府信息公开工作年度报告", "柳林镇", 2024),
    ("【年报】关于2012年政府信息公开工作年度报告", None, 2012),
    ("2022年栖桐县学院路街道信息公开年报", "栖桐县学院路街道", 2022),
    ("二〇一三年栖桐县政府信息公开年报", "栖桐县", 2013),
    ("栖桐县统计局２０２３年政府信息公开工作年度报告", "栖桐县统计局", 2023),
    ("县委宣传部2023年政务公开年度报告", "县委宣传部", 2023),
    ("栖桐县2013-2014年度政府信息公开年度报告", "栖桐县", 2013),
    ("政府信息公开工作年度报告（2023年度）", None, 2023),
    ("栖桐县财政局2024年政府信息公开工作年度报告 2025-01-20", "栖桐县财政局", 2024),
    ("栖桐县绩效管理办公室2021年政府信息公开工作年度报告", "栖桐县绩效管理办公室", 2021),
    ("柳林镇2019年度政府信息公开年度工作报告.pdf", "柳林镇", 2019),
    ("栖桐市长安区谈固街道办事处2023年政府信息公开工作年度报告", "栖桐市长安区谈固街道办事处", 2023),
    ("栖桐市长安区谈固街道政府信息公开工作年度报告（2023年度）", "栖桐市长安区谈固街道", 2023),
]

LOOK_ALIKES = [
    ("栖桐县财政局2024年法治政府建设情况报告", "rule_of_law_report"),
    ("栖桐县人民政府网站工作年度报表（2024年度）", "website_annual_form"),
    ("栖桐县水利局2024年度部门决算公开说明", "budget"),
    ("图解：栖桐县2024年政府信息公开工作年度报告", "interpretation"),
    ("栖桐县2024年政府信息公开工作年度报告解读", "interpretation"),
    ("栖桐县政府信息公开指南（2025年版）", "guide"),
    ("栖桐县政府信息公开年度报告制度", "rule"),
    ("关于报送2024年企业年度报告公示信息的公告", "enterprise_annual_report"),
    ("关于做好2024年政府信息公开工作年度报告编制工作的通知", "notice_about_annual_report"),
    ("栖桐县召开2024年度政务公开工作培训会", "news"),
    ("2025年栖桐县政府工作报告", "government_work_report"),
    ("栖桐县第一中学2024年学校信息公开年度报告", "public_institution"),
    ("栖桐县中医院2024年信息公开年度报告", "public_institution"),
    ("栖桐县2024年上半年依申请公开数据统计", "statistics"),
    ("栖桐县2025年政务公开工作要点", "work_points"),
    ("2022-2023学年信息公开工作报告", "university_disclosure"),
    ("栖桐县2023年政务公开工作总结", "work_summary"),
    ("县长谈2022年政府信息公开年报", "news"),
    ("栖桐县县长李明谈栖桐县人民政府2022年政府信息公开工作年度报告", "news"),
    ("在线访谈：栖桐县2023年政府信息公开工作年度报告", "news"),
    ("栖桐县人民政府办公室负责人就2023年政府信息公开工作年度报告答记者问", "news"),
    ("一文速览栖桐县2023年政府信息公开工作年度报告", "interpretation"),
]


@pytest.mark.parametrize(("title", "organ", "year"), REPORTS)
def test_a_report_is_known_by_its_title(title: str, organ: str | None, year: int) -> None:
    verdict = judge("http://shili.gov.cn/a/1.html", title)
    assert (verdict.is_report, verdict.organ, verdict.year) == (True, organ, year)


@pytest.mark.parametrize(("title", "kind"), LOOK_ALIKES)
def test_a_look_alike_is_refused_by_its_name(title: str, kind: str) -> None:
    verdict = judge("http://shili.gov.cn/zfxxgknb/1.html", title, "政府信息公开年报")
    assert (verdict.is_report, verdict.kind) == (False, kind)


@pytest.mark.parametrize(
    "title", ["柳林镇2024年政府信息公开…", "2024年度", "柳林镇2024年度报告", "2024年柳林镇", "柳林镇年报"]
)
def test_a_title_that_says_too_little_is_decided_by_its_column(title: str) -> None:
    assert not judge("http://shili.gov.cn/1.html", title).is_report
    assert judge("http://shili.gov.cn/1.html", title, "政府信息公开年报").is_report


@pytest.mark.parametrize(
    "title", ["柳林镇2024年秋粮收购结束", "恩格贝示范区2020年度工作会", "政策文件", "首页", "关于停水检修的通知"]
)
def test_a_title_that_says_something_else_is_not_saved_by_its_column(title: str) -> None:
    assert not judge("http://shili.gov.cn/1.html", title, "政府信息公开年报").is_report


def test_the_year_is_the_report_year_and_never_that_of_the_address() -> None:
    assert judge("http://a/202501/t20250120_1.html", "柳林镇2024年政府信息公开工作年度报告").year == 2024
    assert judge("http://a/202501/t20250120_1.html", "柳林镇政府信息公开工作年度报告").year is None
    assert judge("http://a/module/xxgk/xxgkAnnualReport.jsp?area=1&fbtime=2021", "年度报告").year == 2021


def test_labelled_links_are_told_apart() -> None:
    if not LINKS.exists():
        pytest.skip(f"the labelled links are not here: {LINKS}")
    with LINKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = [(judge(row["url"], row["title"]).is_report, row["is_annual_report"] == "yes") for row in rows]
    right = sum(1 for said, is_so in judged if said and is_so)
    assert right >= 0.99 * sum(1 for said, _ in judged if said)
    assert right >= 0.99 * sum(1 for _, is_so in judged if is_so)
    assert right > 40


def test_titles_as_portals_write_them_are_told_apart() -> None:
    with TITLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = [(judge(row["url"], row["title"], row["context"] or None), row) for row in rows]
    said = {row["title"] for verdict, row in judged if verdict.is_report}
    so = {row["title"] for _, row in judged if row["is_annual_report"] == "yes"}
    assert len(said & so) >= 0.99 * len(said), said - so
    assert len(said & so) >= 0.99 * len(so), so - said
    for verdict, row in judged:
        if row["organ"] and verdict.is_report:
            assert verdict.organ == row["organ"], row["title"]
        if row["year"] and verdict.is_report:
            assert verdict.year == int(row["year"]), row["title"]


@pytest.mark.parametrize("piece", ["年度", "2024年", "政府信息公开", "（", "企业", "培训县", "政府信息公开条例", "，"])
def test_a_title_without_end_is_judged_all_the_same(piece: str) -> None:
    assert judge("http://shili.gov.cn/1.html", f"{piece * 5000}2024年政府信息公开工作年度报告").year in (2024, None)


def test_what_a_title_says_about_reports_makes_it_none_outside_their_column() -> None:
    title = "柳林镇2012年政府信息公开年度报告及2013年工作打算"
    assert not judge("http://shili.gov.cn/1.html", title).is_report
    assert judge("http://shili.gov.cn/1.html", title, "政府信息公开年报").is_report, (
        "nothing in the column is passed over"
    )


def test_columns_are_known_by_name() -> None:
    for name in (
        "政府信息公开年报",
        "信息公开年报",
        "公开年报",
        "年度报告",
        "政府信息公开工作年度报告",
        "年报",
        "政府信息公开年度报告",
        "历年年报",
        "往年年度报告",
    ):
        assert is_report_column(name), name
    for name in (
        "政府信息公开制度",
        "法治政府建设年度报告",
        "政府网站工作年度报表",
        "企业年报",
        "政策解读",
        "通知公告",
    ):
        assert not is_report_column(name), name


@pytest.mark.parametrize(
    "url",
    [
        "http://a.gov.cn/zwgk/zfxxgknb/",
        "http://a.gov.cn/zcbm/fgw_97987/ndbg/202401/",
        "http://a.gov.cn/bmxxgk/zfxxgkndbg/202301/x.shtml",
        "http://a.gov.cn/xxgk/xxgk_nb/2023/",
        "http://a.gov.cn/zwgk/gknb/bmnb/1.html",
        "http://a.gov.cn/zfxxgk/xxgknb.htm",
        "http://a.gov.cn/gkmlpt/annualreport#1",
        "http://a.gov.cn/xxgk/zfxxgknb_22275/",
    ],
)
def test_folders_that_hold_reports_are_known(url: str) -> None:
    assert has_report_slug(url)


@pytest.mark.parametrize(
    "url", ["http://a.gov.cn/zwgk/zfxxgkzn/", "http://a.gov.cn/nbxw/1.html", "http://a.gov.cn/fdzdgknr/"]
)
def test_other_folders_are_not(url: str) -> None:
    assert not has_report_slug(url)


def test_decorations_and_layout_do_not_change_a_title() -> None:
    assert (
        compact(" ·柳林镇２０２４年\u200b政府信息公开\n工作年度报告 [2025-01-20]")
        == "柳林镇2024年政府信息公开工作年度报告"
    )
    assert year_in("二○一二年度") == 2012
