"""What the ledger says in English goes in, the same in Chinese comes out: for work orders and pages. What has no Chinese here stays as it is.

The English stands where it is found out (coverage.py, obstacles.py, deadlines.py, report_addresses.py, ledger_flags.py) and is kept in rows; a test holds both
together. What happens while crawling and reading has its Chinese in happening_words.py.
"""

from __future__ import annotations

from functools import cache

from archive.happening_words import HAPPENINGS, WORDS
from archive.phrasebook import Phrasebook

# Of two that fit the first is taken. The hole `said` holds such a sentence itself.
SENTENCES = (
    ("it is there: {said}", "已经公布：{said}"),
    ("the deadline is another one now: {day}", "期限已改为{day}"),
    ("no report of it is expected for that year any more", "该年度已不再应有其年报"),
    ("the report that is held now does not break the rule", "现存的年报已不违反这条规则"),
    ("taken down by order", "依令撤下"),
    ("due on {due}; its sites were searched to their end on {day}, and no list names it", "应于{due}前公布；{day}已检索完各网站，列表中没有"),
    ("due on {due}; its sites were not searched since, and last on {day}", "应于{due}前公布；此后未再检索，最近一次检索在{day}"),
    (
        "due on {due}; no list names it; its organ's own page, where a second list may stand, was not looked at yet",
        "应于{due}前公布；列表中没有；该单位自己的页面可能另有一份列表，尚未查看",
    ),
    ("seen on {day}, due on {due}", "{day}见到，应于{due}前公布"),
    ("not there when the site was searched on {missed}, first seen on {day}, due on {due}", "{missed}检索时没有，{day}首次见到，应于{due}前公布"),
    ("dated {day}, due on {due}", "所署日期为{day}，应于{due}前公布"),
    ("it is dated {day}, but was not there when the site was searched on {missed}", "所署日期为{day}，但{missed}检索时没有"),
    ("reports of several years bear the same day {day}: they were moved", "多个年度的年报同署{day}：应是整批迁移"),
    ("the date {day} comes from a place that proves little", "日期{day}的出处不足为凭"),
    ("neither the page nor its list says when it was published", "网页与列表都没有说明何时公布"),
    ("due on {due}", "应于{due}前公布"),
    ("no site of this region was harvested yet", "本地区的网站尚未采集过"),
    ("the last run {state}", "最近一次采集未完成（{state}）"),
    ("a list ended early ({url}): {why}", "列表没有读完（{url}）：{why}"),
    ("a list has {count} entries by its own count, and gave {more} ({url}): {why}", "列表自称共 {count} 条，只给出 {more} 条（{url}）：{why}"),
    ("a list names it, and it was not asked for yet", "列表中有，尚未访问"),
    ("a list names it; it answered {status}", "列表中有；访问时返回 {status}"),
    ("its page is held, and its file gave no answer", "网页已存，附件访问无应答"),
    ("its page is held, and its file answered {status}", "网页已存，访问附件时返回 {status}"),
    ("the page only announces its report, and no file with it is held", "网页只说发布了年报，未存有含年报的附件"),
    ("{url}: archived, not yet read", "{url}：已存，尚未读取"),
    ("{url} answered {status}", "{url} 返回 {status}"),
    ("{url}: {said}", "{url}：{said}"),
)  # fmt: skip


def in_chinese(said: str) -> str:
    return _book().told(said)


@cache
def _book() -> Phrasebook:
    return Phrasebook((*SENTENCES, *HAPPENINGS), WORDS)
