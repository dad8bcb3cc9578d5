"""An OFD file's bytes (the Chinese national page format) in, Document out: placed characters and drawn lines, as for PDF.

OFD measures in millimetres from the top left; pages are turned into points from the bottom left, so that one table finder serves both.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lxml import etree

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_PAGES, refuse_beyond
from reports.extraction.packed import Packed
from reports.extraction.paging import Pages
from reports.extraction.ruled import Character, Stroke
from reports.model import Document

_POINTS = 72 / 25.4
_DEFAULT_HEIGHT = 297.0
_WHITE = 250  # and above, of 255
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PATH = re.compile(r"([MLBQCAS])((?:\s+-?\d+(?:\.\d+)?)*)")


def read_ofd(payload: bytes, url: str | None) -> Document:
    packed = Packed(payload)
    names = {name.lstrip("/"): name for name in packed.names}
    root = packed.markup(names["OFD.xml"])
    main = _text_of(root, "DocRoot")
    if main is None or main.lstrip("/") not in names:
        raise UnreadableFile("expected an OFD file with a document inside, found none")
    document = packed.markup(names[main.lstrip("/")])
    folder = posixpath.dirname(main.lstrip("/"))
    box = _box_of(document)
    locations = [
        page.get("BaseLoc") or "" for page in document.iter() if _local(page) == "Page" and page.get("BaseLoc")
    ]
    refuse_beyond(len(locations), MOST_PAGES, "pages")
    pages = Pages()
    pictures = 0
    for number, location in enumerate(locations, 1):
        path = (
            location.lstrip("/") if location.startswith("/") else posixpath.normpath(posixpath.join(folder, location))
        )
        if path not in names:
            raise UnreadableFile(f"expected page {number} at {path!r} in the OFD file, found nothing there")
        page = packed.markup(names[path])
        height = (_box_of(page) or box or (0, 0, 210, _DEFAULT_HEIGHT))[3]
        grounds = [_numbers(item.get("Boundary"), 4) for item in page.iter() if _is_ground(item)]
        texts = [item for item in page.iter() if _local(item) == "TextObject" and _is_seen(item, grounds)]
        characters = [character for item in texts for character in _characters(item, height)]
        strokes = [stroke for item in page.iter() if _local(item) == "PathObject" for stroke in _strokes(item, height)]
        pictures += sum(1 for item in page.iter() if _local(item) == "ImageObject")
        pages.add(characters, strokes, number)
    metadata = {"title": title} if (title := _text_of(root, "Title")) else {}
    scanned = pictures > 0 and pages.characters < 30 * max(1, pages.count)
    return Document(
        "ofd", tuple(pages.blocks()), title=metadata.get("title"), metadata=metadata, url=url, image_only=scanned
    )


def _is_seen(text: etree._Element, grounds: list[tuple[float, ...]]) -> bool:
    """Whether anybody sees a text: it is filled with a colour, and white only where an area of another colour lies under it."""
    filled = text.get("Fill") != "false" or text.get("Stroke") == "true"
    colour = _child(text, "FillColor")
    covers = "0" not in (text.get("Alpha"), None if colour is None else colour.get("Alpha"))
    if text.get("Visible") == "false" or not filled or not covers:
        return False
    if not _is_white(colour):
        return True
    left, top, wide, high = _numbers(text.get("Boundary"), 4)
    x, y = left + wide / 2, top + high / 2
    return any(at[0] <= x <= at[0] + at[2] and at[1] <= y <= at[1] + at[3] for at in grounds)


def _is_ground(item: etree._Element) -> bool:
    return _local(item) == "ImageObject" or (
        _local(item) == "PathObject" and item.get("Fill") == "true" and not _is_white(_child(item, "FillColor"))
    )


def _is_white(colour: etree._Element | None) -> bool:
    parts = _numbers(colour.get("Value"), 3) if colour is not None else (0.0,)
    return min(parts) >= _WHITE


def _child(item: etree._Element, name: str) -> etree._Element | None:
    return next((part for part in item if _local(part) == name), None)


def _characters(item: etree._Element, height: float) -> Iterator[Character]:
    left, top, _, _ = _numbers(item.get("Boundary"), 4)
    size = float(item.get("Size") or 4)
    matrix = _numbers(item.get("CTM"), 6) if item.get("CTM") else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    scale = abs(matrix[3]) or 1.0
    for code in item:
        if _local(code) != "TextCode" or not code.text:
            continue
        x, y = float(code.get("X") or 0), float(code.get("Y") or 0)
        steps_x, steps_y = _steps(code.get("DeltaX"), len(code.text)), _steps(code.get("DeltaY"), len(code.text))
        for index, character in enumerate(code.text):
            at_x = left + matrix[0] * x + matrix[2] * y + matrix[4]
            at_y = top + matrix[1] * x + matrix[3] * y + matrix[5]
            wide = size * scale * (0.5 if character.isascii() else 1.0)
            if not character.isspace():
                yield Character(
                    character, at_x * _POINTS, (height - at_y - 0.2 * size * scale) * _POINTS,
                    (at_x + wide) * _POINTS, (height - at_y + 0.8 * size * scale) * _POINTS,
                )  # fmt: skip
            if index < len(steps_x):
                x += steps_x[index]
            elif not steps_y:
                x += wide
            if index < len(steps_y):
                y += steps_y[index]


def _strokes(item: etree._Element, height: float) -> Iterator[Stroke]:
    left, top, _, _ = _numbers(item.get("Boundary"), 4)
    matrix = _numbers(item.get("CTM"), 6) if item.get("CTM") else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    data = next((part.text for part in item if _local(part) == "AbbreviatedData"), None) or ""
    start: tuple[float, float] | None = None
    here: tuple[float, float] | None = None
    for kind, raw in _PATH.findall(data[:200_000]):
        values = [float(value) for value in _NUMBER.findall(raw)]
        if kind == "C" and here is not None and start is not None:
            yield Stroke.between(here, start)
            here = start
        elif len(values) >= 2:
            x, y = values[-2], values[-1]
            point = (
                (left + matrix[0] * x + matrix[2] * y + matrix[4]) * _POINTS,
                (height - (top + matrix[1] * x + matrix[3] * y + matrix[5])) * _POINTS,
            )
            if kind == "L" and here is not None:
                yield Stroke.between(here, point)
            start = point if kind in "MS" else start
            here = point


def _steps(raw: str | None, most: int) -> list[float]:
    """The advances between characters: `3 4.5` is two steps, `g 5 4.5` five times the same."""
    steps: list[float] = []
    words = (raw or "").split()
    while words and len(steps) < most:
        word = words.pop(0)
        if word == "g" and len(words) >= 2:
            steps += [float(words[1])] * min(int(words[0]), most)
            words = words[2:]
        elif _NUMBER.fullmatch(word):
            steps.append(float(word))
    return steps


def _box_of(root: etree._Element) -> tuple[float, ...] | None:
    text = _text_of(root, "PhysicalBox")
    return _numbers(text, 4) if text else None


def _numbers(raw: str | None, count: int) -> tuple[float, ...]:
    values = [float(value) for value in _NUMBER.findall(raw or "")][:count]
    return tuple(values + [0.0] * (count - len(values)))


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text_of(root: etree._Element, name: str) -> str | None:
    return next((item.text.strip() for item in root.iter() if _local(item) == name and item.text), None)
