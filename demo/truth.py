"""Sites, their origins and the planted edits go in; the whole truth comes out as plain JSON: what a crawler and a reader should find."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from demo.edits import Edit
from demo.figures import Value
from demo.mistakes import RULES
from demo.noise import REPORT_COLUMN
from demo.portal import dialect_of, sites_of
from demo.report import AnnualReport, findings
from demo.site import Article, Site
from demo.world import World

Json = dict[str, Any]


def truth(world: World, sites: Sequence[Site], origins: Sequence[str], edits: Sequence[Edit] = ()) -> Json:
    """`origins` are the sites' addresses without a path, e.g. http://127.0.1.1:8080, in the sites' order."""
    found: Json = {
        "seed": world.seed,
        "rules": list(RULES),
        "regions": [
            {"code": region.code, "name": region.name, "level": region.level, "parent": region.parent}
            for region in world.regions
        ],
        "sites": [_site(site, origin) for site, origin in zip(sites, origins, strict=True)],
        "organs": [_organ(site, origin) for site, origin in zip(sites, origins, strict=True)],
        "reports": [],
        "absent": [{"organ": organ, "year": year} for site in sites for organ, year in site.county.absent],
        "look_alikes": [],
        "edits": [],
    }
    found["organs"] = [organ for organs in found["organs"] for organ in organs]
    by_organ: dict[str, tuple[Site, str]] = {}
    for site, origin in zip(sites, origins, strict=True):
        by_organ |= {organ.name: (site, origin) for organ in site.county.organs}
        found["reports"] += _reports(site, origin)
        found["look_alikes"] += [
            {"title": article.title, "url": origin + dialect_of(site.family).article_path(site, article)}
            for article in site.articles
            if article.report is None
        ]
    found["edits"] = [_edit(edit, *by_organ[edit.organ]) for edit in edits]
    return found


def digest(world: World) -> str:
    """A short name for the whole truth of a world before any edit: the same on every machine."""
    sites = sites_of(world)
    origins = [f"http://site-{index}" for index in range(len(sites))]
    text = json.dumps(truth(world, sites, origins), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _site(site: Site, origin: str) -> Json:
    column = dialect_of(site.family).column_path(site, site.column(REPORT_COLUMN))
    return {
        "name": site.name,
        "url": f"{origin}/",
        "column_url": origin + column,
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


def _reports(site: Site, origin: str) -> list[Json]:
    first = {report.key: report for report in site.county.reports}
    rows = []
    for article in sorted(site.articles, key=lambda article: article.number):
        report = article.report
        if report is not None:
            earlier = first.get((report.organ.name, report.year - 1))
            rows.append(_report(site, origin, article, report, earlier))
    return rows


def _report(site: Site, origin: str, article: Article, report: AnnualReport, earlier: AnnualReport | None) -> Json:
    dialect = dialect_of(site.family)
    return {
        "organ": report.organ.name,
        "region": report.organ.region,
        "year": report.year,
        "title": report.title,
        "url": origin + dialect.article_path(site, article),
        "attachments": [origin + dialect.attachment_path(site, article, file) for file in article.attachments],
        "form": report.edition.value,
        "kind": report.carriers[0],
        "carriers": list(report.carriers),
        "layout": report.dress.layout,
        "encoding": "gb18030" if site.charset == "gb2312" else site.charset,
        "published": article.published.date().isoformat(),
        "presence": article.presence,
        "figures": {key: _plain(value) for key, value in report.figures.items()},
        "units": dict(report.units),
        "stated": dict(report.text.stated),
        "sections": [section.heading for section in report.text.sections],
        "planted": [
            {"mistake": planted.mistake, "rule": planted.rule, "where": planted.where} for planted in report.planted
        ],
        "findings": [{"rule": breach.rule, "where": breach.where} for breach in findings(report, earlier)],
    }


def _plain(value: Value | None) -> int | float | None:
    return float(value) if isinstance(value, Decimal) else value


def _edit(edit: Edit, site: Site, origin: str) -> Json:
    dialect = dialect_of(site.family)
    gone = edit.after.presence != "here"
    return {
        "kind": edit.kind.value,
        "silent": edit.silent,
        "organ": edit.organ,
        "year": edit.year,
        "url_before": origin + dialect.article_path(site, edit.before),
        "url_after": None if gone else origin + dialect.article_path(site, edit.after),
        "attachments": []
        if gone
        else [origin + dialect.attachment_path(site, edit.after, file) for file in edit.after.attachments],
        "changes": [{"where": where, "before": before, "after": after} for where, before, after in edit.changes],
    }


def as_text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)
