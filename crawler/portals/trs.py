"""TRS WCM and its kin: lists as files that lie ready, `index.html`, `index_1.html` …, with a script call that writes the pager."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from crawler.portals.listing import Listing
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows

NAME = "trs"
CALL = re.compile(r"(?<!function )\b(createPageHTML|pageControl)\(\s*([^()]*?)\s*\)\s*;?")
ARGUMENT = re.compile(r"""'([^']*)'|"([^"]*)"|(-?\d+)""")
SET_PAGE = re.compile(r"""\.pagination\(\s*["']setPage["']\s*,\s*(\d+)\s*,\s*(\d+)\s*\)""")
PAGER = re.compile(r"""\bPager\(\s*\{([^}]*)\}""")
TOTAL_DATA = re.compile(r"\b(totalData|pageSize|curPage)\s*=\s*[\"']?(\d+)")
PC_FILE = re.compile(r"""["']([\w-]+_pc)_["']\s*\+""")
ARTICLES = re.compile(r"/t\d{8}_\d+\.s?html?")


@dataclass(frozen=True, slots=True)
class Pager:
    """`number` counts from 1. Page n of `prefix.suffix` is the file `prefix_<n + shift>.suffix`."""

    number: int
    count: int
    prefix: str
    suffix: str
    shift: int
    total: int | None = None
    counts_one_more: bool = False


def recognises(page: Page) -> bool:
    return find_pager(page) is not None or len(ARTICLES.findall(page.text)) >= 3


def read_listing(page: Page) -> Listing:
    pager = find_pager(page)
    rows = list_rows(page)
    if pager is None:
        return Listing(rows)
    return Listing(rows, pager.total, pager.number, pager.count, counts_one_more=pager.counts_one_more)


def next_requests(page: Page) -> list[PageRequest]:
    pager = find_pager(page)
    if pager is None or pager.number >= pager.count:
        return []
    number = pager.number + 1
    url = urljoin(page.url, f"{pager.prefix}_{number + pager.shift}.{pager.suffix}")
    return [PageRequest(url, "list", portal=NAME, page_number=number)]


def find_pager(page: Page) -> Pager | None:
    """The pager that a script call in the page writes, in any of the spellings these portals use."""
    for call in CALL.finditer(page.text):
        pager = _of_call(call[1], [text or double or int(number) for text, double, number in ARGUMENT.findall(call[2])])
        if pager:
            return pager
    set_page = SET_PAGE.search(page.text)
    if set_page:
        prefix, suffix = _file_of(page.url)
        return Pager(int(set_page[1]), int(set_page[2]), prefix, suffix, shift=0, counts_one_more=True)
    options = PAGER.search(page.text)
    return _of_options(options[1]) if options else _of_totals(page)


def _of_totals(page: Page) -> Pager | None:
    """`totalData`, `pageSize` and `curPage` for a pager that leads to `index_pc_2.html`."""
    file = PC_FILE.search(page.text)
    said = {name: int(value) for name, value in TOTAL_DATA.findall(page.text)}
    if file is None or not said.get("totalData") or not said.get("pageSize"):
        return None
    count = -(-said["totalData"] // said["pageSize"])
    return Pager(said.get("curPage", 1), count, file[1], _file_of(page.url)[1], 0, said["totalData"])


def _of_call(name: str, arguments: list[str | int]) -> Pager | None:
    """`createPageHTML(8, 0, "index", "html", …)` counts from 0, with a container's name in front from 1; `pageControl` shows pages from 1."""
    in_container = bool(arguments) and isinstance(arguments[0], str)
    match arguments[1:] if in_container else arguments:
        case [int(count), int(current), str(prefix), str(suffix), *rest]:
            total = next((value for value in reversed(rest) if isinstance(value, int)), None)
        case _:
            return None
    if in_container:
        return Pager(current, count, prefix, suffix, 0, total)
    if name == "pageControl":
        return Pager(current, count, prefix, suffix, -1)  # the number after the suffix is how many page links to show
    return Pager(current + 1, count, prefix, suffix, -1, total)


def _of_options(text: str) -> Pager | None:
    """`Pager({size:12,current:0,prefix:'index',suffix:'html'})`: size is the number of pages, current counts from 0."""
    values = dict(re.findall(r"""(\w+)\s*:\s*["']?([\w-]+)["']?""", text))
    size, current = values.get("size", ""), values.get("current", "")
    if not (size.isdigit() and current.isdigit() and "prefix" in values and "suffix" in values):
        return None
    return Pager(int(current) + 1, int(size), values["prefix"], values["suffix"], -1)


def _file_of(url: str) -> tuple[str, str]:
    """`…/index_3.html` → index, html; a folder's address stands for its index.html."""
    name = urlsplit(url).path.rpartition("/")[2] or "index.html"
    stem, _, suffix = name.rpartition(".")
    return re.sub(r"_\d+$", "", stem), suffix
