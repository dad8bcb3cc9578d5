"""One flag, change or finding with all that people said of it, and the forms of a reviewer: a verdict, its withdrawal, a note."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from archive.database import reading, writing
from archive.flag_lists import FlagFilters, FlagLine, listed_flags
from archive.listings import ChangeLine, Filters, FindingLine, changes, findings
from archive.models import LARGEST
from archive.reviews import (
    VERDICTS,
    WITHDRAWN,
    NoSuchMark,
    WrongVerdict,
    add_note,
    judge,
    remarks_on,
    require_mark,
    standings,
)
from archive.web.addresses import NoSuchPage, query_text
from archive.web.forms import figure_label
from archive.web.pages.worklists import prose
from archive.web.rendering import page, web_of, words_of
from archive.web.submissions import Fields, first, way_back
from archive.web.visitors import visitor_of


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mark is of: a flag, and the change or the finding it was raised for; or one of these alone."""

    mark: str
    flag: FlagLine | None
    change: ChangeLine | None
    finding: FindingLine | None

    @property
    def line(self) -> FlagLine | ChangeLine | FindingLine:
        found = self.change or self.finding or self.flag
        assert found is not None
        return found


def review(request: Request) -> Response:
    mark = query_text(request, "mark") or ""
    back = way_back(request.query_params.get("back", "/flags"))
    return _shown(request, mark, back, "")


def take_verdict(request: Request, fields: Fields) -> Response:
    """The same verdict on every mark that was ticked: on all of them, or on none."""
    marks, back = list(dict.fromkeys(fields.get("mark", []))), way_back(first(fields, "back"))
    verdict, why = first(fields, "verdict"), first(fields, "why")
    problem = _problem(marks, verdict, why)
    if problem:
        if len(marks) == 1 and first(fields, "from") == "review":
            return _shown(request, marks[0], back, words_of(request)(problem))
        return _refused(request, problem, back)
    web, doer = web_of(request), visitor_of(request).doer
    try:
        with writing(web.engine) as session:
            for mark in marks:
                judge(session, mark, None if verdict == WITHDRAWN else verdict, why, doer, web.now())
    except NoSuchMark:
        raise NoSuchPage("missing.mark") from None
    return RedirectResponse(back, 303)


def take_note(request: Request, fields: Fields) -> Response:
    web, mark, back = web_of(request), first(fields, "mark"), way_back(first(fields, "back"))
    try:
        with writing(web.engine) as session:
            add_note(session, mark, first(fields, "text"), visitor_of(request).doer, web.now())
    except NoSuchMark:
        raise NoSuchPage("missing.mark") from None
    except WrongVerdict:
        return _shown(request, mark, back, words_of(request)("review.no_note"))
    return RedirectResponse(back, 303)


def _problem(marks: list[str], verdict: str, why: str) -> str:
    """The key of what is missing in the form, or nothing."""
    if not marks:
        return "review.none_ticked"
    if verdict not in (*VERDICTS, WITHDRAWN):
        return "review.no_verdict"
    return "review.no_reason" if verdict in VERDICTS and not why.strip() else ""


def _shown(request: Request, mark: str, back: str, problem: str) -> Response:
    with reading(web_of(request).engine) as session:
        subject = _subject(session, mark)
        values = {
            "subject": subject,
            "said": standings(session, [mark]).get(mark),
            "remarks": remarks_on(session, mark),
            "back": back,
            "problem": problem,
            "figure_label": figure_label,
            "prose": prose,
        }
    return page(request, "review.html", values, 400 if problem else 200)


def _refused(request: Request, problem: str, back: str) -> Response:
    words = words_of(request)
    values = {"heading": words("refused.heading"), "message": words(problem), "back": back}
    return page(request, "error.html", values, 400)


def _subject(session: Session, mark: str) -> Subject:
    try:
        require_mark(session, mark)
    except NoSuchMark:
        raise NoSuchPage("missing.mark") from None
    kind, _, rest = mark.partition(":")
    flag = next(listed_flags(session, FlagFilters(marks=[mark], limit=1)), None)
    change = finding = None
    if kind == "change" and int(rest) < LARGEST:
        found = next(changes(session, Filters(below_id=int(rest) + 1, limit=1)), None)
        change = found if found is not None and found.change_id == int(rest) else None
    if kind == "finding":
        sighting, rule, place = rest.split(":", 2)
        every = list(
            findings(session, Filters(sighting_id=int(sighting), kind=rule))
        )  # few: none is left open at the database
        finding = next((line for line in every if line.place == place), None)
    if flag is None and change is None and finding is None:
        raise NoSuchPage("missing.mark")
    return Subject(mark, flag, change, finding)
