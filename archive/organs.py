"""The name a report gives its organ in, the organ's row out. A name alone never decides: the site's region does.

A township's organs are its county's, whether they were found on the county's site or on one of the township's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.models import Organ, OrganAlias, Site
from archive.regions import lineage, reporting_region
from reports.organs import abbreviates, organ_key, organ_level


def region_names(session: Session, code: str | None) -> tuple[str, ...]:
    """The names of a region and of all regions above it, aliases too, the lowest first."""
    return tuple(name for region in lineage(session, code) for name in (region.name, *region.aliases))


def organ_of(session: Session, site: Site, printed: Sequence[str], publisher: str | None) -> Organ | None:
    """The organ that a title names, in one or more readings of it; made when the region has none of them yet.

    The publisher counts only where one name shortens the other (发改局, 发展和改革局): then the short one is kept as an alias. Otherwise
    it may be anybody, often the office that runs the portal.
    """
    region_code = reporting_region(session, site.region_code)
    names = region_names(session, region_code)
    keys = list(dict.fromkeys(organ_key(name, names) for name in printed if name))
    if not keys:
        return None
    beside = organ_key(publisher, names) if publisher else ""
    if any(abbreviates(key, beside) or abbreviates(beside, key) for key in keys):
        keys.append(beside)
    for key in keys:
        organ = _by_name(session, region_code, key)
        if organ is not None:
            break
    else:
        # The longest of names that shorten each other is the full one; otherwise the title decides.
        full = next((key for key in keys if abbreviates(keys[0], key)), keys[0])
        organ = Organ(name=full, level=organ_level(full), region_code=region_code)
        session.add(organ)
        session.flush()
    for key in keys:
        if key != organ.name and (abbreviates(key, organ.name) or abbreviates(organ.name, key)):
            _learn_alias(session, organ, key)
    return organ


def _by_name(session: Session, region_code: str | None, key: str) -> Organ | None:
    return session.scalars(
        select(Organ)
        .outerjoin(OrganAlias, OrganAlias.organ_id == Organ.id)
        .where(Organ.region_code == region_code if region_code else Organ.region_code.is_(None))
        .where(or_(Organ.name == key, OrganAlias.name == key))
        .order_by(Organ.id)
        .limit(1)
    ).first()


def _learn_alias(session: Session, organ: Organ, name: str) -> None:
    known = session.scalars(select(OrganAlias).where(OrganAlias.organ_id == organ.id, OrganAlias.name == name)).first()
    if known is None:
        session.add(OrganAlias(organ_id=organ.id, name=name))
        session.flush()
