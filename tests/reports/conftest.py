"""Where the real samples are, and reports made up for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import reports

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def sample_names() -> list[str]:
    return sorted(path.stem for path in (SAMPLES / "truth").glob("*.json"))


def sample_file(name: str) -> Path:
    if not SAMPLES.is_dir():
        pytest.skip(f"the real samples are not at {SAMPLES.name}/ beside the project")
    return next(path for folder in ("seeds", "real") for path in (SAMPLES / folder).glob(f"{name}.*"))


@pytest.fixture(scope="session")
def truth():
    def read(name: str) -> dict[str, Any]:
        return json.loads((SAMPLES / "truth" / f"{name}.json").read_text("utf-8"))

    return read


@pytest.fixture(scope="session")
def read_sample():
    done: dict[str, reports.Report] = {}

    def read(name: str) -> reports.Report:
        if name not in done:
            done[name] = reports.parse(reports.extract(sample_file(name).read_bytes(), None, None))
        return done[name]

    return read
