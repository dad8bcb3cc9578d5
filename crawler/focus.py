"""A link on a page goes in; how much it promises on the way to the annual reports comes out: a report, a column, a way there, or nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.links import CATCH_ALL, Verdict, compact, has_report_slug, is_report_column, look_alike
from crawler.portals.dialects import dialect_of, is_attachment

# Grades of what to ask next, best first. Lists come before articles, so that what is missing is known early.
HOME = 1000
COLUMN = 900  # a column that is named for the reports
NEXT_PAGE = 880
PART = 860  # a part of such a column: a year, a kind of organ, an organ
SLUG = 840  # an address that goes through such a column's folder
ATTACHMENT = 700
ARTICLE = 650
DOUBTED = 640  # an organ's own page, where what was asked in its place may not have led to its reports
KNOWN = 100  # what earlier runs saw and no list of this run names
PLATFORM = 500
HUB = 400
CONTENTS = 300
DIRECTORY = 200
MISFILED = 150  # where reports end up that were filed in a wrong column
NOTHING = 0

WAYS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        DIRECTORY,
        re.compile(
            r"(?:部门|乡镇|街道|镇街|各镇|各乡|县直|市直|区直|基层|单位).{0,8}(?:信息)?公开|信息公开目录|公开目录"
        ),
    ),
    (PLATFORM, re.compile(r"政府信息公开(?:专栏|平台|专题|专区|网)?$|信息公开平台|政府信息公开内容")),
    (HUB, re.compile(r"^(?:政务|政府信息|信息)?公开(?:专栏|网)?$|政务公开|信息公开$|公开信息$")),
    (MISFILED, CATCH_ALL),
    (CONTENTS, re.compile(r"法定主动公开|主动公开(?:内容|目录|信息)?$|公开内容")),
)
WAY_SLUG = re.compile(
    r"/(?:zfxxgk|xxgk|zwgk|xxgkpt|zfxxgkpt|zfxxgkzl|openness|gkmlpt|public)(?:[_0-9-][^/]*)?(?:/|\.s?html?$|$)",
    re.IGNORECASE,
)
FOLDER_YEAR = re.compile(r"^(?:19|20)\d{2}年?度?(?:(?:政府)?信息公开)?(?:年报|年度报告|工作年度报告)?$")
LEVELS = re.compile(
    r"^(?:本?级?(?:[省市县区州盟旗]|自治[县区州旗])(?:人民)?政府(?:办公?室)?|(?:各?[省市县区]?[级直属]*(?:部门|单位|机关)|各?乡镇?|各?镇?街道?(?:办事处)?|各?镇街|园区|开发区|企事业单位)"
    r"(?:[、（(及和]?(?:乡镇|街道|镇|部门|单位|办事处)[)）]?)*)(?:年报|年度报告|信息公开年报)?$"
)
ORGAN = re.compile(
    r"^.{2,18}(?:[局镇乡办委部厅院署]|街道|苏木|政府|管委会|办公室|办事处|开发区|中心)(?:年报|年度报告)?$"
)
PLACE = re.compile(r"^.{2,7}[市县区州旗]$")
# Stricter than ORGAN: who is named so must report, and is missed where no report of theirs is.
BODY = re.compile(
    r"^(?!各|本级|其[他它]|所有|全部|直属|[省市县区州旗]直)(?=.{3,20}$)(.+(?:局|委员会|人民政府|街道(?:办事处)?|苏木|[^乡城]镇|[^城]乡))(?:年报|年度报告)?$"
)
PAGER = re.compile(
    r"^(?:\d+|[<>«»‹›|.…]+|首页|尾页|末页|[<«‹]*(?:上|下|前|后)一?页[>»›]*|跳转|转到|GO|更多)$", re.IGNORECASE
)
LONGEST_NAME = 40  # characters; more is a sentence, and no menu holds sentences
LONGEST_WAY = 16
WEAK_DIALECTS = frozenset(("numbered folder", "number", "scripted"))


def leads_to_report(url: str, verdict: Verdict) -> bool:
    """Whether a link that is judged a report leads to the report itself, and not to a column that is called the same."""
    if not verdict.is_report:
        return False
    if is_attachment(url):
        return True
    dialect = dialect_of(url)
    if dialect is not None and dialect not in WEAK_DIALECTS:
        return True
    if verdict.year is None:
        return False
    return dialect is not None or verdict.organ is not None


def is_directory(name: str) -> bool:
    """Whether a page that a link of this name leads to lists organs, each with columns of its own."""
    text = compact(name)
    return len(text) <= LONGEST_WAY and WAYS[0][1].search(text) is not None


def is_organ(name: str) -> bool:
    """Whether a link of this name leads to an organ's own pages."""
    return ORGAN.match(compact(name)) is not None


def body_named(name: str) -> str | None:
    """The organ that a part of the reports' column is named for; None where the name may be of several, or of something else."""
    text = compact(name)
    found = None if LEVELS.match(text) or FOLDER_YEAR.match(text) else BODY.match(text)
    return found[1] if found else None


def promise(url: str, name: str, in_column: bool, in_directory: bool = False) -> int:
    """The grade of a link that is no report itself. It stands on a page of the reports' column, or in a directory of organs."""
    text = compact(name)
    if not text or len(text) > LONGEST_NAME or PAGER.match(text) or look_alike(text):
        return NOTHING
    if is_report_column(text):
        return COLUMN
    dialect = dialect_of(url)
    if dialect is not None and dialect not in WEAK_DIALECTS:
        return NOTHING
    if in_column and any(names.match(text) for names in (FOLDER_YEAR, LEVELS, ORGAN, PLACE)):
        return PART
    if dialect is None and has_report_slug(url):
        return SLUG
    return DIRECTORY if in_directory and ORGAN.match(text) else _way(url, text)


def _way(url: str, text: str) -> int:
    """The grade of a link that may lead towards the column."""
    if len(text) <= LONGEST_WAY:
        for grade, names in WAYS:
            if names.search(text):
                return grade
    return DIRECTORY if WAY_SLUG.search(urlsplit(url).path) and ORGAN.match(text) else NOTHING
