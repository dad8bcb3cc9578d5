"""The second copy in a folder and on an S3 server that this test starts; the rolling audit of both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive import buckets
from archive.copies import audit_copy, copy_sealed
from archive.database import reading
from archive.errors import StoreUnusable
from archive.exchange import Exchange
from archive.fixity import verify
from archive.mending import repair
from archive.models import Event, WarcFile
from archive.places import Place, place_of, sha256_of
from archive.recorder import Batches
from archive.upkeep import audit_due, bring_copy
from archive.warc import WarcStore


@pytest.fixture(params=["folder", "bucket"])
def setting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue("bucket")) if request.param == "bucket" else str(tmp_path / "second")


@pytest.fixture
def filled(
    sqlite_engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
) -> Engine:
    recorder = new_recorder(sqlite_engine, Batches(seconds=10_000, file_bytes=3000, exchanges=2))
    _, run_id = new_run(sqlite_engine)
    recorder.begin(run_id)
    for number in range(8):
        made = exchange(f"/{number}", b"<p>%d</p>" % number * 50)
        recorder.record(run_id, made, purpose="article", url_key=f"k{number}")
    recorder.finish(run_id, "done", None, {})
    return sqlite_engine


def kinds(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(Event.kind)))


def damaged(place: Place, name: str) -> None:
    whole = bytearray(b"".join(place.blocks(name)))
    whole[len(whole) // 2] ^= 4
    place.write(name, (bytes(whole),), hashlib.sha256(whole).hexdigest())


def test_the_second_copy_holds_every_byte_and_is_audited(
    filled: Engine, store: WarcStore, setting: str, clock: Any
) -> None:
    names = {str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()}
    warcs = sorted(name for name in names if name.endswith(".warc.gz"))
    assert bring_copy(filled, store, setting, clock()) == len(warcs) > 2
    assert bring_copy(filled, store, setting, clock()) == 0
    second = place_of(setting)
    assert second is not None
    assert second.names() == names
    for name in names:
        assert b"".join(second.blocks(name)) == (store.folder / name).read_bytes()
    assert [fault for name in warcs for fault in audit_copy(store, second, name)] == []
    damaged(second, warcs[1])
    assert [fault.kind for fault in audit_copy(store, second, warcs[1])] == ["copy differs"]


def test_damage_in_either_copy_is_restored_from_the_other(
    filled: Engine, store: WarcStore, setting: str, clock: Any
) -> None:
    bring_copy(filled, store, setting, clock())
    second = place_of(setting)
    assert second is not None
    first, last = (sorted(store.folder.rglob("*.warc.gz"))[place] for place in (0, -1))
    before = {path: path.read_bytes() for path in (first, last)}
    first.write_bytes(before[first][:-5])
    damaged(second, str(last.relative_to(store.folder)))
    result = repair(filled, store, second, clock())
    assert len(result.restored) == 2
    assert result.left == ()
    assert first.read_bytes() == before[first]
    assert b"".join(second.blocks(str(last.relative_to(store.folder)))) == before[last]


def test_a_file_that_is_not_as_promised_never_gets_its_name(setting: str) -> None:
    place = place_of(setting)
    assert place is not None
    with pytest.raises(StoreUnusable, match="not as its seal says"):
        place.write("a/b.warc.gz", (b"x" * 100,), "0" * 64)
    with pytest.raises(FileNotFoundError):
        sha256_of(place, "a/b.warc.gz")


def test_an_unreachable_second_copy_stops_nothing_and_stands_in_the_events(
    filled: Engine, store: WarcStore, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ENDPOINT_URL", "http://127.0.0.1:9"), ("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setitem(buckets.RETRY, "max_retries", 0)
    assert bring_copy(filled, store, "s3://absent/x", clock()) == 0
    assert kinds(filled) == ["second copy"]


def test_the_audit_reads_everything_once_a_period_and_not_at_once(
    filled: Engine, store: WarcStore, setting: str, clock: Any
) -> None:
    bring_copy(filled, store, setting, clock())
    second = place_of(setting)
    assert second is not None
    files = sorted(store.folder.rglob("*.warc.gz"))
    damaged(second, str(files[2].relative_to(store.folder)))
    found = []
    for call in range(len(files) + 3):
        clock.time += timedelta(hours=1)
        found += audit_due(filled, store, setting, 30, clock())
        with reading(filled) as session:
            checked = [at for at in session.scalars(select(WarcFile.checked_at)) if at]
        assert len(checked) == min(call + 1, len(files))
    assert [fault.kind for fault in found] == ["copy differs"]
    assert kinds(filled).count("audit") == len(files)
    assert kinds(filled).count("fixity") == 1


def test_an_audit_after_a_long_sleep_makes_good_for_it(filled: Engine, store: WarcStore, clock: Any) -> None:
    audit_due(filled, store, "", 30, clock())
    clock.time += timedelta(days=40)
    now = clock()
    assert audit_due(filled, store, "", 30, now) == []
    with reading(filled) as session:
        assert set(session.scalars(select(WarcFile.checked_at))) == {now}
    assert list(verify(filled, store)) == []


def test_a_copy_of_a_damaged_file_is_refused(filled: Engine, store: WarcStore, setting: str) -> None:
    path = min(store.folder.rglob("*.warc.gz"))
    path.write_bytes(path.read_bytes()[:-1])
    place = place_of(setting)
    assert place is not None
    with pytest.raises(StoreUnusable, match="is not carried over"):
        copy_sealed(store, place)
    assert not any(name.endswith(".warc.gz") for name in place.names())
