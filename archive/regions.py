"""Lines of a gazetteer become regions, a code or a name becomes the region with all regions above it.

Codes are those of the statistics bureau in their short form: 2 digits a province, 4 a city, 6 a county, 9 a township; `110000` and
`110101000000` are taken as `11` and `110101`. Any other code (a demo's) needs its level and parent said. A name alone identifies nothing:
of 32,711 township names 3,743 occur more than once, so what is shown always carries its path.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, String, bindparam, cast, insert, select
from sqlalchemy.orm import Session

from archive.database import selected_column
from archive.errors import NoSuchRegion, WrongRegion
from archive.models import Region

COLUMNS = ("code", "name", "level", "parent", "aliases", "valid_from", "valid_to")
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township"}
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """A region; `path` names it and all above it, the highest first."""

    code: str
    name: str
    level: str
    parent_code: str | None
    aliases: tuple[str, ...]
    path: tuple[str, ...]
    source: str | None
    source_date: date | None
    valid_from: date | None = None  # the first day of it, where the table says one
    valid_to: date | None = None  # the day on which it ended


@dataclass(frozen=True, slots=True)
class ImportedRegions:
    added: int
    renamed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    name: str
    level: str
    parents: tuple[str, ...]  # the codes that may be its parent, the nearest first
    aliases: tuple[str, ...]
    valid: dict[str, date | None]  # by the columns that the table has


def import_regions(session: Session, lines: Iterable[str], source: str, source_date: date) -> ImportedRegions:
    """Take in a CSV with `code,name` and any of level, parent, aliases (separated by ;), valid_from, valid_to; other columns are passed over.

    A region that is there under another name takes the new one and keeps the old as an alias. Import the highest level first.
    """
    there = {row.code: row for row in session.scalars(select(Region))}
    added: dict[str, _Line] = {}
    renamed = unchanged = 0
    for line in _lines(lines):
        parent = next((code for code in line.parents if code in there or code in added), None)
        if line.parents and parent is None:
            words = f"its parent {line.parents[0]} is not known. Import the level above it first."
            raise WrongRegion(f"{line.code} {line.name}: {words}")
        row = there.get(line.code)
        if row is None:
            added[line.code] = replace(line, parents=(parent,) if parent else ())
            continue
        unchanged += row.name == line.name
        if row.name != line.name:
            renamed += 1
            row.aliases = list(dict.fromkeys((*row.aliases, row.name)))
            row.name = line.name
        row.aliases = list(dict.fromkeys((*row.aliases, *line.aliases)))
        for column, day in line.valid.items():
            setattr(row, column, day)
        _require_order(f"{line.code} {line.name}", row.valid_from, row.valid_to)
        row.source, row.source_date = source, source_date
    values = [
        {
            "code": line.code,
            "name": line.name,
            "level": line.level,
            "parent_code": next(iter(line.parents), None),
            "aliases": list(line.aliases),
            "source": source,
            "source_date": source_date,
            "valid_from": line.valid.get("valid_from"),
            "valid_to": line.valid.get("valid_to"),
        }
        for line in added.values()
    ]
    for first in range(0, len(values), _AT_ONCE):
        session.execute(insert(Region), values[first : first + _AT_ONCE])
    session.flush()
    return ImportedRegions(len(added), renamed, unchanged)


def region_by_code(session: Session, code: str) -> KnownRegion:
    row = session.get(Region, short_code(code))
    if row is None:
        raise no_such_region(code)
    return _known(session, row)


def no_such_region(code: str) -> NoSuchRegion:
    return NoSuchRegion(
        f"there is no region {code!r}. `nianbao regions find NAME` shows codes; `regions import` takes in a gazetteer."
    )


def find_regions(session: Session, words: str, limit: int = 50) -> list[KnownRegion]:
    """Regions whose name or alias holds the last word; earlier words must stand in the path: `郸城 胡集乡`."""
    *above, last = words.split() or [""]
    named = select(Region).where(Region.name.contains(last, autoescape=True))
    aliased = select(Region).where(cast(Region.aliases, String) != "[]")  # few: those that were renamed
    rows = {row.code: row for row in session.scalars(named)}
    rows.update({row.code: row for row in session.scalars(aliased) if any(last in alias for alias in row.aliases)})
    found = []
    for row in sorted(rows.values(), key=lambda row: (len(row.code), row.code)):
        known = _known(session, row)
        if all(any(word in name for name in known.path[:-1]) for word in above):
            found.append(known)
        if len(found) == limit:
            break
    return found


def name_of(session: Session, code: str | None) -> str | None:
    return next(iter(selected_column(session, _NAME, {"code": code})), None) if code else None


_NAME = select(Region.name).where(Region.code == bindparam("code"))


def lineage(session: Session, code: str | None) -> list[Region]:
    """A region and all regions above it, the lowest first. As long as somebody holds them, asking once more asks no database."""
    found: list[Region] = []
    while code is not None and (region := session.get(Region, code)) is not None:
        found.append(region)
        code = region.parent_code
    return found


def reporting_region(session: Session, code: str | None) -> str | None:
    """The region whose ledger a site of this region is part of: a township reports to its county, and stands in that one's lists as well."""
    row = session.get(Region, code) if code else None
    return row.parent_code if row is not None and row.level == "township" and row.parent_code else code


