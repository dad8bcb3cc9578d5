"""A page on the way goes in; the reports it names, the links that promise more, and its list's next pages come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace

from crawler import focus
from crawler.addresses import url_key
from crawler.articles import attachments_of, column_name, is_file_page, is_report_page
from crawler.links import REPORT, Verdict, is_catch_all, judge
from crawler.portals import Link, Listing, Page, PageRequest, Row, generic, portal_named, portal_of, trs


@dataclass(frozen=True, slots=True)
class Named:
    """A report that a page names, with the verdict on its title."""

    row: Row
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Way:
    """A link that is no report itself and promises some."""

    url: str
    name: str
    grade: int


@dataclass(frozen=True, slots=True)
class Understood:
    """`in_column`: the page belongs to the reports' column. `is_report`: it shows a report, its only or its newest one, in place of a
    list or above it."""

    portal: str
    listing: Listing
    in_column: bool
    is_report: bool
    named: tuple[Named, ...]
    ways: tuple[Way, ...]
    following: tuple[PageRequest, ...]
    columns: tuple[PageRequest, ...]  # reports' columns that the family's own directory names
    gathering: tuple[PageRequest, ...]  # one answer that may hold the lists of all organs that this directory names
    empty: bool  # a page of the column that shows nothing
    scripted: bool  # and has a script that would fetch something
    look_alikes: Counter[str]


FETCHES = re.compile(
    r"\.ajax\(|\bfetch\(|XMLHttpRequest|axios|getJSON|\$\.(?:get|post)\(|\.load\(|new Vue\(|createApp\(|createElement\(|document\.write\(|innerHTML"
)


def understand(
    page: Page, in_column: bool, name: str | None, menu: Set[str], noted: Set[str], owns: Callable[[str], bool]
) -> Understood:
    """`in_column` and `name` are what the link here promised and said; `menu` are the keys of the links that stand on every page, `noted`
    those of all that was found so far."""
    own_name = column_name(page)
    in_column = in_column or own_name is not None
    portal = portal_named(page.asked.portal if page.asked else None) or portal_of(page)
    listing = portal.read_listing(page)
    asked = portal.next_requests(page)
    if not asked and listing.rows and listing.page_count is None and not page.is_data:
        listing, asked = _turned_otherwise(page, listing)
    named, look_alikes, institutions = _named(page, listing, (own_name or name) if in_column else None)
    is_report = in_column and not page.is_data and (is_report_page(page) or is_file_page(page))
    if is_report:
        own = {url_key(link.url) for link in attachments_of(page)}
        named = tuple(one for one in named if url_key(one.row.url) not in own)
    # A column beside the reports' own is looked through where its list is yet to come: its shell alone says nothing.
    beside = is_catch_all(name or "") and not listing.rows
    wanted = (named or in_column or beside) and not is_report
    asked = [request for request in asked if owns(request.url)]
    promising = [link for link in page.links if link.url not in institutions]
    shut = (in_column or beside) and not (is_report or asked)
    ways = (
        *_ways(promising, in_column, name, menu, owns),
        *_frames(page, (focus.PART if in_column else focus.MISFILED) if shut else focus.NOTHING, owns),
    )
    # Links to its sisters, from which one came here, are nothing that a page shows.
    parts = any(way.grade == focus.PART and url_key(way.url) not in noted for way in ways)
    shows = is_report or listing.rows or named or asked or parts
    empty = in_column and not shows and not page.is_data
    gathers = page.asked is not None and page.asked.gathers
    return Understood(
        portal=portal.NAME,
        listing=listing,
        in_column=in_column,
        is_report=is_report,
        named=named,
        ways=ways,
        following=tuple(replace(one, gathers=gathers) for one in asked if one.column is None) if wanted else (),
        columns=tuple(request for request in asked if request.column is not None),
        gathering=tuple(one for one in asked if one.gathers and not page.is_data and focus.is_directory(name or "")),
        look_alikes=look_alikes,
        empty=empty,
        scripted=empty and FETCHES.search(page.text) is not None,
    )


def steps_on(understood: Understood, noted: Set[str]) -> list[PageRequest]:
    """What a page leads on to that may lead to reports, and was not noted before."""
    ways = [way for way in understood.ways if way.grade >= focus.SLUG and url_key(way.url) not in noted]
    return [*(PageRequest(way.url, "list") for way in ways), *understood.columns, *understood.following]


def columns_of(understood: Understood, noted: Set[str]) -> list[Way]:
    """The reports' columns that a page names in its links, and that were not noted before."""
    return [way for way in understood.ways if way.grade == focus.COLUMN and url_key(way.url) not in noted]


def years_of(named: Iterable[Named]) -> set[int]:
    """The years of reports whose rows alone say what they are."""
    return {one.verdict.year for one in named if one.verdict.year and one.row.sure}


def shows_beside(page: Page, understood: Understood, known: Set[str]) -> bool:
    """Whether a list's page shows what stands beside the list: a link that is not known, and none of its rows or its pager."""
    rows = {row.url for row in understood.listing.rows} | {one.row.url for one in understood.named}
    others = (link for link in page.links if link.url not in rows and not focus.PAGER.match(link.name))
    return any(url_key(link.url) not in known for link in others)


def _turned_otherwise(page: Page, listing: Listing) -> tuple[Listing, list[PageRequest]]:
    """A list whose family says nothing of further pages may have a pager of any other make, as sites change theirs."""
    for other in (trs, generic):
        asked = other.next_requests(page)
        if asked:
            said = other.read_listing(page)
            total = said.declared_total if listing.declared_total is None else listing.declared_total
            return replace(
                listing, declared_total=total, page_number=said.page_number, page_count=said.page_count
            ), asked
    return listing, []


def _named(page: Page, listing: Listing, context: str | None) -> tuple[tuple[Named, ...], Counter[str], frozenset[str]]:
    """The reports that the page names, the look-alikes in its list by their kind, and the addresses of what institutions report."""
    rows = {row.url: row for row in listing.rows}
    context = None if listing.mixed else context
    others = (Row(link.url, link.name) for link in page.links if link.url not in rows and link.name)
    named: dict[str, Named] = {}
    look_alikes: Counter[str] = Counter()
    institutions: set[str] = set()
    for row in (*rows.values(), *others):
        # Only a row of the list itself is decided by its column: menus stand on the same page.
        verdict = judge(row.url, row.title, context if row.url in rows else None)
        if focus.leads_to_report(row.url, verdict):
            named.setdefault(url_key(row.url), Named(row, verdict))
        elif context and row.url in rows and verdict.kind not in ("other", REPORT):
            look_alikes[verdict.kind] += 1
        if verdict.kind == "public_institution":
            institutions.add(row.url)
    return tuple(named.values()), look_alikes, frozenset(institutions)


def _ways(
    links: Iterable[Link], in_column: bool, name: str | None, menu: Set[str], owns: Callable[[str], bool]
) -> list[Way]:
    found = []
    in_directory = focus.is_directory(name or "")
    for link in links:
        own = (in_column or in_directory) and url_key(link.url) not in menu
        grade = focus.promise(link.url, link.name, in_column and own, in_directory and own)
        if grade and owns(link.url):
            found.append(Way(link.url, link.name, grade))
    return found


def _frames(page: Page, grade: int, owns: Callable[[str], bool]) -> list[Way]:
    """Lists hide in frames of the same site; only those inside a column whose list is nowhere else are worth a request."""
    if not grade or page.is_data:
        return []
    frames = [url for url in page.frames if owns(url)]
    return [Way(url, "", grade) for url in frames]
