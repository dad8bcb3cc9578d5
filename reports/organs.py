"""An organ's name as printed in, the name it goes by inside its county out. Pure words: which place a name means is for the gazetteer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_TOWNSHIP = re.compile(r"(?:街道|[乡镇]|苏木|民族乡|满族乡)$")
_GOVERNMENT_OFFICE = re.compile(r"(?:人民)?政府办公?[室厅]$")
_LAYOUT = re.compile(r"[\s　]+")


def organ_key(name: str, region_names: Iterable[str]) -> str:
    """The short name: `石桥县柳林镇人民政府` in 石桥县 is `柳林镇`; the county's own government stays `石桥县人民政府`.

    `region_names` are the names of the site's region and of the regions above it, in any order.
    """
    text = _LAYOUT.sub("", unicodedata.normalize("NFKC", name)).strip("，。、:：《》")
    regions = sorted(region_names, key=len, reverse=True)
    own = next((region for region in regions if text.endswith(f"{region}人民政府")), None)
    if own is not None:
        return f"{own}人民政府"
    stripped = _without_regions(text, regions)
    if not stripped or _GOVERNMENT_OFFICE.fullmatch(stripped):
        return text
    without_government = re.sub(r"(?:人民政府|办事处)$", "", stripped)
    return without_government if _TOWNSHIP.search(without_government) else stripped


def organ_level(key: str) -> str:
    """`government`, `township` or `department`, by the name's ending."""
    if key.endswith("人民政府"):
        return "government"
    return "township" if _TOWNSHIP.search(key) else "department"


def _without_regions(text: str, regions: list[str]) -> str:
    changed = True
    while changed:
        changed = False
        for region in regions:
            if text.startswith(region) and len(text) > len(region):
                text, changed = text[len(region) :], True
    return text


def abbreviates(short: str, full: str) -> bool:
    """`发改局` abbreviates `发展和改革局`: the same first and last character, and every other one in order."""
    if len(short) >= len(full) or short[:1] != full[:1] or short[-1:] != full[-1:]:
        return False
    rest = iter(full)
    return all(character in rest for character in short)
