"""A list by a search service, as the industry ministry has it: `/search-front-server/api/search/info?websiteid=…&category=51&pg=15&p=2`."""

from __future__ import annotations

from functools import partial

from demo import addresses
from demo.dialect import Request, Response, Routes
from demo.interfaces import as_json, column_of, cut, listed, whole
from demo.service import Service
from demo.site import Article, Column, Site

PER_PAGE = 15
SEARCH = "/search-front-server/api/search/info"


def _category(site: Site, column: Column) -> int:
    return 40 + site.columns.index(column)


def _website(site: Site) -> str:
    return f"{site.county.region.code}000000000"


def article_path(site: Site, article: Article) -> str:
    return f"{addresses.folder_of(site, article)}art/{article.filed.year}/art_{addresses.hexadecimal(site, article.number)}.html"


def _shell(site: Site, column: Column) -> str:
    call = f"{SEARCH}?websiteid={_website(site)}&scope=basic&q=&pg={PER_PAGE}&category={_category(site, column)}&p=1"
    return f'<div class="search-results"></div>\n<script>$.get("{call}", showResults);</script>'


def _records(site: Site, request: Request) -> Response:
    asked = request.query
    articles = listed(site, column_of(site, _category, asked.get("category", "")))
    if asked.get("websiteid") != _website(site):
        return as_json({"code": "500", "msg": "网站标识错误"})
    size = min(whole(asked.get("pg", ""), PER_PAGE), 50)
    rows = [
        {
            "data": {
                "title": article.title,
                "title_text": article.title,
                "url": article_path(site, article),
                "cdate": int(article.published.timestamp() * 1000),
                "publishgroupname": article.source,
            }
        }
        for article in cut(articles, whole(asked.get("p", ""), 1), size)
    ]
    return as_json({"code": "200", "data": {"searchResult": {"totalCount": len(articles), "dataResults": rows}}})


def _routes(site: Site) -> Routes:
    return {SEARCH: partial(_records, site)}


DIALECT = Service("miit", article_path, _shell, _routes).dialect()
