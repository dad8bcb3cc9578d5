"""Epoint EWB: a POST of JSON to getgovinfolist; siteGuid stands in `/js/webBuilderCommon.js`. The old version wraps the words in params and counts from 1."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from demo import addresses
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import as_json, column_of, cut, listed, whole
from demo.service import Service
from demo.site import Column, Site

PER_PAGE = 20
LIST = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
COMMON = "/js/webBuilderCommon.js"


def _category(site: Site, column: Column) -> str:
    return f"003{site.columns.index(column):03d}"


def _guid(site: Site) -> str:
    return addresses.uuid(site, "guid")


def _family(name: str, first: int) -> Dialect:
    """`first` is the number of the first page: the new version counts from 0."""

    def shell(site: Site, column: Column) -> str:
        words = {
            "deptcode": f"{site.county.region.code}000000",
            "categorynum": _category(site, column),
            "pageIndex": first,
            "pageSize": PER_PAGE,
        }
        said: dict[str, object] = {**words, "siteGuid": "$SITEGUID"} if first == 0 else {"token": "", "params": words}
        text = json.dumps(said, ensure_ascii=False).replace('"$SITEGUID"', "siteInfo.siteGuid")
        return (
            f'<ul id="infolist" class="ewb-list"></ul><div id="pager"></div>\n<script src="{COMMON}"></script>\n'
            f"<script>var query = {text};\n$.ajax({{url:'{LIST}',type:'POST',contentType:'application/json',"
            "data:JSON.stringify(query),success:showList});</script>"
        )

    def records(site: Site, request: Request) -> Response:
        said = _words(request)
        if first == 0 and said.get("siteGuid") != _guid(site):
            return as_json({"custom": {"total": 0, "data": []}})
        articles = listed(site, column_of(site, _category, str(said.get("categorynum", ""))))
        index, size = said.get("pageIndex"), min(whole(str(said.get("pageSize", "")), PER_PAGE), 50)
        number = (index if isinstance(index, int) else first) - first + 1
        data = [
            {
                "infourl": addresses.day_folder(site, article),
                "title": article.title,
                "realtitle": article.title,
                "infodate": f"{article.published:%Y-%m-%d}",
            }
            for article in cut(articles, number, size)
        ]
        return as_json({"custom": {"total": len(articles), "data": data}, "status": {"code": 200, "text": ""}})

    def routes(site: Site) -> Routes:
        return {LIST: partial(records, site), COMMON: partial(_common, site)}

    return Service(
        name, addresses.day_folder, shell, routes, container='<div class="ewb-article-info" id="infocontent">{}</div>'
    ).dialect(volatile=first == 1)


def _words(request: Request) -> dict[str, Any]:
    try:
        said = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    words = said.get("params", said) if isinstance(said, dict) else {}
    return words if isinstance(words, dict) else {}


def _common(site: Site, _: Request) -> Response:
    text = f"var siteInfo={{projectName:'EWB-FRONT',siteGuid:'{_guid(site)}'}};\n"
    return Response(text.encode(), "application/javascript")


DIALECTS = (_family("epoint", 0), _family("epoint_old", 1))
