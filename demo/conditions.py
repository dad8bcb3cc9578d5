"""A site goes in; what a crawler should make of it comes out: its hazards, and the state of the ledger for every organ and year.

A report that no hazard hurts is held. One that was never published is overdue, for every deadline of the years shown has passed; unless
the site is hidden or its lists are not whole: then nobody can say that it is missing.
"""

from __future__ import annotations

from typing import Any

from demo.dialects import dialect_of
from demo.hazards import hazard_named
from demo.hazards.hazard import Hazard, whole
from demo.ledger import State
from demo.portal import Hosts, url_of
from demo.site import Article, Site

Json = dict[str, Any]
# Files whose text is text. RAR asks for an unpacker beside the program.
READABLE = frozenset(("pdf", "docx", "docx_doc", "html_doc", "rtf", "ofd", "zip", "rar"))


def conditions(site: Site, hosts: Hosts) -> Json:
    found = [hazard_named(name) for name in site.county.hazards]
    return {
        "site": f"{hosts.main}/",
        "hosts": sorted({hosts.main, hosts.records}),
        "mirror": hosts.mirror,
        "arrangement": site.arrangement,
        "design": site.design,
        "hazards": [{"name": hazard.name, "says": hazard.says, "browser": hazard.browser} for hazard in found],
        "ledger": [*_published(site, hosts, found), *_absent(site, found)],
    }


def is_readable(article: Article) -> bool:
    """Whether there are figures that can be read somewhere: in the page, or in a file whose text is text."""
    report = article.report
    if report is None:
        return False
    if "html" in report.carriers:
        return article.guise in {"report", "turned"}
    return any((file.maker or file.kind) in READABLE for file in article.attachments)


def _published(site: Site, hosts: Hosts, found: list[Hazard]) -> list[Json]:
    rows = []
    unlisted = dialect_of(site.family).out_of_reach(site)
    for article in sorted(site.articles, key=lambda article: article.number):
        if article.report is None or article.presence == "held":
            continue
        hurting = next((hazard for hazard in found if hazard.hurts(site, article)), None)
        state = _plain_state(article) if hurting is None or hurting.state is State.HELD else hurting.state
        if state in {State.HELD, State.UNREADABLE} and article.number in unlisted:
            state = State.UNREACHABLE
        rows.append(
            {
                "organ": article.report.organ.name,
                "year": article.report.year,
                "state": state.value,
                "hazard": hurting.name if hurting is not None else None,
                "url": url_of(site, hosts, article),
            }
        )
    return rows


def _plain_state(article: Article) -> State:
    if article.presence != "here":
        return State.REMOVED
    # A report in free words can be read; it only has no figures.
    return State.HELD if is_readable(article) or article.guise == "free" else State.UNREADABLE


def _absent(site: Site, found: list[Hazard]) -> list[Json]:
    hiding = next((hazard for hazard in found if hazard.hides_gaps(site) or hazard.hurts is whole), None)
    half = bool(dialect_of(site.family).out_of_reach(site))
    state = hiding.state if hiding is not None else State.UNREACHABLE if half else State.OVERDUE
    years = {article.report.year for article in site.articles if article.report and article.presence != "held"}
    return [
        {
            "organ": organ,
            "year": year,
            "state": state.value,
            "hazard": hiding.name if hiding else None,
            "url": None,
        }
        for organ, year in site.county.absent
        if year in years
    ]
