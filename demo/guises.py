"""An article goes in; the HTML of its text comes out, whole or in the pages that it is cut into, and the pictures that it shows.

To add a guise: a function of a report that gives the parts, and its name in GUISES. `PICTURES` stands for the way to the pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from demo import layouts, pictures
from demo.noise import Note
from demo.report import AnnualReport
from demo.site import Article
from demo.tables import tables

PICTURES = "{{pictures}}"
TABLES = ("disclosure", "requests", "disputes")


def report(content: AnnualReport) -> tuple[str, ...]:
    return (layouts.body(content),)


def picture_tables(content: AnnualReport) -> tuple[str, ...]:
    """The text as text, the three tables as pictures."""
    return (_text(content, lambda number: f'<p align="center"><img src="{PICTURES}{number}.png" alt=""></p>'),)


def picture_only(content: AnnualReport) -> tuple[str, ...]:
    return ("".join(f'<p align="center"><img src="{PICTURES}{number}.png"></p>' for number in range(len(TABLES))),)


def free(content: AnnualReport) -> tuple[str, ...]:
    """As before the form: headings of the organ's own, sentences, no table."""
    heads = ("一、基本情况", "二、主要做法", "三、存在不足", "四、下一步打算")
    keys = ("overview", "disclosure", "problems", "other")
    parts = [f"<p>{escape(text)}</p>" for text in content.text.introduction]
    known = {section.key: section.paragraphs for section in content.text.sections}
    for head, key in zip(heads, keys, strict=True):
        parts.append(f"<p><strong>{head}</strong></p>")
        parts += [f"<p>{escape(text)}</p>" for text in known.get(key, ())]
    return ("\n".join(parts),)


def turned(content: AnnualReport) -> tuple[str, ...]:
    """Cut into pages, each ending with a table."""
    pieces = layouts.body(content).split("</table>")
    return (*(f"{piece}</table>" for piece in pieces[:-2]), "</table>".join(pieces[-2:]))


GUISES: dict[str, Callable[[AnnualReport], tuple[str, ...]]] = {
    guise.__name__: guise for guise in (report, picture_tables, picture_only, free, turned)
}


def parts(article: Article) -> tuple[str, ...]:
    content = article.content
    if isinstance(content, Note):
        return ("".join(f"<p>{escape(text)}</p>" for text in content.paragraphs),)
    return GUISES[article.guise](content) if "html" in content.carriers else ("<p>详见附件。</p>",)


def picture_count(article: Article) -> int:
    shows = article.guise in {"picture_tables", "picture_only"}
    return len(TABLES) if shows and article.report is not None and "html" in article.report.carriers else 0


def picture(article: Article, number: int) -> bytes:
    assert article.report is not None
    return pictures.drawn(tables(article.report)[TABLES[number]])


def _text(content: AnnualReport, table: Callable[[int], str]) -> str:
    parts = [f"<p>{escape(text)}</p>" for text in content.text.introduction]
    for section in content.text.sections:
        parts.append(f"<p><strong>{escape(section.heading)}</strong></p>")
        parts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
        if section.key in TABLES:
            parts.append(table(TABLES.index(section.key)))
    return "\n".join(parts)
