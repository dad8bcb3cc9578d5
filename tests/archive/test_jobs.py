"""What is read in several processes."""

from __future__ import annotations

import os

from archive.jobs import readers


def test_who_reads_gives_way_to_who_browses() -> None:
    with readers(2) as executor:
        assert executor is not None
        assert executor.submit(os.nice, 0).result(60) == min(19, os.nice(0) + 5)


def test_one_reader_reads_where_it_was_asked() -> None:
    with readers(1) as executor:
        assert executor is None
