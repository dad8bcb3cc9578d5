import gzip
import zlib

import pytest

from crawler.portals.page import Page, undo_content_encoding

TEXT = "栖桐县㵲口镇堽城镇2024年政府信息公开工作年度报告"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
def test_bytes_are_read_as_what_they_are_whatever_the_labels_say(encoding: str) -> None:
    html = f"<html><head><meta charset='iso-8859-1'></head><body><h1>{TEXT}</h1></body></html>"
    page = Page("http://a/", html.encode(encoding))
    assert next(page.tree.iter("h1")).text == TEXT


def test_nul_bytes_do_not_end_a_page() -> None:
    assert [link.text for link in Page("http://a/", b"<p>\x00</p><a href='/b'>next</a>").links] == ["next"]


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- -->", b"\x00\x01\x02", b"<<<<>>>"])
def test_what_is_no_page_is_an_empty_one(body: bytes) -> None:
    assert Page("http://a/", body).links == ()


def test_a_base_moves_the_links() -> None:
    page = Page(
        "http://a/x/y.html", b"<html><head><base href='/z/'></head><body><a href='1.html'>one</a></body></html>"
    )
    assert [link.url for link in page.links] == ["http://a/z/1.html"]


def test_a_link_is_named_by_the_fuller_of_text_title_and_picture() -> None:
    body = "<a href='/1' title='全部标题在此'>全部标…</a><a href='/2' title='点击'>柳林镇年报</a><a href='/3'><img src='a.png' alt='年报'></a>".encode()
    assert [link.name for link in Page("http://a/", body).links] == ["全部标题在此", "柳林镇年报", "年报"]


def test_strings_inside_data_are_no_links() -> None:
    assert Page("http://a/", b'{"html": "<a href=\\"/b\\">b</a>"}').links == ()
    assert Page("http://a/", b"cb({'a': '<a href=/b>b</a>'})").links == ()


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(b"text", mtime=0), "gzip"),
        (gzip.compress(b"text", mtime=0), None),
        (zlib.compress(b"text"), "deflate"),
        (zlib.compress(b"text")[2:-4], "deflate"),
        (b"text", None),
        (b"text", "gzip"),
        (b"text", "br"),
    ],
)
def test_compression_is_undone_by_what_the_bytes_are(body: bytes, header: str | None) -> None:
    assert undo_content_encoding(body, header) == b"text"


def test_a_cut_body_gives_what_could_be_undone() -> None:
    assert undo_content_encoding(gzip.compress(b"x" * 10_000 + bytes(range(256)) * 40)[:-20], "gzip").startswith(b"xxx")
