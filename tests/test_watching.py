"""A county whose every page moves at every visit, watched over two years: the short form of the drill of the changes."""

from __future__ import annotations

from pathlib import Path

from tests.drills.changes import Size, drill


def test_every_edit_is_flagged_once_in_its_class_and_nothing_that_only_moves(tmp_path: Path) -> None:
    outcome = drill(Size(counties=2, organs=7, years=4, simulated=2, edits=1, seed=3), tmp_path / "home")
    assert outcome.missed == []
    assert outcome.extra == []
    assert outcome.documents >= 45 and outcome.fetched_again >= 60
    assert {"figures changed", "text edited", "moved", "removed", "restored", "new"} <= outcome.planted.keys()
