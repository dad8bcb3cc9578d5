"""How many filters at once in, the addresses of all lists narrowed by so many out: in every place (a site, a county, a prefecture, a province, all that there
is), with values that nearly all rows of the made-up nation have, that few have and that none has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from urllib.parse import urlencode

_NOBODYS = "99999999"
PLACES: Mapping[str, Mapping[str, str]] = {
    "": {},
    "site": {"site": "s444"},
    "county": {"region": "104404"},
    "prefecture": {"region": "1044"},
    "province": {"region": "104"},  # a tenth of all
    "nation": {"region": "10"},
    "nowhere": {"region": _NOBODYS},
}
_YEARS = {"year": ("2021", "2025", "1999")}
_ORGANS = {"organ": ("局", "第88", "第88888局", "没有")}
_SAID = {"verdict": ("open", "confirmed", "dismissed")}
_CHANGE_KINDS = {"kind": ("new", "text edited", "removed")}
_RULES = {"kind": ("T3-BAL", "T3-SUM", "T4-SUM")}
_OUTCOMES = {"outcome": ("fail", "uncertain", "not_assessable"), "severity": ("warn", "error")}
_STATES = {"kind": ("held", "held, not readable", "held, not yet read", "moved", "removed")}
LISTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "/reports": {**_YEARS, **_ORGANS, **_STATES},
    "/changes": {**_YEARS, **_ORGANS, **_CHANGE_KINDS, **_SAID},
    "/findings": {**_YEARS, **_ORGANS, **_RULES, **_OUTCOMES, **_SAID},
    "/flags": {**_YEARS, **_ORGANS, **_RULES, "severity": ("warn", "error"), "verdict": ("any", "confirmed", "closed")},
    "/search": {
        **_YEARS,
        "q": ("政府信息公开", "行政复议 新媒体", "苍台镇特色小站", "龘靐齉"),
        "figures": ("requests.new_received.total > 900", "requests.new_received.total > 99999"),
        "level": ("government", "department"),
        "state": ("held", "held, not readable", "removed"),
    },
    "/organs": _ORGANS,
    "/api/organs": _ORGANS,
    "/api/coverage": {"year": ("2021", "1999")},
    "/changes.atom": {**_YEARS, **_CHANGE_KINDS},
    "/findings.atom": {**_YEARS, **_RULES},
    "/flags.atom": {**_YEARS, "severity": ("warn", "error")},
}


def addresses(path: str, together: int) -> Iterator[str]:
    """Of one list, by each of its filters, none, and up to so many of them together."""
    filters = LISTS[path]
    for place in PLACES.values():
        for count in range(together + 1):
            for names in combinations(filters, count):
                for values in _each([filters[name] for name in names]):
                    asked = {**place, **dict(zip(names, values, strict=True))}
                    yield f"{path}?{urlencode(asked)}" if asked else path


def _each(values: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    if not values:
        yield ()
        return
    for first in values[0]:
        for rest in _each(values[1:]):
            yield (first, *rest)
