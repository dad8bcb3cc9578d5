"""The rows of a site, a harvest and a run in, the first record of a WARC file out; and the rows again from the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archive.errors import DamagedRecord
from archive.models import Harvest, Site, SiteRun

SITE_COLUMNS = (
    "id",
    "code",
    "name",
    "url",
    "region_code",
    "hosts",
    "delay_seconds",
    "allow_private",
    "window",
    "unverified_tls",
    "browser",
)


def warcinfo_of(about: Mapping[str, str], harvest: Harvest, run: SiteRun, site: Site) -> dict[str, str]:
    """The first record of a file. Its last three lines are what the index says of site, harvest and run, to make it again from the file."""
    site_row = {name: getattr(site, name) for name in SITE_COLUMNS}
    rows = {
        "nianbao-site": {**site_row, "added_at": site.added_at.isoformat()},
        "nianbao-harvest": {
            "id": harvest.id,
            "kind": harvest.kind,
            "started_at": harvest.started_at.isoformat(),
            "ordered_by": harvest.ordered_by,
        },
        "nianbao-run": {"id": run.id, "started_at": run.started_at and run.started_at.isoformat()},
    }
    return {**about, "isPartOf": f"harvest-{harvest.id}"} | {
        name: json.dumps(row, ensure_ascii=False) for name, row in rows.items()
    }


def rows_in(info: Mapping[str, str], name: str) -> dict[str, dict[str, Any]]:
    """What the first record of a file says of its `site`, `harvest` and `run`."""
    try:
        return {noun: json.loads(info[f"nianbao-{noun}"]) for noun in ("site", "harvest", "run")}
    except (KeyError, ValueError):
        raise DamagedRecord(
            f"{name} was not written by this project: its warcinfo names no site, harvest and run."
        ) from None
