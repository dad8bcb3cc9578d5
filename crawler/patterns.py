"""What is asked for one organ goes in; the same with a mark in place of the organ and its numbers comes out, and again for another organ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.errands import Errand
from crawler.portals import PageRequest

ORGAN = "\0"  # stands for the organ in an address
A_NUMBER = "\1"  # and this for a number
NUMBER = re.compile("[0-9]+")
FRONT_FILE = re.compile(r"/(?:index|default|list)?(?:\.s?html?|\.jhtml|\.jsp)?$")
ENDING = re.compile(r"\.[a-z]{3,5}$")
SHORTEST_CODE = 4  # characters of a parameter that may be an organ's code: kinds and page numbers are shorter


def marks(front: str) -> Iterator[str]:
    """What may stand for an organ in the address of its page: a code among the parameters, the last folder, or the file's name."""
    split = urlsplit(front)
    values = (pair.partition("=")[2] for pair in split.query.split("&"))
    yield from (value for value in values if len(value) >= SHORTEST_CODE)
    name = ENDING.sub("", FRONT_FILE.sub("", split.path).rpartition("/")[2])
    if len(name) > 1:
        yield name


def word(front: str) -> str:
    """What stands for the organ in the address of its page and is no number."""
    return next((mark for mark in marks(front) if not mark.isdigit()), ORGAN)


def form(front: Errand, request: PageRequest) -> str:
    """What the requests have in common that the pages of organs lead to: without the organ's name, and without numbers."""
    mark, body = word(front.front), request.body.decode("utf-8", "surrogateescape")
    return NUMBER.sub(A_NUMBER, f"{put(request.url, mark, ORGAN)} {put(body, mark, ORGAN)}")


def shape(front: str) -> str:
    return NUMBER.sub(A_NUMBER, put(front, word(front), ORGAN))


def numbers(front: str) -> tuple[int, ...]:
    return tuple(int(number) for number in NUMBER.findall(front))


def told(errand: Errand, old: str, new: str) -> Errand:
    """The same errand for another organ, whatever led to it."""
    return _rewritten(errand, lambda text: put(text, old, new))


def without_numbers(errand: Errand) -> tuple[Errand, tuple[str, ...]]:
    """The errand with each number in its request replaced by a mark, and the numbers."""
    numbers: list[str] = []

    def taken(found: re.Match[str]) -> str:
        numbers.append(found[0])
        return A_NUMBER

    return _rewritten(errand, lambda text: NUMBER.sub(taken, text)), tuple(numbers)


def with_numbers(errand: Errand, numbers: tuple[str, ...]) -> Errand:
    following = iter(numbers)
    return _rewritten(errand, lambda text: re.sub(A_NUMBER, lambda _: next(following), text))


def _rewritten(errand: Errand, change: Callable[[str], str]) -> Errand:
    """The same errand with every text in its request changed, in an order that is always the same; whatever led to it."""
    asked = errand.request
    request = replace(
        asked,
        url=change(asked.url),
        body=change(asked.body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"),
        headers=tuple((name, change(value)) for name, value in asked.headers),
        facts=tuple((name, change(value)) for name, value in asked.facts),
        list_url=asked.list_url and change(asked.list_url),
    )
    return replace(errand, request=request, led_by=None, instead_of=None, is_held=False)


def put(text: str, old: str, new: str) -> str:
    """`new` in place of `old` everywhere but in the name of a host."""
    if "://" not in text:
        return text.replace(old, new)
    split = urlsplit(text)
    return split._replace(path=split.path.replace(old, new), query=split.query.replace(old, new)).geturl()
