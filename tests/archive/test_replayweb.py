"""A WACZ of ours opens in the real ReplayWeb.page, in a real browser: pages, revisits, and what a 304 said was still there.

ReplayWeb.page (AGPL) stays out of our environment: `tests/judges.sh` brings its two files beside the other judges.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select

from archive.database import reading
from archive.exchange import Exchange
from archive.exports import choose
from archive.models import Capture
from archive.wacz import write_wacz
from archive.warc import WarcStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser

JUDGES = Path(os.environ.get("NIANBAO_JUDGES", Path(__file__).parents[2] / ".cache/judges"))
REPLAY = JUDGES / "replaywebpage/package"
pytestmark = pytest.mark.skipif(not REPLAY.exists(), reason=f"no ReplayWeb.page in {REPLAY}: tests/judges.sh brings it")
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nX: 1\r\n\r\n"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server on loopback, and the folder that it serves."""
    folder = tmp_path / "site"
    (folder / "replay").mkdir(parents=True)
    shutil.copy(REPLAY / "ui.js", folder)
    shutil.copy(REPLAY / "sw.js", folder / "replay")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


def shown(browser: Browser, address: str, text: str) -> bool:
    """Whether the replayed page, in whatever frame it stands, comes to show these words."""
    page = browser.new_page()
    try:
        for _ in range(8):
            page.goto(
                address
            )  # again when its service worker came too late for the frame: then the server is asked, and not it
            for _ in range(20):
                for frame in page.frames:
                    if "mp_/" in frame.url and text in frame.locator("body").inner_text():
                        return True
                page.wait_for_timeout(500)
        return False
    finally:
        page.close()


@pytest.fixture
def rows(
    sqlite_engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
    clock: Any,
) -> list[Capture]:
    """Two pages and, a year later, the same body again of one and a 304 of the other."""
    recorder = new_recorder(sqlite_engine)
    for year in (2025, 2026):
        _, run_id = new_run(sqlite_engine)
        recorder.begin(run_id)
        for number in range(2):
            body = f"<html><body><h1>示例县第{number}局年度报告</h1></body></html>".encode()
            head, body = (NOT_MODIFIED, b"") if year == 2026 and number == 1 else (HTML, body)
            recorder.record(run_id, exchange(f"/{number}.html", body, head), purpose="article", url_key=f"{number}")
        recorder.finish(run_id, "done", None, {})
        clock.time = clock.time.replace(year=2027)
    with reading(sqlite_engine) as session:
        return list(session.scalars(select(Capture).order_by(Capture.id)))


def test_pages_and_their_revisits_are_shown(
    rows: list[Capture], sqlite_engine: Engine, store: WarcStore, clock: Any, site: tuple[str, Path], browser: Browser
) -> None:
    assert [row.same_as_id for row in rows] == [None, None, rows[0].id, rows[1].id]
    with reading(sqlite_engine) as session:
        chosen = choose(session)
    address, folder = site
    write_wacz(store, chosen.files, chosen.pages, folder / "a.wacz", "示例县", clock())
    for row in rows:
        (folder / f"{row.id}.html").write_text(
            f'<!doctype html><script src="/ui.js"></script><replay-web-page source="/a.wacz" url="{row.url}" '
            f'ts="{row.fetched_at:%Y%m%d%H%M%S}" embed="replayonly" replayBase="/replay/"></replay-web-page>'
        )
        assert shown(browser, f"{address}/{row.id}.html", f"示例县第{row.url_key}局年度报告"), row.url
