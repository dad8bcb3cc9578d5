"""The data interface: every list by pages and whole, as JSON and CSV, with the fields that its description names."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import openapi_spec_validator
import pytest
from openapi_schema_validator import OAS31Validator

from archive.models import LARGEST

NAMES = ("reports", "changes", "findings", "search", "coverage", "organs")


def asked(name: str, **more: Any) -> dict[str, Any]:
    return {"q": "公开", **more} if name == "search" else more


def walked(archive: Any, name: str, limit: int) -> list[dict[str, Any]]:
    found, below = [], None
    for _ in range(200):
        below_part = {} if below is None else {"below": below}
        answer = archive.get(f"/api/{name}", params=asked(name, limit=limit, **below_part)).json()
        found += answer["items"]
        below = answer["next"]
        if below is None:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("name", NAMES)
def test_small_pages_give_together_what_one_large_page_gives(lived_archive: Any, name: str) -> None:
    whole = lived_archive.get(f"/api/{name}", params=asked(name, limit=1000)).json()
    assert whole["next"] is None
    assert whole["items"]
    assert walked(lived_archive, name, 2) == whole["items"]


@pytest.mark.parametrize("name", NAMES)
def test_lines_have_exactly_the_fields_that_are_described(archive: Any, name: str) -> None:
    described = archive.get("/api/openapi.json").json()["components"]["schemas"][name]["properties"]
    for line in archive.get(f"/api/{name}", params=asked(name)).json()["items"]:
        assert set(line) == set(described)
        for field, value in line.items():
            kinds = described[field]["type"]
            known = kinds if isinstance(kinds, list) else [kinds]
            assert json_kind(value) in (*known, *("integer" for kind in known if kind == "number")), field


def json_kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}[type(value)]


@pytest.mark.parametrize("name", NAMES)
def test_csv_is_the_same_page(archive: Any, name: str) -> None:
    lines = archive.get(f"/api/{name}", params=asked(name, limit=3)).json()
    answer = archive.get(f"/api/{name}", params=asked(name, limit=3, format="csv"))
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [list(row) for row in rows] == [list(line) for line in lines["items"]]
    assert answer.headers.get("Nianbao-Next") == (None if lines["next"] is None else str(lines["next"]))


def test_one_report_is_what_the_shared_parser_makes(archive: Any) -> None:
    made = archive.get(f"/api/reports/{archive.ids['2023.html']}").json()
    assert made["is_annual_report"] is True
    assert made["figures"]["requests.new_received.natural"]["value"] == int(
        archive.reports[2023].figures["requests.new_received.natural"] or 0
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/reports?limit=0", 400), ("/api/reports?limit=1001", 400), ("/api/reports?kind=nothing", 400), ("/api/search", 400),
        ("/api/reports/999999", 404), ("/api/reports?format=xml", 400), ("/api/coverage?below=7", 400), ("/api/nothing", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_reason_for_a_program(archive: Any, path: str, code: int) -> None:
    schema = archive.get("/api/openapi.json").json()["components"]["schemas"]["problem"]
    for language in ("zh", "en"):
        answer: httpx.Response = archive.get(path, lang=language)
        assert (answer.status_code, answer.headers["Content-Type"]) == (code, "application/problem+json")
        assert answer.headers["Content-Language"] == language
        OAS31Validator(schema).validate(answer.json())
        assert answer.json()["status"] == code


def test_a_refusal_names_the_parameter_and_what_it_may_be(archive: Any) -> None:
    said = archive.get("/api/reports?limit=0").json()
    assert said["detail"] == "limit is 0; expected: 1–1000."


def test_a_method_that_is_not_taken_is_refused_with_those_that_are(archive: Any) -> None:
    answer: httpx.Response = archive.client.post("/api/reports")
    assert answer.status_code == 405
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == {"GET", "HEAD"}
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(
    ("path", "name", "lowest", "most"),
    [("reports", "below", 1, LARGEST), ("search", "below", 1, LARGEST), ("findings", "limit", 1, 1000)],
)  # fmt: skip
def test_numbers_are_taken_from_the_least_to_the_largest_that_the_description_names(
    archive: Any, path: str, name: str, lowest: int, most: int
) -> None:
    (schema,) = (
        one["schema"]
        for one in archive.get("/api/openapi.json").json()["paths"][f"/api/{path}"]["get"]["parameters"]
        if one["name"] == name
    )
    assert (schema["minimum"], schema["maximum"]) == (lowest, most)
    for number, code in ((lowest - 1, 400), (lowest, 200), (most, 200), (most + 1, 400)):
        assert archive.get(f"/api/{path}", params=asked(path, **{name: number})).status_code == code, number


def test_every_described_path_answers(archive: Any) -> None:
    paths = archive.get("/api/openapi.json").json()["paths"]
    for path in paths:
        address = path.replace("{sighting_id}", str(archive.ids["2023.html"]))
        answer: httpx.Response = archive.get(address, params=asked(path.rpartition("/")[2]))
        assert answer.status_code == 200, path


def test_an_outside_judge_finds_the_description_valid(archive: Any) -> None:
    openapi_spec_validator.validate(archive.get("/api/openapi.json").json())


@pytest.mark.parametrize("name", NAMES)
def test_an_outside_judge_finds_that_the_answers_are_as_described(archive: Any, name: str) -> None:
    described = archive.get("/api/openapi.json").json()
    schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    lines = archive.get(f"/api/{name}", params=asked(name)).json()["items"]
    assert lines
    for line in lines:
        OAS31Validator(schema).validate(line)


def test_the_documentation_names_every_path_and_loads_nothing_from_elsewhere(archive: Any) -> None:
    body = archive.get("/api/docs").text
    for path in archive.get("/api/openapi.json").json()["paths"]:
        assert f"GET {path}" in body
    assert "<script>" not in body
    assert "://" not in body
