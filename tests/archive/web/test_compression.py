"""What a reader loads: packed for who takes it, and in all no more than 150 KB for the heaviest page at a first visit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

LARGEST_VISIT = 150_000


def visit(archive: Any, address: str, encoding: str) -> int:
    """The bytes that come over the wire for a page with everything that it loads."""
    page = archive.get(address, headers={"Accept-Encoding": encoding})
    assert page.status_code == 200
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(loaded) >= 4  # style, icon, scripts
    answers = [page, *(archive.get(one, headers={"Accept-Encoding": encoding}) for one in loaded)]
    assert {answer.status_code for answer in answers} == {200}
    return sum(answer.num_bytes_downloaded for answer in answers)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_first_visit_to_any_page_of_a_report_is_light(archive: Any, encoding: str) -> None:
    sighting, organ = archive.ids["2023.html"], archive.organ_id
    pages = (
        "/",
        f"/reports/{sighting}",
        f"/organs/{organ}",
        f"/reports/{sighting}/compare",
        "/regions/990181",
        "/harvests/1",
    )
    weights = {page: visit(archive, page, encoding) for page in pages}
    assert max(weights.values()) < (LARGEST_VISIT if encoding == "identity" else LARGEST_VISIT / 3), weights


def test_who_takes_gzip_gets_the_same_words(archive: Any) -> None:
    for address in ("/", "/reports", "/api/reports", "/changes.atom", "/static/style.css"):
        plain, packed = (archive.get(address, headers={"Accept-Encoding": one}) for one in ("identity", "gzip"))
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.content == packed.content
        assert packed.num_bytes_downloaded == int(packed.headers["content-length"]) < len(plain.content)
        assert "Accept-Encoding" in plain.headers["vary"] and "Accept-Encoding" in packed.headers["vary"]
        assert archive.get(address, headers={"Accept-Encoding": "identity"}).content == plain.content


@pytest.mark.parametrize("refused", ["gzip;q=0", "gzip; q=0.0", "br", ""])
def test_who_does_not_take_gzip_gets_none(archive: Any, refused: str) -> None:
    assert "content-encoding" not in archive.get("/", headers={"Accept-Encoding": refused}).headers


def test_what_is_taken_away_as_a_file_stays_as_it_is(archive: Any) -> None:
    sighting, capture = archive.ids["2023.html"], archive.capture("2023.html").id
    for address in (f"/reports/{sighting}.json", "/reports.csv", f"/captures/{capture}/payload"):
        assert "content-encoding" not in archive.get(address, headers={"Accept-Encoding": "gzip"}).headers


def test_nothing_is_packed_for_who_is_logged_in(somebody: Callable[[str], httpx.Client]) -> None:
    """The length of a packed page tells of the token that stands in it."""
    said = {
        role: somebody(role).get("/changes", headers={"Accept-Encoding": "gzip"}).headers for role in ("", "reviewer")
    }
    assert said[""]["content-encoding"] == "gzip"
    assert "content-encoding" not in said["reviewer"]
