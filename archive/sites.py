"""The portals to harvest: an address becomes a site with a short code, a line of CSV becomes a site, a code becomes the site again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NoSuchSite, WrongSite
from archive.guard import refused_url
from archive.models import Region, Site
from archive.regions import regions_under, short_code
from archive.site_addresses import bare_name, code_of, host_of, plain, spellings

COLUMNS = ("url", "name", "region", "hosts", "delay", "allow_private", "code", "window", "unverified_tls", "browser")
WINDOW = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d-(?:[01]?\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site as a person names it. Without a code it gets one from its host; the URL's own host always counts as the site's."""

    url: str
    name: str | None = None
    region_code: str | None = None
    hosts: tuple[str, ...] = ()
    delay_seconds: float | None = None
    allow_private: bool = False
    code: str | None = None
    window: str | None = None  # when it may be asked, as 22:00-06:00
    unverified_tls: bool = False
    browser: bool = False  # a browser runs the scripts of its lists


@dataclass(frozen=True, slots=True)
class KnownSite:
    id: int
    code: str
    name: str
    url: str
    region_code: str | None
    hosts: tuple[str, ...]
    family: str | None
    delay_seconds: float | None
    allow_private: bool
    paused: bool
    added_at: datetime
    removed_at: datetime | None
    window: str | None = None
    unverified_tls: bool = False
    browser: bool = False


@dataclass(frozen=True, slots=True)
class ImportedSites:
    added: tuple[KnownSite, ...]
    held_already: int


def known_site(row: Site) -> KnownSite:
    return KnownSite(
        row.id,
        row.code,
        row.name,
        row.url,
        row.region_code,
        tuple(row.hosts),
        row.family,
        row.delay_seconds,
        row.allow_private,
        row.paused,
        row.added_at,
        row.removed_at,
        row.window,
        row.unverified_tls,
        row.browser,
    )


def add_site(session: Session, new: NewSite, now: datetime) -> KnownSite:
    """Add a site. One that was removed comes back under its old code; one that is there already is refused by name."""
    new = replace(new, url=plain(new.url), hosts=tuple(bare_name(name) for name in new.hosts if name.strip()))
    host = host_of(new.url)
    _refuse_inside((host, *new.hosts), new.allow_private)
    held = _held(session, new.url)
    if held is not None and held.removed_at is None:
        raise WrongSite(
            f"{new.url} is in the archive already, as {held.code}. `nianbao sites show {held.code}` shows it."
        )
    region_code = short_code(new.region_code) if new.region_code else None
    if region_code and session.get(Region, region_code) is None:
        raise WrongSite(
            f"expected a region of the gazetteer, got {new.region_code!r}. `nianbao regions find NAME` shows codes."
        )
    if new.delay_seconds is not None and not 0 <= new.delay_seconds <= 600:
        raise WrongSite(f"expected a delay from 0 to 600 seconds, got {new.delay_seconds}.")
    if new.window is not None and not WINDOW.fullmatch(new.window):
        raise WrongSite(f"expected a window as 22:00-06:00, got {new.window!r}.")
    row = held or Site(url=new.url, code=_free_code(session, new, host), added_at=now)
    row.url = new.url
    row.name = new.name or (held.name if held else host)
    row.region_code = region_code or row.region_code
    row.hosts = list(dict.fromkeys((host, *new.hosts)))
    row.delay_seconds = new.delay_seconds
    row.allow_private = new.allow_private
    row.window = new.window
    row.unverified_tls = new.unverified_tls
    row.browser = new.browser
    row.removed_at = None
    session.add(row)
    session.flush()
    return known_site(row)


def site_by_code(session: Session, code: str) -> KnownSite:
    """The site of this code, unless it was removed. Raises NoSuchSite with the codes there are."""
    return known_site(_row(session, code))


def all_sites(session: Session, region_code: str | None = None, removed: bool = False) -> list[KnownSite]:
    """The sites in the order of their codes; a region counts with everything under it."""
    query = select(Site).order_by(Site.code)
    if not removed:
        query = query.where(Site.removed_at.is_(None))
    if region_code is not None:
        query = query.where(Site.region_code.in_(regions_under(region_code)))
    return [known_site(row) for row in session.scalars(query)]


def remove_site(session: Session, code: str, now: datetime) -> KnownSite:
    """Harvest it no more. What was captured of it stays."""
    row = _row(session, code)
    row.removed_at = now
    session.flush()
    return known_site(row)


def change_hosts(session: Session, code: str, added: Sequence[str], removed: Sequence[str]) -> KnownSite:
    """Name further hosts of a site, or strike some out. That of its home page is always its own."""
    row = _row(session, code)
    struck = [bare_name(name) for name in removed]
    own = host_of(row.url)
    if own in struck:
        raise WrongSite(f"{own} is the host of the home page of {code}; a site with another one is another site.")
    absent = [name for name in struck if name not in row.hosts]
    if absent:
        raise WrongSite(f"expected hosts of {code} to remove, got {', '.join(absent)}. It has: {', '.join(row.hosts)}.")
    held = [name for name in row.hosts if name not in struck]
    further = [bare_name(name) for name in added]
    _refuse_inside(further, row.allow_private)
    row.hosts = list(dict.fromkeys((*held, *further)))
    session.flush()
    return known_site(row)


