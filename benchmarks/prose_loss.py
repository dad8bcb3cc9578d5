"""The HTML pages of the own samples and of the county in a box in; how much of their prose trafilatura and the own walker leave out or add, out.

    python -m benchmarks.prose_loss [--reports 60]

Truth for the county in a box is what its reports say; for the samples it is the text of the article's element without its tables. Trafilatura
gets the article's element with the tables removed, which is where it does best. Counted are letters: no white space, no punctuation.

Measured on x86-64, 2 shared cores, CPython 3.11.7, trafilatura 2.3.1: county, 62 pages of 49,258 letters: none lost by either; own samples, 9
pages of 1,436 letters: trafilatura loses 70 (the title in five of them), the walker none; a real page of 4,445 letters: none lost by either.
The walker reads the whole page in less than half of the time that trafilatura takes for the article alone, and knows where each paragraph stood.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path

from lxml import etree

import reports
from demo import layouts
from demo.report import AnnualReport
from demo.world import World
from reports.extraction.article import find_container, parse_markup
from reports.extraction.encoding import decode
from reports.extraction.grids import holds_data
from reports.model import Paragraph
from reports.wording import letters

SAMPLES = Path(__file__).parents[1] / "tests" / "samples"
REAL = Path(__file__).parents[1] / ".." / "shared" / "samples" / "real" / "shanghai_office_2019.html"
_RUN = 4  # letters that are compared as one piece


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reports", type=int, default=60)
    print(f"{platform.platform()}, CPython {platform.python_version()}, trafilatura {version('trafilatura')}")
    county = list(_county(options.parse_args().reports))
    samples = [(path.parent.name, path.read_bytes(), None) for path in sorted(SAMPLES.glob("html_*/input.html"))]
    real = [(REAL.name, REAL.read_bytes(), None)] if REAL.is_file() else []
    for title, pages in (("county in a box", county), ("own samples", samples), ("real page", real)):
        if pages:
            _compare(title, pages)
    return 0


def _county(most: int) -> Iterator[tuple[str, bytes, str | None]]:
    made = [report for county in World.build(1).counties for report in county.reports]
    for report in made[:: max(1, len(made) // most)]:
        page = f"<html><body><h1>{report.title}</h1><div id='zoom'>{layouts.body(report)}</div></body></html>"
        if letters(report.text.sections[0].paragraphs[0]) in letters(
            page
        ):  # the others show their text as pictures or split it by scripts
            yield report.title, page.encode(), _truth(report)


def _truth(report: AnnualReport) -> str:
    parts = [part for section in report.text.sections for part in (section.heading, *section.paragraphs)]
    return "\n".join((*report.text.introduction, *parts))


def _compare(title: str, pages: Iterable[tuple[str, bytes, str | None]]) -> None:
    whole = 0
    lost, added, seconds = Counter[str](), Counter[str](), Counter[str]()
    pages_with_loss = Counter[str]()
    count = 0
    for _, payload, truth in pages:
        node, name_of_node = find_container(parse_markup(decode(payload, None)[0]))
        if name_of_node is None:
            continue  # no article to compare: a page that a script writes or that shows pictures
        bare = _without_tables(node)
        expected = letters(truth if truth is not None else "\n".join(map(str, bare.itertext())))
        whole += len(expected)
        count += 1
        for name, reader in (("trafilatura", _by_trafilatura), ("own walker", _by_walker)):
            started = time.process_time()
            found = letters(reader(payload, bare))
            seconds[name] += time.process_time() - started
            missing = _missing(expected, found)
            lost[name] += missing
            added[name] += _missing(found, expected)
            pages_with_loss[name] += missing > 0
    print(f"\n{title}: {count} pages, {whole:,} letters of prose")
    for name in seconds:
        print(
            f"  {name}: {lost[name]:,} lost ({lost[name] / max(1, whole):.2%}, on {pages_with_loss[name]} pages), "
            f"{added[name]:,} added, {1000 * seconds[name] / count:.1f} ms a page"
        )


def _without_tables(node: etree._Element) -> etree._Element:
    bare = deepcopy(node)
    bare.tail = None
    for table in [*bare.iter("table"), *bare.iter("script"), *bare.iter("style")]:
        parent = table.getparent()
        if parent is None or (table.tag == "table" and not holds_data(table)):
            continue
        if table.tail:
            before = table.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + table.tail
            else:
                parent.text = (parent.text or "") + table.tail
        parent.remove(table)
    return bare


def _by_trafilatura(payload: bytes, bare: etree._Element) -> str:
    import trafilatura

    page = f"<html><body>{etree.tostring(bare, encoding='unicode', method='html')}</body></html>"
    return (
        trafilatura.extract(page, include_comments=False, include_tables=False, deduplicate=False, favor_recall=True)
        or ""
    )


def _by_walker(payload: bytes, bare: etree._Element) -> str:
    """What the reader gives for the whole page: without the title and the line of dates above the article, which trafilatura is not shown."""
    document = reports.extract(payload, None, None)
    inside = letters("\n".join(map(str, bare.itertext())))
    return "\n".join(
        block.text for block in document.blocks if isinstance(block, Paragraph) and letters(block.text)[:12] in inside
    )


def _missing(text: str, other: str) -> int:
    """How many letters of a text stand in no run of four that the other has too."""
    known = {other[at : at + _RUN] for at in range(len(other) - _RUN + 1)}
    covered = bytearray(len(text))
    for at in range(len(text) - _RUN + 1):
        if text[at : at + _RUN] in known:
            covered[at : at + _RUN] = b"\1" * _RUN
    return len(text) - sum(covered) if len(text) >= _RUN else (0 if text in other else len(text))


if __name__ == "__main__":
    sys.exit(main())
