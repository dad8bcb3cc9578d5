"""A file in, its reading out: `python -m reports FILE [--url URL] [--json]`.

Exit codes: 0 read, 3 not an annual report, 4 unreadable, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from reports import READER_VERSION, NotAReport, UnreadableFile, check, extract, locate, parse
from reports.extraction import ocr
from reports.model import Document, Finding, Outcome, Report
from reports.serialising import refusal_json, report_json

__all__ = ["main", "refusal_json", "report_json"]

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
READ, WRONG_USE, NOT_A_REPORT, UNREADABLE = 0, 2, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    if options.url and not _ADDRESS.match(options.url):
        print(
            f"expected an address such as https://www.example.gov.cn/a.html after --url, found: {options.url}",
            file=sys.stderr,
        )
        return WRONG_USE
    try:
        payload = Path(options.file).read_bytes()
    except OSError as error:
        print(f"expected a readable file, found: {error}", file=sys.stderr)
        return WRONG_USE
    try:
        document = extract(payload, None, options.url)
        report = parse(document)
    except NotAReport as refusal:
        if document.image_only:
            print(f"{options.file}: {_only_pictures(document)}", file=sys.stderr)
            return UNREADABLE
        if options.json:
            print(json.dumps(refusal_json(refusal.kind, str(refusal)), ensure_ascii=False))
        print(str(refusal), file=sys.stderr)
        return NOT_A_REPORT
    except UnreadableFile as problem:
        print(f"{options.file}: {problem}", file=sys.stderr)
        return UNREADABLE
    findings = check(report, None)
    if options.json:
        print(json.dumps(report_json(report, findings, locate(payload)), ensure_ascii=False))
    else:
        _print_summary(report, findings)
    return READ


def _only_pictures(document: Document) -> str:
    if document.by_ocr:
        remedy = "OCR found no report in them: a finer or straighter scan may hold one"
    elif document.kind == "html":
        remedy = "the page shows them from other addresses: save them and read each as a file"
    elif ocr.installed():
        remedy = "read each as a file of its own"
    else:
        remedy = "scans are read with the extra `ocr` (pip install 'nianbao[ocr]')"
    return f"expected a report with text of its own, found pictures alone (image only): what they show is unknown, not zero; {remedy}"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        description="Reads one yearly government information disclosure report.",
        epilog="example: python -m reports report.pdf --json   exit codes: 0 read, 3 not an annual report, 4 unreadable, 2 wrong use",
    )
    parser.add_argument(
        "file", metavar="FILE", help="HTML, PDF, DOCX, text, Markdown, an office file, an image or an archive of these"
    )
    parser.add_argument("--url", help="where the file was found; a date in the address is kept as evidence")
    parser.add_argument("--json", action="store_true", help="one JSON object, as reports/schema.json describes it")
    return parser


def _print_summary(report: Report, findings: Sequence[Finding]) -> None:
    known = sum(figure.value is not None for figure in report.figures.values())
    print(
        f"{report.title}\n机关 {report.organ or '未知'}  年度 {report.year or '未知'}  格式 {report.form}  阅读器 {READER_VERSION}"
    )
    print(f"章节 {len(report.sections)}/6  数据 {known}/{len(report.figures)}")
    for section in report.sections:
        print(f"  {section.title}")
    for evidence in report.dates:
        print(f"  日期 {evidence.value} ({evidence.source})")
    for note in report.notes:
        print(f"  注 {note}")
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            print(f"  {finding.rule} {finding.where}: {finding.message}")


if __name__ == "__main__":
    sys.exit(main())
