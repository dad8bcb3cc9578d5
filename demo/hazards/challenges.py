"""Firewalls that ask a browser to prove itself. They are to be recognised and left alone; robots.txt is served behind none of them."""

from __future__ import annotations

from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import FRONT_DOORS, in_report_columns, instead, report_columns
from demo.hazards.hazard import Hazard, Wrap, always, whole
from demo.hazards.robots import ROBOTS
from demo.ledger import State
from demo.router import Router
from demo.site import Site

RUISHU = Response(
    b'<!DOCTYPE html><html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="{qqqqq1Yk0aQ4oB3">'
    b'<script type="text/javascript" r="m">$_ts=window[\'$_ts\'];if(!$_ts)$_ts={};$_ts.nsd=52841;$_ts.cd="qxrWrrAlqqGVqG";</script>'
    b'<script type="text/javascript" charset="utf-8" src="/3QkRkLZ5lXyB/ajJv0bZ1.js" r="m"></script></head><body></body></html>',
    "text/html; charset=utf-8",
    status=412,
    headers=(("Set-Cookie", "ZsR1vB8hF0O=60a7Gk; Path=/; HttpOnly"),),
)
JIASULE = Response(
    b"<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_')+('clearance')+('_s')+('=')+('-1')+('+')+'|0|'+'p2bQ'+';max-age=3600;path=/';"
    b"location.href=location.pathname+location.search</script>",
    "text/html",
    status=521,
    headers=(("Set-Cookie", "__jsluid_h=6c1d3f0a9b; max-age=31536000; path=/; HttpOnly"), ("X-Via-JSL", "0b2f1e3,-")),
)
ACCEPTED = Response(
    b"<html><head><script>$_ts={};$_ts.nsd=11843;function go(){document.cookie='enable_'+'x=1;path=/';location.reload();}go();</script></head>"
    b"<body></body></html>",
    "text/html; charset=utf-8",
    status=202,
    headers=(("Set-Cookie", "NZ8hq3v1s1WqS=5xUj; Path=/; HttpOnly"),),
)
WZWS = Response(
    '<html><head><meta charset="utf-8"><title>网站防火墙</title></head><body><p>您的访问可能对网站造成威胁，请稍候，正在进行安全验证……</p>'
    '<script src="/waf_verify.js"></script></body></html>'.encode(),
    "text/html; charset=utf-8",
    headers=(
        ("Set-Cookie", "wzws_sessionid=gDEyNy4wLjEuMQ==; Path=/; HttpOnly"),
        ("Set-Cookie", "wzws_cid=b6c0de1f; Path=/"),
    ),
)
ACW = Response(
    b"<html><script>var arg1='A1B2C3D4E5F60718293A4B5C6D7E8F9012345678';function setCookie(n,v){document.cookie=n+'='+v+';path=/';}"
    b"function reload(x){setCookie('acw_sc__v2',x);document.location.reload();}setTimeout(\"reload(arg1)\",2);</script></html>",
    "text/html; charset=utf-8",
    headers=(("Set-Cookie", "acw_tc=7b39758817; path=/; HttpOnly; Max-Age=1800"),),
)


def _everywhere(challenge: Response) -> Wrap:
    def wrap(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
        return lambda request: answer(request) if request.path == ROBOTS else challenge

    return wrap


def _on_lists(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """The home page is open; the lists of the reports are not."""
    router = Router()
    for column in report_columns(site):
        router.add(dialect.column_path(site, column), _ruishu)
    return instead(router, answer)


def _ruishu(request: Request) -> Response:
    return RUISHU


HAZARDS = (
    Hazard("challenge_412", "Ruishu: 412 with $_ts on every page", State.BLOCKED, whole, _everywhere(RUISHU)),
    Hazard("challenge_521", "Jiasule: 521 with __jsluid and a script", State.BLOCKED, whole, _everywhere(JIASULE)),
    Hazard("challenge_202", "202 with a script and a cookie", State.BLOCKED, whole, _everywhere(ACCEPTED)),
    Hazard("waf_wzws", "a firewall's page with status 200 and wzws cookies", State.BLOCKED, whole, _everywhere(WZWS)),
    Hazard("waf_acw", "acw_sc__v2: a script that sets a cookie and reloads", State.BLOCKED, whole, _everywhere(ACW)),
    Hazard(
        "challenge_lists",
        "412 with $_ts on the lists of the reports only",
        State.BLOCKED,
        in_report_columns,
        _on_lists,
        families=FRONT_DOORS,
        hides_gaps=always,
    ),
)
