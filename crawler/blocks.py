"""An answer goes in; the name of what stands in the way of its content comes out, or None when it is content.

Nothing here is solved or worked around. A named answer is kept like any other, and counted as what it is: never as a report, and never as
proof that a report is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import bare_host, host_of, resolve
from reports.extraction.encoding import decode

CHALLENGE = "challenge"
SOFT_404 = "soft 404"
HOME_REDIRECT = "home redirect"
MAINTENANCE = "maintenance"
SHELL = "shell"
LOGIN_WALL = "login wall"
REFUSED = "refused"  # 401, 403, 451: the host does not want us, or nobody from here

CHALLENGE_STATUSES = frozenset((412, 521, 512))
REFUSALS = frozenset((401, 403, 451))
# Names that only firewalls set. Their cookies also come with good pages, so they count only on an answer that is short or says no.
CHALLENGE_COOKIE = re.compile(
    r"__jsluid|__jsl_clearance|acw_sc__v\d|wzws_|hwwafses|yd_cookie|yunsuo_session|safeline|sucuri|cf_clearance",
    re.IGNORECASE,
)
CHALLENGE_SERVER = re.compile(r"safedog|wzws|yunjiasu|yunaq|jiasule|360wzb|anyu|waf", re.IGNORECASE)
CHALLENGE_SCRIPT = re.compile(
    r"\$_ts\b|__jsl_clearance|acw_sc__v2|arg1\s*=\s*'[0-9A-F]{20,}|wzws_|document\.cookie\s*=.{0,400}location|location.{0,400}document\.cookie\s*=|"
    r"eval\(function\(p,a,c,k|window\[[^\]]{1,40}\]\s*=.{0,80}cookie|challenge-platform|_waf_|slider[-_]?captcha|geetest",
    re.DOTALL,
)  # fmt: skip
CHALLENGE_WORDS = re.compile(
    r"安全验证|访问验证|人机验证|滑动验证|请稍候|请稍等|正在进行安全检查|访问异常|您的访问(?:被|可能)|请求被拦截|拦截提示|网站防火墙|云防护|Web应用防火墙|创宇盾|验证码"
)
GONE_WORDS = re.compile(
    r"(?:页面|网页|文件|文章|内容|信息|栏目|地址|链接).{0,8}(?:不存在|找不到|未找到|没有找到|无法找到|已(?:被)?(?:管理员)?删除|已失效|已下线|已移除)"
    r"|暂无.{0,8}(?:年度报告|年报)"
    r"|(?:找不到|未找到|没有找到|无法找到).{0,8}(?:页面|网页|文件|文章|内容|信息)|404\s*(?:错误|not found|error|页面)|page not found|(?:^|>)\s*404\s*(?:<|$)"
)  # fmt: skip
MAINTENANCE_WORDS = re.compile(
    r"(?:网站|系统|平台|服务器?).{0,10}(?:维护|升级|改版|建设)(?:中|期间|公告)?|正在(?:维护|升级|建设)|暂(?:停|时无法)(?:访问|服务)|服务暂不可用|敬请期待"
)
GONE_TITLE = re.compile(r"\s*(?:error\s*)?404(?:\s*not found)?\s*", re.IGNORECASE)
LOGIN_WORDS = re.compile(r"type=[\"']?password|统一身份认证|请(?:先)?登录|用户登录")
REFRESH = re.compile(
    r"<meta[^>]+http-equiv=[\"']?refresh[\"']?[^>]+content=[\"']?\s*\d+\s*;\s*url\s*=\s*['\"]?([^\"'>\s]+)",
    re.IGNORECASE,
)
ASSIGN = re.compile(
    r"(?:window\.|self\.|top\.|document\.|parent\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|location\.replace\(\s*[\"']([^\"']+)[\"']\s*\)"
)
FRAME = re.compile(r"<i?frame[^>]+src=[\"']?([^\"'>\s]+)", re.IGNORECASE)
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
WHITE = re.compile(r"\s+")

SHORT = 400  # characters of visible text: an apology is short, a report is not
LOOKED_AT = 20_000  # bytes; longer answers are judged by their title alone


@dataclass(frozen=True, slots=True)
class Sight:
    """An answer as a person would meet it. Of a long answer only the title is looked at: an apology is short."""

    status: int
    text: str
    title: str
    visible: str
    marked: bool  # a firewall's cookie or server name came with it

    @property
    def short(self) -> bool:
        return len(self.visible) <= SHORT


def name_block(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Name what an answer is instead of content. `headers` have lower-case names; `body` has its content-encoding undone.

    Redirects are judged by `is_home_redirect`, as they need to know where they lead from.
    """
    if status in CHALLENGE_STATUSES:
        return CHALLENGE
    if 300 <= status < 400 or status == 204 or not _is_markup(headers, body):
        return REFUSED if status in REFUSALS else None
    whole = len(body) <= LOOKED_AT
    text = decode(body if whole else body[:4096], None)[0]
    sight = Sight(
        status=status,
        text=text,
        title=_title(text),
        visible=visible_text(text) if whole else "x" * (SHORT + 1),
        marked=bool(
            CHALLENGE_COOKIE.search(headers.get("set-cookie", "")) or CHALLENGE_SERVER.search(headers.get("server", ""))
        ),
    )
    return next((name for name, applies in RULES if applies(sight)), None)


