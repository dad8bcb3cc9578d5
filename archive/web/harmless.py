"""A stranger's HTML goes in, HTML that runs nothing and asks for nothing comes out.

Only elements and attributes named here are kept, so that what nobody thought of is not. The policy that the view is served under would
refuse the rest as well: two walls, each enough alone.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urljoin

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

_DROPPED = ("script", "template", "link", "meta", "base", "svg", "math")
# Not dropped but taken off: the parser may put the rest of the page inside one that was never closed, and what stands inside is content.
_TAKEN_OFF = """
iframe frame frameset object embed applet audio video source track portal noscript form
"""
# An element of any other name becomes a span: the parser makes names such as `a<script` that no browser should read again.
_ELEMENTS = """
html head title body style a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details
dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd label legend li main mark menu
nav ol optgroup option p pre q rp rt ruby s samp section select small span strike strong sub summary sup table tbody td textarea tfoot
th thead time tr tt u ul var wbr button fieldset map area
"""
_ATTRIBUTES = """
style class id align valign width height bgcolor color face size border cellspacing cellpadding colspan rowspan nowrap dir lang start
type value title alt name summary scope headers abbr span char noshade compact
"""
_KEPT_ELEMENTS, _KEPT_ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())
_OUTSIDE_IN_STYLE = re.compile(
    r"url\([^)]*\)?|@import[^;]*;?|@charset[^;]*;?|image-set\([^)]*\)?|expression\([^)]*\)?", re.IGNORECASE
)


def harmless_html(text: str, url: str) -> str:
    """What the page says, in its own inline style. An address becomes the title of the words it stood on."""
    # A declaration of encoding in a text that is decoded already makes lxml refuse it.
    text = text.replace("\0", "").removeprefix("\ufeff")
    if text.lstrip().startswith("<?xml"):
        text = text[text.find("?>") + 2 :]
    try:
        root = lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(huge_tree=False, encoding=None))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return f"<pre>{escape(text)}</pre>"
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_DROPPED, with_tail=False)
    etree.strip_tags(root, *_TAKEN_OFF.split())
    for element in root.iter():
        assert isinstance(element, HtmlElement)
        _disarm(element, url)
    body = root.find("body")
    inside = root if body is None else body
    return "".join([escape(inside.text or ""), *(lxml.html.tostring(child, encoding="unicode") for child in inside)])


def _disarm(element: HtmlElement, url: str) -> None:
    if element.tag not in _KEPT_ELEMENTS:
        element.tag = "span"
    address = element.get("href") or element.get("src")
    data = address if address and address.startswith("data:image/") and element.tag == "img" else None
    for name in list(element.attrib):
        if str(name).lower() not in _KEPT_ATTRIBUTES:
            del element.attrib[name]
    style = element.get("style")
    if style is not None:
        element.set("style", _harmless(style))
    if element.tag == "style":
        element.text = _harmless(element.text or "")
    if data is not None:
        element.set("src", data)
    elif address and not element.get("title"):
        element.set("title", _absolute(url, address))
    if element.tag == "img" and data is None:
        element.tag = "span"
        element.text = f"[{element.get('alt') or address or 'image'}]"[:120]


def _harmless(style: str) -> str:
    """Style without any address. A backslash can spell `url(` in a hundred ways: a style with one is not kept."""
    return "" if "\\" in style or "<" in style else _OUTSIDE_IN_STYLE.sub("", style)


def _absolute(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # an address such as http://[ that no browser could follow either
        return address
