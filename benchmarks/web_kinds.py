"""The made-up nation in, the addresses of its pages out: what web_speed.py asks for, a kind of page at a time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.large_archive import PAGES, RARE, Nation, code_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: an address for each look, so that no look is answered from the look before."""

    name: str
    address: Callable[[random.Random, Nation], str]
    first_byte: bool = False  # a download: timed to its first bytes, then left


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


def _fixed(address: str) -> Callable[[random.Random, Nation], str]:
    return lambda chance, nation: address


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
    Kind("two versions", lambda c, n: f"/reports/{_report(c, n)}/compare"),
    Kind("two years beside", lambda c, n: "/compare?first={}&second={}".format(*_two_years(c, n))),
    Kind("capture", lambda c, n: f"/captures/{n.readings * 3 + c.randint(1, PAGES)}"),
    Kind("capture, shown", lambda c, n: f"/captures/{n.readings * 3 + c.randint(1, PAGES)}/view"),
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
    Kind("findings, a province", lambda c, n: f"/findings?region={_province(c, n)}&outcome=fail"),
    Kind("flags", _fixed("/flags")),
    Kind("flags, a prefecture", lambda c, n: f"/flags?region={_prefecture(c, n)}&year={c.randint(2021, 2025)}"),
    Kind("harvests", _fixed("/harvests")),
    Kind("harvest", _fixed("/harvests/2")),
    Kind("coverage (API)", lambda c, n: f"/api/coverage?region={code_of(_site(c, n))}"),
    Kind(
        "coverage of a year (API)",
        lambda c, n: f"/api/coverage?year=2024&below={code_of(_site(c, n))}.{c.randint(0, 40)}",
    ),
    Kind("reports (API)", lambda c, n: f"/api/reports?below={_report(c, n) + 200}"),
    Kind("search (API)", lambda c, n: f"/api/search?q={quote('行政复议')}&below={_report(c, n) + 200}"),
    Kind("changes.atom", _fixed("/changes.atom")),
    Kind("report.json", lambda c, n: f"/reports/{_report(c, n)}.json"),
    Kind("reports.csv", _fixed("/reports.csv"), first_byte=True),
    Kind("findings.jsonl", _fixed("/findings.jsonl?outcome=fail"), first_byte=True),
)
