"""WARC files: bytes in, the same bytes out, and other people's readers agree."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastWarc
from fastwarc.warc import WarcRecordType as FastKind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as Warcio

from archive.bodies import sha256
from archive.errors import DamagedRecord, StoreUnusable
from archive.exchange import Exchange, WarcLocation
from archive.groups import Original
from archive.records import fields, fields_of, members, packed, parsed
from archive.warc import WarcStore

NOON = datetime(2026, 3, 31, 12, 0, 0, 123456, tzinfo=UTC)
NAME = "shili/shili-20260331T120000Z-r1-00000.warc.gz"
REQUEST = b"GET /a HTTP/1.1\r\nHost: www.shili.gov.cn\r\n\r\n"
GZIPPED = gzip.compress("年度报告".encode())
HEADS = {
    "plain": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
    "GBK reason phrase": "HTTP/1.1 200 成功\r\nContent-Type: text/html\r\n\r\n".encode("gbk"),
    "raw UTF-8 header": "HTTP/1.1 200 OK\r\nX-Title: 年报\r\nContent-Disposition: attachment; filename=年报.pdf\r\n\r\n".encode(),
    "GBK header": "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=年报.doc\r\n\r\n".encode("gbk"),
    "odd case and space": b"HTTP/1.1 200 OK\r\ncOnTeNt-TyPe:text/html\r\nSERVER  :   x \r\n\r\n",
    "repeated": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: a=1\r\n\r\n",
    "no reason phrase": b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n",
    "line without colon": b"HTTP/1.1 200 OK\r\nthis is no header\r\nContent-Type: text/html\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\nContent-Type: text/html\r\n\r\n",
    "status line only": b"HTTP/1.0 404 Not Found\r\n\r\n",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n",
    "compressed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
    "chunked and compressed": b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Encoding: gzip\r\n\r\n",
}


def exchange_of(head: bytes, body: bytes, **more: Any) -> Exchange:
    return Exchange("http://www.shili.gov.cn/a?b=1&c=%E5%B9%B4", NOON, REQUEST, head, body, ip="192.0.2.7", **more)


def write(store: WarcStore, exchange: Exchange, original: Original | None = None) -> WarcLocation:
    return store.write(NAME, exchange, sha256(exchange.body), {"purpose": "other", "url_key": "a"}, original)


@pytest.fixture
def opened(store: WarcStore) -> WarcStore:
    store.open(NAME, {"software": "nianbao 0.1", "operator": "someone@example.org", "robots": "obey"}, NOON)
    return store


def sealed(store: WarcStore) -> Path:
    store.seal(NAME, NOON)
    return store.folder / NAME


def records_by_warcio(path: Path) -> Iterator[tuple[str, dict[str, str], bytes]]:
    with path.open("rb") as stream:
        for record in Warcio(stream, check_digests="raise"):
            body = record.raw_stream.read()
            yield record.rec_type, dict(record.rec_headers.headers), body


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_an_exchange_comes_back_byte_for_byte(opened: WarcStore, head: bytes) -> None:
    exchange = exchange_of(
        head, GZIPPED if b"gzip" in head else b"<html>\r\n\r\n\n\x00\xff</html>", facts={"dns": "1 ms", "二": "a\r\nb"}
    )
    location = write(opened, exchange)
    assert opened.read(location) == exchange
    sealed(opened)
    assert WarcStore(opened.folder).read(location) == exchange


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_the_record_holds_the_head_as_received(opened: WarcStore, head: bytes) -> None:
    location = write(opened, exchange_of(head, b"<html></html>"))
    assert opened.record(location).block == head + b"<html></html>"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=3000), st.binary(max_size=50), st.booleans())
def test_any_bytes_come_back(opened: WarcStore, header: bytes, body: bytes, posted: bytes, chunked: bool) -> None:
    value = header.replace(b"\r", b"").replace(b"\n", b"")
    head = (
        b"HTTP/1.1 200 OK\r\nX-Any: "
        + value
        + b"\r\n"
        + (b"Transfer-Encoding: chunked\r\n" if chunked else b"")
        + b"\r\n"
    )
    exchange = exchange_of(head, body, request_body=posted)
    assert opened.read(write(opened, exchange)) == exchange


@pytest.mark.parametrize("body", [b"12\r\nabc", b"5", b"ff;x=1\r\n", b" 0x1F \nrest", b"-3\n", b"1_0\nx", b"0\r\n\r\n"])
def test_a_chunked_answer_whose_body_looks_like_a_chunk_is_read_right_by_everyone(
    opened: WarcStore, body: bytes
) -> None:
    exchange = exchange_of(HEADS["chunked"], body)
    location = write(opened, exchange)
    assert opened.read(location) == exchange
    again = write(opened, exchange, Original(location.record_id, exchange.url, NOON, sha256(body)))
    assert opened.read(again).response_head == HEADS["chunked"]
    assert b"X-Archived-Transfer-Encoding: chunked" in opened.record(again).block, (
        "a replay lays this head on that body"
    )
    path = sealed(opened)
    with path.open("rb") as stream:
        assert [record.content_stream().read() for record in Warcio(stream) if record.rec_type == "response"] == [body]
    with path.open("rb") as stream:
        read = [
            record.reader.read()
            for record in FastWarc(stream, parse_http=True, auto_decode="all")
            if record.record_type == FastKind.response
        ]
    assert read == [body]


def test_warcio_and_fastwarc_read_what_was_written(opened: WarcStore) -> None:
    bodies = {}
    for number, head in enumerate(HEADS.values()):
        body = GZIPPED if b"gzip" in head else f"<html>{number}</html>".encode()
        bodies[write(opened, exchange_of(head, body)).record_id] = head + body
    path = sealed(opened)
    by_warcio = {}
    with path.open("rb") as stream:
        for record in Warcio(stream, no_record_parse=True):
            by_warcio[record.rec_headers["WARC-Record-ID"]] = record.raw_stream.read()
    with path.open("rb") as stream:
        by_fastwarc = {
            record.headers["WARC-Record-ID"]: record.reader.read() for record in FastWarc(stream, parse_http=False)
        }
    with path.open("rb") as stream:
        assert all(record.verify_block_digest() for record in FastWarc(stream, parse_http=False))
    assert {key: by_warcio[key] for key in bodies} == bodies
    assert {key: by_fastwarc[key] for key in bodies} == bodies


def test_warcio_check_passes_every_record_with_its_digests(opened: WarcStore) -> None:
    for head in HEADS.values():
        location = write(opened, exchange_of(head, GZIPPED if b"gzip" in head else b"<html></html>"))
    revisited = Original(location.record_id, "http://www.shili.gov.cn/a", NOON, sha256(b"x"))
    write(opened, exchange_of(b"HTTP/1.1 304 Not Modified\r\n\r\n", b""), revisited)
    warcio = Path(sys.executable).with_name("warcio")
    done = subprocess.run(
        [warcio, "check", "-v", sealed(opened)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "digest pass" in done.stdout
    assert "fail" not in done.stdout.lower()


def test_payload_digests_hold_for_fastwarc(opened: WarcStore) -> None:
    heads = [head for name, head in HEADS.items() if name != "bare line feeds"]  # it finds no end of such a head
    for head in heads:
        write(opened, exchange_of(head, GZIPPED if b"gzip" in head else b"<html></html>"))
    with sealed(opened).open("rb") as stream:
        held = [
            record.verify_payload_digest()
            for record in FastWarc(stream, parse_http=True)
            if record.record_type == FastKind.response
        ]
    assert held == [True] * len(heads)


def test_gzip_reads_every_member(opened: WarcStore) -> None:
    write(opened, exchange_of(HEADS["plain"], os.urandom(300_000)))
    assert subprocess.run(["gzip", "-t", sealed(opened)], capture_output=True, check=False).returncode == 0


def test_the_file_begins_with_who_wrote_it_and_how(opened: WarcStore) -> None:
    kind, headers, block = next(records_by_warcio(sealed(opened)))
    assert kind == "warcinfo"
    assert headers["WARC-Filename"] == Path(NAME).name
    lines = block.decode().split("\r\n")
    assert {
        "format: WARC File Format 1.1",
        "software: nianbao 0.1",
        "operator: someone@example.org",
        "robots: obey",
    } <= set(lines)


def test_request_and_metadata_are_joined_to_the_response(opened: WarcStore) -> None:
    location = write(opened, exchange_of(HEADS["plain"], b"a", facts={"dns": "2 ms"}))
    found = list(records_by_warcio(sealed(opened)))[1:]
    assert [kind for kind, _, _ in found] == ["response", "request", "metadata"]
    for _, headers, _ in found:
        assert headers["WARC-Target-URI"] == "http://www.shili.gov.cn/a?b=1&c=%E5%B9%B4"
        assert headers["WARC-IP-Address"] == "192.0.2.7"
        assert headers["WARC-Date"] == "2026-03-31T12:00:00.123456Z"
    assert [headers.get("WARC-Concurrent-To") for _, headers, _ in found] == [
        None,
        location.record_id,
        location.record_id,
    ]
    assert dict(fields_of(found[2][2]))["facts"] == {"dns": "2 ms"}


def test_digests_are_sha256_in_hex(opened: WarcStore) -> None:
    body = b"<html></html>"
    write(opened, exchange_of(HEADS["plain"], body))
    _, headers, _ = list(records_by_warcio(sealed(opened)))[1]
    assert headers["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(body).hexdigest()
    assert headers["WARC-Block-Digest"] == "sha256:" + hashlib.sha256(HEADS["plain"] + body).hexdigest()


def test_a_revisit_names_its_original_and_keeps_its_own_head(opened: WarcStore) -> None:
    first = exchange_of(HEADS["plain"], b"same")
    location = write(opened, first)
    original = Original(location.record_id, first.url, NOON, sha256(b"same"))
    again = write(opened, exchange_of(HEADS["repeated"], b"same"), original)
    unchanged = write(opened, exchange_of(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', b""), original)
    assert opened.read(again).response_head == HEADS["repeated"]
    assert opened.read(unchanged).response_head == b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
    assert opened.record(unchanged).block == b""  # pywb takes the original's head and body only then
    assert opened.read(again).body == b""
    profiles = []
    for place in (again, unchanged):
        record = opened.record(place)
        assert record.kind == "revisit"
        assert record.needed("WARC-Refers-To") == location.record_id
        assert record.needed("WARC-Refers-To-Target-URI") == first.url
        assert record.needed("WARC-Refers-To-Date") == "2026-03-31T12:00:00.123456Z"
        assert record.needed("WARC-Payload-Digest") == f"sha256:{sha256(b'same')}"
        profiles.append(record.needed("WARC-Profile").rpartition("/")[2])
    assert profiles == ["identical-payload-digest", "server-not-modified"]


def test_a_cut_answer_says_so(opened: WarcStore) -> None:
    location = write(opened, exchange_of(HEADS["plain"], b"half", truncated="length"))
    assert opened.record(location).needed("WARC-Truncated") == "length"
    assert opened.read(location).truncated == "length"


def test_a_head_that_does_not_end_where_it_says_is_refused(opened: WarcStore) -> None:
    for head in (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\nmore\r\n\r\n"):
        with pytest.raises(ValueError, match="empty line"):
            write(opened, exchange_of(head, b""))


def test_a_line_break_in_an_address_cannot_forge_a_header(opened: WarcStore) -> None:
    with pytest.raises(ValueError, match="one line"):
        write(opened, replace(exchange_of(HEADS["plain"], b""), url="http://a/\r\nWARC-Type: warcinfo"))


def test_nothing_is_on_the_disk_before_sync_and_everything_after(opened: WarcStore) -> None:
    location = write(opened, exchange_of(HEADS["plain"], b"a"))
    path = opened.folder / (NAME + ".open")
    assert not path.exists()
    opened.sync()
    assert WarcStore(opened.folder).record(location).block.endswith(b"a")


def test_a_full_disk_is_named_keeps_what_was_synced_and_can_be_tried_again(opened: WarcStore) -> None:
    kept = write(opened, exchange_of(HEADS["plain"], b"kept"))
    opened.sync()
    size = (opened.folder / (NAME + ".open")).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    late = write(opened, exchange_of(HEADS["plain"], os.urandom(50_000)))
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, hard))
    try:
        with pytest.raises(StoreUnusable, match="make room"):
            opened.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    opened.sync()
    assert opened.read(kept).body == b"kept"
    assert len(opened.read(late).body) == 50_000
    sealed(opened)


def test_a_sealed_file_is_never_opened_again(opened: WarcStore) -> None:
    sealed(opened)
    with pytest.raises(StoreUnusable, match="sealed"):
        opened.open(NAME, {}, NOON)


def test_a_name_outside_the_store_is_refused(store: WarcStore) -> None:
    with pytest.raises(StoreUnusable, match="inside the store"):
        store.open("../elsewhere.warc.gz", {}, NOON)


def test_an_open_file_is_continued_where_it_ended(opened: WarcStore) -> None:
    first = write(opened, exchange_of(HEADS["plain"], b"1"))
    opened.sync()
    second_process = WarcStore(opened.folder)
    second_process.open(NAME, {}, NOON)
    second = write(second_process, exchange_of(HEADS["plain"], b"2"))
    seal = second_process.seal(NAME, NOON)
    path = opened.folder / NAME
    assert [second_process.read(place).body for place in (first, second)] == [b"1", b"2"]
    assert seal.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (seal.size, seal.records) == (path.stat().st_size, 7)
    assert seal.last_record_id == [headers["WARC-Record-ID"] for _, headers, _ in records_by_warcio(path)][-1]


@pytest.mark.parametrize("torn", ["half a record", "zeros"])
def test_a_torn_tail_that_nobody_has_cut_yet_hurts_nothing_before_it(opened: WarcStore, torn: str) -> None:
    exchange = exchange_of(HEADS["plain"], b"<p>a</p>")
    location = write(opened, exchange)
    opened.sync()
    (path,) = opened.folder.rglob("*.open")
    whole = path.read_bytes()
    with path.open("ab") as stream:
        stream.write(whole[location.offset : location.offset + 100] if torn == "half a record" else bytes(100))
    assert WarcStore(opened.folder).read(location) == exchange


def test_every_cut_of_a_torn_tail_ends_at_the_last_whole_group(opened: WarcStore, tmp_path: Path) -> None:
    locations = [write(opened, exchange_of(HEADS["plain"], f"{number}".encode() * 20)) for number in range(3)]
    opened.sync()
    source = opened.folder / (NAME + ".open")
    whole = source.read_bytes()
    ends = [0, *(location.offset for location in locations), len(whole)]
    for length in range(0, len(whole) + 1, 7):
        folder = tmp_path / f"cut{length}"
        path = folder / (NAME + ".open")
        path.parent.mkdir(parents=True)
        path.write_bytes(whole[:length])
        cuts = WarcStore(folder).repair()
        kept = max(end for end in ends if end <= length)
        left = path.read_bytes() if path.exists() else b""
        assert left == whole[:kept]
        assert [(cut.kept_bytes, cut.cut_bytes) for cut in cuts] == ([(kept, length - kept)] if kept != length else [])
        shutil.rmtree(folder)


def test_repair_cuts_a_tail_of_zeros(opened: WarcStore) -> None:
    write(opened, exchange_of(HEADS["plain"], b"1"))
    opened.sync()
    path = opened.folder / (NAME + ".open")
    size = path.stat().st_size
    with path.open("ab") as stream:
        stream.write(bytes(4096))
    (cut,) = WarcStore(opened.folder).repair()
    assert (cut.kept_bytes, cut.cut_bytes, path.stat().st_size) == (size, 4096, size)


def test_repair_never_cuts_what_the_index_names(opened: WarcStore) -> None:
    location = write(opened, exchange_of(HEADS["plain"], b"1"))
    opened.sync()
    path = opened.folder / (NAME + ".open")
    damaged = bytearray(path.read_bytes())
    damaged[location.offset + location.length // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(DamagedRecord, match="the index names records"):
        WarcStore(opened.folder).repair({NAME: location.offset + location.length})
    assert path.read_bytes() == bytes(damaged)


def test_every_flipped_bit_in_a_record_is_noticed_when_it_is_read(opened: WarcStore) -> None:
    location = write(opened, exchange_of(HEADS["plain"], b"<html>figures 12 34</html>"))
    opened.sync()
    path = opened.folder / (NAME + ".open")
    whole = path.read_bytes()
    reader = WarcStore(opened.folder)
    good = reader.record(location)
    for place in range(location.offset, location.offset + location.length):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert reader.record(location) == good
            # The gzip header's own fields and the bits that fill up the last byte say nothing of the record: the seal guards those.
            assert place < location.offset + 10 or place == location.offset + location.length - 9
        except DamagedRecord as damage:
            assert NAME in str(damage)


def test_members_refuse_what_is_no_gzip_and_what_ends_too_soon() -> None:
    member = packed([("WARC-Type", "resource"), ("WARC-Record-ID", "<urn:x:1>")], b"block")
    assert [found.length for found in members(io.BytesIO(member * 3))] == [len(member)] * 3
    for data, words in ((b"plain text", "damage"), (member[:-1], "torn"), (member + b"\0" * 20, "damage")):
        with pytest.raises(DamagedRecord, match=words):
            list(members(io.BytesIO(data)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"WARC/1.1\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"WARC/1.1\r\nno colon\r\n\r\n\r\n\r\n",
        b"WARC/1.1\r\nWARC-Type: a\r\n\r\nblock\r\n\r\n",
    ],
)
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(DamagedRecord):
        parsed(data)


@given(st.dictionaries(st.text("abc-", min_size=1), st.recursive(st.none() | st.text() | st.integers(), st.lists)))
def test_notes_come_back_as_they_were(values: dict[str, Any]) -> None:
    assert fields_of(fields(values.items())) == list(values.items())


def test_a_large_body_streams_through_one_member(opened: WarcStore) -> None:
    body = os.urandom(1 << 20) * 8
    location = write(opened, exchange_of(HEADS["plain"], body))
    assert opened.read(location).body == body
