"""The hazards that a county's portal can have, in the order in which they are laid over it. To add one: a Hazard and its name in HAZARDS."""

from __future__ import annotations

from demo.hazards.hazard import Hazard

HAZARDS: tuple[Hazard, ...] = ()


def hazard_named(name: str) -> Hazard:
    for hazard in HAZARDS:
        if hazard.name == name:
            return hazard
    raise ValueError(f"expected one of the hazards {[hazard.name for hazard in HAZARDS]}, found {name!r}")
