"""Files that a person saved from a browser in, captures and a sighting out: a page that no crawler may or can fetch goes the way of all others.

Each capture says that a person brought it in, and from which file. Its head is ours, for a browser saves none. The harvest is of the kind
`import`, and proves nothing about what else the site shows.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urljoin

from sqlalchemy import Engine

from archive import harvests, sites
from archive.database import writing
from archive.exchange import Exchange
from archive.guard import refused_url
from archive.recorder import Recorder
from archive.sightings import FoundReport
from archive.sites import KnownSite
from crawler.addresses import bare_host, host_of, url_key
from crawler.articles import article_title
from crawler.blocks import SHELL, name_block
from crawler.errors import CrawlFailed
from crawler.links import judge
from crawler.portals import Page

LARGEST_FILE = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Saved:
    """One file as it was saved, and the address it was saved from."""

    url: str
    media_type: str
    body: bytes
    facts: dict[str, str]


def bring_in(
    engine: Engine, recorder: Recorder, files: Sequence[Path], url: str, site: str | None, title: str | None
) -> FoundReport:
    """Take in a page, the first of the files, and the files that hang on it. Call it holding the home's lock; it reads no network.

    Raises CrawlFailed when a file cannot be read, the address is no site's, or what was saved is itself what stood in the way.
    """
    page, *parts = _saved(files, url)
    now = datetime.now(UTC)
    with writing(engine) as session:
        known = _site_of(url, sites.all_sites(session), site)
        why = refused_url(url, known.allow_private)
        if why:
            raise CrawlFailed(f"expected the address that the page was saved from, got {url}: {why}.")
        report = _report(page, title)
        harvest_id = harvests.start_harvest(session, "import", [known.id], now, "by hand")
        (run,) = harvests.site_runs(session, harvest_id)
    recorder.begin(run.id)
    for purpose, saved in (("article", page), *(("attachment", part) for part in parts)):
        recorder.record(run.id, _exchange(saved, now), purpose=purpose, url_key=url_key(saved.url))
    recorder.sight(run.id, report)
    for part, path in zip(parts, files[1:], strict=True):
        recorder.sight(run.id, _file_of(report, part, path))
    recorder.finish(
        run.id, "done", f"{len(files)} saved files brought in by hand", {"saved_by_hand": [f.name for f in files]}
    )
    with writing(engine) as session:
        harvests.finish_harvest(session, harvest_id, datetime.now(UTC))
    return report


def _saved(files: Sequence[Path], url: str) -> list[Saved]:
    """The files' bytes. Those after the first get addresses beside the page, by their names, as a page's own links mostly are."""
    saved = []
    for number, path in enumerate(files):
        try:
            body = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else None
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as error:
            raise CrawlFailed(f"{path} cannot be read: {error.strerror or error}.") from None
        if not body:
            raise CrawlFailed(
                f"expected a saved page in {path}, found {'nothing' if body == b'' else 'more than 256 MiB'}."
            )
        facts = {
            "saved-by": "a person, from a browser",
            "saved-file": path.name,
            "saved-file-modified": modified.isoformat(timespec="seconds"),
            "saved-file-sha256": hashlib.sha256(body).hexdigest(),
            "saved-head": "a browser saves none; this one stands for it",
        }
        address = url if number == 0 else urljoin(url, quote(path.name))
        media_type = mimetypes.guess_type(path.name)[0] or ("text/html" if number == 0 else "application/octet-stream")
        saved.append(Saved(address, media_type, body, facts))
    return saved


def _site_of(url: str, known: Sequence[KnownSite], code: str | None) -> KnownSite:
    host = host_of(url)
    if not host:
        raise CrawlFailed(
            f"expected the address that the page was saved from, as https://www.example.gov.cn/…, got {url!r}."
        )
    if code is not None and code not in {one.code for one in known}:
        raise CrawlFailed(f"there is no site {code!r}. `nianbao sites list` shows their codes.")
    fitting = [
        site
        for site in known
        if (code is None or site.code == code) and bare_host(host) in {bare_host(own) for own in site.hosts}
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        words = f"expected an address on a host of {code}" if code else "expected an address on the host of a site"
        raise CrawlFailed(f"{words}, got {url}. Add its site first: nianbao sites add URL")
    codes = ", ".join(site.code for site in fitting)
    raise CrawlFailed(f"{host} belongs to several sites, {codes}. Say which: --site CODE")


def _report(saved: Saved, title: str | None) -> FoundReport:
    headers = {"content-type": saved.media_type}
    blocked = name_block(200, headers, saved.body)
    if blocked not in (None, SHELL):
        raise CrawlFailed(
            f"what was saved is no report but a {blocked}: open the page in a browser and save what it shows then."
        )
    page = Page(saved.url, saved.body)
    name = title or (article_title(page) if "html" in saved.media_type else "")
    verdict = judge(saved.url, name, "政府信息公开年报")
    return FoundReport(saved.url, url_key(saved.url), name or None, None, verdict.organ, verdict.year, None)


def _file_of(report: FoundReport, part: Saved, path: Path) -> FoundReport:
    key = url_key(part.url)
    return FoundReport(part.url, key, path.name, None, report.organ_name, report.year, report.url, report.url_key)


def _exchange(saved: Saved, now: datetime) -> Exchange:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {saved.media_type}\r\nContent-Length: {len(saved.body)}\r\n\r\n"
    return Exchange(saved.url, now, b"", head.encode("ascii"), saved.body, facts=saved.facts)
