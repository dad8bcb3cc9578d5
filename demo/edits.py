"""A site and an order go in, the edited site and the truth about the edit come out. Pure: what was published before stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from demo.figures import Value, frozen
from demo.prose import Section
from demo.report import AnnualReport
from demo.site import Article, Site
from reports.model import ChangeKind

Changes = tuple[tuple[str, str, str], ...]  # where, before, after

ANNOUNCED_AFTER = timedelta(days=46)  # an announced edit shows this much later a date
ADDED_SENTENCE = "上述问题已于年内全部整改到位。"


@dataclass(frozen=True, slots=True)
class Edit:
    """The truth about one planted edit: what a watcher should say of it."""

    kind: ChangeKind
    silent: bool
    organ: str
    year: int
    before: Article
    after: Article
    changes: Changes = ()
    left_front: bool = False  # it stood at its column's own address and had to make room for a later report


def figures_edited(
    site: Site, article: Article, figures: Mapping[str, Value] | None, announced: bool
) -> tuple[Site, Edit]:
    """Other figures in the tables of a page; the text stays. Without `figures`, a change that keeps the arithmetic whole."""
    report = _report(article)
    if "html" not in report.carriers:
        raise ValueError(
            f"expected a report with its tables in the page, found one only in {report.carriers[0]}; replace its attachment"
        )
    edited, changes = _with_figures(report, figures)
    after = _dated(replace(article, content=edited), announced)
    return site.with_article(after), _edit(ChangeKind.FIGURES_CHANGED, article, after, not announced, changes)


def text_edited(
    site: Site, article: Article, section: str, announced: bool, sentence: str = ADDED_SENTENCE
) -> tuple[Site, Edit]:
    """One sentence more in one section."""
    report = _report(article)
    if "html" not in report.carriers:
        raise ValueError(
            f"expected a report with its text in the page, found one only in {report.carriers[0]}; replace its attachment"
        )
    found = [part for part in report.text.sections if part.key == section]
    if not found:
        raise ValueError(
            f"expected a section {section!r} in {article.title}, found {[part.key for part in report.text.sections]}"
        )
    before = found[0]
    edited = replace(before, paragraphs=(*before.paragraphs[:-1], "".join((*before.paragraphs[-1:], sentence))))
    sections = tuple(edited if part.key == section else part for part in report.text.sections)
    after = _dated(replace(article, content=replace(report, text=replace(report.text, sections=sections))), announced)
    changes = ((section, _joined(before), _joined(edited)),)
    return site.with_article(after), _edit(ChangeKind.TEXT_EDITED, article, after, not announced, changes)


def attachment_replaced(
    site: Site, article: Article, figures: Mapping[str, Value] | None, announced: bool, elsewhere: bool = False
) -> tuple[Site, Edit]:
    """Other bytes at the attachment's address, or at an address of their own: the same report with other figures in it. The page stays."""
    if not article.attachments:
        raise ValueError(f"expected an article with an attachment, found {article.title} without one")
    first, *others = article.attachments
    edited, changes = _with_figures(first.report, figures)
    file = replace(first, report=edited, modified=first.modified + ANNOUNCED_AFTER if announced else first.modified)
    if elsewhere:  # each upload has a number of its own, and the old file is deleted
        file = replace(file, number=max(one.number for other in site.articles for one in other.attachments) + 11)
    in_page = _report(article)
    content = in_page if "html" in in_page.carriers else edited
    after = _dated(replace(article, content=content, attachments=(file, *others)), announced)
    return site.with_article(after), _edit(ChangeKind.ATTACHMENT_REPLACED, article, after, not announced, changes)


def withdrawn(site: Site, article: Article, soft: bool) -> tuple[Site, Edit]:
    """Gone from the lists; its address answers 404, or an apology with status 200."""
    _refuse_front(site, article)
    after = replace(article, presence="soft" if soft else "gone")
    return site.with_article(after), _edit(ChangeKind.REMOVED, article, after, silent=True)


