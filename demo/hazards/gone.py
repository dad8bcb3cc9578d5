"""Pages that are not what they say: gone with status 200, gone with a redirect to the home page, in maintenance, behind a login."""

from __future__ import annotations

from demo import pages
from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import FRONT_DOORS, in_report_columns, instead, report_columns, router_of, some
from demo.hazards.hazard import Hazard, always, whole
from demo.hazards.robots import ROBOTS
from demo.ledger import State
from demo.router import Router
from demo.site import Site

LOGIN = "/sso/login"


def _soft(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """What is not there answers 200; some reports that the lists still name are not there."""

    def sorry(request: Request) -> Response:
        return pages.apology(site, dialect)

    def answered(request: Request) -> Response:
        response = answer(request)
        return sorry(request) if response.status == 404 else response

    return instead(router_of(site, dialect, some("soft_404"), sorry), answered)


def _to_home(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    def home(request: Request) -> Response:
        return Response(b"", "text/html", status=302, headers=(("Location", "/"),))

    def answered(request: Request) -> Response:
        response = answer(request)
        return home(request) if response.status == 404 and request.path != ROBOTS else response

    return instead(router_of(site, dialect, some("home_redirect"), home), answered)


def _maintenance(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    text = f"<html><head><title>系统维护</title></head><body><h2>{site.name}网站正在升级维护中，暂停访问，给您带来不便敬请谅解。</h2></body></html>"
    page = Response(pages.encoded(site, text), pages.media_type(site))
    return lambda request: answer(request) if request.path == ROBOTS else page


def _login(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """The lists of the reports lead to a login page."""
    router = Router()

    def away(request: Request) -> Response:
        return Response(b"", "text/html", status=302, headers=(("Location", f"{LOGIN}?service={request.path}"),))

    def form(request: Request) -> Response:
        main = (
            '<div class="login"><h2>统一身份认证</h2><p>请先登录后再访问</p><form method="post"><input name="username">'
            '<input type="password" name="password"><input name="captcha"><button>登录</button></form></div>'
        )
        return Response(pages.page(site, dialect, "用户登录", main), pages.media_type(site))

    for column in report_columns(site):
        router.add(dialect.column_path(site, column), away)
    router.add(LOGIN, form)
    return instead(router, answer)


HAZARDS = (
    Hazard(
        "soft_404",
        "some listed reports are gone, and what is gone answers 200",
        State.NOT_FOUND,
        some("soft_404"),
        _soft,
    ),
    Hazard(
        "home_redirect",
        "some listed reports are gone, and what is gone redirects to the home page",
        State.NOT_FOUND,
        some("home_redirect"),
        _to_home,
    ),
    Hazard(
        "maintenance",
        "every page says that the site is being maintained, with status 200",
        State.UNREACHABLE,
        whole,
        _maintenance,
    ),
    Hazard(
        "login_wall",
        "the lists of the reports lead to a login page",
        State.BLOCKED,
        in_report_columns,
        _login,
        families=FRONT_DOORS,
        hides_gaps=always,
    ),
)
