"""The short form of the damage drill; tests/drills/damage.py is the long one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_kind_of_damage_is_found_in_every_file_and_none_invented() -> None:
    command = [sys.executable, "-m", "tests.drills.damage", "--captures", "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert (figures["missed"], figures["false"]) == ({}, [])
    assert sum(figures["tried"].values()) > 50
