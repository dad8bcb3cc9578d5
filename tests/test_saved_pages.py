"""A page that a person saved, brought in by the command: it goes the way of all pages, and says where it came from."""

from __future__ import annotations

import gzip
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from archive.database import open_database, reading
from archive.models import Capture, Harvest
from demo.server import CountyServer
from demo.world import World
from tests.shells import Shell

pytestmark = pytest.mark.same_process
URL = "http://www.shili.gov.cn/zwgk/nb/t20250120_1.html"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A report's page as its portal shows it, and what is true of it."""
    path = tmp_path_factory.mktemp("saved") / "年报.html"
    with CountyServer(World.build(7, counties=1, townships=1, departments=1, years=(2023, 2024))) as server:
        report = next(one for one in server.truth()["reports"] if one["carriers"] == ["html"] and one["figures"])
        path.write_bytes(urllib.request.urlopen(report["url"]).read())
    return path, report


def test_a_saved_page_is_read_like_any_other_and_marked(shell: Shell, saved: tuple[Path, dict[str, Any]]) -> None:
    path, report = saved
    shell("sites", "add", "http://www.shili.gov.cn/", "--no-look")
    extra = path.parent / "附件.pdf"
    extra.write_bytes(b"%PDF-1.4 not much of a file")
    shell("import", str(path), str(extra), "--url", URL)
    (found,) = [line for line in map(json.loads, shell("reports", "--json").stdout.splitlines()) if line["url"] == URL]
    assert report["organ"].endswith((found["organ"], f"{found['organ']}人民政府"))
    assert (found["year"], found["state"]) == (report["year"], "held")
    home = shell.folder / "nianbao-data"
    with reading(open_database(f"sqlite:///{home / 'index.sqlite'}")) as session:
        assert [harvest.kind for harvest in session.query(Harvest)] == ["import"]
        page, file = session.query(Capture).order_by(Capture.id)
        assert (page.purpose, page.url, page.status) == ("article", URL, 200)
        assert file.purpose == "attachment" and file.url.startswith("http://www.shili.gov.cn/zwgk/nb/")
    (warc,) = (home / "warc").rglob("*.warc.gz")
    text = gzip.decompress(warc.read_bytes()).decode("utf-8", "replace")
    assert "a person, from a browser" in text and "年报.html" in text


@pytest.mark.parametrize(
    ("body", "url", "words"),
    [
        (b"<html><script>$_ts=window['$_ts'];</script></html>", URL, "challenge"),
        (b"", URL, "found nothing"),
        (b"<html>1</html>", "http://www.other.gov.cn/a.html", "sites add"),
        (b"<html>1</html>", "shili", "as https://www.example.gov.cn/"),
    ],
)
def test_what_is_no_saved_page_of_a_site_is_refused_and_nothing_is_written(
    shell: Shell, tmp_path: Path, body: bytes, url: str, words: str
) -> None:
    shell("sites", "add", "http://www.shili.gov.cn/", "--no-look")
    page = tmp_path / "page.html"
    page.write_bytes(body)
    done = shell("import", str(page), "--url", url, code=2)
    assert words in done.stderr
    assert not list((shell.folder / "nianbao-data").rglob("*.warc.gz"))


def test_a_site_that_is_not_there_is_named(shell: Shell, saved: tuple[Path, dict[str, Any]]) -> None:
    shell("sites", "add", "http://www.shili.gov.cn/", "--no-look")
    done = shell("import", str(saved[0]), "--url", URL, "--site", "nosuch", code=2)
    assert "there is no site 'nosuch'" in done.stderr
