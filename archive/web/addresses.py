"""What an address asks for goes in as text, filters and numbers come out; what cannot be meant is refused by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from fastapi import Request

from archive.listings import Filters
from archive.models import LARGEST

PAGE_LENGTH = 50


class NoSuchPage(Exception):
    """Nothing stands at this address; `key` is the message that says what was looked for."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key, self.values = key, values


class WrongAddress(Exception):
    """A part of the address has a value that it cannot have."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(name, found, expected)
        self.name, self.found, self.expected = name, found, expected


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a list as the form shows them again, and as the query takes them: one line more than a page, to know of a next."""

    filters: Filters

    @property
    def query(self) -> Filters:
        return replace(self.filters, limit=PAGE_LENGTH + 1)

    @property
    def narrowed(self) -> bool:
        return self.filters != Filters(below_id=self.filters.below_id)


def asked(
    request: Request,
    kinds: Collection[str] | None = None,
    outcomes: Collection[str] = (),
    severities: Collection[str] = (),
    verdicts: Collection[str] = (),
) -> Asked:
    """`kinds` are the values that `kind` may have; None takes any."""
    return Asked(
        Filters(
            site=query_text(request, "site"),
            region=query_text(request, "region"),
            organ=query_text(request, "organ"),
            year=whole_number(request, "year", 1900, 2200),
            kind=query_text(request, "kind") if kinds is None else one_of(request, "kind", kinds),
            outcome=one_of(request, "outcome", outcomes) if outcomes else None,
            severity=one_of(request, "severity", severities) if severities else None,
            verdict=one_of(request, "verdict", verdicts) if verdicts else None,
            below_id=whole_number(request, "below", 1, LARGEST),
        )
    )


def whole_number(request: Request, name: str, lowest: int, highest: int) -> int | None:
    text = query_text(request, name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise WrongAddress(
            name, text, f"{lowest}–{highest}" if highest < LARGEST else "a whole number, as the lists give it"
        )
    return int(text)


def row_id(text: str) -> int:
    """The number in a path; what is no number is simply not there."""
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST:
        raise NoSuchPage("missing.page")
    return int(text)


def query_text(request: Request, name: str) -> str | None:
    return request.query_params.get(name, "").strip().replace("\0", "") or None


def one_of(request: Request, name: str, known: Collection[str]) -> str | None:
    text = query_text(request, name)
    if text is not None and text not in known:
        raise WrongAddress(name, text, ", ".join(known))
    return text
