import pytest

from crawler.blocks import is_home_redirect, name_block, shell_target

HTML = {"content-type": "text/html; charset=utf-8"}
REPORT = (
    "<html><head><title>柳林镇2024年政府信息公开工作年度报告</title></head><body><div id='zoom'>"
    + "<p>一、总体情况。本年度按时公开各类信息，页面不存在错误的，均已改正。</p>" * 40
    + "</div></body></html>"
)


def page(body: str, title: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


BLOCKED = [
    ("challenge", 412, HTML, page("<script>$_ts=window['$_ts'];</script>")),
    ("challenge", 521, {**HTML, "set-cookie": "__jsluid_h=1"}, b"<script>document.cookie=1</script>"),
    ("challenge", 202, HTML, page("<script>var a=1</script>")),
    (
        "challenge",
        200,
        HTML,
        page("<script>var arg1='3B6F0A1C7D22E4F5A6B7C8D9';function x(){document.cookie='acw_sc__v2='}</script>"),
    ),
    ("challenge", 200, {**HTML, "set-cookie": "wzws_sessionid=1"}, page("请稍候，正在进行安全验证……")),
    ("challenge", 403, {**HTML, "server": "yunjiasu-nginx"}, page("访问异常")),
    ("refused", 403, HTML, page("Forbidden")),
    ("refused", 401, {}, b""),
    ("soft 404", 200, HTML, page("您访问的页面不存在或已被管理员删除！系统将在5秒后返回首页", "提示信息")),
    ("soft 404", 200, HTML, page("<p>导航</p>" * 400, "页面不存在_栖桐县人民政府")),
    ("soft 404", 200, HTML, page("抱歉，没有找到您要的内容")),
    ("soft 404", 200, HTML, page("x" * 900, "404")),
    ("maintenance", 200, HTML, page("网站正在升级维护中，请稍后访问")),
    ("maintenance", 503, HTML, page("系统维护中")),
    ("login wall", 200, HTML, page("用户登录<form><input type='password'></form>")),
    ("shell", 200, HTML, page("<script>window.location.href='/zwgk/index.html'</script>")),
    ("shell", 200, HTML, b"<html><head><meta http-equiv='refresh' content='0;url=/new/'></head></html>"),
    ("shell", 200, HTML, page("")),
]

CONTENT = [
    (200, HTML, REPORT.encode()),
    (200, HTML, REPORT.encode("gb18030")),
    (200, {"content-type": "application/pdf"}, b"%PDF-1.4 404"),
    (200, {"content-type": "application/json"}, b'{"total": 0}'),
    (200, {"content-type": "text/xml"}, b"<datastore><totalrecord>0</totalrecord></datastore>"),
    (200, {"content-type": "text/plain"}, b"User-agent: *\nDisallow: /login"),
    (200, HTML, page("<a href='/a'>政府信息公开年报</a><a href='/b'>政府信息公开指南</a>" * 3, "政府信息公开")),
    (404, HTML, page("页面不存在")),
    (500, HTML, page("error")),
    (302, HTML, b""),
    (304, {}, b""),
]


@pytest.mark.parametrize(("name", "status", "headers", "body"), BLOCKED)
def test_what_stands_in_the_way_is_named(name: str, status: int, headers: dict[str, str], body: bytes) -> None:
    assert name_block(status, headers, body) == name


@pytest.mark.parametrize(("status", "headers", "body"), CONTENT)
def test_content_and_plain_errors_are_not_blocks(status: int, headers: dict[str, str], body: bytes) -> None:
    assert name_block(status, headers, body) is None


@pytest.mark.parametrize(
    ("asked", "location", "expected"),
    [
        ("http://shili.gov.cn/nb/t20250101_1.html", "/", True),
        ("http://shili.gov.cn/nb/t20250101_1.html", "http://www.shili.gov.cn/index.html", True),
        ("http://shili.gov.cn/nb/t20250101_1.html", "http://www.shili.gov.cn/zfmh/", True),
        ("http://shili.gov.cn/nb/t20250101_1.html", "/nb/202501/t20250101_1.html", False),
        ("http://shili.gov.cn/", "/index.html", False),
        ("http://shili.gov.cn/nb/1.html", "http://other.com/", False),
        ("http://shili.gov.cn/nb/1.html", None, False),
    ],
)
def test_a_redirect_to_the_front_door_says_that_a_page_is_gone(
    asked: str, location: str | None, expected: bool
) -> None:
    assert is_home_redirect(asked, location, "http://www.shili.gov.cn/zfmh/") is expected


def test_a_shell_names_where_it_leads() -> None:
    assert shell_target("<script>location.replace('/a.html')</script>") == "/a.html"
    assert shell_target("<iframe src='/list.html'></iframe>") == "/list.html"
    assert shell_target("<p>nothing</p>") is None
