"""What an address asks for goes in, the reports that hold the words and fulfil the figures come out, each with its passage."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from archive.candidates import BOUNDS
from archive.database import reading
from archive.errors import WrongSearch
from archive.listings import HELD, NOT_READABLE, REMOVED
from archive.models import LARGEST
from archive.passages import marked
from archive.regions import find_regions, name_of
from archive.search import NOTHING_ASKED, hits_page
from archive.web.addresses import PAGE_LENGTH, WrongAddress, one_of, query_text, whole_number
from archive.web.forms import figure_label
from archive.web.rendering import page, web_of
from archive.wishes import LEVELS, Search, asked_words, conditions

STATES = (HELD, NOT_READABLE, REMOVED)
_MOST_CHARACTERS = 200
_REGION = re.compile(r"\d{2,12}")
_MOST_REGIONS = 20
EXAMPLES = (  # of conditions, for who does not know the figures' keys
    "requests.new_received.total > 100",
    "requests.carried_out.total > 0",
    "disputes.review.corrected > 0",
    "disputes.suit_direct.total > 0",
    "disclosure.penalty.decisions >= 1000",
    "disclosure.fees.amount_wan > 0",
)


def search_page(request: Request) -> Response:
    name = query_text(request, "region")
    if name is not None and not _REGION.fullmatch(name):
        return _region_by_name(request, name)
    wish, said = asked_search(request)
    with reading(web_of(request).engine) as session:
        asked = bool(wish.words or wish.conditions)
        found = hits_page(session, wish, PAGE_LENGTH) if asked else NOTHING_ASKED
        region = name_of(session, wish.region)
    values = {
        "hits": found.hits,
        "wish": wish,
        "said": said,
        "asked": asked,
        "region": region,
        "meant": (),
        "examples": EXAMPLES,
        "figure_label": figure_label,
        "levels": LEVELS,
        "states": STATES,
        "pieces": lambda hit: marked(hit.passage, wish.words),
        "following": found.following,
        "looked_at": BOUNDS.farthest if found.looked_to is not None else None,
    }
    return page(request, "search.html", values)


def _region_by_name(request: Request, name: str) -> Response:
    """A region that is named goes on under its code, which no other has; of several a person chooses. Townships report within their county: they
    are shown with their own page, where their organs stand."""
    with reading(web_of(request).engine) as session:
        meant = find_regions(session, name[:_MOST_CHARACTERS], _MOST_REGIONS)
    if len(meant) == 1 and meant[0].level != "township":
        known = {key: value for key, value in request.query_params.items() if key != "below"}
        return RedirectResponse(f"/search?{urlencode({**known, 'region': meant[0].code})}", 303)
    said = {key: query_text(request, key) or "" for key in ("q", "figures")} | {"region": name}
    values = {
        "wish": Search(),
        "said": said,
        "meant": meant,
        "hits": (),
        "asked": False,
        "region": None,
        "following": None,
    }
    values |= {
        "looked_at": None,
        "levels": LEVELS,
        "states": STATES,
        "examples": EXAMPLES,
        "figure_label": figure_label,
    }
    return page(request, "search.html", values)


def asked_search(request: Request) -> tuple[Search, dict[str, str]]:
    """The search, and what the form shows again as it was typed."""
    said = {name: query_text(request, name) or "" for name in ("q", "figures", "region")}
    if len(said["q"]) > _MOST_CHARACTERS:
        raise WrongAddress("q", said["q"][:20] + "…", f"≤ {_MOST_CHARACTERS}")
    if said["region"] and not _REGION.fullmatch(said["region"]):
        raise WrongAddress("region", said["region"], "330799")
    try:
        asked = conditions(said["figures"])
    except WrongSearch as error:
        raise WrongAddress("figures", said["figures"], f"requests.new_received.total > 100 ({error})") from None
    return (
        Search(
            words=asked_words(said["q"]),
            region=said["region"] or None,
            year=whole_number(request, "year", 1900, 2200),
            level=one_of(request, "level", LEVELS),
            state=one_of(request, "state", STATES),
            conditions=asked,
            below_id=whole_number(request, "below", 1, LARGEST),
        ),
        said,
    )
