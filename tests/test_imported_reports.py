"""Annual reports in the WARC files of another program are read like any other, as of the day on which they were fetched."""

from __future__ import annotations

import gzip
import json
import urllib.request
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from demo.server import CountyServer
from demo.world import World
from tests.shells import Shell

pytestmark = pytest.mark.same_process
HOST = "http://www.shili.gov.cn"
FETCHED = "2021-02-03T04:05:06Z"


@pytest.fixture(scope="module")
def pages() -> list[tuple[bytes, dict[str, Any]]]:
    """Reports as their portal shows them, and what is true of each."""
    with CountyServer(World.build(7, counties=1, townships=2, departments=1, years=(2023, 2024))) as server:
        told = [one for one in server.truth()["reports"] if one["carriers"] == ["html"] and one["figures"]][:2]
        return [(urllib.request.urlopen(one["url"]).read(), one) for one in told]


def write_warc(path: Path, answers: dict[str, bytes], date: str = FETCHED) -> Path:
    """As older programs write: WARC/1.0, without digests and requests."""
    with path.open("wb") as stream:
        for number, (url, body) in enumerate(answers.items()):
            block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{UUID(int=number)}>\r\nWARC-Date: {date}\r\n"
                f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            stream.write(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    return path


def reports(shell: Shell) -> dict[str, dict[str, Any]]:
    return {line["url"]: line for line in map(json.loads, shell("reports", "--json").stdout.splitlines())}


def test_reports_in_foreign_files_become_readings_with_their_figures(
    shell: Shell, pages: list[tuple[bytes, dict[str, Any]]]
) -> None:
    shell("sites", "add", HOST + "/", "--no-look")
    answers = {f"{HOST}/nb/{number}.html": body for number, (body, _) in enumerate(pages)}
    others = {HOST + "/": b"<html><title>x</title><p>home</p></html>", "http://elsewhere.gov.cn/nb/0.html": pages[0][0]}
    write_warc(shell.folder / "old.warc.gz", {**others, **answers})
    said = json.loads(shell("import", "old.warc.gz", "--site", "shili", "--json").stdout)
    assert (said["captures"], said["reports"]) == (4, 2)
    found = reports(shell)
    assert set(found) == set(answers)
    for url, (_, truth) in zip(answers, pages, strict=True):
        assert (found[url]["year"], found[url]["state"], found[url]["captured_at"][:10]) == (
            truth["year"],
            "held",
            FETCHED[:10],
        )
        assert truth["organ"].endswith((found[url]["organ"], f"{found[url]['organ']}人民政府"))
    rows = [
        json.loads(line)
        for line in (shell("export", "jsonl", "all.jsonl"), (shell.folder / "all.jsonl").read_text())[1].splitlines()
    ]
    by_url = {row["url"]: row for row in rows}
    for url, (_, truth) in zip(answers, pages, strict=True):
        for key, value in truth["figures"].items():
            assert by_url[url][key.replace(".", "_")] == value, key
    assert "Everything agrees" in shell("verify").stdout


def test_an_older_copy_is_kept_and_changes_nothing_of_what_is_held(
    shell: Shell, pages: list[tuple[bytes, dict[str, Any]]]
) -> None:
    shell("sites", "add", HOST + "/", "--no-look")
    url = HOST + "/nb/0.html"
    newer, older = pages[0][0], pages[0][0].replace(b"</body>", "<p>旧。</p></body>".encode())
    shell(
        "import", str(write_warc(shell.folder / "new.warc.gz", {url: newer}, "2023-01-01T00:00:00Z")), "--site", "shili"
    )
    before = reports(shell)
    shell("import", str(write_warc(shell.folder / "old.warc.gz", {url: older})), "--site", "shili")
    assert reports(shell) == before
    assert shell("changes", "--json").stdout == ""
