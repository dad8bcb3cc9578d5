"""Reports that are hard to read: pictures, scans, free words, several pages, files of every format. Each changes some of a county's reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from demo.hazards.choosing import some_in_pages
from demo.hazards.hazard import Hazard, Hurts
from demo.ledger import State
from demo.site import Article, Attachment, Site


def _each(hurts: Hurts, change: Callable[[Article], Article]) -> Callable[[Site], Site]:
    def edit(site: Site) -> Site:
        changed = tuple(change(article) if hurts(site, article) else article for article in site.articles)
        return replace(site, articles=changed)

    return edit


def _in_guise(name: str, guise: str, says: str, state: State = State.HELD) -> Hazard:
    chosen = some_in_pages(name)
    edit = _each(chosen, lambda article: replace(article, guise=guise))
    return Hazard(name, says, state, lambda site, article: article.guise == guise, edit=edit)


def _in_file(name: str, kind: str, maker: str, says: str, state: State = State.HELD) -> Hazard:
    """The report stands in a file of that ending, made by that maker, and its page only links it."""

    def change(article: Article) -> Article:
        report = article.report
        assert report is not None
        only = replace(report, carriers=(kind,))
        file = Attachment(article.number * 10, kind, f"{report.title}.{kind}", only, article.modified, maker)
        return replace(article, content=only, attachments=(file,))

    def hurts(site: Site, article: Article) -> bool:
        return any(file.maker == maker and file.kind == kind for file in article.attachments)

    return Hazard(name, says, state, hurts, edit=_each(some_in_pages(name), change))


def _free(site: Site, article: Article) -> bool:
    chosen = article.report is not None and article.report.carriers == ("html",)
    return chosen and article.report is not None and article.report.year == 2019


HAZARDS = (
    _in_guise("picture_tables", "picture_tables", "the tables of some reports are pictures", State.UNREADABLE),
    _in_guise("picture_only", "picture_only", "some reports are nothing but pictures", State.UNREADABLE),
    _in_guise("turned_pages", "turned", "some reports go on over several pages"),
    Hazard(
        "free_form",
        "the reports of 2019 are in free words, without the form's tables",
        hurts=lambda site, article: article.guise == "free",
        edit=_each(_free, lambda article: replace(article, guise="free")),
    ),
    # Without words: OCR finds figures there, and nobody could say of what.
    _in_file("scanned_pdf", "pdf", "scanned_pdf", "some reports are PDF files that are scans", State.UNREADABLE),
    _in_file("html_doc", "doc", "html_doc", "some reports are .doc files that are HTML"),
    _in_file("docx_doc", "doc", "docx_doc", "some reports are .doc files that are DOCX"),
    _in_file("rtf", "rtf", "rtf", "some reports are RTF files"),
    _in_file("ofd", "ofd", "ofd", "some reports are OFD files"),
    _in_file("zip", "zip", "zip", "some reports are DOCX files inside a ZIP"),
    _in_file("rar", "rar", "rar", "some reports are .doc files inside a RAR"),
)
