"""The sections' prose in, the numbers it states out: what each counts, its unit, the words it stood in."""

from __future__ import annotations

from collections.abc import Sequence

from reports.model import NarrativeFigure, Section


def read_narrative(sections: Sequence[Section]) -> tuple[NarrativeFigure, ...]:
    return ()
