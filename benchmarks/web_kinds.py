"""The made-up nation in, the addresses of its pages and answers out: what web_speed.py asks for, a kind at a time. Every address of the interface is of a kind."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy import Engine

from archive.audit import Doer
from archive.database import writing
from archive.logins import log_in
from archive.users import OPERATOR, add_user, set_password, users
from archive.web.pages.exports import MADE
from archive.wishes import LEVELS
from benchmarks.large_archive import RARE, Nation, RealReport, code_of
from benchmarks.narrowed_lists import LISTS, addresses


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: an address for each look, so that no look is answered from the look before."""

    name: str
    address: Callable[[random.Random, Nation], str]
    first_byte: bool = False  # a download, or a page that follows along: timed to its first bytes, then left
    by_account: bool = False  # asked for by somebody who is logged in


def operator_session(engine: Engine) -> str:
    """The cookie of an operator who has just logged in, for kinds `by_account`."""
    doer, password, now = Doer("benchmark", "127.0.0.1"), secrets.token_urlsafe(16), datetime.now(UTC)
    with writing(engine) as session:
        if doer.name in {user.name for user in users(session)}:
            set_password(session, doer.name, password, doer, now)
        else:
            add_user(session, doer.name, OPERATOR, password, doer, now)
    token = log_in(engine, doer.name, password, doer.address, now).token
    assert token is not None
    return f"session={token}"


def _report(chance: random.Random, nation: Nation) -> int:
    return chance.randint(1, nation.readings)


def _organ(chance: random.Random, nation: Nation) -> int:
    return chance.randint(1, nation.organs)


def _site(chance: random.Random, nation: Nation) -> int:
    return chance.randrange(nation.sites)


def _county(chance: random.Random, nation: Nation) -> str:
    """Its code: one that ends in zeros would be a prefecture's."""
    site = _site(chance, nation)
    return code_of(site if site % 100 else site + 1)


def _prefecture(chance: random.Random, nation: Nation) -> str:
    return _county(chance, nation)[:4]


def _province(chance: random.Random, nation: Nation) -> str:
    """As much as a large one has: a tenth of all."""
    return _county(chance, nation)[:3]


def _two_years(chance: random.Random, nation: Nation) -> tuple[int, int]:
    """The reports of one organ of two years."""
    organ = chance.randrange(nation.organs)
    return organ * 4 + 1, organ * 4 + 2


def _real(chance: random.Random, nation: Nation) -> RealReport:
    return chance.choice(nation.real)


def _place(chance: random.Random, nation: Nation) -> str:
    """Where a figure of a report stands in its source, whatever kind of file that is."""
    report = _real(chance, nation)
    return f"/reports/{report.sighting_id}/figures/{chance.choice(report.located)}"


def _drawn(chance: random.Random, nation: Nation) -> str:
    report = chance.choice([one for one in nation.real if one.is_pdf])
    box = ",".join(str(chance.randint(*edges)) for edges in ((100, 200), (300, 400), (210, 300), (410, 420)))
    return f"/captures/{report.capture_id}/pages/1.png?box={box}"


def _mark(chance: random.Random, nation: Nation) -> str:
    """Of a change, a flag or a finding."""
    number = _report(chance, nation)
    return chance.choice(
        (f"change:{number // 23 or 1}", f"made:{number // 49 * 49 or 49}", f"finding:{number}:T3-BAL:total")
    )


def _listed(ending: str) -> Callable[[random.Random, Nation], str]:
    lists = ("reports", "changes", "findings")
    return lambda chance, nation: f"/{chance.choice(lists)}.{ending}?year={chance.randint(2021, 2025)}"


def _fixed(address: str) -> Callable[[random.Random, Nation], str]:
    return lambda chance, nation: address


_NARROWED = tuple(address for path in LISTS for address in addresses(path, 2))

