import pytest

from crawler import focus
from crawler.focus import leads_to_report, promise
from crawler.links import judge


@pytest.mark.parametrize(
    ("name", "url", "grade"),
    [
        ("政府信息公开年报", "http://a.gov.cn/col/col1/index.html", focus.COLUMN),
        ("信息公开年报", "http://a.gov.cn/x/", focus.COLUMN),
        ("公开年报", "http://a.gov.cn/x/", focus.COLUMN),
        ("年度报告", "http://a.gov.cn/x/", focus.COLUMN),
        ("点击进入", "http://a.gov.cn/zwgk/zfxxgknb/", focus.SLUG),
        ("政府信息公开", "http://a.gov.cn/zwgk/", focus.PLATFORM),
        ("政府信息公开专栏", "http://a.gov.cn/zwgk/", focus.PLATFORM),
        ("政务公开", "http://a.gov.cn/zwgk/", focus.HUB),
        ("法定主动公开内容", "http://a.gov.cn/fdzdgknr/", focus.CONTENTS),
        ("部门信息公开", "http://a.gov.cn/bm/", focus.DIRECTORY),
        ("乡镇街道信息公开目录", "http://a.gov.cn/xz/", focus.DIRECTORY),
        ("县财政局", "http://a.gov.cn/zfxxgk/czj/", focus.DIRECTORY),
    ],
)
def test_what_leads_to_the_column_is_graded(name: str, url: str, grade: int) -> None:
    assert promise(url, name, in_column=False) == grade


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("政府信息公开指南", "http://a.gov.cn/gkzn/"),
        ("政府信息公开制度", "http://a.gov.cn/gkzd/"),
        ("法治政府建设年度报告", "http://a.gov.cn/fznb/"),
        ("政府网站工作年度报表", "http://a.gov.cn/wznb/"),
        ("企业年报", "http://a.gov.cn/qynb/"),
        ("新闻中心", "http://a.gov.cn/xwzx/"),
        ("下一页", "http://a.gov.cn/zfxxgknb/index_1.html"),
        ("12", "http://a.gov.cn/zfxxgknb/index_12.html"),
        ("", "http://a.gov.cn/zfxxgknb/"),
        ("县政府召开常务会议研究部署政务公开工作", "http://a.gov.cn/2025/t20250101_1.html"),
        ("柳林镇开展政务公开宣传活动", "http://a.gov.cn/zwgk/t20250101_12345.html"),
    ],
)
def test_look_alikes_pagers_and_news_promise_nothing(name: str, url: str) -> None:
    assert promise(url, name, in_column=False) == focus.NOTHING


@pytest.mark.parametrize(
    "name",
    [
        "2023年",
        "2023年度",
        "县政府",
        "县级部门",
        "乡镇（街道）",
        "各镇街",
        "市直部门",
        "柳林镇",
        "财政局",
        "街道办事处",
        "部门年报",
    ],
)
def test_inside_the_column_its_parts_are_followed(name: str) -> None:
    assert promise("http://a.gov.cn/nb/part/", name, in_column=True) in (focus.PART, focus.COLUMN)
    assert promise("http://a.gov.cn/x/part/", name, in_column=False) < focus.PART


def test_a_column_that_is_called_like_a_report_is_no_report() -> None:
    title = "政府信息公开工作年度报告"
    column, article = "http://a.gov.cn/zwgk/nb/", "http://a.gov.cn/info/1050/64208.htm"
    assert not leads_to_report(column, judge(column, title))
    assert leads_to_report(article, judge(article, title))


def test_a_report_at_a_folders_address_is_a_report_when_its_title_names_organ_and_year() -> None:
    url = "http://a.gov.cn/zfxxgknb/2020n/"
    assert leads_to_report(url, judge(url, "栖桐县公安局2020年政府信息公开工作年度报告"))
    assert not leads_to_report(url, judge(url, "2020年政府信息公开年报"))


def test_a_file_in_a_list_is_a_report() -> None:
    url = "http://a.gov.cn/files/a.pdf"
    assert leads_to_report(url, judge(url, "柳林镇2024年政府信息公开工作年度报告.pdf"))


@pytest.mark.parametrize(
    ("name", "organ"),
    [
        ("岚溪县水利局", "岚溪县水利局"),
        ("柳林镇年报", "柳林镇"),
        ("城关街道办事处", "城关街道办事处"),
        ("县政府办公室", None),
        ("各乡镇", None),
        ("县直各部门", None),
        ("乡镇", None),
        ("镇（街道）", None),
        ("2024年", None),
        ("市直各局", None),
        ("中心城镇", None),
    ],
)
def test_a_part_of_the_column_is_an_organs_only_when_its_name_can_be_no_other(name: str, organ: str | None) -> None:
    assert focus.body_named(name) == organ
