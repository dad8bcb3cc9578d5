"""One writing process a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import HomeInUse, StoreUnusable
from archive.lock import hold

HOLDER = """
import sys, time
from pathlib import Path
from archive.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_with_the_first_ones_number_until_it_dies(home: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", HOLDER, home]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(HomeInUse, match=f"process {first.pid} is writing"), hold(home):
            pass
        first.send_signal(signal.SIGKILL)
    with hold(home):
        pass


def test_the_same_process_cannot_hold_a_home_twice_but_again_afterwards(home: Path) -> None:
    with hold(home), pytest.raises(HomeInUse, match=str(os.getpid())), hold(home):
        pass
    with hold(home):
        pass


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be written"), hold(tmp_path / "file" / "home"):
        pass
