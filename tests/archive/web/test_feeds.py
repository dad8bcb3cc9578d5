"""Feeds for all, and for one county or province alone."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree


@pytest.mark.parametrize("name", ["changes", "findings", "flags"])
def test_there_is_a_feed_for_all_and_one_for_each_county(archive: Any, name: str) -> None:
    def entries(query: str) -> list[str]:
        feed = etree.fromstring(archive.get(f"/{name}.atom{query}").content)
        return [entry.findtext("{*}id") for entry in feed.findall("{*}entry")]

    assert entries("")
    for region in ("990181", "9901", "99"):
        assert entries(f"?region={region}") == entries("")
    assert entries("?region=990182") == []
