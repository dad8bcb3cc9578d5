"""A captured body goes in, a document that is safe to look at comes out: no script, no form, no address of anything outside.

Nothing of the archive is changed by this: the exact bytes are a download away. Pages of HTML are cleaned, pages of a PDF are drawn, other
documents are shown as the text that the reader takes from them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape

import pypdfium2  # type: ignore[import-untyped]

from archive.web.drawing import MOST_PAGES, PDFIUM
from archive.web.harmless import harmless_html
from reports import extract
from reports.errors import MissingReader, UnreadableFile
from reports.extraction.encoding import decode
from reports.extraction.sniffing import kind_of
from reports.model import Document, Paragraph

_LARGEST_TEXT = 4 * 1024**2
_LARGEST_IMAGE = 8 * 1024**2
# Least specific rules, so that whatever the page itself says comes first.
_PLAIN_STYLE = (
    ":where(html){background:#fff;color:#1c1c1c}:where(body){font:16px/1.7 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "max-width:60rem;margin:1rem auto;padding:0 1rem;overflow-wrap:break-word}:where(table){border-collapse:collapse;max-width:100%}"
    ":where(td,th){border:1px solid #bbb;padding:.2rem .4rem}:where(img){max-width:100%}:where(pre){white-space:pre-wrap}"
    ":where(.drawn){display:block;margin:0 auto 1rem;box-shadow:0 0 6px #999;width:100%}"
)
VIEW_KINDS = ("html", "pdf", "text", "image", "extracted", "none")


def view_kind(body: bytes, media_type: str | None) -> str:
    """How the body is shown: html, pdf, text (as it is), image, extracted (the text of a document), or none."""
    kind = kind_of(body)
    if kind in ("html", "pdf"):
        return kind
    if kind == "text":
        return "text"
    if kind == "image" and len(body) <= _LARGEST_IMAGE:
        return "image"
    return "extracted" if kind in ("docx", "doc", "rtf", "odt", "ofd", "xlsx", "xls") else "none"


def safe_view(body: bytes, media_type: str | None, url: str, pages_at: str) -> str:
    """`pages_at` is the address under which the drawn pages of a PDF are found, `1.png` and so on."""
    match view_kind(body, media_type):
        case "html":
            text, _ = decode(body, media_type)
            return _document(harmless_html(text, url), url)
        case "pdf":
            return _document(_drawn(body, pages_at), url)
        case "text":
            text, _ = decode(body[:_LARGEST_TEXT], media_type)
            return _document(f"<pre>{escape(text.replace(chr(0), ''))}</pre>", url)
        case "image":
            # The browser looks at the bytes, not at the name; a drawing in SVG is markup and never comes here.
            return _document(f'<img src="data:image/png;base64,{b64encode(body).decode()}" alt="{escape(url)}">', url)
        case "extracted":
            return _document(_extracted(body, media_type, url), url)
        case _:
            return _document(
                "<p>没有可以安全显示的内容，请下载原件。 / Nothing here can be shown safely: take the file itself.</p>",
                url,
            )


def readable_head(head: bytes) -> str:
    """Header bytes as text, each byte that is no UTF-8 as its escape."""
    return head.decode("utf-8", "backslashreplace").replace("\r\n", "\n").rstrip("\n")


def _document(content: str, url: str) -> str:
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{escape(url)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_PLAIN_STYLE}</style></head>'
        f"<body>{content}</body></html>"
    )


def _drawn(body: bytes, pages_at: str) -> str:
    try:
        with PDFIUM:
            document = pypdfium2.PdfDocument(body)
            count = len(document)
            document.close()
    except pypdfium2.PdfiumError as error:
        return f"<p>PDF: {escape(str(error))}</p>"
    shown = range(1, min(count, MOST_PAGES) + 1)
    return "".join(
        f'<img class="drawn" loading="lazy" src="{pages_at}{number}.png" alt="{number} / {count}">' for number in shown
    )


def _extracted(body: bytes, media_type: str | None, url: str) -> str:
    try:
        return "".join(_blocks(extract(body, media_type, url)))
    except (MissingReader, UnreadableFile) as error:
        return f"<p>{escape(str(error))}</p>"


def _blocks(document: Document) -> Iterable[str]:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            tag = f"h{min(block.level, 6)}" if block.level else "p"
            yield f"<{tag}>{escape(block.text)}</{tag}>"
        else:
            rows = ("".join(f"<td>{escape(cell.text)}</td>" for cell in row) for row in block.rows)
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
