"""The hazards that a county's portal can have, in the order in which they are laid over it. To add one: a Hazard and its name in HAZARDS.

documents    reports that are pictures, scans, free words, files of every format
half_lists   lists that declare more than they give
traps        endless pages, session ids, twins, strangers' hosts, redirects to inner addresses
volatile     parts of pages that differ at every visit
shells       pages that only lead on, by script, cookie, refresh or frame
gone         soft 404s, redirects to the home page, maintenance, a login
challenges   firewalls that ask a browser to prove itself
delivery     charsets that lie, forced gzip, slow and dead hosts
robots       what robots.txt says, or fails to say
apart        directories of organs that are not alike
"""

from __future__ import annotations

from demo.hazards import apart, challenges, delivery, documents, gone, half_lists, robots, shells, traps, volatile
from demo.hazards.hazard import Hazard

HAZARDS: tuple[Hazard, ...] = (
    *documents.HAZARDS,
    *half_lists.HAZARDS,
    *traps.HAZARDS,
    *volatile.HAZARDS,
    *shells.HAZARDS,
    *gone.HAZARDS,
    *challenges.HAZARDS,
    *delivery.HAZARDS,
    *robots.HAZARDS,
    *apart.HAZARDS,
)


def hazard_named(name: str) -> Hazard:
    for hazard in HAZARDS:
        if hazard.name == name:
            return hazard
    raise ValueError(f"expected one of the hazards {[hazard.name for hazard in HAZARDS]}, found {name!r}")
