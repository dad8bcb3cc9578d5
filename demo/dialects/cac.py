"""A list by POST of a form, as the cyberspace administration has it: `/cms/JsonList` with channelCode, perPage and pageno; JSON `list[]`, `totalRec`."""

from __future__ import annotations

from functools import partial

from demo.dialect import MAIN_HOST, Request, Response, Routes
from demo.interfaces import as_json, asked, column_of, cut, listed, whole
from demo.service import Service
from demo.site import Article, Column, Site

PER_PAGE = 20
LIST = "/cms/JsonList"


def _code(site: Site, column: Column) -> str:
    return f"A0937{site.columns.index(column):03d}"


def article_path(site: Site, article: Article) -> str:
    return f"/{article.filed:%Y-%m/%d}/c_{1700000000 + article.number}.htm"


def _shell(site: Site, column: Column) -> str:
    return (
        '<ul id="loadingInfoPage" class="list"></ul>\n'
        f"<script>$.ajax({{type:'POST',url:'{LIST}',data:{{channelCode:'{_code(site, column)}',perPage:'{PER_PAGE}',pageno:1,"
        "condition:'0',fuhao:'=',value:''}},dataType:'json',success:show});</script>"
    )


def _records(site: Site, request: Request) -> Response:
    said = asked(request)
    articles = listed(site, column_of(site, _code, said.get("channelCode", "")))
    size = min(whole(said.get("perPage", ""), PER_PAGE), 40)
    rows = [
        {
            "topic": article.title,
            # Without a scheme, as that interface gives it.
            "infourl": (MAIN_HOST + article_path(site, article)).removeprefix("http:"),
            "pubtime": f"{article.published:%Y-%m-%d %H:%M:%S}",
        }
        for article in cut(articles, whole(said.get("pageno", ""), 1), size)
    ]
    return as_json({"totalRec": len(articles), "list": rows})


def _routes(site: Site) -> Routes:
    return {LIST: partial(_records, site)}


DIALECT = Service("cac", article_path, _shell, _routes, container='<div id="BodyLabel">{}</div>').dialect(
    ways=("mixed", "tabs", "years", "organs", "astray")
)