def moved(site: Site, article: Article) -> tuple[Site, Edit]:
    """The same article at a new address, as after a clean-up of columns; the old address answers 404."""
    _refuse_front(site, article)
    number = max(other.number for other in site.articles) + 7
    files = tuple(replace(file, number=number * 10 + index) for index, file in enumerate(article.attachments))
    after = replace(article, number=number, filed=article.filed + timedelta(days=1), attachments=files)
    return site.with_moved(article, after), _edit(ChangeKind.MOVED, article, after, silent=True)


def restored(site: Site, current: Article, original: Article) -> tuple[Site, Edit]:
    """As it first was, at its first address."""
    changed = site.with_article(original) if current.number == original.number else site.with_moved(current, original)
    return changed, _edit(ChangeKind.RESTORED, current, original, silent=True)


def year_published(site: Site, year: int) -> tuple[Site, tuple[Edit, ...]]:
    """What was held back of a report year is there: its reports, and the news and notices of the year after it."""
    appears = {
        article.number for article in site.articles if article.presence == "held" and article.filed.year == year + 1
    }
    if not appears:
        return site, ()
    articles = tuple(replace(a, presence="here") if a.number in appears else a for a in site.articles)
    changed = replace(site, articles=articles, version=site.version + 1)
    before = {article.number: article for article in site.articles}
    new = [
        _edit(ChangeKind.NEW, before[article.number], article, silent=False)
        for article in articles
        if article.number in appears and article.report is not None
    ]
    left = [before[number] for number in sorted(site.fronts - changed.fronts)]
    moved_on = [replace(_edit(ChangeKind.MOVED, a, a, silent=True), left_front=True) for a in left]
    return changed, (*new, *moved_on)


def _refuse_front(site: Site, article: Article) -> None:
    if article.number in site.fronts:
        raise ValueError(
            f"expected an article at an address of its own, found {article.title} at its column's; choose an earlier year"
        )


def sound_figure_changes(report: AnnualReport) -> dict[str, Value]:
    """New values for a few figures that no sum and no sentence depends on, or that move together."""
    figures = report.figures
    granted = figures["requests.granted.natural"]
    if isinstance(granted, int) and granted > 0:
        moves = {"granted": -1, "granted_part": 1}
        keys = {f"requests.{row}.{column}": by for row, by in moves.items() for column in ("natural", "total")}
    else:
        keys = {"disclosure.licence.decisions": 7, "disclosure.penalty.decisions": 2}
    changed: dict[str, Value] = {}
    for key, by in keys.items():
        value = figures[key]
        if value is None:
            raise ValueError(
                f"expected a number in {key} of {report.title}, found a blank cell; name the figures to change"
            )
        changed[key] = value + by
    return changed


def _with_figures(report: AnnualReport, figures: Mapping[str, Value] | None) -> tuple[AnnualReport, Changes]:
    new = sound_figure_changes(report) if figures is None else figures
    unknown = [key for key in new if key not in report.figures]
    if unknown:
        raise ValueError(f"expected keys of the form of {report.edition.value}, found {unknown}; see reports/form.py")
    changes = tuple((key, _said(report.figures[key]), _said(value)) for key, value in sorted(new.items()))
    return replace(report, figures=frozen({**report.figures, **new})), changes


def _said(value: Value | None) -> str:
    return "" if value is None else str(value)


def _joined(section: Section) -> str:
    return "\n".join(section.paragraphs)


def _dated(article: Article, announced: bool) -> Article:
    """An announced edit moves the date and says so on the page; a silent one leaves date and Last-Modified as they were."""
    if not announced:
        return article
    moment = article.published + ANNOUNCED_AFTER
    note = f"本报告于{moment.year}年{moment.month}月{moment.day}日更正，以本页内容为准。"
    return replace(article, published=moment, modified=moment, correction=note)


def _report(article: Article) -> AnnualReport:
    if article.report is None:
        raise ValueError(
            f"expected an annual report, found the article {article.title!r}; edits are planted in reports only"
        )
    return article.report


def _edit(kind: ChangeKind, before: Article, after: Article, silent: bool, changes: Changes = ()) -> Edit:
    report = _report(before)
    return Edit(kind, silent, report.organ.name, report.year, before, after, changes)