def pause_site(session: Session, code: str, paused: bool) -> KnownSite:
    row = _row(session, code)
    row.paused = paused
    session.flush()
    return known_site(row)


def note_family(session: Session, site_id: int, family: str) -> None:
    """Keep which portal family a site was found to be."""
    session.get_one(Site, site_id).family = family


def import_sites(session: Session, lines: Iterable[str], now: datetime) -> ImportedSites:
    """Add every site of a CSV whose first line names its columns (url, and any of name, region, hosts, delay, allow_private, code, window,
    unverified_tls, browser).

    All lines are looked at; when any is wrong, none is added and WrongSite names each. A site that is there already is counted and left.
    """
    reader = csv.DictReader(lines)
    unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
    if "url" not in (reader.fieldnames or ()) or unknown:
        raise WrongSite(
            f"expected a first line with url and any of {', '.join(COLUMNS[1:])}; got {reader.fieldnames or 'nothing'}."
        )
    added: list[KnownSite] = []
    faults: list[str] = []
    held = 0
    with session.begin_nested() as whole:
        for line in reader:
            try:
                new = _new_site(line)
                there = _held(session, plain(new.url))
                if there is not None and there.removed_at is None:
                    held += 1
                else:
                    added.append(add_site(session, new, now))
            except WrongSite as fault:
                faults.append(f"line {reader.line_num}: {fault}")
        if faults:
            whole.rollback()
    if faults:
        raise WrongSite("\n".join((*faults[:20], *([f"and {len(faults) - 20} more."] if len(faults) > 20 else []))))
    return ImportedSites(tuple(added), held)


def _new_site(line: dict[str, str | None]) -> NewSite:
    values = {name: (line.get(name) or "").strip() for name in COLUMNS}
    try:
        delay = float(values["delay"]) if values["delay"] else None
    except ValueError:
        raise WrongSite(f"expected seconds under `delay`, got {values['delay']!r}.") from None
    yes_or_no = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
    for name in ("allow_private", "unverified_tls", "browser"):
        if values[name].lower() not in yes_or_no:
            raise WrongSite(f"expected yes or no under `{name}`, got {values[name]!r}.")
    return NewSite(
        url=values["url"],
        name=values["name"] or None,
        region_code=values["region"] or None,
        hosts=tuple(re.split(r"[;\s]+", values["hosts"])),
        delay_seconds=delay,
        allow_private=yes_or_no[values["allow_private"].lower()],
        code=values["code"] or None,
        window=values["window"] or None,
        unverified_tls=yes_or_no[values["unverified_tls"].lower()],
        browser=yes_or_no[values["browser"].lower()],
    )


def _row(session: Session, code: str) -> Site:
    row = session.scalar(select(Site).where(Site.code == code, Site.removed_at.is_(None)))
    if row is None:
        codes = session.scalars(select(Site.code).where(Site.removed_at.is_(None)).order_by(Site.code)).all()
        raise NoSuchSite(f"there is no site {code!r}. {_what_there_is(code, codes)}")
    return row


def _what_there_is(code: str, codes: Sequence[str]) -> str:
    if not codes:
        return "The archive has no site yet: `nianbao sites add URL` adds one."
    if len(codes) <= 20:
        return f"There are: {', '.join(codes)}."
    close = get_close_matches(code, codes, n=5, cutoff=0.5) or codes[:5]
    return f"There are {len(codes)}, such as {', '.join(close)}; `nianbao sites list` shows all."


def _held(session: Session, url: str) -> Site | None:
    """The site of this home page, whichever way its address was written: http or https, with www or without."""
    found = session.scalars(select(Site).where(Site.url.in_(spellings(url))))
    return min(found, key=lambda row: (row.removed_at is not None, row.url != url), default=None)


def _free_code(session: Session, new: NewSite, host: str) -> str:
    """The code asked for, or one made from the host with the first number that is free."""
    if new.code is not None:
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", new.code):
            raise WrongSite(f"expected a code of small letters, digits and hyphens, at most 64, got {new.code!r}.")
        if session.scalar(select(Site.id).where(Site.code == new.code)) is not None:
            raise WrongSite(f"the code {new.code!r} is taken by another site.")
        return new.code
    stem = code_of(host)
    taken = set(session.scalars(select(Site.code).where(Site.code.startswith(stem, autoescape=True))))
    number = 2
    code = stem
    while code in taken:
        code = f"{stem}-{number}"
        number += 1
    return code


def _refuse_inside(hosts: Iterable[str], allow_private: bool) -> None:
    """Raises WrongSite for a host that may not be asked, as far as its name says it. Names are judged again when they are looked up."""
    for host in hosts:
        why = refused_url(f"http://[{host}]/" if ":" in host else f"http://{host}/", allow_private)
        if why:
            remedy = "" if allow_private else " If it is to be harvested, say so: --allow-private."
            raise WrongSite(f"expected a host that may be asked, got {host}: {why}.{remedy}")
