"""The short form of the kill drill; tests/drills/kill.py is the long one."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def drilled(kills: int, home: Path, *more: str) -> dict[str, Any]:
    seed = random.SystemRandom().randrange(10**6)
    command = [sys.executable, "-m", "tests.drills.kill", "--kills", str(kills), "--seed", str(seed), "--home", home]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    print(f"seed {seed}: {done.stdout}")
    assert done.returncode == 0, f"seed {seed}: {done.stdout}{done.stderr}"
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["kills"] == kills
    return figures


def test_nothing_acknowledged_is_lost_by_kills_at_random_moments(database_url: str, home: Path) -> None:
    assert drilled(10, home, "--database", database_url)["captures"] > 0


def test_nothing_is_lost_by_kills_while_sealed_files_are_brought_to_a_bucket(bucket: str, home: Path) -> None:
    assert drilled(8, home, "--store", bucket)["sealed"] > 0
