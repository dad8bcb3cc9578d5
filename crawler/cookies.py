"""An answer's Set-Cookie in, the next request's Cookie out, from an ordinary jar for each site that is forgotten when the process ends."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar


class Cookies(CookiesMiddleware):
    """Scrapy's own jar, without its question whether a cookie's domain is a public suffix: that one downloads a list from abroad.

    The question protects sites from each other. Here every site has a jar of its own, and only the site's hosts are asked with it.
    """

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        for cookie in cookies:
            jar.set_cookie_if_ok(cookie, request)
