"""intertid (Taiyuan): `/intertidwebapp/govChanInfo/getDocuments?Index=1&pageSize=20&siteId=1&ChannelType=1&chanId=25&order=1` gives JSON."""

from __future__ import annotations

from functools import partial

from demo import addresses
from demo.dialect import Request, Response, Routes
from demo.interfaces import as_json, asked, column_of, cut, listed, whole
from demo.interfaces import pages as page_count
from demo.service import Service
from demo.site import Column, Site

PER_PAGE = 20
DOCUMENTS = "/intertidwebapp/govChanInfo/getDocuments"


def _channel(site: Site, column: Column) -> int:
    return 20 + site.columns.index(column)


def _shell(site: Site, column: Column) -> str:
    call = f"{DOCUMENTS}?Index=1&pageSize={PER_PAGE}&siteId=1&ChannelType=1&KeyWord=&KeyWordType=&chanId={_channel(site, column)}&order=1"
    return f'<div id="docList"></div><div class="pagination"></div>\n<script>$.post("{call}", render);</script>'


def _records(site: Site, request: Request) -> Response:
    said = asked(request)
    articles = listed(site, column_of(site, _channel, said.get("chanId", "")))
    size = min(whole(said.get("pageSize", ""), PER_PAGE), 50)
    number = whole(said.get("Index") or said.get("pageIndex", ""), 1)
    rows = [
        {
            "title": article.title,
            "url": addresses.document_number(site, article),
            "openTime": f"{article.published:%Y-%m-%d}",
            "organ": article.source,
        }
        for article in cut(articles, number, size)
    ]
    return as_json(
        {"pageIndex": number, "pageCount": page_count(len(articles), size), "total": len(articles), "list": rows}
    )


def _routes(site: Site) -> Routes:
    return {DOCUMENTS: partial(_records, site)}


DIALECT = Service("intertid", addresses.document_number, _shell, _routes).dialect(volatile=True)
