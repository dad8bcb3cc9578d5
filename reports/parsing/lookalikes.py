"""A title and what was found in a document in, whether it is an annual report out, or which of the documents that resemble one it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.model import Paragraph, Table
from reports.parsing.structures import institution_kind, structural_kind
from reports.wording import squeeze

ANNUAL_REPORT = "annual_report"
# Every class that a document can get, whether its title or its words and tables tell it: the one list of their names.
KINDS = {
    ANNUAL_REPORT: "政府信息公开工作年度报告",
    "government_work_report": "政府工作报告",
    "rule_of_law_report": "法治政府建设年度报告",
    "website_report": "政府网站工作年度报表",
    "budget": "预算、决算",
    "interpretation": "解读、图解",
    "guide": "指南、目录、清单",
    "rules": "制度、办法、条例",
    "notice": "通知、公告、方案",
    "news": "会议、培训的消息",
    "periodic_statistics": "半年、季度、月份的统计",
    "work_summary": "工作总结、自查",
    "department_work_report": "部门工作总结、述职",
    "school_report": "学校信息公开报告",
    "utility_report": "供水、供电、燃气等企事业单位信息公开报告",
    "company_report": "企业报告",
    "unknown": "其他",
}

# By title, the first that fits. Each resembles the report by its words, its place on the portal or its deadline.
_BY_TITLE = (
    ("interpretation", r"解读|图解|一图|看懂|读懂|图说|H5|动画"),
    ("rule_of_law_report", r"法治政府建设|依法行政(?:工作)?(?:年度)?(?:情况)?报告|法治建设"),
    ("website_report", r"政府网站.{0,12}(?:年度)?报表|网站年度报表|网站工作年度|网站监管年度"),
    ("budget", r"预算|决算|三公经费|绩效"),
    ("government_work_report", r"政府工作报告|工作报告.{0,6}(?:人民代表大会|人大)"),
    ("rules", r"(?:公开|报告)(?:工作)?(?:制度|办法|规定|规范)(?:$|[的(])|条例(?:$|全文)|暂行办法"),
    ("guide", r"指南|公开目录|公开事项|清单"),
    ("notice", r"通知(?:$|[(])|公告(?:$|[(])|(?:工作)?要点|方案|通报"),
    ("news", r"(?:召开|举办|组织|开展).{0,30}(?:会|培训|活动)|推进会|部署会|培训"),
    (
        "periodic_statistics",
        r"(?:半年|季度|上半年|第[一二三四]季|[0-9一二三四五六七八九十]+月份?).{0,20}(?:统计|情况|报告|小结)|申请.{0,6}统计",
    ),
    ("work_summary", r"(?:政务|信息)公开(?:工作)?(?:情况)?(?:总结|小结|自查|自评)|工作总结"),
    ("school_report", r"(?:大学|学院|中学|小学|学校|幼儿园|高校|学年).{0,30}(?:报告|年报)"),
    (
        "utility_report",
        r"(?:供水|自来水|供电|燃气|供热|公交|水务|热力).{0,12}(?:公司|集团|企业|厂).{0,30}(?:报告|年报)"
        r"|(?:医院|卫生院)(?:(?:19|20)\d{2}年?度?)?(?:院务|信息)公开",
    ),
    ("company_report", r"(?:公司|企业|集团|银行).{0,30}(?:报告|年报)"),
    ("department_work_report", r"年度?(?:工作)?(?:总结|述职|履职)"),
)
_INSTITUTIONS = {  # they report on disclosure too, on a form much like an organ's
    "school_report",
    "utility_report",
    "company_report",
}


# An organ's name may hold a look-alike's words (预算绩效中心, 银行保险监督管理局, 实验中学周边管委会): before the topic they say nothing of its report.
_ORGANS_REPORT = re.compile(
    r"^.*(?:(?<!学)(?<!医)(?<!卫生)院|局|委|委员会|政府|中心|办|办公室|办事处|街道|[镇乡县区市省厅站队组处会])(?:[(][^)]*[)])?"
    r"(?:关于)?(?:(?:19|20)\d{2}|二[〇○零]..)年度?的?(?=政府信息公开|政务公开)"
)
_OF_ANY_NAME = {"budget", "guide", "news", "school_report", "utility_report", "company_report"}


# A notice that hands out the report itself. One that asks for reports (关于做好…年度报告编制工作的通知) may print the six headings, too.
_HANDED_OUT = re.compile(r"(?:报告|年报)》?的?[公通]告(?:$|[(])|印发.{2,60}(?:报告|年报)》?的通知(?:$|[(])")


def resembling_kind(title: str) -> str | None:
    """The class of a look-alike that a title names, or None."""
    short = squeeze(title)
    behind = _ORGANS_REPORT.sub("", short)
    return next(
        (kind for kind, words in _BY_TITLE if re.search(words, behind if kind in _OF_ANY_NAME else short)), None
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells an annual report from its look-alikes. `unread`: the document has pictures or attachments only."""

    title: str
    titled: bool  # whether the title names a report on disclosure
    sections: int
    figures: int
    unread: bool
    blocks: Sequence[Paragraph | Table]


def judge(evidence: Evidence) -> str:
    """`annual_report` or another kind.

    Structure outweighs a title: a page titled 工作总结 that holds the official sections and tables is a report, and a page without a telling
    title is what its words and tables show.
    """
    resembles = resembling_kind(evidence.title)
    whole = evidence.sections >= 4 and evidence.figures >= 30
    if resembles is not None and resembles in _INSTITUTIONS and (whole or evidence.titled):
        return resembles
    if whole:
        return (
            resembles
            if resembles in {"interpretation", "rules", "notice"} and not evidence.titled and resembles is not None
            else ANNUAL_REPORT
        )
    if resembles is not None and not (
        evidence.titled and evidence.sections >= 5 and _may_be_report(resembles, evidence)
    ):
        return resembles
    reads_like_one = evidence.titled and (evidence.sections >= 3 or evidence.figures >= 15 or evidence.unread)
    if reads_like_one or evidence.sections >= 5:
        spoken_for = "政府信息公开" in squeeze(evidence.title)
        return (None if spoken_for else institution_kind(evidence.blocks)) or ANNUAL_REPORT
    return structural_kind(evidence.blocks) or "unknown"


def _may_be_report(kind: str, evidence: Evidence) -> bool:
    """Whether a page with this look-alike's title and the six sections, but without the tables, can be the report all the same."""
    return kind == "work_summary" or (kind == "notice" and bool(_HANDED_OUT.search(squeeze(evidence.title))))
