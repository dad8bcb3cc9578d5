"""The code of a region in, conditions out: what lies in it and in all below it, by the codes of organs, sites and flags.

Codes are found by how they begin, which an index does, where codes do not nest by the gazetteer. A township's organs are its county's: they are
known by the township's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, false, select, union_all
from sqlalchemy.orm import Session

from archive.database import selected, selected_column
from archive.models import Organ, Region, Site
from archive.organs import region_names
from archive.regions import no_such_region, short_code
from archive.several import WORDS, among
from archive.statements import once
from reports.organs import organ_key


def last_of(code: str) -> str:
    """The last code that begins with this one."""
    return code + "9" * 12


@dataclass(frozen=True, slots=True)
class Territory:
    """`others` are regions below it whose codes begin otherwise; `county` is where a township reports, under one of `names`."""

    code: str
    others: tuple[str, ...] = ()
    county: str | None = None
    names: tuple[str, ...] = ()

    def has(self, region_code: Any) -> ColumnElement[bool]:
        others = region_code.in_(self.others) if self.others else None
        return _lies(region_code, self.code, last_of(self.code), others)

    def may_have(self, region_code: Any) -> ColumnElement[bool]:
        """That a report of there may be of it: a township's are among its county's."""
        return self.has(region_code) if self.county is None else self.has(region_code) | (region_code == self.county)

    def has_town(self, region_code: Any = Organ.region_code, name: Any = Organ.name) -> ColumnElement[bool]:
        """That it is the township's own organ; of what is no township nothing is."""
        return (region_code == self.county) & name.in_(self.names) if self.county is not None else false()


def _lies(region_code: Any, first: Any, last: Any, others: ColumnElement[bool] | None) -> ColumnElement[bool]:
    begins: ColumnElement[bool] = region_code.between(first, last)
    return begins if others is None else begins | others


def territory_of(session: Session, region: str) -> Territory:
    """Of a region that the gazetteer does not know it is what begins with its code."""
    code = short_code(region)
    rows = {row.code: row for row in selected(session, _itself_and_others(), {"first": code, "last": last_of(code)})}
    row, others = rows.pop(code, None), tuple(rows)
    if row is None or row.level != "township" or row.parent_code is None:
        return Territory(code, others)
    above = region_names(session, row.parent_code)
    return Territory(
        code, others, row.parent_code, tuple({organ_key(name, above) for name in (row.name, *row.aliases)})
    )


def sites_in(session: Session, inside: Territory) -> Sequence[int]:
    asked = {"first": inside.code, "last": last_of(inside.code), "others": list(inside.others)}
    return selected_column(session, _SITES, asked)


_FIRST, _LAST = bindparam("first", type_=String), bindparam("last", type_=String)
_SITES = select(Site.id).where(_lies(Site.region_code, _FIRST, _LAST, among(Site.region_code, "others", WORDS)))


@once
def _itself_and_others() -> Select[str, str, str | None, str, list[str]]:
    """With the regions below it whose codes do not begin with its own: those whose parent's does, where their way leaves it, and all below these."""
    told = (Region.code, Region.level, Region.parent_code, Region.name, Region.aliases)
    begins = Region.code.between(_FIRST, _LAST)
    way = select(Region.code).where(Region.parent_code.between(_FIRST, _LAST), ~begins).cte("way", recursive=True)
    below = select(Region.code).join(way, Region.parent_code == way.c.code).where(~begins)
    way = way.union(below)
    others = select(*told).join(way, Region.code == way.c.code)
    return select(union_all(select(*told).where(Region.code == _FIRST), others).subquery("told"))


def require_known(session: Session, region: str) -> None:
    """Raises NoSuchRegion where neither the gazetteer nor any site knows a region of this code, or one below it."""
    has = territory_of(session, region).has
    known = (select(column).where(has(column)).limit(1) for column in (Region.code, Site.region_code))
    if not any(session.scalar(query) for query in known):
        raise no_such_region(region)


def town_of(session: Session, region: str | None) -> Territory | None:
    """That of a township which reports to a county; None for any other region."""
    found = None if region is None else territory_of(session, region)
    return None if found is None or found.county is None else found
