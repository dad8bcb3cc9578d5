"""A county goes in; its portal's content comes out: columns, articles and attachments, whatever family will serve them.

A Site is a value. An edit gives a new Site with a higher version; nothing that serves pages ever changes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property

from demo import files, noise
from demo.chance import Chance
from demo.noise import REPORT_COLUMN, Note
from demo.report import AnnualReport
from demo.world import County

BEIJING = timezone(timedelta(hours=8))
ARRANGEMENTS = ("tabs", "mixed", "years")
# All ways in which portals realise the reports' column. Further: a column in each organ's own directory; a page an organ that *is* its latest
# report; a host of its own; and reports that were filed in a wrong column.
WAYS = (*ARRANGEMENTS, "organs", "latest", "host", "astray")
ASTRAY_SHARE = 0.15
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
    maker: str = ""  # a name of demo.files.MAKERS, where the file is not what its ending says

    def content(self) -> bytes:
        return files.MAKERS[self.maker or self.kind](self.report)


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
    presence: str = (
        "here"  # "here", "gone" (404), "soft" (a page of apology with status 200) or "held" (not yet published)
    )
    guise: str = "report"  # how the report's text stands in the page: a name of demo.guises.GUISES

    @property
    def report(self) -> AnnualReport | None:
        return self.content if isinstance(self.content, AnnualReport) else None


@dataclass(frozen=True)
class Site:
    county: County
    family: str
    arrangement: str  # of the reports' column: one of WAYS
    charset: str  # the label on the pages; pages labelled gb2312 hold GB18030 characters
    charset_in_header: bool
    columns: tuple[Column, ...]
    articles: tuple[Article, ...]
    version: int = 0
    design: int = 0  # which frame stands around its pages

    @property
    def name(self) -> str:
        return f"{self.county.name}人民政府"

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def _by_column(self) -> dict[str, tuple[Article, ...]]:
        newest = sorted(self.articles, key=_newness, reverse=True)
        listed = [article for article in newest if article.presence == "here"]
        found: dict[str, list[Article]] = {column.key: [] for column in self.columns}
        for article in listed:
            found[article.column].append(article)
        return {key: tuple(articles) for key, articles in found.items()}

    def column(self, key: str) -> Column:
        return self._by_key[key]

    def children(self, key: str | None) -> tuple[Column, ...]:
        return self._by_parent.get(key, ())

    @cached_property
    def _by_parent(self) -> dict[str | None, tuple[Column, ...]]:
        """A year's folder stands there from the day on which the first report of the year is published."""
        held = {article.column for article in self.articles if article.presence == "held"}
        found: dict[str | None, list[Column]] = {}
        for column in self.columns:
            empty = column.key in held and not self._by_column[column.key]
            if not (empty and self.arrangement == "years"):
                found.setdefault(column.parent, []).append(column)
        return {parent: tuple(columns) for parent, columns in found.items()}

    def is_report_column(self, column: Column) -> bool:
        """Whether it is the reports' column or stands below it."""
        return any(above.key == REPORT_COLUMN for above in self.trail(column))

    def front(self, column: Column) -> Article | None:
        """The report that the column's own address shows: the latest one, where columns are pages."""
        if self.arrangement != "latest" or column.parent != REPORT_COLUMN:
            return None
        return next((article for article in self._by_column[column.key] if article.report is not None), None)

    @cached_property
    def fronts(self) -> frozenset[int]:
        """The numbers of the articles that stand at their column's address."""
        found = (self.front(column) for column in self.columns)
        return frozenset(article.number for article in found if article is not None)

    def trail(self, column: Column) -> tuple[Column, ...]:
        """The column with all above it, from the top."""
        above = () if column.parent is None else self.trail(self.column(column.parent))
        return (*above, column)

    def listed(self, column: Column) -> tuple[Article, ...]:
        """The articles of a column, newest first, without those withdrawn."""
        return self._by_column[column.key]

    def gathered(self, column: Column) -> tuple[Article, ...]:
        """The articles of a column and of all below it, newest first."""
        below = (article for child in self.children(column.key) for article in self.gathered(child))
        return tuple(sorted((*self.listed(column), *below), key=_newness, reverse=True))

    def article_of(self, organ: str, year: int) -> Article:
        """The article of an organ-year. Raises KeyError when the county never published it."""
        article = self.planned_article_of(organ, year)
        if article.presence != "held":
            return article
        raise KeyError(
            f"expected a published report of {organ} for {year}, found none in {self.county.name}; see World.counties[…].reports"
        )

    def planned_article_of(self, organ: str, year: int) -> Article:
        """The same, be it published already or not."""
        for article in self.articles:
            if article.report is not None and article.report.key == (organ, year):
                return article
        raise KeyError(
            f"expected a report of {organ} for {year}, found none in {self.county.name}; see World.counties[…].reports"
        )

    def with_article(self, changed: Article) -> Site:
        articles = tuple(changed if article.number == changed.number else article for article in self.articles)
        return replace(self, articles=articles, version=self.version + 1)

    def with_moved(self, old: Article, new: Article) -> Site:
        """The site with an article at another address; nothing stands at the old one."""
        articles = tuple(article for article in self.articles if article.number != old.number)
        return replace(self, articles=(*articles, new), version=self.version + 1)


