"""An article's page goes in; the files inside its text come out, and whether the page is a report and of which title."""

from __future__ import annotations

import re
from posixpath import basename, splitext
from typing import Any
from urllib.parse import urlsplit

from crawler.addresses import resolve
from crawler.links import compact, is_report_column, judge
from crawler.portals.dialects import is_attachment
from crawler.portals.literals import literal_after
from crawler.portals.page import Element, Link, Page, links_in, parse_html, text_of
from reports.publication import part_number

CONTAINER_IDS = (
    "UCAP-CONTENT",
    "zoom",
    "Zoom",
    "ivs_content",
    "vsb_content",
    "articleContent",
    "barrierfree_container",
    "content",
    "zoomcon",
    "print_content",
)
CONTAINER_CLASSES = (
    "TRS_Editor", "TRS_UEDITOR", "trs_editor_view", "v_news_content", "article-content", "xxgk_content", "wzzw-article", "Article_content",
    "main-txt", "detail-content", "pub-det-content", "article", "news_content", "conTxt", "view",
)  # fmt: skip
FILE_KINDS = (".pdf", ".doc", ".wps", ".ofd", ".xls", ".rtf", ".zip", ".rar", ".7z")
# Seen in the bytes before a tree is built: most articles link no file, and a tree costs more than all else on the page.
FILE_HINTS = tuple(hint.encode() for hint in (*FILE_KINDS, "download", "attach", "filename="))
NO_PICTURE = re.compile(
    r"icon|logo|qr_?code|wechat|weixin|filetype|spacer|blank|loading|\.(?:gif|svg|ico)(?:\?|$)", re.IGNORECASE
)
MOST_PICTURES = 40
MOST_FILES_OF_ONE = 3  # more are a list of files
SECTIONS = ("总体情况", "主动公开政府信息", "收到和处理", "行政复议", "存在的主要问题", "其他需要报告")
TURNS_PAGE = re.compile(r"[\[(【]?第?\d{1,2}页?[\])】]?|下一?页|后一页|尾页|末页|[>»›]+")
TITLE_TAIL = re.compile(r"\s*[-_|—–].*$")


def attachments_of(page: Page) -> tuple[Link, ...]:
    """The files linked inside the article's text; without a known container, those whose names speak of a report or an attachment."""
    lower = page.body.lower()
    pictured = b"<img" in lower and b"<table" not in lower
    if not pictured and not any(hint in lower for hint in FILE_HINTS):
        return ()
    detail = _detail(page)
    content = detail.get("content")
    container = parse_html(content) if isinstance(content, str) else container_of(page.tree)
    links = links_in(container, page.base_url) if container is not None else page.links
    found = {link.url: link for link in _files_in_data(page, detail)}
    for link in links:
        named = is_attachment(link.name.strip()) or link.name.strip().startswith("附件")
        if not (is_attachment(link.url) or (named and container is not None)):
            continue
        if container is None and not re.search(r"报告|年报|附件", link.name):
            continue
        found.setdefault(link.url, link)
    if pictured and container is not None:
        found |= {link.url: link for link in _pictures(container, page.base_url)}
    return tuple(found.values())


def further_pages(page: Page, first_url: str) -> tuple[Link, ...]:
    """The pages that an article goes on with, as its pager links them: `content_123.html` goes on in `content_123_2.html`."""
    stem = splitext(basename(urlsplit(first_url).path))[0]
    if not stem or f"{stem}_".encode() not in page.body:  # seen before a tree is built
        return ()
    turning = (link for link in page.links if TURNS_PAGE.fullmatch(link.name.strip()))
    return tuple({link.url: link for link in turning if part_number(first_url, link.url)}.values())


def _pictures(container: Element, base_url: str) -> list[Link]:
    """The pictures in the text of an article without tables: some offices publish their tables as pictures."""
    links = []
    for image in container.iter("img"):
        url = resolve(base_url, image.get("src") or "")
        if url and not NO_PICTURE.search(url):
            links.append(Link(url, (image.get("alt") or image.get("title") or "").strip(), "", image))
    return links[:MOST_PICTURES]


def _detail(page: Page) -> dict[str, Any]:
    """An article that its page carries as data for a script (`_CONFIG.DETAIL`): its text and its files."""
    detail = literal_after(page.text, "DETAIL") if "_CONFIG" in page.text else None
    return detail if isinstance(detail, dict) else {}


def _files_in_data(page: Page, detail: dict[str, Any]) -> list[Link]:
    files = detail.get("attachment")
    return [
        Link(url, str(file.get("name") or ""), "", page.tree)
        for file in (files if isinstance(files, list) else [])
        if isinstance(file, dict) and isinstance(file.get("url"), str) and (url := resolve(page.base_url, file["url"]))
    ]


def container_of(tree: Element) -> Element | None:
    """The element that holds an article's text, by the names that portals give it."""
    by_id = {
        element.get("id"): element
        for element in tree.iter("div", "td", "article", "section", "ucapcontent")
        if element.get("id")
    }
    for name in CONTAINER_IDS:
        if name in by_id:
            return by_id[name]
    for element in tree.iter("ucapcontent"):
        return element
    wanted = {name: place for place, name in enumerate(CONTAINER_CLASSES)}
    best: tuple[int, Element] | None = None
    for element in tree.iter("div", "td", "article", "section"):
        places = [wanted[name] for name in (element.get("class") or "").split() if name in wanted]
        if places and (best is None or min(places) < best[0]):
            best = min(places), element
    return best[1] if best else None


def is_report_page(page: Page) -> bool:
    """Whether the page holds a report's own text: at least four of the form's six sections."""
    return sum(1 for section in SECTIONS if section in page.text) >= 4


def is_file_page(page: Page) -> bool:
    """Whether the page is the article of one report that is there as a file: its own title names organ and year, and it links few files."""
    verdict = judge(page.url, article_title(page))
    if not (verdict.is_report and verdict.organ and verdict.year):
        return False
    return 0 < len(attachments_of(page)) <= MOST_FILES_OF_ONE


def article_title(page: Page) -> str:
    """The title an article gives itself: its metadata, its heading, or the window's title without the site's name."""
    named = page.meta.get("articletitle") or ""
    if not named:
        headings = (text_of(element) for element in page.tree.iter("h1", "h2", "ucaptitle"))
        named = next((heading for heading in headings if heading), "")
    return named or TITLE_TAIL.sub("", page.title)


def column_name(page: Page) -> str | None:
    """The name of the reports' column, when the page says that it is one of its pages."""
    named = (page.meta.get("columnname"), TITLE_TAIL.sub("", page.title), page.anchor)
    return next((name for name in named if name and is_report_column(compact(name))), None)
