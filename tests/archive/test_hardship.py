"""The short form of the hardship drill; tests/drills/hardship.py is the long one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


ROUNDS = {"full-disk": 3, "full-disk-large": 1, "read-only": 3, "second-process": 3, "jumping-clock": 3}


@pytest.mark.parametrize("hardship", ROUNDS)
def test_nothing_acknowledged_is_lost_by(hardship: str) -> None:
    command = [sys.executable, "-m", "tests.drills.hardship", "--only", hardship, "--rounds", str(ROUNDS[hardship])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    if "left out" in figures:
        pytest.skip(figures["left out"])
    assert figures["losses"] == []
    assert figures["rounds"] == ROUNDS[hardship]
    if hardship in ("full-disk", "full-disk-large", "read-only"):
        assert figures.get("times full", figures.get("refused")) > 0
