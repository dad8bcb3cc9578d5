"""truecms (Nantong): `getMessage.do?startrecord=1&endrecord=20&perpage=20&columnId=12&callback=cb` answers JSONP that wraps a <datastore>; it wants a Referer."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from html import escape

from demo import addresses
from demo.dialect import Request, Response, Routes
from demo.interfaces import column_of, listed, whole
from demo.service import Service
from demo.site import Article, Column, Site

PER_PAGE = 20
LEAST, MOST = 10, 50
MESSAGES = "/messageController/getMessage.do"


def _column(site: Site, column: Column) -> str:
    return addresses.hexadecimal(site, "column", column.key, length=24)


def _shell(site: Site, column: Column) -> str:
    return (
        '<ul id="list"></ul><div id="pageNav"></div>\n'
        f"<script>var columnId = '{_column(site, column)}', perpage = {PER_PAGE}, total = {len(site.listed(column))};\n"
        f"$.ajax({{url:'{MESSAGES}?startrecord=1&endrecord={PER_PAGE}&perpage={PER_PAGE}&columnId='+columnId,"
        "dataType:'jsonp',jsonp:'callback',success:showList});</script>"
    )


def _records(site: Site, request: Request) -> Response:
    """Between ten and fifty records at a time."""
    if "referer" not in request.headers:
        return Response(
            "<html><body>非法请求</body></html>".encode(), "text/html;charset=UTF-8", status=403, personal=True
        )
    asked = request.query
    articles = listed(site, column_of(site, _column, asked.get("columnId", "")))
    first = whole(asked.get("startrecord", ""), 1)
    last = whole(asked.get("endrecord", ""), first + PER_PAGE - 1)
    size = max(LEAST, min(MOST, last - first + 1))
    rows = "".join(_record(site, article) for article in articles[first - 1 : first - 1 + size])
    store = f"<datastore><totalrecord>{len(articles)}</totalrecord><recordset>{rows}</recordset></datastore>"
    answer = f"{asked.get('callback', 'callback')}({json.dumps({'result': store}, ensure_ascii=False)})"
    return replace(Response(answer.encode(), "application/javascript;charset=UTF-8"), personal=True)


def _record(site: Site, article: Article) -> str:
    title, link = escape(article.title), addresses.document_number(site, article)
    return (
        f"<record><![CDATA[<li><a href='{link}' title='{title}' target='_blank'>{title}</a>"
        f"<span>{article.published:%Y-%m-%d}</span></li>]]></record>"
    )


def _routes(site: Site) -> Routes:
    return {MESSAGES: partial(_records, site)}


DIALECT = Service("truecms", addresses.document_number, _shell, _routes).dialect()
