"""What the checks and the ledger say in Chinese goes in, the same in English comes out: for the English pages, feeds and digests.

The Chinese is the parser's (reports/checking) and is kept with every finding; it quotes the report, and quotations stay as they are. Headings of the
form get the words that stand beside them in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from archive.phrasebook import Phrasebook
from archive.web.messages import glosses, messages
from reports.form import DISPUTE_GROUPS, FORMS, OTHER_ALL, REQUEST_COLUMNS, SECTIONS

SENTENCES = (
    ("{said}（文字由识别读出，存疑。）", "{said} Not certain, as the text was read off a picture."),
    # reports/checking/sums.py: a verdict behind what was compared
    ("{said}，不相符。", "{said}: not equal."),
    ("{said}，相符。", "{said}: equal."),
    ("{said}，存疑（{why}）。", "{said}: not certain, as {why}."),
    ("{said}，无法核对（{why}）。", "{said}: cannot be checked, as {why}."),
    ("{thing}：本年新收加上年结转为{left}，总计加结转下年度为{right}", "{thing}: new and carried-in requests make {left}, settled and carried-out ones {right}"),
    ("{thing}：各项办理结果之和为{left}，总计为{right}", "{thing}: the results add up to {left}, the total says {right}"),
    ("{thing}：各类申请人之和为{left}，总计为{right}", "{thing}: the applicants add up to {left}, the total says {right}"),
    ("{thing}：其他处理各项之和为{left}，其他处理为{right}", "{thing}: the parts of “other handling” add up to {left}, its row says {right}"),
    ("{thing}：各项结果之和为{left}，总计为{right}", "{thing}: the results add up to {left}, the total says {right}"),
    ("{text} 印为 {again}，应为非负整数。", "{text} is printed as {again}; expected a whole number that is not negative."),
    ("各项数量均为非负整数。", "Every count is a whole number that is not negative."),
    ("读出的数量均为非负整数，另有{count}个单元格无法辨认。", "Every count that was read is a whole number that is not negative; {count} cells more could not be read."),
    ("{thing}有{count}个单元格空白或以横线、斜线填写，空白不等于零。", "{thing} has {count} cells that are blank or hold a dash; a blank is not a zero."),
    ("{thing}有{count}个单元格无法辨认，是否空白不能确定。", "{thing} has {count} cells that could not be read: whether one is blank is not known."),
    ("{thing}没有空白单元格。", "{thing} has no blank cells."),
    # years.py
    ("没有上一年度的报告可供核对。", "There is no report of the year before to check against."),
    ("用于核对的报告年度为{left}，不是上一年度。", "The report to check against is of {left}, not of the year before."),
    ("{thing}：上年报告结转下年度{left}，本年报告上年结转{right}", "{thing}: last year’s report carried out {left}, this one carried in {right}"),
    ("{thing}：上年现行有效加本年制发减本年废止为{left}，本年现行有效为{right}", "{thing}: last year’s in force plus issued less repealed make {left}, in force now are {right}"),
    ("{thing}：上年报告的项目数量加增减为{left}，本年报告的上一年项目数量为{right}", "{thing}: last year’s items and their change make {left}, this report gives {right} for last year"),
    ("{thing}：制发{count}件、废止{more}件、现行有效{third}件{stop}", "{thing}: {count} issued, {more} repealed, {third} in force{stop}"),
    ("{thing}：废止{count}件，多于上年现行有效的{more}件与本年制发的{third}件之和{stop}", "{thing}: {count} repealed, more than the {more} in force last year and the {third} issued this year{stop}"),
    ("{thing}：废止{count}件，不多于上年现行有效的{more}件与本年制发的{third}件之和{stop}", "{thing}: {count} repealed, no more than the {more} in force last year and the {third} issued this year{stop}"),
    ("{thing}：制发、废止、现行有效件数不全", "{thing}: not all of issued, repealed and in force are there"),
    ("{thing}：上年或本年的数据没有读出，无法比较。", "{thing}: this year’s figure or last year’s was not read: they cannot be compared."),
    ("{thing}由上年的{count}变为{more}，变化超过五倍{stop}", "{thing} went from {count} last year to {more}: more than fivefold{stop}"),
    ("{thing}由上年的{count}变为{more}，变化在五倍以内{stop}", "{thing} went from {count} last year to {more}: less than fivefold{stop}"),
    ("正文除固定表述外过短，无法比较。", "The prose, the form’s wording aside, is too short to compare."),
    ("除固定表述外，正文有{count}%与上年报告相同，例如“{quote}”。", "The form’s wording aside, {count}% of the prose stood in last year’s report, such as “{quote}”."),
    ("除固定表述外，正文有{count}%与上年报告相同。", "The form’s wording aside, {count}% of the prose stood in last year’s report."),
    # neighbours.py
    ("本部分约{count}%的文字与{text}同年报告相同，如“{quote}”。", "About {count}% of this section also stands in the report of {text} of the same year, such as “{quote}”."),
    # prose.py
    ("正文称{thing} {left}{text}（“{quote}”），表中为 {right}，两者不同。", "The prose says {left} for “{thing}” (“{quote}”), the table {right}: they differ."),
    ("正文称{thing} {left}{text}（“{quote}”），与表中 {right} 一致。", "The prose says {left} for “{thing}” (“{quote}”), as the table does: {right}."),
    ("正文称{thing} {left}{text}（“{quote}”），表中为 {right}（{why}）。", "The prose says {left} for “{thing}” (“{quote}”), the table {right}; not certain, as {why}."),
    ("正文称{thing} {left}{text}（“{quote}”），表中数据无法核对（{why}）。", "The prose says {left} for “{thing}” (“{quote}”); the table cannot be checked, as {why}."),
    ("文中没有说明信息处理费收取情况。", "The text does not say whether processing fees were charged."),
    ("一处写“{quote}”，另一处写“{again}”，前后不一致。", "One place says “{quote}”, another “{again}”: they contradict each other."),
    ("关于信息处理费的表述一致：“{quote}”。", "The text says one thing about processing fees: “{quote}”."),
    # shape.py
    ("六个部分齐全，顺序正确。", "All six sections are there, in their order."),
    ("没有找到“{text}、{thing}”。", "No section “{thing}” was found."),
    ("没有读到官方表格或报告年度，无法判断格式版本。", "No official table or no year was read: the edition of the form cannot be judged."),
    ("{year}年度报告采用{count}年版格式，该版本自2021年度起已被替代。", "The report of {year} uses the form of {count}, which was replaced from 2021 on."),
    ("{year}年度报告采用{count}年版格式。", "The report of {year} uses the form of {count}."),
    ("“其他处理”只有一行，沿用了2019年版的写法。", "“Other handling” has one row only, as in the form of 2019."),
    ("标题或正文没有写明年度。", "Neither the title nor the text names the year."),
    ("标题为{year}年度，正文从未提到该年，而{count}年出现{more}次。", "The title says {year}; the text never does, and names {count} {more} times."),
    ("标题为{year}年度，正文所述统计期限却为{count}年。", "The title says {year}, but the text gives {count} as the year that was counted."),
    ("标题为{year}年度，正文只提到{count}年。", "The title says {year}; the text names only {count}."),
    ("正文{count}次提到报告年度{year}年。", "The text names its year {year} {count} times."),
    ("文中没有写明发布机关。", "The text does not name the organ that publishes it."),
    ("正文自称与发布机关一致。", "The text calls its organ what it is."),
    ("发布机关为{text}，正文却写“{quote}”。", "The organ is {text}, but the text says “{quote}”."),
    ("引用了〔2019〕{count}号文，该文已不适用于本年度报告格式。", "Cites paper [2019] No. {count}, which no longer holds for the form of this year."),
    ("引用了〔2019〕{count}号文。", "Cites paper [2019] No. {count}."),
    ("报告只有图片，没有可检索、可复制的文字。", "The report is pictures only: its text can be neither searched nor copied."),
    # ledger_flags.py
    ("{text}{year}年度报告应于{again}年{month}月{date}日前发布，检索全站仍未见。", "The report of {text} for {year} was due before {again}-{month:0>2}-{date:0>2}; the whole site was searched and it is not there."),
    ("{text}{year}年度报告应于{again}年{month}月{date}日前发布，发布时间晚于期限（{said}）。", "The report of {text} for {year} was due before {again}-{month:0>2}-{date:0>2} and came late ({said})."),
)  # fmt: skip
_WORDS = {
    "未知": "unknown",
    "。": ".",
    "一侧的单元格全部空白": "all cells of one side are blank",
    "有空白单元格": "some cells are blank",
    "表格结构经过还原": "the table had to be mended",
    "数据由文字识别读出": "the figures were read off a picture",
    "有数据项无法辨认": "some figures could not be read",
    "有数据项在文中没有找到": "some figures were not found in the report",
    "正文为约数": "the prose gives a round number",
    "表二": "Table 2",
    "表三": "Table 3",
    "表四": "Table 4",
    "新收申请": "requests received",
    "办结申请": "requests settled",
    "上年结转申请": "requests carried in",
    "结转下年度申请": "requests carried out",
    "予以公开及部分公开": "granted, wholly or in part",
    "其他处理": "Other handling",
    "行政诉讼": "Administrative lawsuits",
    "机关": "Organ",
}
_RESULTS = {"结果维持": "upheld", "结果纠正": "corrected", "其他结果": "other result", "尚未审结": "pending", "非维持结果": "not upheld"}  # fmt: skip


def in_english(said: str) -> str:
    return _book().told(said)


@cache
def _book() -> Phrasebook:
    return Phrasebook(SENTENCES, {**dict(_headings()), **_WORDS})


def _headings() -> Iterator[tuple[str, str]]:
    """The form's own words with those that gloss them; of 其他 and 总计, which head rows and columns, the column's."""
    for form in FORMS.values():
        rows = (*form.request_rows, OTHER_ALL)
        yield from ((row.text, glosses()[f"requests.{row.key}"]) for row in rows)
        yield from ((row.text, glosses()[f"disclosure.{row.key}"]) for block in form.disclosure for row in block.rows)
    yield from ((column.text, glosses()[f"columns.{column.key}"]) for column in REQUEST_COLUMNS)
    yield from ((group.text, glosses()[f"disputes.{group.key}"]) for group in DISPUTE_GROUPS)
    for name in ("refused", "unavailable", "not_processed"):
        yield messages("zh")(f"meaning.{name}"), glosses()[f"groups.{name}"]
    for kind, name in (("行政复议", "reviews"), ("行政诉讼", "lawsuits")):
        yield from ((kind + result, f"{name} {english}") for result, english in _RESULTS.items())
    yield from ((section.text, messages("en")(f"section.{section.key}")) for section in SECTIONS)
