"""Sites, their origins and the planted edits go in; the whole truth comes out as plain JSON: what a crawler and a reader should find."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from demo.conditions import conditions, is_readable
from demo.dialects import dialect_of
from demo.edits import Edit
from demo.figures import Value
from demo.mistakes import RULES
from demo.noise import REPORT_COLUMN
from demo.portal import Hosts, hosts_of, origin_of, roles_of, sites_of, url_of
from demo.report import AnnualReport, findings
from demo.site import Article, Site
from demo.world import World

Json = dict[str, Any]


def truth(world: World, sites: Sequence[Site], hosts: Sequence[Hosts], edits: Sequence[Edit] = ()) -> Json:
    """`hosts` are the sites' origins, e.g. http://127.0.1.1:8080, in the sites' order."""
    found: Json = {
        "seed": world.seed,
        "rules": list(RULES),
        "regions": [
            {"code": region.code, "name": region.name, "level": region.level, "parent": region.parent}
            for region in world.regions
        ],
        "sites": [_site(site, own) for site, own in zip(sites, hosts, strict=True)],
        "organs": [_organ(site, own.main) for site, own in zip(sites, hosts, strict=True)],
        "reports": [],
        "absent": [
            {"organ": organ, "year": year}
            for site in sites
            for organ, year in site.county.absent
            if year in _years(site)
        ],
        "look_alikes": [],
        "edits": [],
    }
    found["organs"] = [organ for organs in found["organs"] for organ in organs]
    by_organ: dict[str, tuple[Site, Hosts]] = {}
    for site, own in zip(sites, hosts, strict=True):
        by_organ |= {organ.name: (site, own) for organ in site.county.organs}
        found["reports"] += _reports(site, own)
        found["look_alikes"] += [
            {"title": article.title, "url": url_of(site, own, article)}
            for article in site.articles
            if article.report is None and article.presence != "held"
        ]
    found["edits"] = [_edit(edit, *by_organ[edit.organ]) for edit in edits]
    found["conditions"] = [conditions(site, own) for site, own in zip(sites, hosts, strict=True)]
    return found


def digest(world: World) -> str:
    """A short name for all that a world publishes before any edit: the same on every machine."""
    sites = sites_of(world)
    origins = [f"http://site-{index}" for index in range(len(roles_of(sites)))]
    found = truth(world, sites, hosts_of(sites, origins))
    found.pop("conditions")  # says what a crawler should make of it, and nothing of what is published
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _site(site: Site, hosts: Hosts) -> Json:
    column = site.column(REPORT_COLUMN)
    return {
        "name": site.name,
        "url": f"{hosts.main}/",
        "column_url": origin_of(site, hosts, column) + dialect_of(site.family).column_path(site, column),
        "region": site.county.region.code,
        "family": site.family,
        "arrangement": site.arrangement,
        "charset": site.charset,
    }


def _organ(site: Site, origin: str) -> list[Json]:
    return [
        {"name": organ.name, "short": organ.short, "level": organ.level, "region": organ.region, "site": f"{origin}/"}
        for organ in site.county.organs
    ]


def _years(site: Site) -> set[int]:
    """The years that have been published."""
    return {
        article.report.year for article in site.articles if article.report is not None and article.presence != "held"
    }


def _reports(site: Site, hosts: Hosts) -> list[Json]:
    first = {report.key: report for report in site.county.reports}
    rows = []
    for article in sorted(site.articles, key=lambda article: article.number):
        report = article.report
        if report is not None and article.presence != "held":
            earlier = first.get((report.organ.name, report.year - 1))
            rows.append(_report(site, hosts, article, report, earlier))
    return rows


def _report(site: Site, hosts: Hosts, article: Article, report: AnnualReport, earlier: AnnualReport | None) -> Json:
    readable = is_readable(article)
    return {
        "organ": report.organ.name,
        "region": report.organ.region,
        "year": report.year,
        "title": report.title,
        "url": url_of(site, hosts, article),
        "attachments": _attachments(site, hosts, article),
        "form": report.edition.value,
        "kind": report.carriers[0],
        "carriers": list(report.carriers),
        "layout": report.dress.layout,
        "encoding": "gb18030" if site.charset == "gb2312" else site.charset,
        "published": article.published.date().isoformat(),
        "presence": article.presence,
        "figures": {key: _plain(value) for key, value in report.figures.items()} if readable else {},
        "units": dict(report.units),
        "stated": dict(report.text.stated),
        "sections": [section.heading for section in report.text.sections],
        "planted": [
            {"mistake": planted.mistake, "rule": planted.rule, "where": planted.where} for planted in report.planted
        ],
        "findings": [{"rule": breach.rule, "where": breach.where} for breach in findings(report, earlier)]
        if readable
        else [],
    }


def _attachments(site: Site, hosts: Hosts, article: Article) -> list[str]:
    origin = origin_of(site, hosts, site.column(article.column))
    return [origin + dialect_of(site.family).attachment_path(site, article, file) for file in article.attachments]


def _plain(value: Value | None) -> int | float | None:
    return float(value) if isinstance(value, Decimal) else value


def _edit(edit: Edit, site: Site, hosts: Hosts) -> Json:
    gone = edit.after.presence != "here"
    return {
        "kind": edit.kind.value,
        "silent": edit.silent,
        "organ": edit.organ,
        "year": edit.year,
        "url_before": _url_before(edit, site, hosts),
        "url_after": None if gone else url_of(site, hosts, edit.after),
        "attachments": [] if gone else _attachments(site, hosts, edit.after),
        "changes": [{"where": where, "before": before, "after": after} for where, before, after in edit.changes],
    }


def _url_before(edit: Edit, site: Site, hosts: Hosts) -> str | None:
    if edit.before.presence == "held":
        return None
    if edit.left_front:
        column = site.column(edit.before.column)
        return origin_of(site, hosts, column) + dialect_of(site.family).column_path(site, column)
    return url_of(site, hosts, edit.before)


def as_text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)
