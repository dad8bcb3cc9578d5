"""A county goes in; what its portal publishes besides reports comes out: news, notices, and look-alikes of the reports.

Every title here must not be taken for an annual report. To add a look-alike: a line in LOOK_ALIKES.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from demo.chance import Chance
from demo.world import County


@dataclass(frozen=True, slots=True)
class Note:
    """An article that is not an annual report: the column it is filed in, and its words."""

    column: str
    title: str
    published: date
    source: str
    paragraphs: tuple[str, ...]


# Column it belongs to, its title, and whether it also turns up among the reports, as careless filing does.
LOOK_ALIKES: tuple[tuple[str, str, bool], ...] = (
    ("fzzf", "{organ}{year}年法治政府建设情况报告", True),
    ("wzbb", "{county}人民政府网站工作年度报表（{year}年度）", True),
    ("czgk", "{organ}{year}年度部门决算公开说明", False),
    ("czgk", "{organ}{next_year}年部门预算公开", False),
    ("zcjd", "图解：{county}{year}年政府信息公开工作年度报告", True),
    ("zcjd", "{county}{year}年政府信息公开工作年度报告解读", True),
    ("gkzn", "{organ}政府信息公开指南（{next_year}年版）", False),
    ("gkzd", "{county}政府信息公开年度报告制度", True),
    ("tzgg", "关于报送{year}年企业年度报告公示信息的公告", False),
    ("tzgg", "关于做好{year}年政府信息公开工作年度报告编制工作的通知", True),
    ("ywdt", "{county}召开{year}年度政务公开工作培训会", True),
    ("ywdt", "{next_year}年{county}政府工作报告", False),
    ("tzgg", "{county}第一中学{year}年学校信息公开年度报告", True),
    ("tzgg", "{county}{year}年上半年依申请公开数据统计", False),
    ("gkzd", "{county}{next_year}年政务公开工作要点", False),
)
_NEWS = (
    "县领导到{town}调研秋粮收购工作",
    "{town}开展森林防火宣传",
    "我县举办首届山货采摘节",
    "{town}新建便民桥正式通车",
    "全县安全生产会议召开",
    "{county}图书馆延长暑期开放时间",
    "{town}中心小学迎来新校舍",
    "我县对三条农村公路进行养护",
    "{town}志愿者清理河道垃圾",
    "{county}中医院下乡义诊",
    "县气象台发布大风蓝色预警",
    "{town}老年食堂开始供餐",
)
_NOTICES = (
    "关于{town}部分路段临时封闭的通告",
    "关于公开招聘社区工作者的公告",
    "{county}饮用水水源地水质检测结果",
    "关于征集{year}年民生实事项目建议的公告",
    "关于停水检修的通知",
    "{county}国有建设用地使用权出让公告",
)
_BODY = (
    "据介绍，这项工作由有关单位共同推进，计划在年内完成。",
    "现场工作人员向群众讲解了办理流程，并发放了宣传单。",
    "相关负责人表示，将继续听取意见，把好事办好。",
    "请有关单位和个人按照要求办理，咨询电话见文末。",
    "具体时间和地点以现场公告为准，给您带来不便，敬请谅解。",
    "这一做法受到村民的欢迎，也为周边地区提供了经验。",
)
REPORT_COLUMN = "zfxxgknb"


def notes_of(seed: int, county: County) -> tuple[Note, ...]:
    years = sorted({report.year for report in county.reports})
    chance = Chance(seed, "noise", county.name)
    notes = [*_look_alikes(chance, county, years), *_everyday(chance, county, years)]
    return tuple(notes)


def _look_alikes(chance: Chance, county: County, years: list[int]) -> Iterator[Note]:
    for year in years:
        for column, template, strays in LOOK_ALIKES:
            organ = chance.pick(county.organs).name
            title = template.format(county=county.name, organ=organ, year=year, next_year=year + 1)
            day = date(year + 1, 1, 5) + timedelta(days=chance.number(0, 110))
            column = REPORT_COLUMN if strays and chance.happens(0.35) else column  # noqa: PLW2901
            yield Note(column, title, day, organ, _paragraphs(chance, title))


def _everyday(chance: Chance, county: County, years: list[int]) -> Iterator[Note]:
    towns = [town.name for town in county.towns] or [county.name]
    for column, bank in (("ywdt", _NEWS), ("tzgg", _NOTICES)):
        for year in years:
            for template in chance.several(bank, 5):
                title = template.format(county=county.name, town=chance.pick(towns), year=year)
                day = date(year, 1, 3) + timedelta(days=chance.number(0, 355))
                yield Note(column, title, day, f"{county.name}融媒体中心", _paragraphs(chance, title))


def _paragraphs(chance: Chance, title: str) -> tuple[str, ...]:
    return (f"{title}。", *chance.several(_BODY, chance.number(2, 4)))