def regions_under(code: str) -> Select[str]:
    """A query for the codes of a region and everything under it, to be used inside another query."""
    under = select(Region.code).where(Region.code == short_code(code)).cte(recursive=True)
    return select(under.union_all(select(Region.code).join(under, Region.parent_code == under.c.code)).c.code)


def short_code(code: str) -> str:
    """The code without the zeros that only fill it up to six or twelve digits."""
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        return code
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    while 2 < len(code) <= 6 and code.endswith("00"):
        code = code[:-2]
    return code


def _lines(lines: Iterable[str]) -> Iterator[_Line]:
    reader = csv.DictReader(lines)
    if not {"code", "name"} <= set(reader.fieldnames or ()):
        raise WrongRegion(f"expected a first line with code and name, got {reader.fieldnames or 'nothing'}.")
    names: dict[str, str] = {}
    for line in reader:
        code, name = short_code((line["code"] or "").strip()), (line["name"] or "").strip()
        level = (line.get("level") or "").strip() or (LEVELS.get(len(code), "") if code.isdigit() else "")
        if not code or not name or level not in LEVELS.values():
            words = f"expected a code, a name and a level of {', '.join(LEVELS.values())}"
            raise WrongRegion(f"line {reader.line_num}: {words}; got {code!r}, {name!r}, {level!r}.")
        if names.setdefault(code, name) != name:
            raise WrongRegion(f"line {reader.line_num}: {code} is {name}, and {names[code]} in a line above.")
        named = short_code((line.get("parent") or "").strip())
        parents = (named,) if named else _parents_of(code)
        aliases = tuple(alias.strip() for alias in (line.get("aliases") or "").split(";") if alias.strip())
        valid = {column: _day(line[column], reader.line_num) for column in ("valid_from", "valid_to") if column in line}
        _require_order(f"line {reader.line_num}", valid.get("valid_from"), valid.get("valid_to"))
        yield _Line(code, name, level, parents, aliases, valid)


def _day(text: str | None, number: int) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text and text.strip() else None
    except ValueError:
        raise WrongRegion(f"line {number}: expected a day as 2021-06-30, got {text!r}.") from None


def _require_order(which: str, begins: date | None, ends: date | None) -> None:
    if begins is not None and ends is not None and ends < begins:
        raise WrongRegion(f"{which}: expected valid_to on or after valid_from, got {begins} to {ends}.")


def _parents_of(code: str) -> tuple[str, ...]:
    """What may be above a code. Townships of a city without counties (东莞, 中山) hang under the city."""
    if not code.isdigit() or len(code) not in LEVELS:
        return ()
    return tuple(code[:length] for length in (6, 4, 2) if length < len(code))


def _known(session: Session, row: Region) -> KnownRegion:
    path = [row.name]
    above = row.parent_code
    while above is not None:
        parent = session.get_one(Region, above)
        path.insert(0, parent.name)
        above = parent.parent_code
    return KnownRegion(
        row.code, row.name, row.level, row.parent_code, tuple(row.aliases), tuple(path), row.source, row.source_date,
        row.valid_from, row.valid_to,
    )  # fmt: skip
