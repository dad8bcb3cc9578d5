"""Kaipu UCAP: a list's page holds no list; `/search/<channel>?page=1&_isJson=true` gives it as JSON. Three spellings of addresses and paths.

With `_isAgg=true` a channel's answer holds what the channels below it hold, too; so the page of the organs' directory shows the newest of all organs.
"""

from __future__ import annotations

from functools import partial

from demo import addresses, apart, pages
from demo.addresses import ArticlePath
from demo.dialect import MAIN_HOST, Dialect, Request, Response, Routes
from demo.interfaces import as_json, cut, whole
from demo.site import Article, Column, Site

PER_PAGE = 15
MOST = 100
CHANNELS = "/common/getChannelList"


def _code(site: Site, column: Column) -> str:
    return f"c{addresses.column_number(site, column)}"


def _channel(site: Site, column: Column) -> str:
    return addresses.hexadecimal(site, "channel", column.key)


def _gathered(site: Site, column: Column) -> tuple[Article, ...]:
    """What a channel's search gives: its own articles, and those of the channels below it that are joined to it."""
    found = site.gathered(column)
    return tuple(one for one in found if one.column == column.key or apart.is_gathered(site, one))


def _family(name: str, search: str, list_name: str, article_path: ArticlePath, volatile: bool = False) -> Dialect:
    made: Dialect

    def column_path(site: Site, column: Column) -> str:
        reports = site.is_report_column(column) or column.key.endswith("_nb")
        return f"/xzf/{_code(site, column)}/{list_name if reports else 'list'}.shtml"

    def shown(site: Site, column: Column) -> str:
        call = f"{search}/{_channel(site, column)}?page=1&_pageSize={PER_PAGE}&_isAgg=true&_isJson=true&_template=index&_rangeTimeGte=&_channelName="
        return (
            f'<ul class="news-list" data-channelid="{_channel(site, column)}"></ul><div id="page-list"></div>\n'
            f"<script>var channelId = '{_channel(site, column)}';\n$.getJSON('{call}', showList);</script>"
        )

    def shell(site: Site, column: Column, _: Request) -> Response:
        return pages.listing(site, made, column, shown(site, column))

    def directory(site: Site, column: Column, _: Request) -> Response:
        return pages.folder(site, made, column, shown(site, column))

    def records(site: Site, column: Column, request: Request) -> Response:
        size = min(whole(request.query.get("_pageSize", ""), PER_PAGE), MOST)
        articles = _gathered(site, column) if request.query.get("_isAgg") == "true" else site.listed(column)
        results = [
            {
                "title": article.title,
                "url": MAIN_HOST + article_path(site, article),
                "publishedTimeStr": f"{article.published:%Y-%m-%d %H:%M:%S}",
                "channelName": site.column(article.column).title,
                "channelCodeName": _code(site, site.column(article.column)),
            }
            for article in cut(articles, whole(request.query.get("page", ""), 1), size)
        ]
        data = {"channelId": _channel(site, column), "rows": size, "total": len(articles), "results": results}
        return as_json({"data": data})

    def list_routes(site: Site, column: Column) -> Routes:
        return {column_path(site, column): partial(shell, site, column), **search_routes(site, column)}

    def folder_routes(site: Site, column: Column) -> Routes:
        show = directory if column.key == "bmxz" else lambda site, column, _: pages.folder(site, made, column)
        return {column_path(site, column): partial(show, site, column), **search_routes(site, column)}

    def search_routes(site: Site, column: Column) -> Routes:
        return {f"{search}/{_channel(site, column)}": partial(records, site, column)}

    made = Dialect(
        name=name,
        column_path=column_path,
        article_path=article_path,
        attachment_path=addresses.beside(article_path),
        list_routes=list_routes,
        folder_routes=folder_routes,
        routes=lambda site: {CHANNELS: partial(_channels, site)},
        container="<UCAPCONTENT><div id='UCAP-CONTENT'>{}</div></UCAPCONTENT>".format,
        volatile=volatile,
        ways=("mixed", "tabs", "years", "organs", "astray"),
    )
    return made


def _channels(site: Site, request: Request) -> Response:
    """The columns below the one of `channelCode`; without it, the top ones."""
    code = request.query.get("channelCode", "")
    above = next((column.key for column in site.columns if _code(site, column) == code), None)
    children = [
        {"channelId": _channel(site, column), "channelCode": _code(site, column), "displayName": column.title}
        for column in site.children(above)
    ]
    return as_json({"results": {"channelCode": code, "children": children}})


DIALECTS = (
    _family("kaipu", "/search", "xxgknb2019_list", addresses.hex_month),
    _family("kaipu_harbin", "/common/search", "common_list1585033740817", addresses.c01, volatile=True),
    _family("kaipu_sichuan", "/searchList", "list", addresses.hex_day),
)
