"""A county goes in; its portal's content comes out: columns, articles and attachments, whatever family will serve them.

A Site is a value. An edit gives a new Site with a higher version; nothing that serves pages ever changes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property

from demo import noise, pdf, word
from demo.chance import Chance
from demo.noise import REPORT_COLUMN, Note
from demo.report import AnnualReport
from demo.world import County

BEIJING = timezone(timedelta(hours=8))
ARRANGEMENTS = ("tabs", "mixed", "years")
LEVEL_COLUMNS = {"county": "xzfnb", "department": "bmnb", "town": "xznb"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the portal. One with children shows them; one without lists its articles."""

    key: str  # also its folder's name in addresses
    title: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside an article, made from a report: the same report always gives the same bytes."""

    number: int
    kind: str
    name: str
    report: AnnualReport
    modified: datetime

    def content(self) -> bytes:
        return pdf.made(self.report) if self.kind == "pdf" else word.made(self.report)


@dataclass(frozen=True, slots=True)
class Article:
    """One page of the portal. `filed` is the day in its address, which an edit never moves; `published` is the day it shows."""

    number: int
    column: str
    title: str
    filed: date
    published: datetime
    modified: datetime
    source: str
    content: AnnualReport | Note
    attachments: tuple[Attachment, ...] = ()
    correction: str | None = None  # the note that an announced edit leaves on the page
    presence: str = "here"  # "here", "gone" (404) or "soft" (a page of apology with status 200)

    @property
    def report(self) -> AnnualReport | None:
        return self.content if isinstance(self.content, AnnualReport) else None


@dataclass(frozen=True)
class Site:
    county: County
    family: str
    arrangement: str  # of the reports' column: one mixed list, tabs by kind of organ, or a folder a year
    charset: str  # the label on the pages; pages labelled gb2312 hold GB18030 characters
    charset_in_header: bool
    columns: tuple[Column, ...]
    articles: tuple[Article, ...]
    version: int = 0

    @property
    def name(self) -> str:
        return f"{self.county.name}人民政府"

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def _by_column(self) -> dict[str, tuple[Article, ...]]:
        newest = sorted(self.articles, key=lambda article: (article.published.date(), article.number), reverse=True)
        listed = [article for article in newest if article.presence == "here"]
        return {column.key: tuple(a for a in listed if a.column == column.key) for column in self.columns}

    def column(self, key: str) -> Column:
        return self._by_key[key]

    def children(self, key: str | None) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.parent == key)

    def trail(self, column: Column) -> tuple[Column, ...]:
        """The column with all above it, from the top."""
        above = () if column.parent is None else self.trail(self.column(column.parent))
        return (*above, column)

    def listed(self, column: Column) -> tuple[Article, ...]:
        """The articles of a column, newest first, without those withdrawn."""
        return self._by_column[column.key]

    def article_of(self, organ: str, year: int) -> Article:
        """The article of an organ-year. Raises KeyError when the county never published it."""
        for article in self.articles:
            if article.report is not None and article.report.key == (organ, year):
                return article
        raise KeyError(
            f"expected a published report of {organ} for {year}, found none in {self.county.name}; see World.counties[…].reports"
        )

    def with_article(self, changed: Article) -> Site:
        articles = tuple(changed if article.number == changed.number else article for article in self.articles)
        return replace(self, articles=articles, version=self.version + 1)

    def with_moved(self, old: Article, new: Article) -> Site:
        """The site with an article at another address; nothing stands at the old one."""
        articles = tuple(article for article in self.articles if article.number != old.number)
        return replace(self, articles=(*articles, new), version=self.version + 1)


def site_of(seed: int, county: County, family: str, turn: int) -> Site:
    """`turn` counts how often the families have gone round: each time the reports' column is cut in another way."""
    arrangement = ARRANGEMENTS[(county.number + turn) % len(ARRANGEMENTS)]
    columns = _columns(county, arrangement)
    return Site(
        county=county,
        family=family,
        arrangement=arrangement,
        charset="gb2312" if county.legacy else "utf-8",
        charset_in_header=county.number % 2 == 0,
        columns=columns,
        articles=_articles(seed, county, arrangement, columns),
    )


def _columns(county: County, arrangement: str) -> tuple[Column, ...]:
    columns = [
        Column("xwzx", "新闻中心", None),
        Column("ywdt", "要闻动态", "xwzx"),
        Column("tzgg", "通知公告", "xwzx"),
        Column("zwgk", "政务公开", None),
        Column("zcjd", "政策解读", "zwgk"),
        Column("zfxxgk", "政府信息公开", "zwgk"),
        Column("gkzn", "政府信息公开指南", "zfxxgk"),
        Column("gkzd", "政府信息公开制度", "zfxxgk"),
        Column("fdzdgknr", "法定主动公开内容", "zfxxgk"),
        Column("fzzf", "法治政府建设年度报告", "fdzdgknr"),
        Column("czgk", "财政预决算", "fdzdgknr"),
        Column("wzbb", "政府网站工作年度报表", "fdzdgknr"),
        Column(REPORT_COLUMN, "政府信息公开年报", "zfxxgk"),
    ]
    if arrangement == "tabs":
        titles = (("xzfnb", "县政府"), ("bmnb", "县级部门"), ("xznb", "乡镇（街道）"))
        columns += [Column(key, title, REPORT_COLUMN) for key, title in titles]
    if arrangement == "years":
        years = sorted({report.year for report in county.reports}, reverse=True)
        columns += [Column(f"{year}n", f"{year}年", REPORT_COLUMN) for year in years]
    return tuple(columns)


def _report_column(report: AnnualReport, arrangement: str) -> str:
    if arrangement == "tabs":
        return LEVEL_COLUMNS[report.organ.level]
    return f"{report.year}n" if arrangement == "years" else REPORT_COLUMN


def _stray_column(note: Note, arrangement: str, columns: Sequence[Column]) -> str:
    """Where a look-alike that was filed among the reports stands, on this portal."""
    if note.column != REPORT_COLUMN or arrangement == "mixed":
        return note.column
    if arrangement == "tabs":
        return "bmnb"
    folder = f"{note.published.year - 1}n"
    return folder if any(column.key == folder for column in columns) else columns[-1].key


def _articles(seed: int, county: County, arrangement: str, columns: Sequence[Column]) -> tuple[Article, ...]:
    chance = Chance(seed, "articles", county.name)
    drafts: list[tuple[date, str, str, str, AnnualReport | Note]] = [
        (r.published, _report_column(r, arrangement), r.title, r.organ.name, r) for r in county.reports
    ]
    for note in noise.notes_of(seed, county):
        column = _stray_column(note, arrangement, columns)
        drafts.append((note.published, column, note.title, note.source, note))
    drafts.sort(key=lambda draft: (draft[0], draft[2]))
    articles = []
    number = chance.number(11000, 60000)
    for day, column, title, source, content in drafts:
        number += chance.number(1, 9)
        moment = datetime.combine(day, time(chance.number(8, 17), chance.number(0, 59)), BEIJING)
        report = content if isinstance(content, AnnualReport) else None
        files = _attachments(number, report, moment) if report is not None else ()
        articles.append(Article(number, column, title, day, moment, moment, source, content, files))
    return tuple(articles)


def _attachments(number: int, report: AnnualReport, modified: datetime) -> tuple[Attachment, ...]:
    kinds = [kind for kind in report.carriers if kind != "html"]
    return tuple(
        Attachment(number * 10 + index, kind, f"{report.title}.{kind}", report, modified)
        for index, kind in enumerate(kinds)
    )
