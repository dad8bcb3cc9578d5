"""WARC files of warcio, wget and Heritrix, good and bad: taken in whole or refused by name, never a crash, never half.

The files lie beside the project (../shared/foreign) and are not copied.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from warcio.archiveiterator import ArchiveIterator

from archive import captures
from archive.database import reading, writing
from archive.errors import NotTakenIn
from archive.exchange import Exchange
from archive.fixity import verify
from archive.foreign import Originals, exchanges, judge, records
from archive.foreign_digests import dechunked
from archive.importing import Recognised, import_files
from archive.models import Capture, SiteRun
from archive.sites import KnownSite, NewSite, add_site
from archive.warc import WarcStore

FOREIGN = Path(__file__).parents[2] / "../shared/foreign"
pytestmark = pytest.mark.skipif(not FOREIGN.exists(), reason="the foreign WARC files are not beside the project")
GOOD = {
    "warcio/example.warc": 2,
    "warcio/example.warc.gz": 2,
    "warcio/example-iana.org-chunked.warc": 1,
    "warcio/example-wget-bad-target-uri.warc.gz": 1,
    "warcio/post-test.warc.gz": 3,
    "iipc/hello-world.warc": 1,
    "iipc/hello-world.warc.gz": 1,
    "iipc/20130729-heritrix-original.warc.gz": 1,
    "iipc/20141129-heritrix-original.warc.gz": 1,
}
BAD = {
    "warcio/example-bad-non-chunked.warc.gz": "warcio recompress",
    "warcio/example-bad.warc.gz.bad": "warcio recompress",
    "warcio/example-wrong-chunks.warc.gz": "expected a block of",
    "warcio/example-trunc.warc": "expected a block of|expected a record that begins|Block-Digest",
    "warcio/bad.arc": "ARC file",
    "warcio/example.arc": "ARC file",
    "warcio/example.arc.gz": "ARC file",
    "warcio/example-space-in-url.arc": "ARC file",
    "warcio/example-digest.warc": "Payload-Digest",
    "warcio/example-resource.warc.gz": "no answer of a web server",
    "warcio/example-space-in-target-uri.warc.gz": "no answer of a web server",
}
PAIRS = [
    ("iipc/20130729-heritrix-original.warc.gz", "iipc/20130729-heritrix-revisit-with-http-headers.warc.gz"),
    (
        "iipc/20141129-heritrix-original.warc.gz",
        "iipc/20141129-heritrix-revisit-with-http-headers-and-new-warc-headers.warc.gz",
    ),
]
Take = Callable[..., Any]


@pytest.fixture
def take(sqlite_engine: Engine, new_recorder: Callable[..., Any], clock: Any) -> Take:
    with writing(sqlite_engine) as session:
        add_site(session, NewSite("http://www.shili.gov.cn/"), clock())

    def plain(exchange: Exchange, _site: KnownSite) -> Recognised:
        return Recognised(exchange.url)

    def taken(*names: str) -> Any:
        paths = [FOREIGN / name for name in names]
        return import_files(sqlite_engine, new_recorder(sqlite_engine), paths, "shili", plain, clock)

    return taken


def by_warcio(path: Path) -> list[bytes]:
    """The bodies of a file as warcio reads them, with their chunks undone."""
    bodies = []
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=False):
            if record.rec_type == "response":
                found = record.raw_stream.read()
                whole = dechunked(found)
                bodies.append(found if whole is None else whole)
    return bodies


@pytest.mark.parametrize("name", GOOD)
def test_a_sound_file_comes_in_whole_and_reads_back_as_another_reader_reads_it(
    name: str, take: Take, sqlite_engine: Engine, store: WarcStore
) -> None:
    result = take(name)
    assert result.captures == GOOD[name]
    with reading(sqlite_engine) as session:
        rows = session.scalars(select(Capture).order_by(Capture.id)).all()
        assert len(rows) == GOOD[name]
        bodies = [captures.exchange(session, store, row).body for row in rows]
    wanted = by_warcio(FOREIGN / name)
    assert set(bodies) == set(wanted)
    assert list(verify(sqlite_engine, store)) == []


def test_every_file_beside_the_project_is_expected_here() -> None:
    there = {str(path.relative_to(FOREIGN)) for path in FOREIGN.rglob("*arc*") if path.is_file()}
    assert there == {
        *GOOD,
        *BAD,
        *(name for pair in PAIRS for name in pair),
        "iipc/20141124-heritrix-server-not-modified.warc.gz",
    }


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_believed_is_refused_by_name_and_leaves_nothing(
    name: str, take: Take, sqlite_engine: Engine, store: WarcStore
) -> None:
    with pytest.raises(NotTakenIn, match=BAD[name]) as refused:
        take("warcio/example.warc", name)
    assert Path(name).name in str(refused.value)
    assert "Nothing was taken in" in str(refused.value)
    with reading(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(Capture)) == 0
    assert not list(store.folder.rglob("*.warc.gz*"))


@pytest.mark.parametrize(("original", "revisit"), PAIRS)
def test_a_revisit_comes_in_with_its_original_and_not_without(
    original: str, revisit: str, take: Take, sqlite_engine: Engine, store: WarcStore
) -> None:
    with pytest.raises(NotTakenIn, match="name the file that has it"):
        take(revisit)
    take(revisit, original)
    with reading(sqlite_engine) as session:
        rows = session.scalars(select(Capture).order_by(Capture.id)).all()
        bodies = {captures.exchange(session, store, row).body for row in rows}
        assert len(rows) == 2
        assert len(bodies) == 1 and bodies != {b""}
        assert len([row for row in rows if row.same_as_id]) == 1
    assert list(verify(sqlite_engine, store)) == []


def test_a_not_modified_without_its_original_is_refused(take: Take) -> None:
    with pytest.raises(NotTakenIn, match="name the file that has it"):
        take("iipc/20141124-heritrix-server-not-modified.warc.gz")


def test_a_not_modified_without_a_head_comes_in_beside_what_it_says_is_unchanged(
    tmp_path: Path, take: Take, sqlite_engine: Engine, store: WarcStore
) -> None:
    original = gzip.decompress((FOREIGN / PAIRS[0][0]).read_bytes())
    revisit = (FOREIGN / "iipc/20141124-heritrix-server-not-modified.warc.gz").read_bytes()
    digest = b"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    assert digest in gzip.decompress(revisit)
    refers = (
        b"WARC-Refers-To: " + next(line for line in original.split(b"\r\n") if b"Record-ID" in line).split(b": ")[1]
    )
    joined = gzip.decompress(revisit).replace(b"WARC-Type:", refers + b"\r\nWARC-Type:")
    (tmp_path / "joined.warc.gz").write_bytes(gzip.compress(joined))
    take(tmp_path / "joined.warc.gz", PAIRS[0][0])
    with reading(sqlite_engine) as session:
        first, second = session.scalars(select(Capture).order_by(Capture.id))
        assert (first.status, second.status, second.same_as_id) == (200, 304, first.id)
    assert list(verify(sqlite_engine, store)) == []


def test_a_file_is_imported_once(take: Take) -> None:
    take("warcio/example.warc.gz")
    with pytest.raises(NotTakenIn, match="imported already"):
        take("warcio/example.warc.gz")


def test_an_import_that_was_stopped_goes_on(take: Take, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.recorder import Recorder

    whole = Recorder.finish

    def stopped(self: Recorder, *_: object) -> None:
        self.flush()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "finish", stopped)
        with pytest.raises(KeyboardInterrupt):
            take("warcio/post-test.warc.gz")
    assert Recorder.finish is whole
    take("warcio/post-test.warc.gz")
    with reading(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(Capture)) == 3
        assert session.scalars(select(SiteRun.state)).all() == ["done"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_hostile_file_is_refused_or_read_and_nothing_else(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    whole = bytearray((FOREIGN / chance.choice(list(GOOD))).read_bytes())
    packed = whole[:2] == b"\x1f\x8b"
    if packed and chance.random() < 0.5:
        whole = bytearray(gzip.decompress(bytes(whole)))
    for _ in range(chance.randrange(1, 5)):
        place = chance.randrange(len(whole))
        whole[place : place + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
    path = tmp_path / "hostile.warc"
    path.write_bytes(whole[: chance.randrange(1, len(whole) + 1)])
    originals = Originals()
    try:
        judge(path, originals)
        assert [*exchanges(path, originals, "response"), *exchanges(path, originals, "revisit")]
        assert list(records(path))
    except NotTakenIn as refused:
        assert str(path) in str(refused)
