"""Whatever a stranger's page holds, its view asks nothing of anybody and runs nothing."""

from __future__ import annotations

import re

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.web.drawing import drawn_page
from archive.web.replay import readable_head, safe_view, view_kind

URL = "http://www.lanpu.gov.cn/nb/1.html"
# Each is a way in which a browser asks for, or runs, something.
WAYS = (
    "<script>alert(1)</script>", "<SCRIPT SRC=//x.example/s.js></SCRIPT>", "<img src=http://x.example/a.png>", "<img srcset='//x.example/a 2x'>",
    "<body background=http://x.example/b.png>", "<link rel=preconnect href=http://x.example>", "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<base href=http://x.example/>", "<iframe src=//x.example></iframe>", "<iframe srcdoc='<script>1</script>'></iframe>", "<object data=//x.example></object>",
    "<embed src=//x.example>", "<svg onload=alert(1)><image href=//x.example/a.png /></svg>", "<a href='javascript:alert(1)'>a</a>",
    "<a href=http://x.example ping=http://x.example>a</a>", "<form action=http://x.example><input type=image src=//x.example formaction=//x.example></form>",
    "<div style='background:url(//x.example)'>a</div>", "<div style='b\\61 ckground:\\75rl(//x.example)'>a</div>", "<style>@import url(//x.example);</style>",
    "<p onclick=alert(1) onmouseover='x()'>a</p>", "<video src=//x.example poster=//x.example></video>", "<table background=//x.example><tr><td>1</table>",
    "<![CDATA[<script>1</script>]]>", "<!--[if IE]><script>1</script><![endif]-->", "<noscript><img src=//x.example></noscript>",
    "<math><mtext><script>1</script></mtext></math>", "<template><img src=//x.example></template>", "<p xmlns:x='//x.example' x:href='//x.example'>a</p>",
)  # fmt: skip
ADDRESSING = re.compile(
    r"""\s(?:href|src|srcset|action|background|data|poster|ping|formaction|srcdoc|on\w+|[\w-]+:href)\s*=""",
    re.IGNORECASE,
)


def view(html: str | bytes, media_type: str = "text/html") -> str:
    return safe_view(html if isinstance(html, bytes) else html.encode(), media_type, URL, "/pages/")


def tags(html: str) -> str:
    """The tags alone: an address in the text of a page is only words."""
    return " ".join(re.findall(r"<[^>]*>", re.sub(r"""title="[^"]*\"""", "", html)))


@pytest.mark.parametrize("way", WAYS)
def test_no_way_out_is_left_in_a_page(way: str) -> None:
    shown = view(f"<html><body><p>正文</p>{way}<p>结尾</p></body></html>")
    assert "正文" in shown
    assert "结尾" in shown
    assert not ADDRESSING.search(tags(shown))
    assert not re.search(r"<(script|link|meta http|base|iframe|object|embed|svg|form)", shown, re.IGNORECASE)
    assert "x.example" not in "".join(lxml.html.document_fromstring(shown).xpath("//@style | //style/text()"))


@given(st.lists(st.one_of(st.sampled_from(WAYS), st.text(alphabet="<>/\"'=& a正", max_size=8)), max_size=8))
def test_broken_markup_leaves_no_way_out_either(parts: list[str]) -> None:
    shown = view("<html><body><p>正文</p>" + "".join(parts))
    assert not ADDRESSING.search(tags(shown))
    assert "<script" not in shown.lower()


def test_a_table_keeps_its_merged_cells_and_inline_style() -> None:
    shown = view("<html><body><table border=1><tr><td colspan=2 style='color:red'>一</td></tr></table></body></html>")
    assert 'colspan="2"' in shown
    assert 'style="color:red"' in shown


def test_a_link_keeps_its_address_as_words_only() -> None:
    assert 'title="http://www.lanpu.gov.cn/nb/2.html"' in view("<html><body><a href=2.html>附件</a></body></html>")


def test_a_page_in_gb18030_is_shown_in_its_characters() -> None:
    assert "㙍坪镇" in view("<html><meta charset=gb2312><body>㙍坪镇</body></html>".encode("gb18030"))


def test_a_picture_inside_the_page_itself_is_kept() -> None:
    assert 'src="data:image/gif;base64,R0lGOD"' in view(
        '<html><body><img src="data:image/gif;base64,R0lGOD"></body></html>'
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><body>a</body></html>", "html"),
        (b"%PDF-1.4 ...", "pdf"),
        (b'{"a": 1}', "text"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"PK\x05\x06" + bytes(18), "none"),
        (b"", "none"),
    ],
)
def test_the_bytes_decide_how_a_body_is_shown(body: bytes, kind: str) -> None:
    assert view_kind(body, "text/html") == kind


def test_text_is_shown_as_text() -> None:
    assert "&lt;json&gt;" in view(b'{"a": "<json>"}', "application/json")


def test_a_page_keeps_its_own_style_without_addresses() -> None:
    shown = view("<html><body><style>.a{color:red;background:url(//x.example)}</style><p class=a>一</p></body></html>")
    assert ".a{color:red;background:}" in shown


def test_what_a_page_shows_without_scripts_is_shown() -> None:
    assert "请打开脚本" in view("<html><body><noscript>请打开脚本</noscript></body></html>")


def test_a_broken_pdf_says_so_instead_of_failing() -> None:
    assert "PDF" in view(b"%PDF-1.4 broken", "application/pdf")
    assert drawn_page(b"%PDF-1.4 broken", 1) is None


def test_header_bytes_that_are_no_utf8_are_shown_as_escapes() -> None:
    assert readable_head(b"HTTP/1.1 200 OK\r\nServer: \xc4\xea\r\n\r\n") == "HTTP/1.1 200 OK\nServer: \\xc4\\xea"
