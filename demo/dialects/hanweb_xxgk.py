"""Hanweb xxgk: an organ's directory is an area; `search.jsp` gives its list as rows of a table, `tree.jsp` its tree; also for a whole area at once.

All organs' directories are the same columns of the portal: `/col/col38/index.html?vc_xxgkarea=<area>&number=<type>`.
"""

from __future__ import annotations

from functools import partial
from html import escape

from demo import apart, pages
from demo.dialect import MAIN_HOST, Dialect, Request, Response, Routes
from demo.dialects import jcms
from demo.interfaces import asked, cut, whole
from demo.interfaces import pages as page_count
from demo.noise import REPORT_COLUMN
from demo.site import Article, Column, Site

PER_PAGE = 12
SEARCH, TREE = "/module/xxgk/search.jsp", "/module/xxgk/tree.jsp"
GUIDE, REPORTS = "A01", "A02"  # the tree's names for the guide and for annual reports
OTHER_REPORTS = "A0701"  # and that of an organ apart


def slug_of(column: Column) -> str:
    """The slug of the organ that the column belongs to; the government's own columns belong to no directory."""
    return "xzf" if column.key == REPORT_COLUMN else apart.slug_of(column)


def area_of(site: Site, column: Column) -> str:
    """A code as organs have it: the county, a running number, a letter."""
    return f"11{site.county.region.code}{apart.place_of(site, slug_of(column)):08d}A"


def is_directory(column: Column) -> bool:
    return column.key == REPORT_COLUMN or column.key.endswith("_nb")


def column_path(site: Site, column: Column) -> str:
    if "bmxz" not in {above.key for above in site.trail(column)[:-1]} or apart.is_alone(site, column):
        return jcms.column_path(site, column)
    place, kind = 900, ""
    if column.key.endswith("_gkzn"):
        place, kind = 901, f"&number={GUIDE}"
    elif column.key.endswith("_nb"):
        place, kind = 902, f"&number={_type(site, column)}"
    elif column.key.endswith("_wn"):
        place = 903
    number = jcms.column_number(site, site.columns[0]) + place
    return f"/col/col{number}/index.html?vc_xxgkarea={area_of(site, column)}{kind}"


def _type(site: Site, column: Column) -> str:
    return OTHER_REPORTS if apart.is_elsewhere(site, column) else REPORTS


def list_routes(site: Site, column: Column) -> Routes:
    if not is_directory(column):
        return {column_path(site, column): lambda _: pages.listing(site, DIALECT, column, jcms.store(site, column))}
    return {column_path(site, column): partial(_shell, site, column)}


def _shell(site: Site, column: Column, _: Request) -> Response:
    area, kind = area_of(site, column), _type(site, column)
    load = (
        f"loadDynamic('{SEARCH}?standardXxgk=1&isAllList=1&texttype=0&fbtime=-1&vc_all=&vc_filenumber=&vc_title=&vc_number="
        f"&currpage=1&sortfield=,createdatetime:0,orderid:0&infotypeId={kind}&jdid=1305&area={area}','div4',"
        f"'infotypeId={kind}&jdid=1305&area={area}&divid=div1665241');"
    )
    text = (
        f'<iframe src="{TREE}?standardXxgk=1&area={area}&divid=div4" width="240"></iframe>\n<div id="div4"></div>\n'
        f"<script>{load}</script>"
    )
    return pages.listing(site, DIALECT, column, text)


def routes(site: Site) -> Routes:
    return {
        **jcms.routes(site),
        SEARCH: partial(_search, site),
        TREE: partial(_tree, site),
    }


def _directory(site: Site, area: str) -> Column | None:
    return next((column for column in site.columns if is_directory(column) and area_of(site, column) == area), None)


def _search(site: Site, request: Request) -> Response:
    said = asked(request)
    column = _directory(site, said.get("area", ""))
    articles: tuple[Article, ...] = ()
    if column is not None:
        kind = said.get("infotypeId", "")
        guide = next((c for c in site.columns if c.key in {f"{slug_of(column)}_gkzn", "gkzn"}), None)
        # Without a type the whole area answers, whatever column it stands in.
        articles += site.listed(column) if kind in {"", _type(site, column)} else ()
        articles += site.listed(guide) if guide is not None and kind != _type(site, column) else ()
    number, total = whole(said.get("currpage", ""), 1), page_count(len(articles), PER_PAGE)
    rows = "".join(
        f'<tr class="tr_main_value_{"odd" if row % 2 else "even"}"><td>{row}</td>'
        f'<td><a href="{MAIN_HOST}{jcms.article_path(site, article)}" target="_blank" title="{escape(article.title)}">'
        f"{escape(article.title)}</a></td><td>{article.published:%Y-%m-%d}</td></tr>\n"
        for row, article in enumerate(cut(articles, number, PER_PAGE), 1)
    )
    more = (
        f'<a onclick="gotopage({number + 1})">下一页</a> <a onclick="gotopage({total})">尾页</a>'
        if number < total
        else ""
    )
    text = f'<table class="tr_main">\n{rows}</table>\n<div class="page">共{len(articles)}条 第{number}页 共{total}页 {more}</div>'
    return Response(pages.encoded(site, text), pages.media_type(site))


def _tree(site: Site, request: Request) -> Response:
    """A dTree: its nodes call funclick with the type's name."""
    area = asked(request).get("area", "")
    column = _directory(site, area)
    reports = REPORTS if column is None else _type(site, column)
    nodes = ((GUIDE, "政府信息公开指南"), (reports, "政府信息公开年报"), ("A03", "政府信息公开制度"))
    lines = "".join(
        f"d.add({number},0,'{label}',\"javascript:funclick('{name}','{area}','{label}')\");\n"
        for number, (name, label) in enumerate(nodes, 1)
    )
    text = f"<html><body><script>d = new dTree('d');\nd.add(0,-1,'信息公开目录');\n{lines}document.write(d);</script></body></html>"
    return Response(pages.encoded(site, text), pages.media_type(site))


DIALECT = Dialect(
    name="hanweb_xxgk",
    column_path=column_path,
    article_path=jcms.article_path,
    attachment_path=jcms.attachment_path,
    list_routes=list_routes,
    routes=routes,
    container=jcms.DIALECT.container,
    volatile=True,
    ways=("organs",),
)
