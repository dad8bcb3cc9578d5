"""A site and an article go in; its address comes out, in one of the spellings in which portals write them.

To add a spelling: a function here. The letters are those of the usual list of address dialects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from posixpath import dirname

from demo import apart
from demo.site import Article, Attachment, Column, Site

ArticlePath = Callable[[Site, Article], str]


def folder(site: Site, column: Column) -> str:
    """`/zwgk/zfxxgk/zfxxgknb/`: the keys of the columns on the way."""
    keys = [above.key for above in site.trail(column)]
    if apart.is_alone(site, column):
        keys = keys[2:]
    if apart.is_elsewhere(site, column):
        keys[-1:] = ["gkml", "nianbao"]
    return "/" + "".join(f"{key}/" for key in keys)


def folder_of(site: Site, article: Article) -> str:
    return folder(site, site.column(article.column))


def column_number(site: Site, column: Column, base: int = 112900) -> int:
    return base + site.county.number * 1000 + site.columns.index(column) + apart.later(site, column)


def hexadecimal(site: Site, *names: object, length: int = 32) -> str:
    """Digits that look drawn, and are always the same for the same names."""
    text = "/".join(str(name) for name in (site.county.region.code, *names))
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def uuid(site: Site, *names: object) -> str:
    digits = hexadecimal(site, *names)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def t_date(site: Site, article: Article) -> str:
    """A: TRS."""
    return f"{folder_of(site, article)}{article.filed:%Y%m}/t{article.filed:%Y%m%d}_{article.number}.html"


def t_number(site: Site, article: Article) -> str:
    """A′: TRS without a date."""
    return f"{folder_of(site, article)}t{1000000 + article.number}.html"


def content_number(site: Site, article: Article) -> str:
    """C."""
    return f"{folder_of(site, article)}{article.filed:%Y-%m}/{article.filed:%d}/content_{article.number}.html"


def hex_folder(site: Site, article: Article) -> str:
    """D."""
    return f"{folder_of(site, article)}{article.filed:%Y%m%d}/{hexadecimal(site, article.number, length=16)}/c.html"


def dated_folder(site: Site, article: Article) -> str:
    """E and H: the first eight of the digits are the day."""
    return f"{folder_of(site, article)}{article.filed:%Y%m%d}{article.number:08d}/index.html"


def numbered_folder(site: Site, article: Article) -> str:
    """G: Beijing's districts."""
    return f"{folder_of(site, article)}{article.number}/index.html"


def hex_month(site: Site, article: Article) -> str:
    """I: Kaipu UCAP."""
    column = column_number(site, site.column(article.column))
    return f"/xzf/c{column}/{article.filed:%Y%m}/{hexadecimal(site, article.number)}.shtml"


def c01(site: Site, article: Article) -> str:
    """I′: Kaipu UCAP as in Harbin."""
    column = column_number(site, site.column(article.column))
    return f"/xzf/c{column}/{article.filed:%Y%m}/c01_{article.number}.shtml"


def pnidpv(site: Site, article: Article) -> str:
    """J."""
    return f"{folder_of(site, article)}pnidpv{article.number}.html"


def c_content(site: Site, article: Article) -> str:
    """K."""
    return f"{folder_of(site, article)}c{article.number}/content.html"


def dashed_day(site: Site, article: Article) -> str:
    """O."""
    return f"/cms/html/xzf/{article.filed:%Y-%m-%d}/{article.number}.html"


def day_folder(site: Site, article: Article) -> str:
    """Q."""
    return f"{folder_of(site, article)}{article.filed:%Y%m%d}/{article.number}.html"


def hex_day(site: Site, article: Article) -> str:
    """R: Kaipu UCAP as in Sichuan."""
    day = article.filed
    return f"{folder_of(site, article)}{day.year}/{day.month}/{day.day}/{hexadecimal(site, article.number)}.shtml"


def uuid_columns(site: Site, article: Article) -> str:
    """S: Hebei."""
    return f"/columns/{uuid(site, article.column)}/{article.filed:%Y%m/%d}/{uuid(site, article.number)}.html"


def shanghai(site: Site, article: Article) -> str:
    """T."""
    return f"{folder_of(site, article)}{article.filed:%Y%m%d}/{hexadecimal(site, article.number)}.html"


def xxgk_show(site: Site, article: Article) -> str:
    """Y."""
    return f"/xxgk-show-{article.number}.html"


def snowflake(site: Site, article: Article) -> str:
    """Eighteen digits and more, as distributed systems number things."""
    return f"{folder_of(site, article)}article_{1300000000000000000 + article.number * 7919:d}.html"


def document_number(site: Site, article: Article) -> str:
    return f"{folder_of(site, article)}doc_{hexadecimal(site, article.number, length=24)}.html"


def beside(article_path: ArticlePath) -> Callable[[Site, Article, Attachment], str]:
    """Attachments in the folder of their article, as TRS has them."""

    def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
        place = dirname(article_path(site, article).partition("?")[0])
        return f"{place}/P0{article.filed:%Y%m%d}{attachment.number:09d}.{attachment.kind}"

    return attachment_path


def in_store(site: Site, article: Article, attachment: Attachment) -> str:
    """Attachments in one store for the whole site."""
    day = article.filed
    return f"/upload/files/{day.year}/{day.month}/{hexadecimal(site, attachment.number, length=20)}.{attachment.kind}"
