"""A language and a key go in, the words of the interface come out. The words stand in zh.toml and en.toml, with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reports.checks import RULES

LANGUAGES = ("zh", "en")
COOKIE = "lang"


@dataclass(frozen=True, slots=True)
class Messages:
    """The words of one language. A key that does not exist is an error: a page never shows a key instead of words."""

    language: str
    words: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.words[key].format(**values) if values else self.words[key]

    def word(self, table: str, value: str | None) -> str:
        """The word for a value of the data (a state, a kind, a rule); a value that has none is shown as it is."""
        return "" if value is None else self.words.get(f"{table}.{value}", value)


@cache
def messages(language: str) -> Messages:
    """The catalogue, with the rules' names, which stand where the rules are."""
    words = dict(_flat(_read(language)))
    for rule in RULES.values():
        words[f"rule.{rule.id}"] = rule.name if language == "zh" else rule.name_en[0].upper() + rule.name_en[1:]
        words[f"rule_why.{rule.id}"] = rule.explanation if language == "zh" else rule.explanation_en
    return Messages(language, words)


@cache
def glosses() -> Mapping[str, str]:
    """English words beside the headings of the official form, by the form's keys."""
    return dict(_flat(_read("glosses")))


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("archive.web.messages").joinpath(f"{name}.toml").read_text("utf-8"))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Sequence[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            entries += _flat(value, f"{prefix}{key}.")
        else:
            entries.append((prefix + key, value))
    return entries


def chosen_language(asked: str | None, cookie: str | None, accepted: str) -> str:
    """What the address asks for, else what was chosen before, else the first of the browser's languages that there is, else Chinese."""
    for wish in (asked, cookie, *_by_quality(accepted)):
        language = (wish or "").split("-", 1)[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _by_quality(accepted: str) -> list[str]:
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((float(quality) if quality else 1.0, name))
        except ValueError:  # a malformed wish is no wish
            continue
    return [name for weight, name in sorted(wishes, key=lambda wish: -wish[0]) if weight > 0]