def _newness(article: Article) -> tuple[date, int]:
    return article.published.date(), article.number


def site_of(seed: int, county: County, family: str, arrangement: str) -> Site:
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
    if arrangement == "organs":
        columns.append(Column("bmxz", "部门和乡镇信息公开", "zwgk"))
        for organ in county.organs[1:]:
            columns.append(Column(organ.slug, organ.short, "bmxz"))
            columns.append(Column(f"{organ.slug}_gkzn", "政府信息公开指南", organ.slug))
            columns.append(Column(f"{organ.slug}_nb", "政府信息公开年报", organ.slug))
    if arrangement == "latest":
        columns += [Column(organ.slug, organ.short, REPORT_COLUMN) for organ in county.organs]
    if arrangement == "astray":
        columns.append(Column("qtwj", "其他文件", "fdzdgknr"))
    return tuple(columns)


def _report_column(seed: int, report: AnnualReport, county: County, arrangement: str) -> str:
    organ = report.organ
    if arrangement == "tabs":
        return LEVEL_COLUMNS[organ.level]
    if arrangement == "years":
        return f"{report.year}n"
    if arrangement == "organs":
        return REPORT_COLUMN if organ.level == "county" else f"{organ.slug}_nb"
    if arrangement == "latest":
        return organ.slug
    if arrangement == "astray" and Chance(seed, "astray", county.name, *report.key).happens(ASTRAY_SHARE):
        return "qtwj"
    return REPORT_COLUMN


def _stray_column(note: Note, arrangement: str, columns: Sequence[Column]) -> str:
    """Where a look-alike that was filed among the reports stands, on this portal."""
    if note.column != REPORT_COLUMN or arrangement in {"mixed", "organs", "host", "astray"}:
        return note.column
    if arrangement == "latest":
        return "gkzd"  # the column itself holds no list
    if arrangement == "tabs":
        return "bmnb"
    folder = f"{note.published.year - 1}n"
    return folder if any(column.key == folder for column in columns) else columns[-1].key


def _articles(seed: int, county: County, arrangement: str, columns: Sequence[Column]) -> tuple[Article, ...]:
    chance = Chance(seed, "articles", county.name)
    drafts: list[tuple[date, str, str, str, AnnualReport | Note]] = [
        (r.published, _report_column(seed, r, county, arrangement), r.title, r.organ.name, r) for r in county.reports
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
        # What is published about a year appears in the year after it, reports and all else.
        presence = "held" if day.year - 1 in county.held_back else "here"
        articles.append(Article(number, column, title, day, moment, moment, source, content, files, presence=presence))
    return tuple(articles)


def _attachments(number: int, report: AnnualReport, modified: datetime) -> tuple[Attachment, ...]:
    kinds = [kind for kind in report.carriers if kind != "html"]
    return tuple(
        Attachment(number * 10 + index, kind, f"{report.title}.{kind}", report, modified)
        for index, kind in enumerate(kinds)
    )
