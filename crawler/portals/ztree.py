"""Directories as a zTree: an empty `<ul class="ztree">` whose nodes come as JSON from the address that its settings name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin

from crawler.addresses import resolve
from crawler.links import is_catch_all, is_report_column
from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer
from crawler.portals.page import Page, PageRequest

NAME = "ztree"
# What is not quoted is a name of the script's own and cannot be asked for.
ADDRESS = re.compile(r"""async\s*:\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*?\burl\s*:\s*["']([^"']+)["']""", re.DOTALL)
POSTED = re.compile(r"""\btype\s*:\s*["']post["']""", re.IGNORECASE)
FIXED = re.compile(r"""otherParam\s*:\s*\{([^{}]*)\}""")
PAIR = re.compile(r"""["']?(\w+)["']?\s*[:,]\s*["']?([^"',}]*)["']?""")
ADDRESSES = ("url", "href", "link", "htmlPath", "linkUrl")
DEEPEST = 4  # requests one below the other: county, kind of organ, organ, column


def recognises(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME) or (
        "zTree" in page.text and ADDRESS.search(page.text) is not None
    )


def read_listing(page: Page) -> Listing:
    """A tree lists columns, never reports."""
    return Listing()


def next_requests(page: Page) -> list[PageRequest]:
    facts = dict(page.asked.facts) if page.asked and page.asked.portal == NAME else {}
    if facts:
        return _of_nodes(page, facts)
    call = ADDRESS.search(page.text)
    if call is None:
        return []
    fixed = FIXED.search(page.text)
    fields = dict(PAIR.findall(fixed[1])) if fixed else {}
    settings = {
        "url": urljoin(page.url, call[1]),
        "post": "yes" if POSTED.search(page.text) else "",
        "fixed": urlencode(fields),
    }
    return [_ask(page.url, settings, fields, 1)]


def _ask(shell: str, settings: dict[str, str], fields: dict[str, str], depth: int, name: str = "") -> PageRequest:
    body, posted = urlencode(fields), bool(settings["post"])
    join = "&" if "?" in settings["url"] else "?"
    return PageRequest(
        settings["url"] if posted or not body else settings["url"] + join + body,
        "list",
        method="POST" if posted else "GET",
        body=body.encode("ascii") if posted else b"",
        headers=(("Referer", shell), ("X-Requested-With", "XMLHttpRequest"), *POST_HEADERS[: int(posted)]),
        portal=NAME,
        facts=(*settings.items(), ("shell", shell), ("depth", str(depth)), ("inside", name)),
        column=name,
    )


POST_HEADERS = (("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),)


def _of_nodes(page: Page, facts: dict[str, str]) -> list[PageRequest]:
    """The reports' columns and those where some end up among the nodes, and the nodes that have to be opened to see more."""
    depth, settings = int(facts["depth"]), {name: facts[name] for name in ("url", "post", "fixed")}
    nodes = json_answer(page.text)
    asked: list[PageRequest] = []
    for node in nodes if isinstance(nodes, list) else []:
        if not isinstance(node, dict):
            continue
        name = str(node.get("name", ""))
        inside = facts["inside"] or (name if is_report_column(name) else "")
        if node.get("isParent") in (True, "true") and depth < DEEPEST:
            fields = {**dict(parse_qsl(settings["fixed"])), "id": str(node.get("id", ""))}
            opened = _ask(facts["shell"], settings, fields, depth + 1, inside)
            asked.append(opened if inside else replace(opened, column=name, opens=_address(page, node)))
        elif (inside or is_catch_all(name)) and (url := _address(page, node)):
            asked.append(PageRequest(url, "list", column=name, aside=not inside))
    return asked


def _address(page: Page, node: dict[str, Any]) -> str | None:
    found = next((node[key] for key in ADDRESSES if isinstance(node.get(key), str) and node[key]), None)
    return resolve(page.url, found) if found else None
