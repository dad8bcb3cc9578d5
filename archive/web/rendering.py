"""A request, a template's name and values go in, a page comes out, in the reader's language and theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Engine
from starlette.responses import HTMLResponse

from archive.warc import WarcStore
from archive.web import marks
from archive.web.escaping import EscapingTemplate
from archive.web.messages import COOKIE, LANGUAGES, Messages, chosen_language, glosses, messages
from archive.web.numerals import number, signed
from archive.web.spoken import spoken
from archive.web.summing import Sums
from archive.web.telling import marked, told
from archive.web.visitors import login_address, visitor_of
from configuration import Configuration

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
_CONTROLS = [*map(chr, (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))]
_WITHOUT_CONTROLS = str.maketrans(dict.fromkeys(_CONTROLS))
_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Web:
    """What the pages are made from. One value an application, kept in `app.state.web`."""

    configuration: Configuration
    engine: Engine
    store: WarcStore
    now: Callable[[], datetime]
    environments: Mapping[str, Environment]  # by language
    sums: Sums


def web_of(request: Request) -> Web:
    web = request.app.state.web
    assert isinstance(web, Web)
    return web


def environments(timezone: str) -> Mapping[str, Environment]:
    """By language: what the templates of each are compiled from."""
    zone, loader = ZoneInfo(timezone), PackageLoader("archive.web")
    return {language: _environment(messages(language), loader, zone) for language in LANGUAGES}


def _environment(words: Messages, loader: PackageLoader, zone: ZoneInfo) -> Environment:
    made = Environment(
        loader=loader,
        extensions=[spoken(words.words)],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.template_class = EscapingTemplate
    made.filters |= {
        "iso": lambda value: value.isoformat(timespec="seconds"),
        "moment": lambda value: _moment(value, zone),
        "day": lambda value: _day(value, zone),
        "number": number,
        "signed": signed,
        "size": size,
        "anchor": anchor,
        "sentence": told,
        "told": lambda said, words: marked(told(said, words), words),
        "marked": marked,
        **marks.filters(words),
    }
    made.globals |= {
        "asset": _asset,
        "t": words,
        "word": words.word,
        "lang": words.language,
        "html_lang": {"zh": "zh-Hans", "en": "en"}[words.language],
        "languages": LANGUAGES,
        "gloss": (lambda key: glosses().get(key, "")) if words.language == "en" else (lambda key: ""),
    }
    return made


def language_of(request: Request) -> str:
    return chosen_language(
        request.query_params.get("lang"), request.cookies.get(COOKIE), request.headers.get("accept-language", "")
    )


def page(
    request: Request, template: str, values: Mapping[str, Any], status: int = 200, media_type: str = "text/html"
) -> HTMLResponse:
    """A whole page. `lang` and `theme` in the address are remembered in a cookie, so that the next address need not carry them."""
    response = HTMLResponse(
        rendered(request, template, values),
        status,
        media_type=media_type,
        headers={"Content-Language": language_of(request), "Vary": "Accept-Language, Cookie"},
    )
    for name, known in ((COOKIE, LANGUAGES), (THEME_COOKIE, (*THEMES, "system"))):
        if request.query_params.get(name) in known:
            response.set_cookie(name, request.query_params[name], max_age=_A_YEAR, samesite="lax", httponly=True)
    return response


def rendered(request: Request, template: str, values: Mapping[str, Any]) -> str:
    """A template's text, with what every template may ask for."""
    words = messages(language_of(request))
    theme = request.query_params.get("theme", request.cookies.get(THEME_COOKIE, ""))
    content = (
        web_of(request)
        .environments[words.language]
        .get_template(template)
        .render(
            values,
            theme=theme if theme in THEMES else "",
            path=request.url.path,
            visitor=visitor_of(request),
            login_address=login_address(request),
            reason_of=lambda run: reason_of(run.reason, run.facts, words),
            with_query=lambda **changed: _with_query(request, changed),
        )
    )
    # A page may hold any byte; no document may. Hardly any holds these: to look for each takes a quarter of what it takes to copy all others.
    return content.translate(_WITHOUT_CONTROLS) if any(one in content for one in _CONTROLS) else content


def reason_of(reason: str | None, facts: Mapping[str, Any] | None, words: Messages) -> str:
    """Why a run ended, in the reader's language. The English words say more, as they name addresses; the facts name them, too."""
    why = (facts or {}).get("why")
    if words.language == "en" or not why:
        return reason or ""
    text = words(
        f"why.{why['code']}", **{name: value for name, value in why.items() if name not in ("code", "troubles")}
    )
    if "family_was" in why:
        text += words("why.family_changed", was=why["family_was"], now=why["family"])
    troubles = [words.word("trouble", kind) for kind in why.get("troubles", ())]
    named = [words.word("blocked", word) for word in troubles]
    return f"{text}（{'；'.join(named)}）" if named else text


def words_of(request: Request) -> Messages:
    return messages(language_of(request))


def _with_query(request: Request, changed: Mapping[str, object]) -> str:
    """This page's address with some of its query changed; None takes a key away."""
    kept = {key: value for key, value in request.query_params.items() if key not in changed}
    kept |= {key: str(value) for key, value in changed.items() if value is not None}
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def _moment(value: datetime | None, zone: ZoneInfo) -> Markup:
    if value is None:
        return Markup("–")
    shown = value.astimezone(zone).isoformat(" ", "minutes")[:16]
    return Markup(f'<time datetime="{value.isoformat(timespec="seconds")}">{shown}</time>')  # noqa: S704 - figures alone


def _day(value: date | datetime | None, zone: ZoneInfo) -> Markup:
    if value is None:
        return Markup("–")
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return Markup(f'<time datetime="{day.isoformat()}">{day.isoformat()}</time>')  # noqa: S704 - figures alone


def size(count: int | None) -> str:
    if count is None:
        return "–"
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


@lru_cache(maxsize=1024)
def anchor(key: str) -> str:
    return "f-" + key.replace(".", "-")


def _asset(name: str) -> str:
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return sha256(files("archive.web").joinpath("static", name).read_bytes()).hexdigest()[:12]
