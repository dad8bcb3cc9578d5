"""A report and its findings in, one JSON-ready object out, as `reports/schema.json` describes it. The archive stores it, the API serves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from reports import READER_VERSION
from reports.model import ByteRange, Figure, Finding, Place, Report
from reports.parsing.lookalikes import ANNUAL_REPORT

Ranges = Mapping[Place, ByteRange]


def report_json(report: Report, findings: Sequence[Finding], ranges: Ranges = MappingProxyType({})) -> dict[str, Any]:
    """`ranges` says which bytes of the file each place is, as `reports.locate` finds them."""
    return {
        "is_annual_report": True,
        "kind": ANNUAL_REPORT,
        "organ": report.organ,
        "region": report.region,
        "year": report.year,
        "title": report.title,
        "publisher": report.publisher,
        "form": report.form.value,
        "preamble": report.preamble,
        "sections": [
            {"key": s.key, "title": s.title, "text": s.text, "place": place_json(s.place, ranges)}
            for s in report.sections
        ],
        "figures": {key: figure_json(figure, ranges) for key, figure in report.figures.items()},
        "narrative": [
            {
                "meaning": stated.meaning,
                "value": number_json(stated.value),
                "unit": stated.unit,
                "quotation": stated.quotation,
                "section": stated.section,
                "approximate": stated.approximate,
                "scope": stated.scope,
            }
            for stated in report.narrative
        ],
        "extras": [
            {"table": row.table, "label": row.label, "cells": list(row.cells), "place": place_json(row.place, ranges)}
            for row in report.extras
        ],
        "findings": [finding_json(finding) for finding in findings],
        "dates": [
            {"value": evidence.value.isoformat(), "source": evidence.source, "raw": evidence.raw, "rank": evidence.rank}
            for evidence in report.dates
        ],
        "image_only": report.image_only,
        "by_ocr": report.by_ocr,
        "notes": list(report.notes),
        "reader_version": READER_VERSION,
    }


def refusal_json(kind: str, message: str) -> dict[str, Any]:
    """The object for a file that was read and is something else."""
    return {"is_annual_report": False, "kind": kind, "message": message, "reader_version": READER_VERSION}


def figure_json(figure: Figure, ranges: Ranges = MappingProxyType({})) -> dict[str, Any]:
    return {
        "value": number_json(figure.value),
        "raw": figure.raw,
        "state": figure.state.value,
        "repaired": figure.repaired,
        "place": place_json(figure.place, ranges),
        "unit": figure.unit,
        "reason": figure.reason,
        "by_ocr": figure.by_ocr,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "where": finding.where,
        "outcome": finding.outcome.value,
        "severity": finding.severity.value,
        "left": number_json(finding.left),
        "right": number_json(finding.right),
        "message": finding.message,
        "keys": list(finding.keys),
    }


def number_json(value: int | Decimal | None) -> int | float | None:
    """A number as JSON has it. Money has few digits: the nearest float prints them all again."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def place_json(place: Place | None, ranges: Ranges = MappingProxyType({})) -> dict[str, Any] | None:
    """Only what is known of a place."""
    if place is None:
        return None
    known = {name: getattr(place, name) for name in ("page", "block", "table", "row", "column")}
    shown: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    if place.box is not None:
        shown["box"] = list(place.box)
    if place in ranges:
        shown["bytes"] = list(ranges[place])
    return shown
