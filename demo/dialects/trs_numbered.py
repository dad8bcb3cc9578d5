"""Lists whose further pages bear the column's number or a mark: `index_5478_1.shtml` as the environment ministry has it, `index_pc_2.html` with totalData."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf
from demo.site import Column, Site


def _page_id(site: Site, column: Column) -> int:
    return 5400 + site.county.number * 50 + site.columns.index(column)


def _mee_path(site: Site, column: Column, number: int) -> str:
    mark = f"_{_page_id(site, column)}_{number - 1}" if number > 1 else ""
    return f"{addresses.folder(site, column)}index{mark}.shtml"


def _mee_pager(leaf: Leaf) -> str:
    page = f"index_{_page_id(leaf.site, leaf.column)}"
    return (
        f"<script>var countPage = {leaf.total};var currentPage = {leaf.number - 1};</script>"
        f'<div class="page"><script>createPageHTML({leaf.total}, {leaf.number - 1}, "{page}", "shtml");</script></div>'
    )


def _nda_path(site: Site, column: Column, number: int) -> str:
    return f"{addresses.folder(site, column)}index{f'_pc_{number}' if number > 1 else ''}.html"


def _nda_pager(leaf: Leaf) -> str:
    return (
        f'<div id="page"></div><script>var totalData = {leaf.count}; var pageSize = 15; var curPage = {leaf.number};\n'
        "laypage.render({elem:'page',count:totalData,limit:pageSize,curr:curPage,jump:function(o,first){"
        "if(!first){location.href = o.curr==1 ? 'index.html' : 'index_pc_'+o.curr+'.html';}}});</script>"
    )


DIALECTS = (
    Shelf("trs_mee", addresses.t_date, _mee_path, _mee_pager, '<div class="TRS_Editor">{}</div>').dialect(
        conditional=True
    ),
    Shelf("trs_nda", addresses.hex_folder, _nda_path, _nda_pager, '<div class="article">{}</div>').dialect(),
)
