"""The bytes of a robots.txt go in; what they allow one crawler comes out, as RFC 9309 says. Pure.

Ready-made readers were tried against the RFC: they lose the first group behind a byte order mark, take a group for `nian` to be one for
`nianbao`, and let a Crawl-delay part names that stand in one group.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LARGEST_FILE = 512 * 1024  # bytes; RFC 9309, 2.5: at least 500 KiB are read
AGENT = frozenset(("user-agent", "useragent", "user agent"))
ALLOW = frozenset(("allow",))
DISALLOW = frozenset(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"))
RECORD = re.compile(r"([A-Za-z][A-Za-z -]*?)\s*(?::|\s)\s*(.*)")
TOKEN = re.compile(r"[A-Za-z_-]+|\*")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})|([^!-~])|([*$])")
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Rule:
    """`pieces` stand in this order in an address, with anything between; `ends`: nothing follows the last."""

    allows: bool
    pieces: tuple[str, ...]
    ends: bool
    length: int

    def matches(self, target: str) -> bool:
        first, *others = self.pieces
        if not target.startswith(first):
            return False
        if not others:
            return not self.ends or target == first
        place = len(first)
        *inner, last = others
        for piece in inner:
            found = target.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        if self.ends:
            return len(target) - len(last) >= place and target.endswith(last)
        return target.find(last, place) >= 0


@dataclass(slots=True)
class Group:
    """What stands below one or more names."""

    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)  # by name; not in the RFC


@dataclass(frozen=True, slots=True)
class Rules:
    """What one file means for one crawler."""

    rules: tuple[Rule, ...]
    delay_seconds: float | None

    def allows(self, url: str) -> bool:
        """The longest rule that matches decides; of equal ones the one that allows."""
        path = urlsplit(url).path or "/"
        if path == "/robots.txt":
            return True
        _, mark, query = url.partition("#")[0].partition("?")  # an empty query is asked for, too
        target = _escaped(f"{path}{mark}{query}".encode("utf-8", "replace"))
        matching = (rule for rule in self.rules if rule.matches(target))
        best = max(matching, key=lambda rule: (rule.length, rule.allows), default=None)
        return best is None or best.allows


def read_rules(body: bytes, product: str) -> Rules:
    """The groups named for the product, all of them together; where there is none, those for everybody."""
    groups = _groups(body)
    name = product if any(product in group.agents for group in groups) else "*"
    own = [group for group in groups if name in group.agents]
    delays = [group.delays[name] for group in own if name in group.delays]
    return Rules(tuple(rule for group in own for rule in group.rules), max(delays, default=None))


def _groups(body: bytes) -> list[Group]:
    groups: list[Group] = []
    names_go_on = False
    for line in _lines(body):
        found = RECORD.match(line.decode("latin-1").partition("#")[0].strip())
        if found is None:
            continue
        name, value = " ".join(found[1].lower().split()), found[2].strip()
        if name in AGENT:
            if not names_go_on:
                groups.append(Group())
            names_go_on = True
            token = TOKEN.match(value)
            if token:
                groups[-1].agents.add(token[0].lower())
        elif groups and name in ALLOW | DISALLOW:
            names_go_on = False
            groups[-1].rules += _rules(name in ALLOW, value.encode("latin-1"))
        elif groups and name == "crawl-delay" and (delay := _seconds(value)) is not None:
            # What is not in the RFC ends no row of names: it counts for those before it, the rules after it for all of them.
            groups[-1].delays |= dict.fromkeys(groups[-1].agents, delay)
    return groups


def _lines(body: bytes) -> list[bytes]:
    whole = len(body) <= LARGEST_FILE
    body = body[:LARGEST_FILE]
    for mark, encoding in MARKS:
        if body.startswith(mark):
            body = body[len(mark) :].decode(encoding, "ignore").encode("utf-8")
            break
    lines = re.split(rb"[\r\n]+", body.replace(b"\x00", b""))
    return lines if whole else lines[:-1]  # half a line would forbid more than was meant


def _rules(allows: bool, pattern: bytes) -> list[Rule]:
    """A path that is not written in UTF-8 counts as its bytes, and as what they mean in the encoding of such sites."""
    if not pattern.startswith((b"/", b"*")):
        return []
    written = {pattern}
    try:
        pattern.decode("utf-8")
    except UnicodeDecodeError:
        written.add(pattern.decode("gb18030", "replace").encode("utf-8"))
    rules = []
    for one in sorted(written):
        ends = one.endswith(b"$")
        pieces = tuple(_escaped(piece) for piece in (one[:-1] if ends else one).split(b"*"))
        rules.append(Rule(allows, pieces, ends, len(pattern)))
    return rules


def _escaped(text: bytes) -> str:
    """One spelling for all ways to write the same octets: unreserved ones plain, the others as they came, escapes in capitals."""
    return ESCAPE.sub(_one_spelling, text).decode("ascii")


def _one_spelling(found: re.Match[bytes]) -> bytes:
    octet = int(found[1], 16) if found[1] else ord(found[0])
    return bytes((octet,)) if octet in UNRESERVED else b"%%%02X" % octet


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
