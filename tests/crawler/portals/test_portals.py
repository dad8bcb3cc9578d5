"""Each folder of tests/samples/portals is one page of a family: what was asked, what came, and what is to be understood of it.

A case without `expected.json` gets an `expected.received` written beside it and fails: read it, and if it is right, rename it.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.portals import PORTALS, Page, PageRequest, portal_named, portal_of

CASES = sorted(path for path in (Path(__file__).parents[2] / "samples" / "portals").iterdir() if path.is_dir())


def _page(case: Path) -> Page:
    given = json.loads((case / "asked.json").read_text("utf-8"))
    asked = None
    if "asked" in given:
        words = {"url": given["url"], "purpose": "list", **given["asked"]}
        words["body"] = words.get("body", "").encode("utf-8")
        words["facts"] = tuple(tuple(pair) for pair in words.get("facts", ()))
        asked = PageRequest(**words)
    (body,) = case.glob("page.*")
    return Page(given["url"], body.read_bytes(), asked=asked)


def _understood(page: Page) -> dict[str, Any]:
    portal = portal_named(page.asked.portal if page.asked else None) or portal_of(page)
    listing = portal.read_listing(page)
    return {
        "portal": portal.NAME,
        "rows": len(listing.rows),
        "first_rows": [[row.url, row.title, row.listed_on and row.listed_on.isoformat()] for row in listing.rows[:3]],
        "declared_total": listing.declared_total,
        "page_number": listing.page_number,
        "page_count": listing.page_count,
        "next": [_plain(request) for request in portal.next_requests(page)],
        **({"mixed": True} if listing.mixed else {}),
    }


def _plain(request: PageRequest) -> dict[str, Any]:
    plain = {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}
    plain["body"] = request.body.decode("ascii")
    return json.loads(json.dumps({name: value for name, value in plain.items() if value not in (None, "", (), False)}))  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_of_each_family_is_understood(case: Path) -> None:
    understood = _understood(_page(case))
    expected = case / "expected.json"
    if not expected.exists():
        text = json.dumps(understood, ensure_ascii=False, indent=1) + "\n"
        expected.with_suffix(".received").write_text(text, "utf-8")
        pytest.fail(f"{expected} is missing: read {expected.with_suffix('.received')} and rename it if it is right")
    assert understood == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "asked" not in json.loads((case / "asked.json").read_text("utf-8"))],
    ids=lambda case: case.name,
)
def test_a_family_is_known_by_its_page_alone(case: Path) -> None:
    page = _page(case)
    knowing = [portal.NAME for portal in PORTALS if portal.recognises(page) and portal.NAME != "generic"]
    assert len(knowing) <= 1 or knowing[0] == portal_of(page).NAME
    assert (len(knowing) == 0) == case.name.startswith(("generic-", "henan-", "yunnan-")), knowing


def test_every_family_has_a_saved_page() -> None:
    families = {json.loads((case / "expected.json").read_text("utf-8"))["portal"] for case in CASES}
    assert families == {portal.NAME for portal in PORTALS}
