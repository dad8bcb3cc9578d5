"""The lines that the API gives go in, their description by OpenAPI 3.1 comes out. Fields are taken from the dataclasses: none is described that is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from archive.coverage import OrganYear
from archive.listings import REPORT_STATES, ChangeLine, FindingLine, ReportLine
from archive.models import LARGEST, Organ
from archive.search import Hit
from archive.web.messages import messages
from archive.web.pages.worklists import CHANGE_KINDS, JUDGED, OUTCOMES, SEVERITIES
from archive.wishes import LEVELS

LINES: Mapping[str, type] = {
    "reports": ReportLine,
    "changes": ChangeLine,
    "findings": FindingLine,
    "search": Hit,
    "coverage": OrganYear,
}
ORGAN_FIELDS = ("id", "name", "level", "region_code", "valid_from", "valid_to", "successor_id")
PROBLEM_TYPE = "application/problem+json"
_WHOLE = {"type": "integer"}
PLACE = r".{0,12}\.[0-9]{1,9}"  # in the ledger: a region, and how many of its rows
_ROW = {"type": "integer", "minimum": 1, "maximum": LARGEST}
_TEXT = {"type": "string"}
_PARAMETERS: Mapping[str, Mapping[str, Any]] = {  # what each means stands in the catalogue of messages
    "site": _TEXT,
    "organ": _TEXT,
    "year": {"type": "integer", "minimum": 1900, "maximum": 2200},
    "region": _TEXT,
    "q": _TEXT,
    "figures": _TEXT,
    "level": {"type": "string", "enum": list(LEVELS)},
    "state": {"type": "string", "enum": list(REPORT_STATES)},
    "outcome": {"type": "string", "enum": list(OUTCOMES)},
    "severity": {"type": "string", "enum": list(SEVERITIES)},
    "verdict": {"type": "string", "enum": list(JUDGED)},
    "below": _ROW,
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "format": {"type": "string", "enum": ["json", "csv"], "default": "json"},
    "version": _ROW,
}
_TAKES = {
    "reports": ("site", "organ", "year", "kind"),
    "changes": ("site", "organ", "year", "kind", "verdict"),
    "findings": ("site", "organ", "year", "outcome", "severity", "verdict"),
    "search": ("q", "figures", "region", "year", "level", "state"),
    "coverage": ("region", "year"),
    "organs": ("organ", "region"),
}
_OWN: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("coverage", "below"): {"type": "string", "pattern": f"^{PLACE}$"},
    ("reports", "kind"): {"type": "string", "enum": list(REPORT_STATES)},
    ("changes", "kind"): {"type": "string", "enum": list(CHANGE_KINDS)},
}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "int": _WHOLE,
    "str": _TEXT,
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "Decimal": {
        "type": ["number", "string"],
        "description": "a number; money may come as a text that keeps its digits",
    },
}


_PROBLEM = {  # RFC 9457
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": _TEXT, "title": _TEXT, "status": _WHOLE, "detail": _TEXT},
}


def described(server: str) -> dict[str, Any]:
    schemas = {name: _schema(line) for name, line in LINES.items()}
    schemas["organs"] = _organ_schema()
    schemas["report"] = _report_schema()
    schemas["problem"] = _PROBLEM
    paths = {f"/api/{name}": {"get": _listing(name)} for name in _TAKES}
    paths["/api/reports/{sighting_id}"] = {"get": _report()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nianbao",
            "version": version("nianbao"),
            "description": "Reading only; nothing here changes the archive.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _listing(name: str) -> dict[str, Any]:
    envelope = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next": {"type": [_OWN.get((name, "below"), _ROW)["type"], "null"]},
        },
    }
    return {
        "summary": messages("en")(f"api_says.{name}"),
        "parameters": [_parameter(one, name) for one in (*_TAKES[name], "below", "limit", "format")],
        "responses": {
            "200": {"description": "a page", "content": {"application/json": {"schema": envelope}, "text/csv": {}}},
            **_refusals(),
        },
    }


def _report() -> dict[str, Any]:
    number = {
        "name": "sighting_id",
        "in": "path",
        "required": True,
        "schema": _ROW,
        "description": messages("en")("api_parameter.sighting_id"),
    }
    schema = {"$ref": "#/components/schemas/report"}
    return {
        "summary": messages("en")("api_says.report"),
        "parameters": [number, _parameter("version", "report")],
        "responses": {
            "200": {"description": "the report", "content": {"application/json": {"schema": schema}}},
            "404": _problem("there is no such report, or it could not be read"),
            **_refusals(),
        },
    }


def _refusals() -> dict[str, Any]:
    return {
        "400": _problem("a parameter has a value that it cannot have; `detail` says which and what was expected"),
        "403": _problem("reading takes an account here"),
        "429": _problem("too many requests; `Retry-After` says how many seconds to wait"),
    }


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}},
    }


def _parameter(name: str, of: str) -> dict[str, Any]:
    """Empty is as good as absent: so a form of the pages sends what was not filled in."""
    says = messages("en")(f"api_parameter.{name}")
    return {
        "name": name,
        "in": "query",
        "schema": dict(_OWN.get((of, name)) or _PARAMETERS[name]),
        "description": says,
        "allowEmptyValue": True,
    }


def _report_schema() -> Any:
    """That of the shared parser, with its inner references as they are from within this description."""
    written = files("reports").joinpath("schema.json").read_text("utf-8")
    return json.loads(written.replace('"#/$defs/', '"#/components/schemas/report/$defs/'))


def _schema(line: type) -> dict[str, Any]:
    properties = {field.name: _type(str(field.type)) for field in fields(line)}
    return {"type": "object", "required": list(properties), "properties": properties}


def _type(written: str) -> dict[str, Any]:
    """The JSON type of an annotation, as `str | None` or `Sequence[str]`."""
    name, _, rest = written.partition(" | ")
    if name.startswith(("Sequence", "tuple")):
        return {"type": "array"}
    made: dict[str, Any] = dict(_TYPES[name])
    if rest == "None":
        kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = [*kinds, "null"]
    return made


def _organ_schema() -> dict[str, Any]:
    columns = Organ.__table__.columns
    properties = {
        name: {"type": ["integer" if name.endswith("id") else "string", *(["null"] if columns[name].nullable else [])]}
        for name in ORGAN_FIELDS
    }
    properties["region"] = {"type": ["string", "null"]}
    return {"type": "object", "required": list(properties), "properties": properties}
