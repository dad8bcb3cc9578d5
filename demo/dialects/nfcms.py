"""Guangdong's NFCMS: `index.html`, `index_2.html`; articles `content/post_12.html`; the page names NFCMS_SITE_ID and NFCMS_POST_ID."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf, numbered
from demo.site import Article, Site


def article_path(site: Site, article: Article) -> str:
    return f"{addresses.folder_of(site, article)}content/post_{article.number}.html"


def _pager(leaf: Leaf) -> str:
    site = f"<script>var NFCMS_SITE_ID = '{755000 + leaf.site.county.number}';</script>"
    following = f'<a class="next" href="index_{leaf.number + 1}.html">下一页</a>'
    return f'<div class="page">共{leaf.total}页 {following if leaf.number < leaf.total else ""}</div>{site}'


DIALECT = Shelf(
    "nfcms",
    article_path,
    numbered("index", "html"),
    _pager,
    container='<div class="article-content">{}</div><script>var NFCMS_POST_ID = 1;</script>',
).dialect(conditional=True)
