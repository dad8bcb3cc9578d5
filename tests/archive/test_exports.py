"""What leaves the house opens elsewhere: CDXJ, WACZ, and the WARC files themselves in pywb.

The outside judges (pywb, cdxj-indexer, wacz, warctools) have licences and pins of their own, so they live in an environment of their own: the
folder that NIANBAO_JUDGES names, or .cache/judges; `tests/judges.sh` makes it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastWarc
from sqlalchemy import Engine, select

from archive import captures
from archive.cdxj import sorted_cdxj, surt_key
from archive.database import reading
from archive.errors import DamagedRecord, StoreUnusable
from archive.exchange import Exchange
from archive.exports import publishable, write_bag, write_captures
from archive.models import Capture, WarcFile
from archive.records import members
from archive.takedown import take_down
from archive.tombstones import Order
from archive.wacz import Page, write_wacz
from archive.wacz_check import wacz_faults
from archive.warc import WarcStore

JUDGES = Path(os.environ.get("NIANBAO_JUDGES", Path(__file__).parents[2] / ".cache/judges")) / "bin"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
judged = pytest.mark.skipif(
    not JUDGES.exists(), reason=f"the outside judges are not in {JUDGES.parent}: tests/judges.sh installs them"
)


@pytest.fixture
def names(
    sqlite_engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
    clock: Any,
) -> list[str]:
    """Two years: GBK heads, chunked and packed answers, redirects, errors, revisits of one and of another address, 304s."""
    heads = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
        "HTTP/1.1 200 成功\r\nContent-Type: text/html;charset=gbk\r\nX-Title: 年报\r\n\r\n".encode("gbk"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ncontent-type:application/pdf\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 200\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n",
    )
    recorder = new_recorder(sqlite_engine)
    for year in (2025, 2026):
        _, run_id = new_run(sqlite_engine)
        recorder.begin(run_id)
        for number in range(24):
            head = heads[number % len(heads)]
            body = f"<p>{number} {year if number % 2 else 'unchanged'}</p>".encode()
            if number == 18:
                body = b"<p>0 unchanged</p>"  # the page of another address
            if number == 14:
                body = b"1f\r\n" + body  # chunked, and what it says reads as a chunk's size
            if b"gzip" in head:
                body = gzip.compress(body, mtime=0)
            if year == 2026 and number % 6 == 0:
                head, body = b"HTTP/1.1 304 Not Modified\r\nX: 1\r\n\r\n", b""
            path = f"/Nb/{number}.html?b={number}&a=%E5%B9%B4"
            recorder.record(run_id, exchange(path, body, head, ip="192.0.2.1"), purpose="article", url_key=f"{number}")
        recorder.finish(run_id, "done", None, {})
        clock.time = clock.time.replace(year=2027)
    with reading(sqlite_engine) as session:
        return list(session.scalars(select(WarcFile.name).order_by(WarcFile.id)))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.shili.gov.cn/", "cn,gov,shili)/"),
        ("https://WWW2.Shili.gov.cn:443/Zwgk/../NB//a%2Fb/?B=2&a=1", "cn,gov,shili)/nb/a/b?a=1&b=2"),
        ("http://127.0.1.1:8080/x?y", "1,1,0,127:8080)/x?y"),
        ("http://shili.gov.cn/年报?", "cn,gov,shili)/%e5%b9%b4%e6%8a%a5"),
    ],
)
def test_addresses_sort_as_in_other_archives(url: str, key: str) -> None:
    assert surt_key(url) == key


def test_every_line_of_the_index_lands_on_its_record(names: list[str], store: WarcStore) -> None:
    lines = sorted_cdxj(store, names)
    assert len(lines) == 48
    assert lines == sorted(lines)
    paths = {Path(name).name: store.folder / name for name in names}
    for line in lines:
        _, moment, values = line.split(" ", 2)
        entry = json.loads(values)
        with paths[entry["filename"]].open("rb") as stream:
            stream.seek(int(entry["offset"]))
            (record,) = FastWarc(io.BytesIO(stream.read(int(entry["length"]))), parse_http=False)
        assert record.headers["WARC-Target-URI"] == entry["url"]
        assert record.headers["WARC-Payload-Digest"] == entry["digest"]
        assert record.headers["WARC-Date"].translate(str.maketrans("", "", "-:TZ"))[:14] == moment


@judged
def test_the_index_is_that_of_an_independent_indexer(names: list[str], store: WarcStore) -> None:
    files = [store.folder / name for name in names]
    done = subprocess.run(
        [JUDGES / "cdxj-indexer", "-s", *files], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.splitlines(keepends=True) == sorted_cdxj(store, names)


def test_gzip_finds_every_file_whole(names: list[str], store: WarcStore) -> None:
    done = subprocess.run(
        ["gzip", "-t", *(store.folder / name for name in names)], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def warcvalid_objects(path: Path, folder: Path) -> str:
    """What warcvalid says of a file. It stops at any version but 1.0, so the version line says that here; all else is as it was written."""
    said = folder / f"1.0-{path.name}"
    with path.open("rb") as stream:
        said.write_bytes(b"".join(gzip.compress(m.data.replace(b"WARC/1.1", b"WARC/1.0", 1)) for m in members(stream)))
    command = [JUDGES / "warcvalid", said]  # under a time limit: it can spin on a damaged file
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or "failed"


@judged
def test_warcvalid_finds_every_file_valid(names: list[str], store: WarcStore, tmp_path: Path) -> None:
    for name in names:
        assert warcvalid_objects(store.folder / name, tmp_path) == ""


@judged
def test_an_export_without_what_was_taken_down_passes_the_judges(
    names: list[str], store: WarcStore, sqlite_engine: Engine, clock: Any, tmp_path: Path
) -> None:
    with reading(sqlite_engine) as session:
        url = session.scalars(select(Capture.url).order_by(Capture.id)).first()
    take_down(sqlite_engine, store, Order("hidden", "a court", "a name", str(url)), clock())
    with publishable(sqlite_engine, store, names) as public:
        files = [tmp_path / Path(name).name for name in names]
        for path, name in zip(files, names, strict=True):
            path.write_bytes(b"".join(public.blocks(name)))
        indexed = subprocess.run(
            [JUDGES / "cdxj-indexer", "-s", *files], capture_output=True, text=True, timeout=120, check=True
        )
        assert indexed.stdout.splitlines(keepends=True) == sorted_cdxj(public, names)
        assert str(url) not in {json.loads(line.split(" ", 2)[2])["url"] for line in sorted_cdxj(public, names)}
        for path in files:
            assert warcvalid_objects(path, tmp_path) == ""
            subprocess.run(["gzip", "-t", path], timeout=60, check=True)
        write_wacz(public, names, [], tmp_path / "a.wacz", "", NOW)
    command = [JUDGES / "wacz", "validate", "-f", tmp_path / "a.wacz"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def wacz_of(store: WarcStore, names: list[str], folder: Path) -> Path:
    pages = [Page("http://www.shili.gov.cn/Nb/0.html?b=0&a=%E5%B9%B4", NOW, "示例县年报")]
    return write_wacz(store, names, pages, folder / "nianbao.wacz", "示例县", NOW)


def test_a_wacz_holds_the_files_unchanged_and_the_hash_of_everything(
    names: list[str], store: WarcStore, tmp_path: Path
) -> None:
    path = wacz_of(store, names, tmp_path)
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == [path.name]
    with zipfile.ZipFile(path) as package:
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}
        described = json.loads(package.read("datapackage.json"))
        assert {entry["path"] for entry in described["resources"]} == set(package.namelist()) - {
            "datapackage.json",
            "datapackage-digest.json",
        }
        for entry in described["resources"]:
            data = package.read(entry["path"])
            assert (entry["hash"], entry["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        digest = json.loads(package.read("datapackage-digest.json"))["hash"]
        assert digest == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        for name in names:
            assert package.read(f"archive/{Path(name).name}") == (store.folder / name).read_bytes()
        assert gzip.decompress(package.read("indexes/index.cdx.gz")).decode() == "".join(sorted_cdxj(store, names))
        blocks = package.read("indexes/index.cdx.gz")
        for line in package.read("indexes/index.idx").decode().splitlines()[1:]:
            place = json.loads(line[line.index("{") :])
            block = blocks[place["offset"] : place["offset"] + place["length"]]
            assert gzip.decompress(block).decode().startswith(line.split("{")[0].strip())


@judged
def test_wacz_validate_passes(names: list[str], store: WarcStore, tmp_path: Path) -> None:
    path = wacz_of(store, names, tmp_path)
    done = subprocess.run(
        [JUDGES / "wacz", "validate", "-f", path], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail" not in (done.stdout + done.stderr).lower()


def test_the_strict_check_passes_what_is_written(names: list[str], store: WarcStore, tmp_path: Path) -> None:
    assert list(wacz_faults(wacz_of(store, names, tmp_path))) == []


def again(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same WACZ with a change, every hash made to fit again: only what the hashes cannot tell is left to be found."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    lines = gzip.decompress(parts["indexes/index.cdx.gz"])
    head = lines.decode().partition("{")[0].strip()
    place = {
        "offset": 0,
        "length": len(parts["indexes/index.cdx.gz"]),
        "digest": digest_of(parts["indexes/index.cdx.gz"]),
    }
    parts["indexes/index.idx"] = f"!meta 0 {{}}\n{head} {json.dumps(place)}\n".encode()
    described = json.loads(parts["datapackage.json"])
    for entry in described["resources"]:
        entry |= {"hash": digest_of(parts[entry["path"]]), "bytes": len(parts[entry["path"]])}
    parts["datapackage.json"] = json.dumps(described).encode()
    named = {"path": "datapackage.json", "hash": digest_of(parts["datapackage.json"])}
    parts["datapackage-digest.json"] = json.dumps(named).encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def with_lines(change: Callable[[list[str]], list[str]]) -> Callable[[dict[str, bytes]], None]:
    def changed(parts: dict[str, bytes]) -> None:
        lines = gzip.decompress(parts["indexes/index.cdx.gz"]).decode().splitlines(keepends=True)
        parts["indexes/index.cdx.gz"] = gzip.compress("".join(change(lines)).encode())

    return changed


def without_the_last_record(parts: dict[str, bytes]) -> None:
    name = max(name for name in parts if name.startswith("archive/"))
    ends = [member.offset for member in members(io.BytesIO(parts[name]))]
    parts[name] = parts[name][: ends[-4]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            with_lines(lambda lines: [re.sub(r'"offset": "\d+"', '"offset": "99999999"', lines[0]), *lines[1:]]),
            "lands on no",
        ),
        (with_lines(lambda lines: lines[:-1]), "lacks a record"),
        (with_lines(lambda lines: lines[::-1]), "not sorted"),
        (without_the_last_record, "lands on no record"),
        (lambda parts: parts.update({"archive/foreign.txt": b"x"}), "not listed"),
    ],
    ids=["past the end", "line gone", "order", "record gone", "foreign file"],
)
def test_the_strict_check_finds_what_fitting_hashes_hide(
    names: list[str], store: WarcStore, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    faults = list(wacz_faults(again(wacz_of(store, names, tmp_path), change)))
    assert any(said in fault for fault in faults), faults


def test_the_strict_check_finds_a_flipped_bit_in_every_part(names: list[str], store: WarcStore, tmp_path: Path) -> None:
    path = wacz_of(store, names, tmp_path)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        middles = {
            info.filename: info.header_offset + 30 + len(info.filename) + info.file_size // 2
            for info in package.infolist()
        }
    for name, place in middles.items():
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert list(wacz_faults(path)), name


def test_nothing_damaged_is_handed_out_and_nothing_half_written_stays(
    names: list[str], store: WarcStore, sqlite_engine: Engine, tmp_path: Path
) -> None:
    path = store.folder / names[0]
    whole, out = path.read_bytes(), tmp_path / "out"
    path.write_bytes(whole[: len(whole) // 2] + b"x" + whole[len(whole) // 2 + 1 :])
    with pytest.raises(DamagedRecord, match=rf"{names[0]}: .*nianbao repair"):
        write_wacz(store, names, [], out / "a.wacz", "", NOW)
    with pytest.raises(StoreUnusable, match=rf"{names[0]} .*nianbao repair"):
        write_bag(store, store, names, out / "bag", NOW)
    with reading(sqlite_engine) as session, pytest.raises(DamagedRecord):
        rows = session.scalars(select(Capture).where(Capture.same_as_id.is_(None)).order_by(Capture.id)).all()
        write_captures(session, store, rows, out / "a.warc.gz", {}, NOW)
    assert list(out.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_and_left_clean(
    names: list[str], store: WarcStore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be written"):
        write_wacz(store, names, [], tmp_path / "file" / "a.wacz", "", NOW)


@judged
def test_pywb_serves_every_capture_with_its_payload_revisits_included(
    names: list[str], store: WarcStore, sqlite_engine: Engine, tmp_path: Path
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    subprocess.run([JUDGES / "wb-manager", "init", "county"], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    collection = tmp_path / "collections/county"
    for name in names:
        shutil.copy(store.folder / name, collection / "archive")
    (collection / "indexes/index.cdxj").write_text("".join(sorted_cdxj(store, names)))
    command = [JUDGES / "wayback", "-p", str(port), "-b", "127.0.0.1"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log) as server:
        try:
            with reading(sqlite_engine) as session:
                rows = session.scalars(select(Capture)).all()
                bodies = {row.id: captures.body(session, store, row) for row in rows}
            for row in rows:
                moment = row.fetched_at.strftime("%Y%m%d%H%M%S")
                served = _fetch(f"http://127.0.0.1:{port}/county/{moment}id_/{row.url}")
                assert hashlib.sha256(served).hexdigest() in (row.payload_sha256, row.body_sha256), (
                    row.id,
                    row.status,
                    served[:80],
                    bodies[row.id][:80],
                )
        finally:
            server.terminate()


def _fetch(url: str) -> bytes:
    """The body, whatever the status. The server may still be starting."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.read()
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {url}")
