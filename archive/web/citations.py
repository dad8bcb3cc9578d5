"""What is known of a report goes in, the way to cite it comes out: GB/T 7714 and BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cited:
    """`read_on` is the day of the capture: what was served then is what is cited. `key` names it among other citations."""

    key: str
    author: str
    title: str
    year: int | None
    published_on: date | None
    read_on: date
    url: str
    sha256: str


def gb7714(cited: Cited) -> str:
    """GB/T 7714-2015, a report on the net: [R/OL]."""
    published = f"({cited.published_on.isoformat()})" if cited.published_on else ""
    return f"{cited.author}. {cited.title}[R/OL]. {published}[{cited.read_on.isoformat()}]. {cited.url}."


def bibtex(cited: Cited) -> str:
    fields = {
        "author": f"{{{_escaped(cited.author)}}}",  # in braces of its own: an organ has no given name
        "title": _escaped(cited.title),
        "institution": _escaped(cited.author),
        "year": str(cited.published_on.year) if cited.published_on else "",
        "date": cited.published_on.isoformat() if cited.published_on else "",
        "url": cited.url.replace("{", "%7B").replace("}", "%7D"),
        "urldate": cited.read_on.isoformat(),
        "note": f"SHA-256 {cited.sha256}",
        "langid": "chinese",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@techreport{{{re.sub(r'[^A-Za-z0-9-]', '-', cited.key)},\n{lines}}}\n"


def _escaped(text: str) -> str:
    return re.sub(r"([\\{}%#&$_~^])", lambda found: _ESCAPES.get(found[0], "\\" + found[0]), text)


_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
