"""The URL of an article goes in; the dialect it is written in, and the date it carries, come out."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

# In the order in which they are tried: a shape that is part of another stands after it.
DIALECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(shape, re.IGNORECASE))
    for name, shape in (
        ("trs", r"/t(?P<ymd>\d{8})_\d+(?:_wap)?\.s?html?$"),
        ("trs id", r"/t_?\d{6,}\.s?html?$"),
        ("hanweb", r"/art/(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/art_[0-9a-f_]+\.s?html?$"),
        ("jpaas", r"/art/\d{4}/art_[0-9a-f_]+\.s?html?$"),
        ("content", r"/(?P<y>\d{4})-(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?:content|c)_\d+\.s?html?$"),
        ("hex c", r"/(?P<ymd>\d{8})/[0-9a-f]{8,}/c\.s?html?$"),
        ("snowflake", r"/\d{12,}(?:/index)?\.s?html?$|/\d{12,}/$"),
        ("numbered folder", r"/\d{5,9}/index\.s?html?$"),
        ("ucap", r"/\d{6}/[0-9a-f]{32}\.s?html?$"),
        ("ucap c01", r"/\d{6}/c\d{2}_\d+\.s?html?$"),
        ("sichuan", r"/(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/[0-9a-f]{32}\.s?html?$"),
        ("uuid columns", r"/columns/[0-9a-f-]{32,36}/(?P<y>\d{4})(?P<m>\d{2})/(?P<d>\d{2})/[0-9a-f-]{32,36}\.html$"),
        ("shanghai", r"/(?P<ymd>\d{8})/[0-9a-f]{32}\.html$"),
        ("date path", r"/(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})/\d+\.html$"),
        ("date folder", r"/(?P<ymd>\d{8})/[\d_-]+\.html$"),
        ("lonsun", r"/public/\d+/\d+\.html$"),
        ("vsb", r"/info/\d+/\d+\.htm$"),
        ("post", r"/content(?:/\d+)*/m?post_\d+\.html$"),
        ("xxgk php", r"/(?:XxgkAnnualReport|Xxgknb|OpennessAnnualReport|XxgkContent)/show/\d+\.html$"),
        ("xxgk show", r"/xxgk-show-\d+\.html$"),
        ("pnidpv", r"/pnidpv\d+\.html$"),
        ("c content", r"/c\d+/content\.html$"),
        ("jeecms", r"/\d+\.jhtml$"),
        (
            "article",
            r"/article_\d{18,}\.html$|/doc_[0-9a-f]{24}\.html$|/[0-9a-f]{24}\.html$|/[0-9a-f]{32}\.s?html$|/[0-9a-f-]{36}\.s?html$",
        ),
        ("content id", r"/(?:Content[-_]|content_|content/|details?/|view/|show/|show-)\d{3,}(?:\.s?html?)?$"),
        ("number", r"/\d{3,11}\.s?html?$"),
    )
)
SCRIPTED = re.compile(
    r"xxgkAnnualReport\.jsp\?|[?&](?:id|aid|itemid|articleid|infoid|newsid|contentid)=[\w-]+", re.IGNORECASE
)
ATTACHMENT = re.compile(r"\.(pdf|docx?|wps|ofd|xlsx?|et|rtf|zip|rar|7z)$", re.IGNORECASE)
DOWNLOAD = re.compile(
    r"/download\.jsp\?|/downloadfile|/attach(?:ment)?/download|[?&]filename=[^&]+\.(?:pdf|docx?|wps|ofd|zip)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def dialect_of(url: str) -> str | None:
    """The dialect of an article's URL; None when it looks like no article."""
    parts = urlsplit(url)
    for name, shape in DIALECTS:
        if shape.search(parts.path):
            return name
    return "scripted" if parts.query and SCRIPTED.search(url) else None


def date_in(url: str) -> date | None:
    """The day that the URL carries. It is when the file was made: often, not always, the day of publication."""
    path = urlsplit(url).path
    for _, shape in DIALECTS:
        found = shape.search(path)
        if found:
            parts = found.groupdict()
            if parts.get("ymd"):
                parts = {"y": parts["ymd"][:4], "m": parts["ymd"][4:6], "d": parts["ymd"][6:]}
            return day(parts["y"], parts["m"], parts["d"]) if parts.get("y") else None
    return None


def day(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def is_attachment(url: str) -> bool:
    """Whether the address ends as a file does that a person opens outside the browser."""
    parts = urlsplit(url)
    return bool(
        ATTACHMENT.search(parts.path) or (parts.query and (DOWNLOAD.search(url) or ATTACHMENT.search(parts.query)))
    )
