"""Pages that only lead on: a script that fetches the list, a cookie that must be sent back, a refresh, an assignment to location, a frameset."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote, urlencode

from demo import addresses, pages
from demo.articles import address_of
from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import in_report_lists, instead, report_lists
from demo.hazards.hazard import Hazard, Wrap, always
from demo.hazards.robots import ROBOTS
from demo.ledger import State
from demo.router import Router
from demo.site import Column, Site

# Reads a JSON whose name and whose links only the script puts together.
_SCRIPT = """<script>
(function () {
  var box = document.getElementById('list');
  fetch(['', 'data', 'list', box.dataset.key].join('/') + '.json').then(function (answer) { return answer.json(); }).then(function (data) {
    var list = document.createElement('ul');
    data.rows.forEach(function (row) {
      var item = document.createElement('li'), link = document.createElement('a'), day = document.createElement('span');
      link.href = atob(row.p); link.title = link.textContent = row.t; day.textContent = row.d;
      item.appendChild(link); item.appendChild(day); list.appendChild(item);
    });
    box.innerHTML = ''; box.appendChild(list);
  });
})();
</script>"""


def _script_shell(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    router = Router()
    for column in report_lists(site):
        key = addresses.hexadecimal(site, "list", column.key, length=16)
        router.add(dialect.column_path(site, column), _shell(site, dialect, column, key))
        router.add(f"/data/list/{key}.json", _rows(site, dialect, column))
    return instead(router, answer)


def _shell(site: Site, dialect: Dialect, column: Column, key: str) -> Handler:
    text = f'<div id="list" data-key="{key}">正在加载，请稍候……</div>\n{_SCRIPT}'
    return lambda request: pages.listing(site, dialect, column, text)


def _rows(site: Site, dialect: Dialect, column: Column) -> Handler:
    rows = [
        {
            "t": article.title,
            "p": b64encode(address_of(site, dialect, article).encode()).decode(),
            "d": f"{article.published:%Y-%m-%d}",
        }
        for article in site.listed(column)
    ]
    body = json.dumps({"rows": rows}, ensure_ascii=False).encode()
    return lambda request: Response(body, "application/json;charset=UTF-8")


def _cookie(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """302 to the same address with a cookie, until the cookie comes back."""

    def answered(request: Request) -> Response:
        if request.path == ROBOTS or "CT6TS=" in request.headers.get("cookie", ""):
            return replace(answer(request), personal=True)
        here = quote(request.path) + (f"?{urlencode(request.query)}" if request.query else "")
        headers = (("Location", here), ("Set-Cookie", "CT6T=20000; Path=/"), ("Set-Cookie", "CT6TS=4f9a; Path=/"))
        return Response(b"", "text/html", status=302, headers=headers, personal=True)

    return answered


def _leading(text: str) -> Wrap:
    """The home page and the column of the reports only lead on to where they stand."""

    def wrap(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
        targets = {"/": "/portal/index.html"}
        for column in report_lists(site):
            path = dialect.column_path(site, column)
            if "?" not in path and "#" not in path:
                targets[path] = f"/portal{path.rstrip('/')}{'/' if path.endswith('/') else ''}"
        back = {target: path for path, target in targets.items()}

        def answered(request: Request) -> Response:
            if request.path in targets:
                return Response(pages.encoded(site, text.format(target=targets[request.path])), pages.media_type(site))
            return answer(replace(request, path=back.get(request.path, request.path)))

        return answered

    return wrap


REFRESH = '<html><head><meta http-equiv="refresh" content="0;url={target}"></head><body></body></html>'
LOCATION = "<html><body><script>window.location.href='{target}';</script></body></html>"
FRAMESET = '<html><frameset rows="*"><frame src="{target}" name="main"></frameset></html>'
STATIC = ("trs", "vsb", "trs_hunan", "trs_paging", "trs_hubei", "nfcms", "plain")
HAZARDS = (
    Hazard(
        "js_shell",
        "the lists of the reports exist only after a script has run",
        State.UNREACHABLE,
        in_report_lists,
        _script_shell,
        families=STATIC,
        browser=True,
        hides_gaps=always,
    ),
    Hazard("cookie_replay", "every page redirects to itself until its cookie comes back", wrap=_cookie),
    Hazard(
        "meta_refresh",
        "the home page and the lists are shells with a refresh",
        wrap=_leading(REFRESH),
        families=("jcms", "jpaas", "datalist"),
    ),
    Hazard(
        "location_shell",
        "the home page and the lists are shells that set location",
        wrap=_leading(LOCATION),
        families=("jcms", "jpaas", "datalist"),
    ),
    Hazard(
        "frameset",
        "the home page and the lists stand in a frameset",
        wrap=_leading(FRAMESET),
        families=("jcms", "jpaas", "datalist"),
    ),
)
