"""What is read in several processes."""

from __future__ import annotations

import os
import subprocess
import sys

from archive.jobs import readers
from tests.shells import ROOT

GIVES_WAY_TWICE = (
    "import os; from archive.jobs import give_way; give_way(); give_way(); print(os.nice(0), os.sched_getscheduler(0))"
)


def test_who_reads_gives_way_to_who_browses() -> None:
    with readers(2) as executor:
        assert executor is not None
        assert executor.submit(os.nice, 0).result(60) == max(10, os.nice(0))


def test_whoever_gave_way_already_does_not_do_so_further() -> None:
    said = subprocess.check_output([sys.executable, "-c", GIVES_WAY_TWICE], cwd=ROOT, text=True)
    assert [int(number) for number in said.split()] == [max(10, os.nice(0)), os.SCHED_BATCH]


def test_one_reader_reads_where_it_was_asked() -> None:
    with readers(1) as executor:
        assert executor is None