KINDS = (
    Kind("overview", _fixed("/")),
    Kind("regions", _fixed("/regions")),
    Kind("region", lambda c, n: f"/regions/{code_of(_site(c, n))}"),
    Kind("sites", lambda c, n: f"/sites?below={_site(c, n) // 2 + 1}"),
    Kind("site", lambda c, n: f"/sites/s{_site(c, n)}"),
    Kind("organs", lambda c, n: f"/organs?below={_organ(c, n)}"),
    Kind("organs, by name", lambda c, n: f"/organs?organ={quote(f'第{_organ(c, n)}局')}"),
    Kind("organ", lambda c, n: f"/organs/{_organ(c, n)}"),
    Kind("reports", lambda c, n: f"/reports?below={_report(c, n) + 60}"),
    Kind("reports of a year", lambda c, n: f"/reports?year={c.randint(2021, 2025)}"),
    Kind("reports of a site", lambda c, n: f"/reports?site=s{_site(c, n)}"),
    Kind("reports of a region", lambda c, n: f"/reports?region={code_of(_site(c, n))}"),
    Kind("reports of an organ", lambda c, n: f"/reports?organ={quote(f'第{_organ(c, n)}局')}"),
    Kind("reports, removed", _fixed("/reports?kind=removed&year=2022")),
    Kind("reports, none", _fixed("/reports?year=1999")),
    Kind("reports, a province", lambda c, n: f"/reports?region={_province(c, n)}&year={c.randint(2021, 2025)}"),
    Kind("report", lambda c, n: f"/reports/{_report(c, n)}"),
    Kind("report of a form", lambda c, n: f"/reports/{_real(c, n).sighting_id}"),
    Kind("two versions", lambda c, n: f"/reports/{_report(c, n)}/compare"),
    Kind("two years beside", lambda c, n: "/compare?first={}&second={}".format(*_two_years(c, n))),
    Kind("place of a figure", _place),
    Kind("capture", lambda c, n: f"/captures/{_real(c, n).capture_id}"),
    Kind("capture, shown", lambda c, n: f"/captures/{_real(c, n).capture_id}/view"),
    Kind(
        "capture's bytes", lambda c, n: f"/captures/{_real(c, n).capture_id}/{c.choice(('body', 'payload', 'record'))}"
    ),
    Kind("search, most reports", lambda c, n: f"/search?q={quote('政府信息公开')}&below={_report(c, n) + 60}"),
    Kind("search, one in 1000", _fixed(f"/search?q={quote(RARE)}")),
    Kind("search, two words", lambda c, n: f"/search?q={quote('复议 新媒体')}&year={c.randint(2021, 2025)}"),
    Kind("search, a county", lambda c, n: f"/search?q={quote('行政复议')}&region={_county(c, n)}"),
    Kind("search, a prefecture", lambda c, n: f"/search?q={quote('行政复议')}&region={_prefecture(c, n)}"),
    Kind("search, a province", lambda c, n: f"/search?q={quote('行政复议')}&region={_province(c, n)}"),
    Kind("search, a nation", lambda c, n: f"/search?q={quote('行政复议')}&region=10&below={_report(c, n) + 60}"),
    Kind("search, a figure", _fixed("/search?figures=" + quote("requests.new_received.total > 900"))),
    Kind(
        "search, figure, province",
        lambda c, n: f"/search?figures={quote('requests.new_received.total > 900')}&region={_province(c, n)}",
    ),
    Kind(
        "search, figure, a year",
        lambda c, n: f"/search?figures={quote('requests.new_received.total > 900')}&year={c.randint(2021, 2025)}",
    ),
    Kind("search, a level", lambda c, n: f"/search?level={c.choice(LEVELS)}&region={_province(c, n)}"),
    Kind("search, no figure", _fixed("/search?figures=" + quote("requests.new_received.total > 99999"))),
    Kind("search, nothing", _fixed(f"/search?q={quote('龘靐齉')}")),
    Kind("changes", _fixed("/changes")),
    Kind("changes of a year", lambda c, n: f"/changes?year={c.randint(2021, 2025)}"),
    Kind("changes, a prefecture", lambda c, n: f"/changes?region={_prefecture(c, n)}&year={c.randint(2021, 2025)}"),
    Kind("changes, a province", lambda c, n: f"/changes?region={_province(c, n)}&year={c.randint(2021, 2025)}"),
    Kind("findings", _fixed("/findings?outcome=fail")),
    Kind("findings of a year", lambda c, n: f"/findings?year={c.randint(2021, 2025)}"),
    Kind("findings of a site", lambda c, n: f"/findings?site=s{_site(c, n)}"),
    Kind("findings of a region", lambda c, n: f"/findings?region={code_of(_site(c, n))}"),
    Kind("findings, a prefecture", lambda c, n: f"/findings?region={_prefecture(c, n)}&year={c.randint(2021, 2025)}"),
    Kind(
        "findings of a severity",
        lambda c, n: f"/findings?severity=error&year={c.randint(2021, 2025)}&region={_province(c, n)}",
    ),
    Kind("findings, a province", lambda c, n: f"/findings?region={_province(c, n)}&outcome=fail"),
    Kind("flags", _fixed("/flags")),
    Kind("flags, a prefecture", lambda c, n: f"/flags?region={_prefecture(c, n)}&year={c.randint(2021, 2025)}"),
    Kind("any list, two filters", lambda c, n: c.choice(_NARROWED)),
    Kind("what was said of one", lambda c, n: f"/review?mark={_mark(c, n)}"),
    Kind("harvests", _fixed("/harvests")),
    Kind("harvest", _fixed("/harvests/2")),
    Kind("harvest, followed", lambda c, n: f"/harvests/2/{c.choice(('follow', 'events'))}", first_byte=True),
    Kind("log of a site", lambda c, n: f"/harvests/2/sites/s{_site(c, n)}"),
    Kind("log, followed", lambda c, n: f"/harvests/2/sites/s{_site(c, n)}/follow", first_byte=True),
    Kind("exports", lambda c, n: f"/exports?year={c.randint(2021, 2025)}&region={_county(c, n)}"),
    Kind("log-in", _fixed("/login")),
    Kind("account", _fixed("/account"), by_account=True),
    Kind("users", _fixed("/users"), by_account=True),
    Kind("audit", _fixed("/audit"), by_account=True),
    Kind("interface described", lambda c, n: f"/api/{c.choice(('docs', 'openapi.json'))}"),
    Kind("coverage (API)", lambda c, n: f"/api/coverage?region={code_of(_site(c, n))}"),
    Kind(
        "coverage of a year (API)",
        lambda c, n: f"/api/coverage?year=2024&below={code_of(_site(c, n))}.{c.randint(0, 40)}",
    ),
    Kind("organs (API)", lambda c, n: f"/api/organs?below={_organ(c, n)}"),
    Kind("changes (API)", lambda c, n: f"/api/changes?year={c.randint(2021, 2025)}"),
    Kind("findings (API)", lambda c, n: f"/api/findings?year={c.randint(2021, 2025)}"),
    Kind("reports (API)", lambda c, n: f"/api/reports?below={_report(c, n) + 200}"),
    Kind("search (API)", lambda c, n: f"/api/search?q={quote('行政复议')}&below={_report(c, n) + 200}"),
    Kind("feeds", lambda c, n: f"/{c.choice(('changes', 'findings', 'flags'))}.atom?year={c.randint(2021, 2025)}"),
    Kind("report as JSON", lambda c, n: f"/{c.choice(('reports/{}.json', 'api/reports/{}'))}".format(_report(c, n))),
    Kind("report as text, CSV", lambda c, n: f"/reports/{_report(c, n)}.{c.choice(('txt', 'csv', 'bib'))}"),
    Kind("lists as CSV", _listed("csv"), first_byte=True),
    Kind("lists as JSON lines", _listed("jsonl"), first_byte=True),
    Kind(
        "panel as CSV, JSON lines",
        lambda c, n: f"/exports/reports.{c.choice(('csv', 'jsonl'))}?year={c.randint(2021, 2025)}",
        first_byte=True,
    ),
)
# Files that are made whole before they are sent, and pictures that are drawn: no pages, and most of them slower than these.
MADE_WHOLE = (
    Kind("page of a PDF, drawn", _drawn),
    Kind("work order", lambda c, n: f"/regions/{_county(c, n)}/work-order.xlsx"),
    Kind("evidence sheet", lambda c, n: f"/reports/{_real(c, n).sighting_id}.docx"),
    Kind("WACZ of a report", lambda c, n: f"/reports/{_real(c, n).sighting_id}.wacz"),
    *(
        Kind(
            f"panel of a county, {ending}",
            lambda c, n, ending=ending: f"/exports/reports.{ending}?region={_county(c, n)}",
        )
        for ending in MADE
    ),
)
