"""A page's tree in, the same tree out, in which everything that the page's own style sheets hide by a class or a name has the attribute `hidden`.

A small and safe part of CSS: rules of one class or one name, with or without a tag before it. What another rule shows again in any way, what only some
media hide, and what lies in other files is not taken for hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

_HIDES = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_SHOWS = re.compile(r"(?:^|[;\s])(?:display|visibility)\s*:\s*(?!none|hidden)\w", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?([.#])([\w-]+)", re.IGNORECASE)
_NAME = re.compile(r"[.#][\w-]+")
_LONGEST = 400_000  # characters; portals' own have a tenth


def mark_hidden(root: Element) -> None:
    written = [sheet.text for sheet in root.iter("style") if sheet.text and _is_for_screens(sheet)]
    hidden = _hidden_names("\n".join(written))
    if not hidden:
        return
    for element in root.iter("*"):
        names = [f".{name}" for name in (element.get("class") or "").split()]
        names += [f"#{name}" for name in (element.get("id") or "").split()]
        hides = any({"", element.tag} & hidden[name] for name in names if name in hidden)
        if hides and not _SHOWS.search(element.get("style") or ""):
            element.set("hidden", "")


def _is_for_screens(sheet: Element) -> bool:
    media = (sheet.get("media") or "all").lower()
    return "all" in media or "screen" in media


def _hidden_names(text: str) -> dict[str, set[str]]:
    """The classes (.a) and names (#a) that are hidden, each with the tags of which, or with nothing for all."""
    hidden: dict[str, set[str]] = {}
    if len(text) > _LONGEST or not _HIDES.search(text.replace("{", ";")):
        return hidden
    rules = list(_rules(_COMMENT.sub("", text)))
    shown: set[str] = set()
    for selectors, said, _ in rules:
        if _SHOWS.search(said):
            shown.update(_NAME.findall(selectors))
    for selectors, said, always in rules:
        for selector in selectors.split(",") if always and _HIDES.search(said) else ():
            simple = _SIMPLE.fullmatch(selector.strip())
            if simple is not None and (name := simple[2] + simple[3]) not in shown:
                hidden.setdefault(name, set()).add((simple[1] or "").lower())
    return hidden


def _rules(text: str) -> Iterator[tuple[str, str, bool]]:
    """Each rule's selectors, what it says, and whether it holds always or only for some media. One look at each brace: a page may be all braces."""
    around: list[str] = []
    conditions = at = 0
    for brace in _BRACE.finditer(text):
        words = text[at : brace.start()]
        at = brace.end()
        if brace.group() == "{":
            around.append(words.rpartition(";")[2].strip())
            conditions += around[-1].startswith("@")
        elif around:
            selectors = around.pop()
            conditions -= selectors.startswith("@")
            yield selectors, words, conditions == 0
