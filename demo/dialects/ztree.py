"""Directories as a zTree: the page of a column that holds columns is an empty tree; `setting.async.url` gives its nodes as JSON."""

from __future__ import annotations

from functools import partial

from demo import addresses, pages
from demo.dialect import Request, Response, Routes
from demo.interfaces import as_json, asked
from demo.shelf import Leaf, Shelf, numbered
from demo.site import Column, Site

NODES = "/xxgk/tree/getNodes"


def _number(site: Site, column: Column) -> str:
    return str(1 + site.columns.index(column))


def folder_routes(site: Site, column: Column) -> Routes:
    return {addresses.folder(site, column): partial(_tree, site, column)}


def _tree(site: Site, column: Column, _: Request) -> Response:
    """The tree's first level is loaded for this column; a node that is a parent is opened by a request of its own."""
    setting = (
        f"var setting={{async:{{enable:true,type:'post',url:'{NODES}',autoParam:['id'],otherParam:{{root:'{_number(site, column)}'}}}},"
        "data:{simpleData:{enable:true,idKey:'id',pIdKey:'pId'}}};\nvar zTreeObj=$.fn.zTree.init($('#tree'),setting);"
    )
    main = f'{pages.crumbs(site, DIALECT, column)}<ul id="tree" class="ztree"></ul>\n<script>{setting}</script>'
    return Response(pages.page(site, DIALECT, column.title, main), pages.media_type(site))


def _nodes(site: Site, request: Request) -> Response:
    said = asked(request)
    wanted = said.get("id") or said.get("root", "")
    above = next((column for column in site.columns if _number(site, column) == wanted), None)
    nodes = [] if above is None else [_node(site, child) for child in site.children(above.key)]
    return as_json(nodes)


def _node(site: Site, column: Column) -> dict[str, object]:
    parent = next(other for other in site.columns if other.key == column.parent)
    return {
        "id": _number(site, column),
        "pId": _number(site, parent),
        "name": column.title,
        "isParent": bool(site.children(column.key)),
        "url": addresses.folder(site, column),
    }


def _pager(leaf: Leaf) -> str:
    following = f'<a href="index_{leaf.number + 1}.html" rel="next">&gt;</a>'
    return f'<div class="pager">{following if leaf.number < leaf.total else ""}</div>'


DIALECT = Shelf("ztree", addresses.day_folder, numbered("index", "html"), _pager).dialect(
    routes=lambda site: {NODES: partial(_nodes, site)},
    folder_routes=folder_routes,
    ways=("mixed", "tabs", "years", "organs", "astray"),
)
