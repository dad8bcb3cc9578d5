"""A configuration, an engine and a WARC store go in, the application comes out. The whole wiring of the pages is seen here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import Response

from archive.errors import ArchiveError
from archive.users import OPERATOR, READER, REVIEWER
from archive.warc import WarcStore
from archive.web.access import Door
from archive.web.addresses import NoSuchPage, WrongAddress
from archive.web.compression import Compression
from archive.web.lanes import Lanes
from archive.web.limits import Allowance
from archive.web.page_cache import PageCache, Stamp
from archive.web.pages import (
    api,
    captures,
    comparing,
    downloads,
    errors,
    evidence,
    exports,
    login,
    orders,
    organs,
    overview,
    people,
    places,
    progress,
    regions,
    reports,
    reviews,
    search,
    sites,
    worklists,
)
from archive.web.rendering import Web, environments
from archive.web.safety import SecurityHeaders
from archive.web.submissions import Handler, taken
from archive.web.summing import Sums
from archive.web.visitors import NotAllowed
from configuration import Configuration

FIRST_PAGE = "/"  # which is made before the others that wait
# Quick to make, once what they show of the whole archive is summed up.
SUMMED_PAGES: tuple[tuple[str, Callable[..., Any]], ...] = (
    (FIRST_PAGE, overview.overview),
    ("/sites", sites.sites),
    ("/regions", regions.regions),
    ("/regions/{region_code}", regions.region),
)
# Quick to make; what takes long, and what answers by itself as it goes, stands below.
PAGES: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("/harvests", overview.harvests),
    ("/harvests/{harvest_id}", progress.harvest),
    ("/harvests/{harvest_id}/sites/{code}", progress.site_log),
    ("/sites/{code}", sites.site),
    ("/organs", organs.organs),
    ("/organs/{organ_id}", organs.organ),
    ("/search", search.search_page),
    ("/compare", comparing.compare_two),
    ("/exports", exports.exports),
    *((f"/exports/reports.{kind}", partial(exports.panel_file, kind=kind)) for kind in exports.STREAMED),
    *((f"/api/{name}", partial(api.listed, name=name)) for name in ("reports", "changes", "findings")),
    *api.ROUTES,
    ("/reports", reports.reports),
    ("/reports.csv", partial(downloads.list_csv, name="reports")),
    ("/reports.jsonl", partial(downloads.list_jsonl, name="reports")),
    ("/changes.csv", partial(downloads.list_csv, name="changes")),
    ("/changes.jsonl", partial(downloads.list_jsonl, name="changes")),
    ("/findings.csv", partial(downloads.list_csv, name="findings")),
    ("/findings.jsonl", partial(downloads.list_jsonl, name="findings")),
    ("/changes.atom", worklists.change_feed),
    ("/reports/{sighting_id}.json", downloads.report_object),
    ("/reports/{sighting_id}.csv", downloads.report_figures),
    ("/reports/{sighting_id}.txt", downloads.report_text),
    ("/reports/{sighting_id}.bib", downloads.report_bibtex),
    ("/reports/{sighting_id}", reports.report),
    ("/reports/{sighting_id}/compare", reports.compare),
    ("/changes", worklists.change_list),
    ("/findings", worklists.finding_list),
    ("/findings.atom", worklists.finding_feed),
    ("/flags", worklists.flag_list),
    ("/flags.atom", worklists.flag_feed),
    ("/review", reviews.review),
    ("/login", login.login_page),
    ("/account", login.account),
    ("/users", people.user_list),
    ("/audit", people.audit_log),
    ("/captures/{capture_id}", captures.capture),
)
# A file is read for these, which may take long.
SLOW_PAGES: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("/captures/{capture_id}/view", captures.view),
    ("/reports/{sighting_id}/figures/{key}", places.figure_place),
)
FILES: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("/regions/{region_code}/work-order.xlsx", regions.region_work_order),
    *((f"/exports/reports.{kind}", partial(exports.panel_file, kind=kind)) for kind in exports.MADE),
    ("/reports/{sighting_id}.docx", evidence.report_sheet),
    ("/reports/{sighting_id}.wacz", evidence.report_wacz),
    ("/captures/{capture_id}/pages/{number}.png", captures.page_picture),
    ("/captures/{capture_id}/body", captures.body_file),
    ("/captures/{capture_id}/payload", captures.payload_file),
    ("/captures/{capture_id}/record", captures.record_file),
)
STREAMS: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
    ("/harvests/{harvest_id}/events", progress.events),
    ("/harvests/{harvest_id}/follow", progress.follow_harvest),
    ("/harvests/{harvest_id}/sites/{code}/follow", progress.follow_site),
)
# What changes something: the address, the role it takes, and who takes the form.
FORMS: tuple[tuple[str, str | None, Handler], ...] = (
    ("/login", None, login.take_login),
    ("/logout", READER, login.take_logout),
    ("/account/password", READER, login.take_password),
    ("/review", REVIEWER, reviews.take_verdict),
    ("/review/note", REVIEWER, reviews.take_note),
    ("/sites/{code}/recrawl", OPERATOR, orders.take_recrawl),
    ("/sites/{code}/pause", OPERATOR, orders.take_pause),
    ("/sites/{code}/resume", OPERATOR, orders.take_resume),
    ("/users", OPERATOR, people.take_change),
)
STATIC_TYPES = {
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
    "live.js": "text/javascript",
    "vendor/htmx-4.0.1.min.js": "text/javascript",
    "vendor/htmx-4.0.1-sse.min.js": "text/javascript",
}


def create_app(
    configuration: Configuration,
    engine: Engine,
    store: WarcStore,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    # The documentation pages of FastAPI load scripts from a foreign host: they are off.
    app = FastAPI(title="Nianbao", docs_url=None, redoc_url=None, openapi_url=None)
    sums = Sums(engine, now, configuration.timezone)
    app.state.web = Web(configuration, engine, store, now, environments(configuration.timezone), sums)
    lanes = Lanes()
    for path, made_by in FILES:
        app.add_route(path, lanes.beside(made_by), ["GET", "HEAD"])
    for path, made_by in SLOW_PAGES:
        app.add_route(path, lanes.endpoint(made_by, lanes.slow), ["GET", "HEAD"])
    for path, told_by in STREAMS:
        app.add_route(path, told_by, ["GET"])
    for path, made_by in SUMMED_PAGES:
        app.add_route(path, lanes.endpoint(made_by, lanes.summed, ahead=path == FIRST_PAGE), ["GET", "HEAD"])
    for path, made_by in PAGES:
        app.add_route(path, lanes.endpoint(made_by, lanes.quick), ["GET", "HEAD"])
    for path, role, handler in FORMS:
        app.add_api_route(path, taken(role, handler), methods=["POST"], response_model=None)
    app.add_api_route("/static/{name:path}", static, methods=["GET", "HEAD"], response_model=None)
    app.add_exception_handler(NoSuchPage, errors.no_such_page)
    app.add_exception_handler(WrongAddress, errors.wrong_address)
    app.add_exception_handler(NotAllowed, errors.not_allowed)
    app.add_exception_handler(HTTPException, errors.http_error)
    app.add_exception_handler(ArchiveError, errors.archive_error)
    app.add_exception_handler(Exception, errors.unexpected)
    app.add_middleware(PageCache, stamp=Stamp(engine))  # behind the door, which says who asks
    app.add_middleware(Compression)
    app.add_middleware(Door, allowance=Allowance(configuration.expensive_a_minute))
    app.add_middleware(SecurityHeaders)  # the outermost: what is turned away at the door has these headers, too
    return app


def static(request: Request, name: str) -> Response:
    """The stylesheet, the icon and the scripts; their address carries their digest, so that a browser may keep them for ever."""
    if name not in STATIC_TYPES:
        raise NoSuchPage("missing.page")
    content = files("archive.web").joinpath("static", name).read_bytes()
    kept = "public, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
    return Response(content, media_type=STATIC_TYPES[name], headers={"Cache-Control": kept})
