"""One thing of an archive that is not as it was promised, as a value and as a line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was promised. `kind` is a few fixed words; `offset` is set when one place in the file is meant."""

    kind: str
    file: str
    detail: str
    offset: int | None = None

    def __str__(self) -> str:
        place = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.kind}: {self.file}{place}: {self.detail}"
