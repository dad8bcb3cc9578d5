"""No room for a large body: the crawl ends and says why, what came before is kept, and the next crawl asks only for what is missing."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archive import captures
from archive.database import reading
from archive.fixity import verify
from archive.warc import WarcStore

TITLE = "示例县柳林镇2024年政府信息公开工作年度报告"
ROOM = 6 * 1024**2  # above what is held in memory, below the body


@contextmanager
def room_in_files(size: int) -> Iterator[None]:
    """Processes that are begun meanwhile can write no file larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_room_for_a_large_body_ends_the_crawl_and_loses_nothing(
    crawling: Any, page_server: Any, answer: Any
) -> None:
    body = os.urandom(ROOM + 1)
    article = f'<html><title>{TITLE}</title><body><div id="zoom">{TITLE}<a href="/nb/1.pdf">{TITLE}.pdf</a></div></body></html>'
    server = page_server(
        {
            "/": '<html><body><a href="/nb/">政府信息公开年报</a></body></html>',
            "/nb/": f'<html><body><ul><li><a href="/nb/1.html">{TITLE}</a><span>2025-01-10</span></li></ul></body></html>',
            "/nb/1.html": article,
            "/nb/1.pdf": answer(headers={"Content-Type": "application/pdf"}, body=body),
        }
    )
    harvest = crawling.order("harvest", [crawling.add(server.url, code="small")])
    with room_in_files(ROOM):
        child = crawling.begin(harvest)
    _, complaint = child.communicate(timeout=120)
    assert child.returncode != 0 and "cannot hold a large body" in complaint and "Make room" in complaint
    assert "Traceback" not in complaint
    held = [capture.url for capture in crawling.captures()]
    assert held == [f"{server.url}{path}" for path in ("robots.txt", "", "nb/", "nb/1.html")]
    server.asked.clear()
    runs = crawling.go_on(harvest)
    assert runs["small"].state == "done"
    assert server.asked == ["/nb/1.pdf"]
    store = WarcStore(crawling.folder / "warc")
    with reading(crawling.engine) as session:
        assert captures.body(session, store, crawling.captures()[-1]) == body
    assert list(verify(crawling.engine, store)) == []
