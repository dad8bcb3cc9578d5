"""Lonsun (Anhui): each organ has a directory; `/public/column/<organ>?type=3&action=list` is its annual reports, `/site/label/8888` gives a page."""

from __future__ import annotations

from functools import partial
from html import escape

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.dialects.hanweb_xxgk import is_directory, slug_of
from demo.interfaces import as_json, asked, cut, whole
from demo.interfaces import pages as page_count
from demo.shelf import Leaf, plain_rows
from demo.site import Article, Attachment, Column, Site

PER_PAGE = 15
LABEL = "/site/label/8888"
REPORTS, GUIDE = "3", "2"


def _site_id(site: Site) -> int:
    return 6793000 + site.county.number


def organ_id(site: Site, column: Column) -> int:
    return 6615900 + [organ.slug for organ in site.county.organs].index(slug_of(column))


def _type(column: Column) -> str:
    return GUIDE if column.key.endswith("_gkzn") else REPORTS


def _is_organs(column: Column) -> bool:
    return is_directory(column) or column.key.endswith("_gkzn")


def column_path(site: Site, column: Column) -> str:
    if _is_organs(column):
        return f"/public/column/{organ_id(site, column)}?type={_type(column)}&catId=&action=list"
    if column.parent == "bmxz":
        return f"/public/column/{organ_id(site, column)}"
    return addresses.folder(site, column)


def article_path(site: Site, article: Article) -> str:
    column = site.column(article.column)
    owner = organ_id(site, column) if _is_organs(column) else 6610000 + site.columns.index(column)
    return f"/public/{owner}/{article.number}.html"


def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
    digits = addresses.hexadecimal(site, attachment.number, length=24)
    return f"/group6/M00/{digits[:2].upper()}/{digits[2:4].upper()}/wKg{digits[4:]}.{attachment.kind}"


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): partial(_shell, site, column)}


def _shell(site: Site, column: Column, _: Request) -> Response:
    """The first page of the list stands in the shell; the pager's script asks for the others."""
    organ = organ_id(site, column) if _is_organs(column) else 0
    call = (
        f"{LABEL}?IsAjax=1&dataType=html&labelName=publicInfoList&siteId={_site_id(site)}&pageSize={PER_PAGE}&action=list"
        f"&organId={organ}&type={_type(column)}&catId={site.columns.index(column)}&isDate=true&dateFormat=yyyy-MM-dd&length=80"
        "&file=/xxgk/publicInfoList_newest2020"
    )
    return pages.listing(
        site,
        DIALECT,
        column,
        f"<div class='xxgk_navli'>{_fragment(site, column, 1, PER_PAGE)}</div><script>var listUrl='{call}';</script>",
    )


def _fragment(site: Site, column: Column, number: int, size: int) -> str:
    articles = site.listed(column)
    total = page_count(len(articles), size)
    leaf = Leaf(site, column, cut(articles, number, size), number, total)
    mark = 6791500 + site.columns.index(column)
    script = (
        f'Ls.pagination("#page_{mark}", function(i){{goto(i)}}, '
        f"{{currPage:({number - 1}+1),pageCount:{total},link:'?pageIndex={{page}}'}});"
    )
    return f'{plain_rows(leaf, article_path)}<div id="page_{mark}"></div><script>{script}</script>'


def routes(site: Site) -> Routes:
    return {LABEL: partial(_label, site)}


def _label(site: Site, request: Request) -> Response:
    said = asked(request)
    if said.get("labelName") == "columnTree":
        return _tree(site, said)
    column = _asked_column(site, said)
    if column is None:
        return Response("<div class='no-result'>暂无相关信息</div>".encode(), "text/html;charset=UTF-8")
    number, size = whole(said.get("pageIndex", ""), 1), min(whole(said.get("pageSize", ""), PER_PAGE), 50)
    return Response(pages.encoded(site, _fragment(site, column, number, size)), pages.media_type(site))


def _asked_column(site: Site, said: dict[str, str]) -> Column | None:
    if said.get("organId") == "0":
        index = whole(said.get("catId", ""), len(site.columns))
        return site.columns[index] if index < len(site.columns) else None
    for column in site.columns:
        if (
            _is_organs(column)
            and str(organ_id(site, column)) == said.get("organId")
            and _type(column) == said.get("type")
        ):
            return column
    return None


def _tree(site: Site, said: dict[str, str]) -> Response:
    """The organ's columns; without an organ, the organs."""
    if said.get("organId"):
        chosen = [c for c in site.columns if _is_organs(c) and str(organ_id(site, c)) == said["organId"]]
    else:
        chosen = list(site.children("bmxz"))
    nodes = [
        {"id": site.columns.index(column), "name": escape(column.title), "htmlPath": column_path(site, column)}
        for column in chosen
    ]
    return as_json(nodes)


DIALECT = Dialect(
    name="lonsun",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    routes=routes,
    container='<div class="wzcon j-fontContent" id="zoom">{}</div>'.format,
    volatile=True,
    ways=("organs",),
)
