"""RFC 9309, clause by clause: what a robots.txt allows, however it is written."""

from __future__ import annotations

import pytest

from crawler.rules import read_rules

FORBIDS = [
    ("\ufeffUser-agent: *\nDisallow: /a", "/a"),
    ("User-agent: *\r\nDisallow: /a\r\n", "/a"),
    ("User-agent: *\rDisallow: /a\r", "/a"),
    ("user-AGENT : *\nDISALLOW : /a # why", "/a"),
    ("User-agent *\nDisallow /a", "/a"),
    ("User-agent: *\n\nSitemap: http://x/\nFoo: bar\nDisallow: /a", "/a"),
    ("User-agent: *\nDisallow:\nDisallow: /a", "/a"),
    ("User-agent: *\nDisallow: /a$", "/a"),
    ("User-agent: *\nDisallow: /*.php$", "/x/y.php"),
    ("User-agent: *\nDisallow: /*.php", "/x/y.php?z"),
    ("User-agent: *\nDisallow: *.pdf", "/x.pdf"),
    ("User-agent: *\nDisallow: *", "/x"),
    ("User-agent: *\nDisallow: /a?b=*&c", "/a?b=1&c=2"),
    ("User-agent: *\nDisallow: /%E4%B8%AD", "/中"),
    ("User-agent: *\nDisallow: /中", "/%e4%b8%ad"),
    ("User-agent: *\nDisallow: /foo/%62%61%7A", "/foo/baz"),
    ("User-agent: *\nDisallow: /foo?u=http%3A%2F%2Fb", "/foo?u=http%3a%2f%2fb"),
    ("User-agent: *\nDisallow: /%7Ea", "/~a"),
    ("User-agent: *\nDisallow: /a%2Ab", "/a*b"),
    ("User-agent: *\nDisallow: /a%24", "/a$"),
    ("User-agent: *\nDisallow: /a b", "/a%20b"),
    ("User-agent: *\nDisallow: /a?", "/a?"),
    ("User-agent: nianbao\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n\nUser-agent: Nianbao\nDisallow: /c", "/c"),
    ("User-agent: *\nDisallow: /b\n\nUser-agent: *\nDisallow: /a", "/b"),
    ("User-agent: x\nUser-agent: *\nDisallow: /a\n\nUser-agent: y\nDisallow:", "/a"),
    ("User-agent: NianBao/1.0\nDisallow: /a", "/a"),
    ("User-agent: nian\nDisallow:\n\nUser-agent: *\nDisallow: /a", "/a"),
    ("User-agent: *\nCrawl-delay: 10\nUser-agent: x\nDisallow: /a", "/a"),
    ("User-agent: *\nAllow: /folder\nDisallow: /folder/", "/folder/page"),
    ("User-agent: *\nAllow: /page\nDisallow: /*.htm", "/page.htm"),
    ("User-agent: *\nAllow: /$\nDisallow: /", "/page.htm"),
    ("User-agent: *\nDisallow: /a*b*c$", "/a1b2c3c"),
]
ALLOWS = [
    ("", "/a"),
    ("<html><body>User-agent: *<br>Disallow: /</body></html>", "/a"),
    ("Disallow: /a", "/a"),
    ("User-agent: *\nDisallow:", "/a"),
    ("User-agent: *\nDisallow: /A", "/a"),
    ("User-agent: *\nDisallow: /a?", "/a#?"),
    ("User-agent: *\nDisallow: a", "/a"),
    ("User-agent: *\nDisallow: http://shili.gov.cn/a", "/a"),
    ("User-agent: *\nDisallow: /a$", "/ab"),
    ("User-agent: *\nDisallow: /*.php$", "/x/y.php?z"),
    ("User-agent: *\nDisallow: /ab*ba$", "/aba"),
    ("User-agent: *\nDisallow: /a%2Fb", "/a/b"),
    ("User-agent: *\nDisallow: /a/b", "/a%2Fb"),
    ("User-agent: *\nDisallow: /a%24", "/a"),
    ("User-agent: *\nDisallow: /a\nAllow: /a", "/a"),
    ("User-agent: *\nAllow: /a\nDisallow: /a", "/a"),
    ("User-agent: *\nAllow: /p\nDisallow: /", "/page"),
    ("User-agent: *\nAllow: /$\nDisallow: /", "/"),
    ("User-agent: *\nDisallow: /", "/robots.txt"),
    ("User-agent: nianbaobot\nDisallow: /a", "/a"),
    ("User-agent: nian\nDisallow: /a", "/a"),
    ("User-agent: nianbao\n\nUser-agent: *\nDisallow:", "/a"),
    ("User-agent: nianbao\nDisallow: /b\n\nUser-agent: *\nDisallow: /a", "/a"),
    ("User-agent: *\nDisallow: /" + "*a" * 2000 + "$", "/" + "b" * 3000),
]


def _allows(body: bytes, path: str) -> bool:
    return read_rules(body, "nianbao").allows(f"http://shili.gov.cn{path}")


@pytest.mark.parametrize(("text", "path"), FORBIDS)
def test_what_is_forbidden_is_not_allowed(text: str, path: str) -> None:
    assert not _allows(text.encode(), path)


@pytest.mark.parametrize(("text", "path"), ALLOWS)
def test_what_no_rule_forbids_is_allowed(text: str, path: str) -> None:
    assert _allows(text.encode(), path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("path", ["/zw/a.html", "/公开/a.html", "/%B9%AB%BF%AA/a.html"])
def test_a_file_in_another_encoding_forbids_the_same(encoding: str, path: str) -> None:
    body = "User-agent: *\nDisallow: /公开/\nDisallow: /zw/".encode(encoding)
    assert not _allows(body, path) or (encoding != "gb18030" and "%B9" in path)
    assert _allows(body, "/other/")


def test_bytes_that_are_no_text_do_not_hide_a_rule() -> None:
    assert not _allows(b"User-agent: *\x00\n\xff\xfe\nDisallow: /a", "/a")


def test_a_long_file_is_read_to_500_kib_and_no_further() -> None:
    assert not _allows(b"User-agent: *\n" + b"#" * 499 * 1024 + b"\nDisallow: /a", "/a")
    cut = b"User-agent: *\n" + b"#" * (512 * 1024 - 29) + b"\nDisallow: /abcdefg"
    assert len(cut) > 512 * 1024
    assert _allows(cut, "/a"), "half a line forbids nothing"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 7\nDisallow:", 7.0),
        ("User-agent: *\nCrawl-delay: 3\n\nUser-agent: nianbao\nDisallow:", None),
        ("User-agent: x\nCrawl-delay: 9\nUser-agent: *\nDisallow:", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: -5", None),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("Crawl-delay: 5", None),
    ],
)
def test_the_delay_is_that_of_our_own_group(text: str, seconds: float | None) -> None:
    assert read_rules(text.encode(), "nianbao").delay_seconds == seconds
