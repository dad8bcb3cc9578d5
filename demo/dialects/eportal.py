"""eportal (Liaoning): `/eportal/ui?moduleId=5&portal.url=/portlet/xxgkml!queryList.portlet&pageNo=1&pageSize=20&fldm=353` gives JSON `result[]`."""

from __future__ import annotations

from functools import partial

from demo import addresses
from demo.dialect import MAIN_HOST, Request, Response, Routes
from demo.interfaces import as_json, column_of, cut, listed, whole
from demo.interfaces import pages as page_count
from demo.service import Service
from demo.site import Column, Site

PER_PAGE = 20
PORTLET = "/portlet/xxgkml!queryList.portlet"


def _code(site: Site, column: Column) -> int:
    return 340 + site.columns.index(column)


def _shell(site: Site, column: Column) -> str:
    call = (
        f"/eportal/ui?moduleId=5&portal.url={PORTLET}&pageNo=1&pageSize={PER_PAGE}&flmc=tcfl&fldm={_code(site, column)}"
    )
    return f'<table id="xxgkList"></table><div id="xxgkPage"></div>\n<script>$.getJSON("{call}", fillList);</script>'


def _records(site: Site, request: Request) -> Response:
    asked = request.query
    articles = listed(site, column_of(site, _code, asked.get("fldm", "")))
    size = min(whole(asked.get("pageSize", ""), PER_PAGE), 50)
    rows = [
        {
            "title": article.title,
            "url": MAIN_HOST + addresses.dated_folder(site, article),
            "publishTime": f"{article.published:%Y年%m月%d日}",
            "organ": article.source,
        }
        for article in cut(articles, whole(asked.get("pageNo", ""), 1), size)
    ]
    return as_json({"total": len(articles), "totalPage": page_count(len(articles), size), "result": rows})


def _routes(site: Site) -> Routes:
    return {f"/eportal/ui?portal.url={PORTLET}": partial(_records, site)}


DIALECT = Service(
    "eportal", addresses.dated_folder, _shell, _routes, container='<div class="zy_content TRS_Editor">{}</div>'
).dialect(ways=("mixed", "tabs", "years", "organs", "astray"))
