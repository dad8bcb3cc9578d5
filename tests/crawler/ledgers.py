"""What a crawl of a site with a hazard left, held against the truth: what is reachable is held, and each hole has its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.harvests import RunOfSite
from archive.models import Capture, Sighting
from crawler.addresses import url_key

HELD = {"held", "held, not readable"}
# What a run, or the newest answer at an address, must name for each state of the ledger.
REASONS = {
    "blocked by a challenge": {"challenge", "login wall"},
    "refused by robots.txt": {"robots"},
    "unreachable from here": {
        "unreachable",
        "hold",
        "maintenance",
        "scripts",
        "redirected",
        "refused",
        "no content",
        "half a list",
    },
    "not found": {"soft 404", "home redirect", "gone"},
}
STATUSES = {404: "gone", 410: "gone"} | dict.fromkeys((301, 302, 303, 307, 308), "redirected")


@dataclass
class Harvested:
    rows: list[dict[str, Any]]  # of the true ledger, with an address
    run: RunOfSite
    answers: dict[str, Capture]  # the newest capture of each address
    seen: set[str]

    @classmethod
    def of(
        cls,
        site_id: int,
        condition: dict[str, Any],
        run: RunOfSite,
        captures: Iterable[Capture],
        sightings: Iterable[Sighting],
    ) -> Harvested:
        return cls(
            [row for row in condition["ledger"] if row["url"]],
            run,
            {one.url_key: one for one in captures if one.site_id == site_id},
            {one.url_key for one in sightings if one.site_id == site_id and one.parent_id is None},
        )

    @property
    def false(self) -> set[str]:
        """What was taken for a report and is none."""
        return self.seen - {url_key(row["url"]) for row in self.rows}

    def unexplained(self) -> Iterator[str]:
        """Reports that have not the state they should have, each with what was found in its place."""
        for row in self.rows:
            key, state = url_key(row["url"]), row["state"]
            answer = self.answers.get(key)
            has_content = key in self.seen and answer is not None and answer.status == 200 and answer.blocked is None
            named = self._named(answer)
            explained = not has_content and bool(named & REASONS.get(state, set()))
            if not (has_content if state in HELD else explained):
                yield f"{row['url']} should be {state}; named: {sorted(named)} ({self.run.reason})"

    def _named(self, answer: Capture | None) -> set[str]:
        """What stood in the way of an address: its newest answer, or what the run says when it was never answered."""
        if answer is not None:
            named = answer.blocked or STATUSES.get(answer.status) or ("no content" if answer.status >= 400 else None)
            return {named} if named else set()
        half = any(not walk["complete"] for walk in self.run.facts["lists"])
        return {*self.run.facts["tally"], *(["half a list"] if half else [])}
