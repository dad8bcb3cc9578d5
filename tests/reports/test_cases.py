"""Each folder of tests/samples is a case: `input.*` and what reading it gives, in `expected.json`.

A case without an expected file gets one written, and the test then fails: a person looks at it and commits it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.serialising import refusal_json, report_json

# Programs that read what the package cannot: without them such a file is archived, and its case is not tried.
NEEDED = {
    **dict.fromkeys((".doc", ".wps", ".xls", ".odt", ".ods"), ("soffice", "LibreOffice")),
    **dict.fromkeys((".rar", ".7z"), ("bsdtar", "libarchive-tools")),
}
CASES = Path(__file__).parents[1] / "samples"
NAMES = sorted(folder.name for folder in CASES.iterdir() if any(folder.glob("input.*")))


def reading(payload: bytes) -> dict[str, Any]:
    """What of a reading a person can check: no places, no sentences of findings."""
    try:
        report = reports.parse(reports.extract(payload, None, None))
    except reports.NotAReport as refusal:
        return refusal_json(refusal.kind, "") | {"message": None, "reader_version": None}
    whole = report_json(report, reports.check(report, None))
    whole["figures"] = {
        key: [f["value"], f["state"], *([f["repaired"] or f["reason"]] if f["repaired"] or f["reason"] else [])]
        for key, f in whole["figures"].items()
    }
    whole["findings"] = [[f["rule"], f["where"], f["outcome"]] for f in whole["findings"] if f["outcome"] != "pass"]
    for section in whole["sections"]:
        del section["place"]
    return {name: part for name, part in whole.items() if name != "reader_version"}


@pytest.mark.parametrize("name", NAMES)
def test_a_case_reads_as_expected(name):
    folder = CASES / name
    (file,) = folder.glob("input.*")
    command, package = NEEDED.get(file.suffix, (None, None))
    if command is not None and shutil.which(command) is None:
        pytest.skip(
            f"the command {command} (package {package}) is not installed: {file.suffix} files are archived, not read"
        )
    found = json.loads(json.dumps(reading(file.read_bytes())))
    expected = folder / "expected.json"
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{expected.name} of {name} was missing and has been written: look at it and commit it")
    assert found == json.loads(expected.read_text("utf-8"))
