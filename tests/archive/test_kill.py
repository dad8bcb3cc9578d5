"""The short form of the kill drill; tests/drills/kill.py is the long one."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kills", [10])
def test_nothing_acknowledged_is_lost_by_kills_at_random_moments(database_url: str, home: Path, kills: int) -> None:
    seed = random.SystemRandom().randrange(10**6)
    command = [sys.executable, "-m", "tests.drills.kill", "--kills", str(kills), "--seed", str(seed)]
    done = subprocess.run(
        [*command, "--database", database_url, "--home", home],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=ROOT,
    )
    print(f"seed {seed}: {done.stdout}")
    assert done.returncode == 0, f"seed {seed}: {done.stdout}{done.stderr}"
    figures = json.loads(done.stdout)
    assert figures["kills"] == kills
    assert figures["captures"] > 0
