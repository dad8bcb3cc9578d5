"""TRS WCM with the pager calls that are not the plain one: the container's name first, `pageControl`, colours and counts, rows written by script."""

from __future__ import annotations

from html import escape

from demo import addresses
from demo.addresses import ArticlePath
from demo.shelf import Leaf, Shelf, numbered

TRS = '<div class="TRS_Editor">{}</div>'


def _script(call: str) -> str:
    return f'<div class="page" id="page_div"><script>{call}</script></div>'


def _hunan(leaf: Leaf) -> str:
    return _script(f"createPageHTML('page_div',{leaf.total},{leaf.number},'fg','shtml',{leaf.count});")


def _paging(leaf: Leaf) -> str:
    return f"<div id=\"paging\"></div><script>createPageHTML('paging',{leaf.total},{leaf.number},'index','html',{leaf.count});</script>"


def _hubei(leaf: Leaf) -> str:
    """The call shows pages from 1; the files are numbered from 0."""
    return f'<div class="pages-nav"></div><script>pageControl({leaf.total},{leaf.number},"index","shtml",10,\'pages-nav\');</script>'


def _coloured(leaf: Leaf) -> str:
    return _script(f'createPageHTML({leaf.total}, {leaf.number - 1}, "index", "html", "black2",{leaf.count});')


def _scripted_rows(leaf: Leaf, article_path: ArticlePath) -> str:
    """The links exist only as words of a script, relative to the list."""
    folder = addresses.folder(leaf.site, leaf.column)
    rows = []
    for article in leaf.articles:
        link = "./" + article_path(leaf.site, article).removeprefix(folder)
        rows.append(
            f'<li><script>var url="{link}"; var title="{escape(article.title)}"; '
            "document.write('<a href=\"'+url+'\" title=\"'+title+'\">'+title+'</a>');</script>"
            f"<span>{article.published:%Y-%m-%d}</span></li>"
        )
    return "<ul>\n" + "\n".join(rows) + "\n</ul>\n"


HUNAN = Shelf("trs_hunan", addresses.t_number, numbered("fg", "shtml"), _hunan, container=TRS)
PAGING = Shelf("trs_paging", addresses.content_number, numbered("index", "html"), _paging, container=TRS)
HUBEI = Shelf("trs_hubei", addresses.t_date, numbered("index", "shtml", shift=-1), _hubei, container=TRS)
SCRIPTED = Shelf("trs_scripted", addresses.t_date, numbered("index", "html", shift=-1), _coloured, TRS, _scripted_rows)
DIALECTS = (
    HUNAN.dialect(conditional=True),
    PAGING.dialect(conditional=True),
    HUBEI.dialect(volatile=True),
    SCRIPTED.dialect(conditional=True),
)
