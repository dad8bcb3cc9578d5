"""The organs, and one organ: its years as a timeline, its figures as numbers and charts, its siblings, and what it was before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import Request
from markupsafe import Markup
from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading
from archive.measures import MEASURES
from archive.models import Organ, OrganAlias, Reading, Region
from archive.organ_names import first_named
from archive.statements import once
from archive.successions import line_of
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, asked, row_id, whole_number
from archive.web.charts import bar_chart, layer_chart
from archive.web.histories import COMPARED, REASONS, OrganYear, history, one_history, siblings_of, timeline, told_once
from archive.web.messages import Messages
from archive.web.rendering import page, web_of, words_of


def organs(request: Request) -> Response:
    """Organs by name, with the years that are held."""
    filters = asked(request).filters
    above = filters.below_id or 0  # organs are listed oldest first: the next page has higher numbers
    query = select(Organ, Region).outerjoin(Region, Region.code == Organ.region_code).order_by(Organ.id)
    with reading(web_of(request).engine) as session:
        if filters.organ:
            query = query.where(Organ.id.in_(first_named(session, filters.organ, PAGE_LENGTH + 1, above)))
        found = session.execute(query.where(Organ.id > above).limit(PAGE_LENGTH + 1)).all()
        held = _years_held(session, [organ.id for organ, _ in found])
    lines = [(organ, region, *held.get(organ.id, (0, None, None))) for organ, region in found]
    shown = lines[:PAGE_LENGTH]
    following = shown[-1][0].id if len(lines) > PAGE_LENGTH else None
    return page(request, "organs.html", {"lines": shown, "filters": filters, "following": following})


def _years_held(session: Session, organ_ids: list[int]) -> dict[int, tuple[int, int | None, int | None]]:
    """For each organ of one page: how many reports, of which first and last year."""
    query = (
        select(Reading.organ_id, func.count(), func.min(Reading.year), func.max(Reading.year))
        .where(Reading.organ_id.in_(organ_ids), Reading.current, Reading.state != "not a report")
        .group_by(Reading.organ_id)
    )
    return {organ_id: (count, first, last) for organ_id, count, first, last in session.execute(query) if organ_id}


def organ(request: Request, organ_id: str) -> Response:
    """`year` chooses the year in which it is set among its siblings; without it the newest."""
    wanted = whole_number(request, "year", 1900, 2200)
    with reading(web_of(request).engine) as session:
        found = session.execute(_organ(), {"id": row_id(organ_id)}).all()
        if not found:
            raise NoSuchPage("missing.organ", id=organ_id)
        row, region, _ = found[0]
        steps = line_of(session, row.id)
        ids = one_history(row.id, steps)
        marks = timeline(history(session, ids), _other_names(session, ids[1:]))
        years = told_once(marks)
        shown = wanted or (years[-1].year if years else None)
        values: dict[str, Any] = {
            "organ": row,
            "region": region,
            "aliases": [alias for _, _, alias in found if alias is not None],
            "steps": steps,
            "marks": marks,
            "among": siblings_of(session, row, ids, shown) if shown is not None else None,
        }
    words = words_of(request)
    charts = [
        (measure.name, bar_chart(words(f"measure.{measure.name}"), *_series(years, measure.name)))
        for measure in MEASURES
        if _charted(years, measure.name)
    ]
    values |= {"reasons": REASONS, "compared": COMPARED, "measures": MEASURES, "charts": charts, "years": years}
    return page(request, "organ.html", values | {"refused_chart": _refused_chart(words, years)})


@once
def _organ() -> Select[Organ, Region, str]:
    """A row for each other name it has; one for none."""
    return (
        select(Organ, Region, OrganAlias.name)
        .outerjoin(Region, Region.code == Organ.region_code)
        .outerjoin(OrganAlias, OrganAlias.organ_id == Organ.id)
        .where(Organ.id == bindparam("id", type_=BigInteger))
        .order_by(OrganAlias.id)
    )


def _other_names(session: Session, organ_ids: list[int]) -> dict[int, str]:
    return dict(session.execute(select(Organ.id, Organ.name).where(Organ.id.in_(organ_ids))).all()) if organ_ids else {}


def _refused_chart(words: Messages, years: list[OrganYear]) -> Markup | None:
    """A bar a report; nothing to draw when no application was refused."""
    known = [line for line in years if line.refused]
    if not any(value for line in known for value in line.refused.values()):
        return None
    layers = [(reason.text, [line.refused[reason.key] for line in known]) for reason in REASONS]
    return layer_chart(words("organ.refused"), [line.year for line in known], layers)


def _series(years: list[OrganYear], name: str) -> tuple[list[int], list[Decimal | int | None], frozenset[int]]:
    """One value a year from the first to the last; a year with two reports that disagree is unknown, as is one with none."""
    by_year: dict[int, set[Decimal | int | None]] = {}
    for line in years:
        by_year.setdefault(line.year, set()).add(line.values[name])
    span = list(range(years[0].year, years[-1].year + 1))
    values = [next(iter(by_year[year])) if len(by_year.get(year, ())) == 1 else None for year in span]
    return span, values, frozenset(line.year for line in years if name in line.not_in_form)


def _charted(years: list[OrganYear], name: str) -> bool:
    """A chart of nothing, or of zeros alone, says less than the number beside it."""
    return len(years) > 1 and any(line.values[name] for line in years)
