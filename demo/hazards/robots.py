"""What robots.txt can say, or fail to say."""

from __future__ import annotations

from demo import pages
from demo.dialect import Dialect, Handler, Request, Response
from demo.faults import Fault, Kind
from demo.hazards.choosing import FRONT_DOORS, in_report_columns, report_columns
from demo.hazards.hazard import Hazard, Wrap, always, whole
from demo.ledger import State
from demo.site import Site

ROBOTS = "/robots.txt"


def _answers(response: Response) -> Wrap:
    def wrap(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
        return lambda request: response if request.path == ROBOTS else answer(request)

    return wrap


def _says(text: str) -> Wrap:
    return _answers(Response(text.encode(), "text/plain"))


def _column(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """The lists of the reports; where articles stand below their list, they are refused with it."""
    paths = []
    for column in report_columns(site):
        path = dialect.column_path(site, column).partition("#")[0]
        paths.append(path.removesuffix("index.html") if path.endswith("/index.html") else path)
    lines = "".join(f"Disallow: {path}\n" for path in sorted(set(paths)))
    return _says(f"User-agent: *\n{lines}")(site, dialect, role, answer)


def _forbidden(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    def answered(request: Request) -> Response:
        if request.path == ROBOTS:
            return Response(b"<html><body>403 Forbidden</body></html>", "text/html", status=403)
        return answer(request)

    return answered


def _missing(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    return lambda request: pages.missing(site, dialect) if request.path == ROBOTS else answer(request)


HAZARDS = (
    Hazard("robots_site", "robots.txt refuses everything", State.REFUSED, whole, _says("User-agent: *\nDisallow: /\n")),
    Hazard(
        "robots_column",
        "robots.txt refuses the lists of the reports",
        State.REFUSED,
        in_report_columns,
        _column,
        families=FRONT_DOORS,
        hides_gaps=always,
    ),
    Hazard(
        "robots_error",
        "robots.txt answers 503: nothing may be fetched until it answers again",
        State.UNREACHABLE,
        whole,
        _answers(Response(b"Service Unavailable", "text/plain", status=503)),
    ),
    Hazard(
        "robots_timeout",
        "robots.txt is never answered",
        State.UNREACHABLE,
        whole,
        faults=(Fault(Kind.TIMEOUT, path=ROBOTS),),
    ),
    Hazard(
        "robots_forbidden", "robots.txt itself answers 403: there are no rules, everything is allowed", wrap=_forbidden
    ),
    Hazard("robots_missing", "robots.txt answers 404, with a page of its own: everything is allowed", wrap=_missing),
    Hazard(
        "robots_delay",
        "robots.txt asks for a second between requests",
        wrap=_says("User-agent: *\nCrawl-delay: 1\nDisallow: /search/?\n"),
    ),
)
