"""Reports in; what reading them costs beside trafilatura on the same page and pdfplumber on the same PDF out, in the same run.

    python -m benchmarks.parser_speed [--rounds 15]

HTML: one report extracted, parsed and checked, against `trafilatura.extract` of the whole page. PDF: against pdfplumber's words and lines.
Each pair takes turns and the best round of each counts, so that a busy machine slows both. Caches of labels are warm, as in a harvest;
the text of a page is changed in every round, so none of its own words are. HTML is counted in CPU seconds, because both sides run in this
process; PDF in wall seconds, because ours is read in another. Import time is measured in fresh processes.

Measured on x86-64, 2 cores, Linux 6.18, CPython 3.11.7, lxml 6.1.3, trafilatura 2.3.1, pdfplumber 0.11.10, pypdfium2 5.15.2, rapidfuzz 3.14.6, alone on the
machine on a day when its memory was slow, with no options: HTML 4.7 ms against 21.4 ms, 0.220 (with `--rounds 25` 0.223, 0.231, 0.233), of which extract 1.9, parse 1.8,
check 0.7 ms; PDF 68 ms against 302, 0.22, and 72 against 303, 0.24; import 30 ms. The reader before, in the same runs: HTML 0.242 (0.232, 0.235, 0.237), PDF 0.20. On a
better day that one took 4.0 ms of 18.5, 0.216. Of the HTML 0.5 ms is libxml2's parse, 0.6 the three tables' cells, 0.4 the numbers in the prose, 0.3 the rows of
the table on requests; what it costs beyond the sum of its stages is memory that trafilatura used in between.
"""

from __future__ import annotations

import argparse
import io
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import reports

SAMPLES = Path(__file__).parents[1] / ".." / "shared" / "samples" / "real"
PAGE = "shanghai_office_2019.html"
PDFS = ("hongze_2023.pdf", "huaian_2024.pdf")
MOST_OF_TRAFILATURA, MOST_OF_PDFPLUMBER, MOST_IMPORT_SECONDS = 0.25, 1.2, 0.15


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, CPython {platform.python_version()}")
    print(
        ", ".join(f"{name} {version(name)}" for name in ("lxml", "trafilatura", "pdfplumber", "pypdfium2", "rapidfuzz"))
    )
    good = measure_import()
    if not SAMPLES.is_dir():
        print("the real samples do not lie beside the project: HTML and PDF were not measured")
        return 1
    good = measure_html(rounds) and good
    good = all(measure_pdf(name, max(3, rounds // 3)) for name in PDFS) and good
    return 0 if good else 1


def measure_html(rounds: int) -> bool:
    import trafilatura

    page = (SAMPLES / PAGE).read_text("utf-8")
    variants = [vary(page, number).encode("utf-8") for number in range(rounds + 1)]
    read(variants[-1])
    trafilatura.extract(variants[-1])
    ours, theirs = pair(
        lambda number: read(variants[number]),
        lambda number: trafilatura.extract(variants[number]),
        rounds,
        time.thread_time,
    )
    parts = stages(variants[:rounds])
    print(
        f"\nHTML {PAGE}, {len(variants[0]) / 1000:.0f} kB: ours {ours * 1e3:.1f} ms, trafilatura alone {theirs * 1e3:.1f} ms"
    )
    print("  of ours: " + ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in parts.items()))
    return verdict("of trafilatura", ours / theirs, MOST_OF_TRAFILATURA)


def measure_pdf(name: str, rounds: int) -> bool:
    import pdfplumber

    payload = (SAMPLES / name).read_bytes()

    def words_and_lines(number: int) -> None:
        with pdfplumber.open(io.BytesIO(payload)) as document:
            for page in document.pages:
                page.extract_words()
                _ = page.lines, page.rects, page.edges

    read(payload)  # starts the reading process, which then serves every file
    ours, theirs = pair(lambda number: read(payload), words_and_lines, rounds, time.perf_counter)
    print(
        f"\nPDF {name}: ours with parse and check {ours * 1e3:.0f} ms, pdfplumber's words and lines {theirs * 1e3:.0f} ms"
    )
    return verdict("of pdfplumber", ours / theirs, MOST_OF_PDFPLUMBER)


def measure_import() -> bool:
    command = (
        "import time, sys; t = time.perf_counter(); import reports; s = time.perf_counter() - t; "
        "assert not {'scrapy', 'sqlalchemy', 'twisted'} & sys.modules.keys(); print(s)"
    )
    best = min(
        float(subprocess.run([sys.executable, "-c", command], capture_output=True, check=True).stdout) for _ in range(5)
    )
    print(f"\nimport reports: {best * 1e3:.0f} ms, none of scrapy, sqlalchemy, twisted loaded")
    return verdict("seconds", best, MOST_IMPORT_SECONDS)


def read(payload: bytes) -> None:
    report = reports.parse(reports.extract(payload, None, None))
    reports.check(report, None)


def stages(variants: list[bytes]) -> dict[str, float]:
    best = {"extract": 9.0, "parse": 9.0, "check": 9.0}
    for payload in variants:
        started = time.thread_time()
        document = reports.extract(payload, None, None)
        extracted = time.thread_time()
        report = reports.parse(document)
        parsed = time.thread_time()
        reports.check(report, None)
        done = time.thread_time()
        for name, seconds in zip(best, (extracted - started, parsed - extracted, done - parsed), strict=True):
            best[name] = min(best[name], seconds)
    return best


def vary(page: str, number: int) -> str:
    """The page with every sentence of its prose changed, its length kept: 。 becomes a numbered mark."""
    marks = iter(range(10**6))
    return re.sub("，", lambda found: chr(0x4E00 + (number * 997 + next(marks)) % 20000), page)


def pair(
    ours: Callable[[int], object], theirs: Callable[[int], object], rounds: int, clock: Callable[[], float]
) -> tuple[float, float]:
    best = [9e9, 9e9]
    for number in range(rounds):
        for index, work in enumerate((ours, theirs)):
            started = clock()
            work(number)
            best[index] = min(best[index], clock() - started)
    return best[0], best[1]


def verdict(what: str, measured: float, allowed: float) -> bool:
    print(f"  {measured:.3f} {what}, at most {allowed} allowed: {'good' if measured <= allowed else 'TOO SLOW'}")
    return measured <= allowed


if __name__ == "__main__":
    sys.exit(main())
