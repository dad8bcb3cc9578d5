"""Parts of pages that differ at every visit and mean nothing: the day, tokens, sessions, related links. All from the number of the visit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import escape

from demo.articles import address_of
from demo.chance import Chance
from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import rewritten
from demo.hazards.hazard import Hazard, Wrap
from demo.pages import CODECS
from demo.site import Site

FIRST_DAY = date(2026, 1, 5)
WEEKDAYS = "一二三四五六日"
Piece = Callable[[Site, Dialect, int], str]  # what stands there at a visit


def _today(site: Site, dialect: Dialect, visits: int) -> str:
    day = FIRST_DAY + timedelta(days=visits)
    return f"今天是{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]} 在线人数：{Chance('online', visits).number(3, 900)}"


def _token(site: Site, dialect: Dialect, visits: int) -> str:
    return hashlib.sha256(f"{site.name}/{visits}".encode()).hexdigest()[:32]


def _related(site: Site, dialect: Dialect, visits: int) -> str:
    """Three of the news and three of the other reports."""
    chance = Chance("related", site.county.name, visits)
    news = chance.several(site.listed(site.column("ywdt")), 3)
    reports = chance.several([a for a in site.articles if a.report is not None and a.presence == "here"], 3)
    links = "".join(
        f'<li><a href="{address_of(site, dialect, a)}">{escape(a.title)}</a></li>' for a in (*news, *reports)
    )
    return f'<div class="related"><h3>相关链接</h3><ul>{links}</ul></div>'


def _words(site: Site, dialect: Dialect, visits: int) -> str:
    return f"您是本页第{visits * 7 + 11}位来访者，本次会话{_token(site, dialect, visits)[:8]}。"


_PLACES: Mapping[str, tuple[str, str, Piece]] = {
    # where it is put in, as what, and what it says
    "today": ("<body", '<div class="today">{}</div>', _today),
    "token": ("</body>", '<form class="survey"><input type="hidden" name="csrf_token" value="{}"></form>', _token),
    "script": ("</body>", '<script>var _t="{}";</script>', _token),
    "words": ("总体情况", "<p>{}</p>", _words),
    "related": ('<div class="share">', "{}", _related),
}


def _moving(*names: str) -> Wrap:
    def wrap(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
        def put(text: str) -> str:
            for name in names:
                mark, around, _ = _PLACES[name]
                piece = around.format(f"{{{{{name}}}}}")
                at = text.lower().find(mark)
                if at >= 0 and mark == "<body":
                    at = text.index(">", at) + 1
                elif (
                    at >= 0 and name == "words"
                ):  # before the paragraph or heading that begins the report's first section
                    at = max(text.rfind("<p", 0, at), text.rfind("<h", 0, at))
                text = text if at < 0 else text[:at] + piece + text[at:]
            return text

        def answered(request: Request) -> Response:
            response = answer(request)
            changed = rewritten(site, response, put)
            if changed is response:
                return response
            return replace(
                changed,
                modified=None,  # a page that is made anew at every visit has no tag
                filling=_both(response.filling, lambda visits: _filled(site, dialect, names, visits)),
            )

        return answered

    return wrap


def _filled(site: Site, dialect: Dialect, names: tuple[str, ...], visits: int) -> Mapping[bytes, bytes]:
    codec = CODECS[site.charset]
    return {f"{{{{{name}}}}}".encode(): _PLACES[name][2](site, dialect, visits).encode(codec) for name in names}


Filling = Callable[[int], Mapping[bytes, bytes]]


def _both(first: Filling | None, second: Filling) -> Filling:
    return second if first is None else lambda visits: {**first(visits), **second(visits)}


HAZARDS = (
    Hazard("moving_day", "every page says what day it is and how many are online", wrap=_moving("today")),
    Hazard(
        "moving_tokens", "every page carries a new token in a form and in a script", wrap=_moving("token", "script")
    ),
    Hazard("moving_words", "a line with a counter and a session stands inside every report", wrap=_moving("words")),
    Hazard("moving_links", "every article ends with other related links, reports among them", wrap=_moving("related")),
)
