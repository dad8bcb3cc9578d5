"""Two reports go in, by the numbers of their sightings, and stand beside each other: two years of an organ, or two organs of a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading, selected
from archive.models import LARGEST, Organ, Reading, Region, Sighting
from archive.statements import once
from archive.web.addresses import NoSuchPage, WrongAddress, whole_number
from archive.web.borrowed import pieces
from archive.web.differences import Piece, figure_differences, prose_pieces, section_texts
from archive.web.forms import figure_label
from archive.web.marks import in_region
from archive.web.pages.reports import REGION_CODE, with_all_around
from archive.web.rendering import page, web_of
from reports.copying import repeated_share
from reports.model import Report
from reports.packing import unpack

_MOST_OTHERS = 300


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side: an address by its current reading. One that was not read yet has no report."""

    sighting_id: int
    title: str | None
    url: str
    organ_id: int | None
    organ_name: str | None
    region_code: str | None
    region_name: str | None
    year: int | None
    report: Report | None

    @property
    def name(self) -> str:
        organ = in_region(self.organ_name, self.region_name) if self.organ_name else self.title or self.url
        return f"{organ} {self.year}" if self.year else organ


@dataclass(frozen=True, slots=True)
class Beside:
    """One section of both reports: each side in pieces that the other has too or not, and the words that differ."""

    title: str
    first: list[tuple[bool, str]]
    second: list[tuple[bool, str]]
    words: tuple[Piece, ...]


def compare_two(request: Request) -> Response:
    number, other = (whole_number(request, name, 1, LARGEST) for name in ("first", "second"))
    if number is None:
        raise WrongAddress("first", "", "/compare?first=1&second=2")
    with reading(web_of(request).engine) as session:
        first = _side(session, number)
        others = _others(session, first)
        chosen = other or (others[0][0] if others else None)
        second = _side(session, chosen) if chosen is not None else None
    both = (first.report, second.report) if second is not None else (None, None)
    values: dict[str, Any] = {"first": first, "second": second, "others": others, "figure_label": figure_label}
    values |= {"figures": None, "sections": (), "share": None}
    if both[0] is not None and both[1] is not None:
        share = repeated_share(both[0], both[1])
        values["figures"] = figure_differences(both[0], both[1])
        values["sections"] = _sections(both[0], both[1])
        values["share"] = None if share is None else round(share.share * 100)
    return page(request, "beside.html", values)


def _side(session: Session, number: int) -> Side:
    found = next(selected(session, _by_current_reading(), {"sighting_id": number}), None)
    if found is None:
        raise NoSuchPage("missing.report", id=number)
    report = unpack(found.report) if found.report else None
    return Side(**{**found._mapping, "report": report})


@once
def _by_current_reading() -> Select[*tuple[Any, ...]]:
    return with_all_around(
        select(
            Sighting.id.label("sighting_id"),
            Sighting.title,
            Sighting.url,
            Organ.id.label("organ_id"),
            func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name).label("organ_name"),
            REGION_CODE.label("region_code"),
            Region.name.label("region_name"),
            func.coalesce(Reading.year, Sighting.year).label("year"),
            Reading.report,
        )
    )


def _others(session: Session, first: Side) -> list[tuple[int, str, int | None]]:
    """What it may be laid beside: the organ's other years, the latest before it first; then the region's other organs of that year."""
    if first.organ_id is None:
        return []
    asked = {"itself": first.sighting_id, "organ": first.organ_id, "region": first.region_code, "year": first.year}
    found = [
        (number, name, year, organ_id == first.organ_id)
        for number, name, year, organ_id in selected(session, _readable(first.region_code is not None), asked)
    ]
    found.sort(key=lambda one: (not one[3], (one[2] or 0) >= (first.year or 0), -(one[2] or 0)))
    return [(number, name, year) for number, name, year, _ in found]


@once
def _readable(has_region: bool) -> Select[int, str, int | None, int]:
    its_own = Organ.id == bindparam("organ", type_=BigInteger)
    of_region = (Organ.region_code == bindparam("region")) & (Reading.year == bindparam("year"))
    return (
        select(Sighting.id, Organ.name, Reading.year, Organ.id)
        .join(Reading, Reading.sighting_id == Sighting.id)
        .join(Organ, Organ.id == Reading.organ_id)
        .where(Reading.current, Reading.state == "read", Sighting.moved_to_id.is_(None))
        .where(Sighting.id != bindparam("itself", type_=BigInteger), its_own | of_region if has_region else its_own)
        .order_by(Organ.name, Reading.year.desc())
        .limit(_MOST_OTHERS)
    )


def _sections(first: Report, second: Report) -> list[Beside]:
    one, two = section_texts(first), section_texts(second)
    titles = {section.key: section.title for section in (*second.sections, *first.sections)}
    whole_one, whole_two = "\n".join(one.values()), "\n".join(two.values())
    return [
        Beside(
            titles[key],
            pieces(one.get(key, ""), whole_two),
            pieces(two.get(key, ""), whole_one),
            prose_pieces(two.get(key, ""), one.get(key, "")),
        )
        for key in dict.fromkeys((*one, *two))
    ]