def _is_challenge(sight: Sight) -> bool:
    if sight.status == 202:
        return sight.marked or "<script" in sight.text.lower()
    if not sight.short:
        return False
    if sight.status in REFUSALS and sight.marked:
        return True
    asks = CHALLENGE_WORDS.search(sight.visible) and (sight.marked or sight.status != 200 or len(sight.visible) < 120)
    return bool(CHALLENGE_SCRIPT.search(sight.text) or asks)


def _is_soft_404(sight: Sight) -> bool:
    if sight.status >= 400:
        return False
    return bool(
        GONE_WORDS.search(sight.title)
        or GONE_TITLE.fullmatch(sight.title)
        or (sight.short and GONE_WORDS.search(sight.visible))
    )


def _is_login_wall(sight: Sight) -> bool:
    return sight.status < 400 and len(sight.visible) < 200 and bool(LOGIN_WORDS.search(sight.text))


def _is_maintenance(sight: Sight) -> bool:
    return sight.status in (200, 503) and len(sight.visible) < 200 and bool(MAINTENANCE_WORDS.search(sight.visible))


def _is_shell(sight: Sight) -> bool:
    return (
        sight.status == 200 and len(sight.visible) < 60 and (not sight.visible or shell_target(sight.text) is not None)
    )


# The first that applies names the answer.
RULES: tuple[tuple[str, Callable[[Sight], bool]], ...] = (
    (CHALLENGE, _is_challenge),
    (REFUSED, lambda sight: sight.status in REFUSALS),
    (SOFT_404, _is_soft_404),
    (LOGIN_WALL, _is_login_wall),
    (MAINTENANCE, _is_maintenance),
    (SHELL, _is_shell),
)


def shell_target(text: str) -> str | None:
    """Where a page leads that holds nothing itself: by a refresh, by a script that sets the location, or by its only frame."""
    found = REFRESH.search(text)
    if found:
        return found[1]
    assigned = ASSIGN.search(text)
    if assigned:
        return assigned[1] or assigned[2]
    frames = FRAME.findall(text)
    return frames[0] if len(frames) == 1 else None


def is_home_redirect(asked_url: str, location: str | None, home_url: str) -> bool:
    """Whether a redirect leads from some page to the site's front door: how many portals say that a page is gone."""
    target = resolve(asked_url, location or "")
    if target is None or bare_host(host_of(target)) not in (
        bare_host(host_of(asked_url)),
        bare_host(host_of(home_url)),
    ):
        return False
    return _is_front(target, home_url) and not _is_front(asked_url, home_url)


def visible_text(text: str) -> str:
    """Roughly what a reader sees, for judging what it says if it is short; of what is not short, as much as shows that."""
    words: list[str] = []
    length = end = 0
    for tag in TAG.finditer(text):
        between = text[end : tag.start()].split()
        end = tag.end()
        if between:
            words += between
            length += sum(map(len, between)) + len(between)
            if length > SHORT + 1:
                return " ".join(words)
    return " ".join((*words, *text[end:].split()))


def _is_front(url: str, home_url: str) -> bool:
    path = urlsplit(url).path
    return (
        path in ("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp") or path == urlsplit(home_url).path
    )


def _title(text: str) -> str:
    found = TITLE.search(text)
    return WHITE.sub(" ", found[1]).strip() if found else ""


def _is_markup(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the answer is a page that a person would see; files and data are not judged by their words."""
    media_type = headers.get("content-type", "").lower()
    if media_type and not any(kind in media_type for kind in ("html", "text/plain", "xhtml")):
        return False
    start = body[:200].lstrip()
    if start.startswith((b"<datastore", b"<?xml", b"{", b"[", b"%PDF", b"PK", b"\xd0\xcf")):
        return False
    return not media_type.startswith("text/plain") or b"<html" in body[:1000].lower() or not body
