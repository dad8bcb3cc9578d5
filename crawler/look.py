"""Sites in, what can be seen of each out, before anything is harvested: home page, column and lists are asked for, and no report.

It crawls as a harvest does, with the same robots.txt, pace, guard and captures; its harvest is of the kind `look`, and notes no sighting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive import harvests
from archive.database import reading
from archive.harvests import RunOfSite
from configuration import Configuration
from crawler.campaign import Campaign

COLUMNS = (
    "site",
    "state",
    "family",
    "column",
    "lists",
    "declared",
    "reports",
    "robots",
    "pace_seconds",
    "requests",
    "said",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at one site came to. `declared` is what its lists say they hold, reports and all else; `said` is how the look ended."""

    site: str
    state: str
    family: str | None
    column: str | None
    lists: int
    declared: int | None
    reports: int
    robots: str
    pace_seconds: float
    requests: int
    said: str


def look(campaign: Campaign, site_ids: Sequence[int]) -> list[Seen]:
    """Look at these sites now. Raises CrawlFailed when the crawl as a whole could not go on."""
    harvest_id = campaign.look(site_ids)
    with reading(campaign.engine) as session:
        return [_seen(run, campaign.configuration) for run in harvests.site_runs(session, harvest_id)]


def _seen(run: RunOfSite, configuration: Configuration) -> Seen:
    facts = run.facts
    lists = [one for one in facts.get("lists", ()) if one["reports"]]
    declared = [one["declared"] for one in lists if one["declared"] is not None]
    first = max(lists, key=lambda one: one["reports"], default=None)
    own = run.site.delay_seconds if run.site.delay_seconds is not None else configuration.delay_seconds
    return Seen(
        site=run.site.code,
        state=run.state,
        family=facts.get("family") or ("generic" if lists else None),
        column=f"{first['name']} {first['url']}" if first else None,
        lists=len(lists),
        declared=sum(declared) if declared else None,
        reports=int(facts.get("reports", 0)),
        robots="; ".join(sorted(set(dict(facts.get("robots", {})).values()))) or "not asked",
        pace_seconds=max(own, float(facts.get("crawl_delay", 0.0))),
        requests=run.requests,
        said=run.reason or "",
    )
