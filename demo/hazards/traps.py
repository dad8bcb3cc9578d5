"""What leads a crawler astray: endless calendars and tags, session ids in links, twins of pages, strangers' hosts, redirects to inner addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from urllib.parse import unquote

from demo import pages
from demo.dialect import MIRROR_HOST, Dialect, Handler, Request, Response
from demo.hazards.choosing import instead, rewritten, router_of, some
from demo.hazards.hazard import Hazard
from demo.ledger import State
from demo.site import Site

_PAGE_LINK = re.compile(r"""(href=["'])((?!/{2}|[a-z]+:|#|javascript)[^"'?#]*\.(?:s?html?|jsp|jhtml))(["'?])""")
_REPORT_ROW = re.compile(
    r"""<li[^>]*>(?:<span>[^<]*</span>)?<a href=["']([^"']+\.j?s?html?)["'][^>]*?title=["']([^"']*信息公开[^"']*)["']"""
)
METADATA = "http://169.254.169.254/latest/meta-data/"
PRIVATE = "http://10.0.0.1/admin/"
SESSION = "{{jsessionid}}"
SPAM = "欧洲杯决赛竞猜 澳门金沙城中心 信息公(gōng)開"


def _endless(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """A calendar whose months go on for ever, tags whose pages do, and sizes of print for every page."""

    def answered(request: Request) -> Response:
        match = re.fullmatch(r"/(?:calendar/(\d+)/(\d+)|tag/(\d+))/", request.path)
        if match is not None:
            return _trap(site, dialect, request)
        links = (
            '<div class="widgets"><a href="/calendar/2026/1/">日历</a> <a href="/tag/1/?page=1">热门标签</a> '
            f'<a href="{escape(request.path)}?fontsize=16">大</a> <a href="{escape(request.path)}?print=1">打印</a></div>\n</body>'
        )
        return rewritten(site, answer(request), lambda text: text.replace("</body>", links))

    return answered


def _trap(site: Site, dialect: Dialect, request: Request) -> Response:
    parts = request.path.strip("/").split("/")
    if parts[0] == "tag":
        number = int(request.query.get("page", "1")) if request.query.get("page", "1").isdigit() else 1
        links = f'<a href="/tag/{parts[1]}/?page={number + 1}">下一页</a> <a href="/tag/{int(parts[1]) + 1}/?page=1">相关标签</a>'
    else:
        month = int(parts[1]) * 12 + int(parts[2])
        links = " ".join(
            f'<a href="/calendar/{to // 12}/{to % 12 + 1}/">{word}</a>'
            for word, to in (("上月", month - 2), ("下月", month))
        )
    return Response(pages.page(site, dialect, "日历", f'<div class="calendar">{links}</div>'), pages.media_type(site))


def _sessions(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """Every link on a page carries a session id that is new at every visit; the server forgets it at once."""

    def fill(visits: int) -> dict[bytes, bytes]:
        return {SESSION.encode(): f"{0xA3F09C5D17 * (visits + 1) % 0xFFFFFFFFFFFF:012X}.node{visits % 3}".encode()}

    def answered(request: Request) -> Response:
        plain = replace(request, path=request.path.partition(";jsessionid=")[0])
        response = answer(plain)
        marked = rewritten(site, response, lambda text: _PAGE_LINK.sub(rf"\1\2;jsessionid={SESSION}\3", text))
        return replace(marked, modified=None, filling=fill) if SESSION.encode() in marked.body else response

    return answered


def _twins(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """Each listed page has a twin for old telephones beside it, and every third link has a slash too many."""
    seen = 0

    def doubled(link: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        target = link[2]
        if seen % 3 == 0 and target.startswith("/"):
            target = target.replace("/", "//", 2)[1:]  # never at the front: that would name a host
        return f"{link[1]}{target}{link[3]}"

    def twinned(row: re.Match[str]) -> str:
        stem, _, ending = row[1].rpartition(".")
        return f'<li class="wap"><a href="{stem}_wap.{ending}">手机版</a></li>\n{row[0]}'

    def changed(text: str) -> str:
        nonlocal seen
        seen = 0
        return _PAGE_LINK.sub(doubled, _REPORT_ROW.sub(twinned, text))

    def answered(request: Request) -> Response:
        path = re.sub("/{2,}", "/", request.path)
        response = answer(replace(request, path=path))
        if response.status == 404 and "_wap." in path:
            return answer(replace(request, path=path.replace("_wap.", ".")))
        return rewritten(site, response, changed)

    return answered


def _foreign(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """Rows among the reports that lead to other organs' hosts and to document farms."""
    rows = "".join(
        f'<li><a href="http://{host}/{site.county.region.code}/{year}.html" title="{site.county.name}{name}{year}年政府信息公开工作年度报告">'
        f"{site.county.name}{name}{year}年政府信息公开工作年度报告</a></li>\n"
        for host, name, year in (
            ("www.doczj.example", "民政局", 2023),
            ("city.lanchuan.example", "人民政府", 2022),
            ("www.1wenmi.example", "教育局", 2021),
        )
    )
    return lambda request: rewritten(site, answer(request), lambda text: _before_first_row(text, rows))


def _before_first_row(text: str, rows: str) -> str:
    found = _REPORT_ROW.search(text)
    return text if found is None else text[: found.start()] + rows + text[found.start() :]


def _mirror(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """A stranger's host that copies every page with spam in it; the site's own lists link to it once a page."""

    def spoiled(text: str) -> str:
        text = text.replace("<title>", f"<title>{SPAM}_").replace(f"{site.county.name}人民政府", "欧洲杯买球网站")
        return text.replace("</body>", f'<div class="links">{SPAM}</div></body>')

    def copied(text: str) -> str:
        found = _REPORT_ROW.search(text)
        if found is None or not found[1].startswith("/"):
            return text
        row = f'<li><a href="{MIRROR_HOST}{found[1]}" title="{found[2]}">{found[2]}</a></li>\n'
        return text[: found.start()] + row + text[found.start() :]

    if role == "mirror":
        return lambda request: rewritten(site, answer(request), spoiled)
    return lambda request: rewritten(site, answer(request), copied)


def _inner(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """Some listed reports redirect to addresses that no crawler may ask."""

    def away(request: Request) -> Response:
        target = METADATA if sum(map(ord, unquote(request.path))) % 2 else PRIVATE
        return Response(b"", "text/html", status=302, headers=(("Location", target),))

    return instead(router_of(site, dialect, some("private_redirect"), away), answer)


LISTED = (
    "trs",
    "trs_hunan",
    "trs_paging",
    "trs_hubei",
    "vsb",
    "nfcms",
    "jeecms",
    "hebei",
    "trs_shanghai",
    "ztree",
)
ABSOLUTE = ("trs_hunan", "trs_paging", "trs_hubei", "trs_shanghai", "nfcms", "hebei", "ztree")
HAZARDS = (
    Hazard("endless_pages", "a calendar, tags and print links without end", wrap=_endless),
    Hazard("session_ids", "a new jsessionid in every link at every visit", wrap=_sessions),
    Hazard("twins", "pages for telephones beside the real ones, and slashes too many", wrap=_twins, families=LISTED),
    Hazard("foreign_links", "rows that lead to strangers' hosts", wrap=_foreign, families=LISTED),
    Hazard(
        "spam_mirror",
        "a stranger's host that copies the site, linked from its lists",
        wrap=_mirror,
        roles=("mirror",),
        families=ABSOLUTE,
    ),
    Hazard(
        "private_redirect",
        "some reports redirect to private and metadata addresses",
        State.UNREACHABLE,
        some("private_redirect"),
        _inner,
    ),
)
