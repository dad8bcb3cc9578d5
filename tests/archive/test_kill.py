"""The short forms of the drills that kill; tests/drills/kill.py and tests/drills/harvest.py are the long ones."""

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
    figures = figures_of("tests.drills.kill", kills, seed, "--home", str(home), *more)
    assert figures["kills"] == kills
    return figures


def figures_of(drill: str, kills: int, seed: int, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", drill, "--kills", str(kills), "--seed", str(seed), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=ROOT)
    print(f"seed {seed}: {done.stdout}")
    assert done.returncode == 0, f"seed {seed}: {done.stdout}{done.stderr}"
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_nothing_acknowledged_is_lost_by_kills_at_random_moments(database_url: str, home: Path) -> None:
    assert drilled(10, home, "--database", database_url)["captures"] > 0


def test_nothing_is_lost_by_kills_while_sealed_files_are_brought_to_a_bucket(bucket: str, home: Path) -> None:
    assert drilled(8, home, "--store", bucket)["sealed"] > 0


def test_a_harvest_killed_at_random_moments_comes_to_the_counties_own_truth() -> None:
    figures = figures_of("tests.drills.harvest", 2, random.SystemRandom().randrange(10**6))
    assert sum(figures["kills"].values()) == 2
