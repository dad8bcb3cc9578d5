"""An address as it stands in a page goes in; an absolute URL, or the key that all addresses of the same page share, comes out."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
# Names that only ever say who asks, when, or for which screen. `sid`, `t` and `id` are not here: portals list by them.
EMPTY_PARAMETERS = frozenset(
    [
        "jsessionid",
        "phpsessid",
        "aspsessionid",
        "sessionid",
        "session_id",
        "_t",
        "_",
        "random",
        "rand",
        "rnd",
        "timestamp",
        "ismobile",
        "fontsize",
        "print",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "spm",
    ]
)
STATIC = re.compile(r"\.s?html?$", re.IGNORECASE)
INDEX = re.compile(r"(?<=/)(?:index|default)\.(?:s?html?|jsp|php|aspx?)$", re.IGNORECASE)
SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
WAP_PAGE = re.compile(r"_wap(?=\.(?:s?html?|jhtml)$)", re.IGNORECASE)
MOBILE_POST = re.compile(r"(?<=/)mpost_(?=\d)")
GATEWAY = re.compile(r"^/gate/big5/([a-z0-9.-]+\.[a-z]{2,})(/.*)?$", re.IGNORECASE)
TWIN_LABEL = re.compile(r"^(?:www|wap|m)\.(?=[^.]+\.)")
LONGEST_KEY = 1024  # characters: a database that looks keys up (PostgreSQL) takes none of more than 2,700 bytes
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
UNSAFE = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]~A-Za-z0-9._-]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")  # browsers drop line breaks and tabs inside an address
NO_PAGE = re.compile(r"^(?:javascript|mailto|tel|sms|data|about|file|ftp|weixin|vbscript|blob):", re.IGNORECASE)


def resolve(base: str, reference: str) -> str | None:
    """The absolute http(s) URL that `reference` means on the page `base`, without its fragment; None when it means no page."""
    reference = CONTROL.sub("", reference.strip())
    if not reference or reference[0] == "#" or NO_PAGE.match(reference):
        return None
    try:
        url = urljoin(base, reference)
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port  # a port that is no number is found out here
        if host and not host.isascii():  # 示例县.中国, as resolvers know it
            name = host.encode("idna").decode("ascii")
            url = parts._replace(netloc=name if port is None else f"{name}:{port}").geturl()
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    url = url.partition("#")[0]
    return UNSAFE.sub(lambda character: quote(character.group().encode("utf-8", "replace")), url)


def host_of(url: str) -> str:
    """The host in lower case, without its port and without the dot a name may end with."""
    return (urlsplit(url).hostname or "").rstrip(".")


def bare_host(host: str) -> str:
    """The host without the label that only names a twin of it: www, m, wap."""
    is_ip = host[-1:].isdigit() or ":" in host
    return host if is_ip else TWIN_LABEL.sub("", host)


@lru_cache(maxsize=4096)  # every page of a site repeats its menus
def url_key(url: str, method: str = "GET", body: bytes = b"") -> str:
    """What makes two addresses the same page: `host[:port]/path[?query]`.

    Scheme, www, default ports, doubled slashes, dot segments, session ids, wap and big5 twins, index pages and empty parameters do not
    count. A body that is posted counts as a parameter, as web archives write it, so that each page of a posted list has its own key.
    The end of a very long key is its hash: a form's hidden state can take ten thousands of characters.
    """
    key = _key(url, method, body)
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}~{digest}"


def _key(url: str, method: str, body: bytes) -> str:
    parts = urlsplit(url.strip())
    gateway = GATEWAY.match(parts.path)
    if gateway:
        parts = SplitResult(parts.scheme, gateway[1], gateway[2] or "/", parts.query, "")
    path = _path_key(parts.path)
    query = _query_key(parts.query, static=bool(STATIC.search(path)))
    if method != "GET":
        query = "&".join(filter(None, (query, f"__wb_method={method}", quote(body, safe="=&/:,"))))
    return f"{_host_key(parts)}{path}?{query}" if query else f"{_host_key(parts)}{path}"


def _host_key(parts: SplitResult) -> str:
    host = bare_host((parts.hostname or "").rstrip("."))
    port = parts.port
    if ":" in host:
        host = f"[{host}]"
    return host if port is None or port == DEFAULT_PORTS.get(parts.scheme) else f"{host}:{port}"


def _path_key(path: str) -> str:
    path = SESSION.sub("", path)
    if "//" in path:
        path = re.sub("/{2,}", "/", path)
    if "/." in path:
        path = _without_dots(path)
    path = _same_escapes(path)
    path = INDEX.sub("", path)
    path = WAP_PAGE.sub("", path)
    return MOBILE_POST.sub("post_", path) or "/"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    ends_open = path.endswith(("/.", "/.."))
    return "/" + "/".join(kept) + ("/" if ends_open and kept else "")


def _same_escapes(text: str) -> str:
    """Escapes in one spelling: letters and digits plain, everything else in capital hex, characters beyond ASCII as UTF-8 escapes."""
    if "%" in text:
        text = PERCENT.sub(_plain_or_capital, text)
    return text if text.isascii() else quote(text, safe="!$%&'()*+,/:;=?@[]~")


def _plain_or_capital(escape: re.Match[str]) -> str:
    byte = unquote_to_bytes(escape.group())
    return byte.decode("ascii") if byte.isalnum() or byte in b"-._~" else escape.group().upper()


def _query_key(query: str, static: bool) -> str:
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if pair and not _is_empty(pair, static)]
    return _same_escapes("&".join(sorted(pairs)))


def _is_empty(pair: str, static: bool) -> bool:
    name = pair.partition("=")[0].lower()
    # A file that lies ready does not change with a `?type=`; a program's address does.
    return name in EMPTY_PARAMETERS or (static and name == "type")
