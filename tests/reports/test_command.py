"""`python -m reports FILE`: its exit codes, its JSON, and the schema that describes it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.__main__ import NOT_A_REPORT, READ, UNREADABLE, WRONG_USE, main
from reports.form import FORM_2021
from reports.serialising import report_json
from tests.reports.mutating import Page, as_html, as_tabs, make_case

SCHEMA = json.loads((Path(reports.__file__).parent / "schema.json").read_text("utf-8"))
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def problems(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What of JSON Schema our schema uses, and no more."""
    assert not schema.keys() - KNOWN, f"the schema uses a word that this check does not know: {schema.keys() - KNOWN}"
    if "$ref" in schema:
        return problems(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], where)
    if "oneOf" in schema:
        fits = [one for one in schema["oneOf"] if not problems(value, one, where)]
        return [] if len(fits) == 1 else [f"{where}: fits {len(fits)} of the choices"]
    if "type" in schema and not any(is_kind(value, kind) for kind in kinds_of(schema)):
        return [f"{where}: {value!r} is not {schema['type']}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is not of {schema['enum']}")
    if "minimum" in schema and isinstance(value, (int, float)) and value < schema["minimum"]:
        found.append(f"{where}: {value} is below {schema['minimum']}")
    if isinstance(value, dict):
        found += object_problems(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        found += [
            one for index, part in enumerate(value) for one in problems(part, schema["items"], f"{where}[{index}]")
        ]
    return found


def object_problems(value: dict[str, Any], schema: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in value]
    pattern = schema.get("propertyNames", {}).get("pattern", "")
    others = schema.get("additionalProperties", {})
    for name, part in value.items():
        if not re.search(pattern, name):
            found.append(f"{where}: the name {name}")
        if name in schema.get("properties", {}):
            found += problems(part, schema["properties"][name], f"{where}.{name}")
        elif others is False:
            found.append(f"{where}: unknown {name}")
        else:
            found += problems(part, others, f"{where}.{name}")
    return found


def kinds_of(schema: dict[str, Any]) -> list[str]:
    return [schema["type"]] if isinstance(schema["type"], str) else schema["type"]


KNOWN = {
    "$schema", "title", "description", "$ref", "$defs", "oneOf", "const", "enum", "type", "minimum", "required", "properties",
    "propertyNames", "additionalProperties", "items", "minItems", "maxItems", "format", "pattern",
}  # fmt: skip


def is_kind(value: Any, kind: str) -> bool:
    if kind in {"number", "integer"}:
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def a_file(folder: Path, content: bytes, name: str = "report.html") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_the_command_prints_json_that_the_schema_describes(tmp_path, capsys):
    page = Page(random.Random(20_001))
    code = main(
        [a_file(tmp_path, as_html(page).encode()), "--json", "--url", "http://www.x.gov.cn/art/2024/1/23/art_1.html"]
    )
    shown = json.loads(capsys.readouterr().out)
    assert code == READ
    assert not problems(shown, SCHEMA)
    assert shown["is_annual_report"] is True
    assert {
        key: figure["value"] for key, figure in shown["figures"].items() if figure["value"] is not None
    } == page.true
    assert shown["dates"] == [{"value": "2024-01-23", "source": "address", "raw": "/2024/1/23/", "rank": 6}]
    assert shown["reader_version"] == reports.READER_VERSION


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_every_reading_fits_the_schema(seed):
    report = reports.parse(reports.extract(make_case(seed).payload, None, None))
    shown = json.loads(json.dumps(report_json(report, reports.check(report, None))))
    assert not problems(shown, SCHEMA)


def test_the_json_holds_every_key_of_the_form():
    report = reports.parse(reports.extract(as_tabs(Page(random.Random(20_001))).encode(), None, None))
    assert set(report_json(report, [])["figures"]) >= set(FORM_2021.keys)


def test_a_look_alike_ends_with_three_and_its_kind(tmp_path, capsys):
    file = a_file(tmp_path, "<html><h1>青石镇2023年法治政府建设年度报告</h1><p>一、主要举措</p></html>".encode())
    assert main([file, "--json"]) == NOT_A_REPORT
    shown = capsys.readouterr()
    refusal = json.loads(shown.out)
    assert not problems(refusal, SCHEMA)
    assert refusal["kind"] == "rule_of_law_report"
    assert "法治政府建设" in shown.err


def test_an_unreadable_file_ends_with_four(tmp_path, capsys):
    assert main([a_file(tmp_path, b"%PDF-1.7\nbroken")]) == UNREADABLE
    assert "expected" in capsys.readouterr().err


def test_a_file_of_pictures_that_cannot_be_read_is_unreadable_and_not_another_kind(tmp_path, capsys):
    page = "<html><body><div id='zoom'><p><img src='1.jpg'></p></div></body></html>"
    assert main([a_file(tmp_path, page.encode()), "--json"]) == UNREADABLE
    shown = capsys.readouterr()
    assert not shown.out
    assert "image only" in shown.err
    assert "pip install" not in shown.err  # the pictures are not in the file: no OCR would help


def test_a_missing_file_and_wrong_options_end_with_two(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.html")]) == WRONG_USE
    with pytest.raises(SystemExit) as stop:
        main(["--no-such-option"])
    assert stop.value.code == WRONG_USE


def test_a_url_that_is_none_ends_with_two(tmp_path, capsys):
    file = tmp_path / "report.html"
    file.write_text("<p>x</p>", "utf-8")
    assert main([str(file), "--url", "report.html"]) == WRONG_USE
    assert "--url" in capsys.readouterr().err


def test_the_summary_names_organ_year_and_what_was_read(tmp_path, capsys):
    assert main([a_file(tmp_path, as_html(Page(random.Random(20_001))).encode())]) == READ
    out = capsys.readouterr().out
    assert "青石镇" in out
    assert "2023" in out


def test_importing_the_parser_loads_none_of_the_heavy_packages():
    command = "import sys, reports; print(sorted({'scrapy', 'sqlalchemy', 'twisted', 'lxml', 'trafilatura', 'numpy'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
