"""A page's bytes as text in, its tree and the element of it that holds the article out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from reports.errors import UnreadableFile
from reports.extraction.scripted import scripted_article

# The element that holds the article, as the portals' systems name it.
_CONTAINERS = (
    "zoom", "UCAP-CONTENT", "js_content", "ivs_content", "vsb_content", "vsb_content_2", "vsb_content_100", "content", "Zoom",
    "article-content", "news_content", "mainText", "ReadContent", "zwnr", "xxgk_content",
)  # fmt: skip
_CONTAINER_CLASSES = (
    "TRS_Editor", "TRS_UEDITOR", "trs_editor_view", "wp_articlecontent", "j-fontContent", "article-content", "articleContent",
    "article", "pages_content", "news_content", "zwxl-article", "xxgk-content", "content", "view", "bt-content", "gkmlpt_content",
)  # fmt: skip
SCRIPTED = "a string in a script"
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|rtf|zip|rar|et)(?:[?#]|$)", re.IGNORECASE)
_STATUTORY_WORDS = (
    "总体情况",
    "主动公开政府信息",
    "收到和处理政府信息公开",
    "行政复议、行政诉讼",
    "问题",
    "其他需要报告",
    "第二十条第",
)
_STATUTORY = re.compile(
    r"总体情况|主动公开政府信息|收到和处理政府信息公开|行政复议、行政诉讼|存在的?(?:主要)?问题|其他需要报告|第二十条第"
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse_markup(text: str) -> Element:
    """The page as a tree. NUL bytes go first: libxml2 stops at one and half a table is lost."""
    clean = _XML_DECLARATION.sub("", text.replace("\0", ""))
    try:
        # plain elements: those of lxml.html cost a look-up in Python for every one that is touched
        root = etree.fromstring(clean, parser=etree.HTMLParser(remove_comments=True, remove_pis=True, recover=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"expected an HTML page, found nothing that an HTML parser can read: {error}") from error
    if root is None:
        raise UnreadableFile("expected an HTML page, found a page without any element")
    return root


def find_article(root: Element) -> tuple[Element, str | None]:
    """The element that holds the article and the name it was found by; the page itself, without a name, when none is evident."""
    container, name = find_container(root)
    if (
        name is None
        and (written := scripted_article([script.text or "" for script in root.iter("script")])) is not None
    ):
        root.append(parse_markup(f"<div>{written}</div>"))
        return root[-1], SCRIPTED
    return container, name


def find_container(root: Element) -> tuple[Element, str | None]:
    """The smallest known or evident element that holds the article, and the name it was found by."""
    best: tuple[int, Element, str] | None = None
    ids, classes = set(_CONTAINERS), set(_CONTAINER_CLASSES)
    for element in root.iter("div", "td", "article", "section", "ucapcontent"):
        identifier, written = element.get("id"), element.get("class")
        names = written.split() if written else ()
        if identifier in ids or not classes.isdisjoint(names):
            text = etree.tostring(element, method="text", encoding="unicode")
            marks = sum(phrase in text for phrase in _STATUTORY_WORDS)
            label = f"#{identifier}" if identifier in ids else "." + next(n for n in names if n in classes)
            # of two that hold the same headings the inner one is the article, the outer one the page around it
            if marks and (best is None or marks >= best[0]):
                best = (marks, element, label)
    if best is not None and best[0] >= 3:
        return best[1], best[2]
    common = _common_ancestor(root)
    if common is not None:
        return common, "around the statutory headings"
    return _announcement(root) or (root, None)


def _announcement(root: Element) -> tuple[Element, str] | None:
    """The article of a page that only hands out a file: an element named as an article that links one or shows a picture."""
    for identifier in _CONTAINERS:
        for element in root.iter("div", "td", "article", "section", "ucapcontent"):
            if element.get("id") == identifier and (
                any(attachments_of(element)) or next(element.iter("img"), None) is not None
            ):
                return element, f"#{identifier}"
    return None


def _common_ancestor(root: Element) -> Element | None:
    """The innermost element around everything that reads like a statutory heading."""
    marked = [
        element
        for element in root.iter("p", "div", "span", "strong", "b", "td", "h1", "h2", "h3", "h4", "h5", "h6")
        if element.text and len(element.text) < 60 and _STATUTORY.search(element.text)
    ]
    if len(marked) < 3:
        return None
    shared = list(marked[0].iterancestors())
    for element in marked[1:]:
        around = set(element.iterancestors())
        shared = [ancestor for ancestor in shared if ancestor in around]
    return next((ancestor for ancestor in shared if ancestor.tag not in ("tr", "tbody", "table", "p", "span")), None)


def attachments_of(container: Element) -> Iterator[str]:
    """The addresses of files that an element links."""
    seen: set[str] = set()
    for link in container.iter("a"):
        target = link.get("href") or ""
        if target and target not in seen and is_file(link):
            seen.add(target)
            yield target


def is_file(link: Element) -> bool:
    """By the end of the address, or by the words: download.jsp?id=17 has its name in the words only."""
    target, words = link.get("href") or "", link.text or ""
    return bool(_ATTACHMENT.search(target) or _ATTACHMENT.search(words.strip()) or re.search(r"附件|下载", words))
