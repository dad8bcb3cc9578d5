"""Sealed files rest in a bucket (of an S3 server that the tests start) or in another folder: nothing else about the archive changes."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import bagit
import pytest
from sqlalchemy import Engine, select

from archive import captures, settling, upkeep
from archive.bodies import HELD_BYTES, sha256
from archive.chain import check_chain, read_seals
from archive.copies import audit_copy, copy_sealed
from archive.database import open_database, reading
from archive.errors import DamagedRecord, StoreUnusable
from archive.exchange import Exchange
from archive.exports import choose, publishable, write_bag
from archive.fixity import verify
from archive.folders import Folder
from archive.home import open_store
from archive.mending import repair
from archive.models import Capture, Event
from archive.places import Depot, Place
from archive.rebuild import rebuild
from archive.recorder import Batches, Recorder
from archive.records import parsed
from archive.seals import read_head
from archive.sightings import FoundReport
from archive.takedown import take_down
from archive.tombstones import Order
from archive.wacz import write_wacz
from archive.wacz_check import wacz_faults
from archive.warc import WarcStore


@pytest.fixture(params=["folder", "bucket"])
def setting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue("bucket")) if request.param == "bucket" else str(tmp_path / "far")


@pytest.fixture
def crawled(
    sqlite_engine: Engine, home: Path, new_run: Callable[..., tuple[int, int]], exchange: Callable[..., Exchange]
) -> Callable[..., dict[str, Exchange]]:
    """Two runs of one site, several files each, the second half revisits. Gives what was received, by its key."""

    def crawl(store: WarcStore, now: Callable[[], datetime]) -> dict[str, Exchange]:
        batches = Batches(seconds=10_000, file_bytes=4000, exchanges=2)
        recorder = Recorder(sqlite_engine, store, now, "nianbao 0.1", "someone@example.org", batches)
        received = {}
        for year in (1, 2):
            _, run_id = new_run(sqlite_engine)
            recorder.begin(run_id)
            for number in range(6):
                said = exchange(f"/{number}", b"<p>%d %d</p>" % (number, year if number % 2 else 0) * 40)
                received[f"{year}/{number}"] = said
                recorder.record(run_id, said, purpose="article", url_key=f"{year}/{number}")
            address = "http://a/1"
            recorder.sight(run_id, FoundReport(address, f"{year}/1", "年报", date(2026, 1, 1), "示例局", 2025, None))
            recorder.finish(run_id, "done", None, {})
        recorder.close()
        return received

    return crawl


def rested(store: WarcStore) -> Depot:
    assert isinstance(store.files, Depot)
    return store.files


def here(store: WarcStore) -> list[Path]:
    return sorted(store.folder.rglob("*.warc.gz"))


def all_read_back(engine: Engine, store: WarcStore, received: dict[str, Exchange]) -> bool:
    with reading(engine) as session:
        rows = {row.url_key: row for row in session.scalars(select(Capture))}
        return {key: captures.exchange(session, store, row) for key, row in rows.items()} == received


def damage(place: Place, name: str) -> None:
    whole = bytearray(b"".join(place.blocks(name)))
    whole[len(whole) // 2] ^= 4
    place.write(name, (bytes(whole),), sha256(bytes(whole)))


def test_what_is_sealed_rests_there_and_every_capture_reads_back(
    sqlite_engine: Engine, home: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    received = crawled(store, clock)
    upkeep.settle(sqlite_engine, store, clock())
    assert here(store) == []
    assert len([name for name in rested(store).there.names() if name.endswith(".warc.gz")]) > 3
    assert all_read_back(sqlite_engine, open_store(sqlite_engine, home / "warc", setting), received)
    assert list(verify(sqlite_engine, store)) == []
    assert list(verify(sqlite_engine, store, deep=False)) == []
    assert settling.settle(store) == 0


class Failing:
    """A place whose connection breaks after so many calls."""

    def __init__(self, place: Place, calls: int) -> None:
        self._place = place
        self.left = calls

    def _count(self) -> None:
        if self.left <= 0:
            raise StoreUnusable("the connection broke")
        self.left -= 1

    def names(self) -> set[str]:
        self._count()
        return self._place.names()

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        self._count()
        yield from self._place.blocks(name, offset, length)

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        self._count()
        self._place.write(name, blocks, sha256)

    def remove(self, name: str) -> None:
        self._count()
        self._place.remove(name)

    def set_aside(self, name: str, now: datetime) -> None:
        self._count()
        self._place.set_aside(name, now)

    def address(self, name: str) -> str:
        return self._place.address(name)


def test_an_end_between_any_two_steps_leaves_a_whole_archive_that_the_next_call_finishes(
    sqlite_engine: Engine, home: Path, tmp_path: Path, clock: Any, crawled: Any
) -> None:
    whole = WarcStore(home / "warc")
    received = crawled(whole, clock)
    for calls in range(200):
        folder, there = tmp_path / f"{calls}/warc", Folder(tmp_path / f"{calls}/far")
        shutil.copytree(whole.folder, folder)
        try:
            settling.settle(WarcStore(folder, whole.keys, files=Depot(Folder(folder), Failing(there, calls))))
            break
        except StoreUnusable:
            store = WarcStore(folder, whole.keys, files=Depot(Folder(folder), there))
            assert list(verify(sqlite_engine, store, deep=False)) == [], calls
            assert all_read_back(sqlite_engine, store, received), calls
            settling.settle(store)
            assert here(store) == []
            assert list(verify(sqlite_engine, store, deep=False)) == [], calls
            assert all_read_back(sqlite_engine, store, received), calls
    assert 10 < calls < 199


def test_a_place_that_cannot_be_reached_stops_no_crawl_and_is_brought_up_later(
    sqlite_engine: Engine, home: Path, tmp_path: Path, clock: Any, crawled: Any
) -> None:
    there = Failing(Folder(tmp_path / "far"), 1)  # asked once at the start, by a new home
    store = WarcStore(home / "warc", files=Depot(Folder(home / "warc"), there))
    received = crawled(store, clock)
    assert upkeep.settle(sqlite_engine, store, clock()) == 0
    there.left = 1000
    with reading(sqlite_engine) as session:
        assert set(session.scalars(select(Event.kind))) == {"store"}
    assert len(here(store)) > 3
    assert all_read_back(sqlite_engine, store, received)
    assert upkeep.settle(sqlite_engine, store, clock()) > 3
    assert here(store) == []
    assert list(verify(sqlite_engine, store)) == []


def test_a_capture_is_read_by_its_own_bytes_alone(
    sqlite_engine: Engine, home: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    crawled(store, clock)
    settling.settle(store)
    name = min(name for name in rested(store).there.names() if name.endswith(".warc.gz"))
    whole = b"".join(store.blocks(name))
    assert b"".join(store.blocks(name, 100, 50)) == whole[100:150]
    assert b"".join(store.blocks(name, 100)) == whole[100:]
    assert list(store.blocks(name, len(whole) + 10)) == []
    with pytest.raises(DamagedRecord, match="is not in"):
        list(store.blocks("absent.warc.gz", 5))


def test_damage_there_is_found_and_restored_from_the_second_copy(
    sqlite_engine: Engine, home: Path, tmp_path: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    received = crawled(store, clock)
    second = Folder(tmp_path / "second")
    settling.settle(store)
    brought = copy_sealed(store, second)
    there = rested(store).there
    names = sorted(name for name in there.names() if name.endswith(".warc.gz"))
    assert brought == len(names)
    damage(there, names[0])
    there.remove(names[1])
    there.remove(names[2] + ".seal.json")
    (store.folder / (names[3] + ".seal.json")).unlink()
    damage(there, "chain.json")
    there.write("x/foreign.warc.gz", (b"x",), sha256(b"x"))
    faults = {(fault.kind, Path(fault.file).name) for fault in verify(sqlite_engine, store)}
    base = [Path(name).name for name in names]
    assert faults >= {
        ("hash differs", base[0]),
        ("file missing", base[1]),
        ("file missing", base[2] + ".seal.json"),
        ("seal missing", base[3]),
        ("store differs", "chain.json"),
        ("foreign file", "foreign.warc.gz"),
    }
    there.remove("x/foreign.warc.gz")
    assert repair(sqlite_engine, store, second, clock()).left == ()
    assert all_read_back(sqlite_engine, store, received)
    assert here(store) == []


def test_what_is_deleted_by_order_is_gone_there_too(
    sqlite_engine: Engine, home: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    crawled(store, clock)
    settling.settle(store)
    stone = take_down(sqlite_engine, store, Order("deleted", "县法院", "个人信息", "capture:1"), clock())
    (name,) = stone.files
    assert sha256(b"".join(rested(store).there.blocks(name))) == stone.files[name]
    assert stone.name in rested(store).there.names()
    assert list(verify(sqlite_engine, store)) == []


def test_a_large_body_rests_there_too_and_leaves_by_order(
    sqlite_engine: Engine, home: Path, tmp_path: Path, setting: str, clock: Any, exchange: Any, new_run: Any
) -> None:
    """Larger than what is held in memory, and than one part of an upload."""
    store = open_store(sqlite_engine, home / "warc", setting)
    received = {"1": exchange("/1", os.urandom(HELD_BYTES + 1) * 3), "2": exchange("/2")}
    recorder = Recorder(sqlite_engine, store, clock, "nianbao 0.1", "someone@example.org")
    _, run_id = new_run(sqlite_engine)
    recorder.begin(run_id)
    for key, said in received.items():
        recorder.record(run_id, said, purpose="attachment", url_key=key)
    recorder.finish(run_id, "done", None, {})
    recorder.close()
    assert here(store) == []
    assert all_read_back(sqlite_engine, store, received)
    assert list(verify(sqlite_engine, store)) == []
    second = Folder(tmp_path / "second")
    copy_sealed(store, second)
    for mode in ("hidden", "deleted"):
        (name,) = [name for name in rested(store).there.names() if name.endswith(".warc.gz")]
        take_down(sqlite_engine, store, Order(mode, "县法院", "个人信息", "capture:1"), clock())
        copy_sealed(store, second)
        assert list(verify(sqlite_engine, store)) == list(audit_copy(store, second, name)) == []
        with publishable(sqlite_engine, store, [name]) as shown:
            kinds = [parsed(member.data).kind for member in shown.members(name)]
        assert kinds.count("response") == 1


def test_after_the_loss_of_the_home_the_index_is_made_again_from_there(
    sqlite_engine: Engine, home: Path, tmp_path: Path, sqlite_template: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    received = crawled(store, clock)
    settling.settle(store)
    shutil.copytree(store.keys, tmp_path / "new/keys")
    shutil.copyfile(sqlite_template, tmp_path / "new/index.sqlite")
    engine = open_database(f"sqlite:///{tmp_path / 'new/index.sqlite'}")
    fresh = open_store(engine, tmp_path / "new/warc", setting)
    made = rebuild(engine, fresh)
    assert (made.captures, made.faults) == (len(received), ())
    assert all_read_back(engine, fresh, received)
    assert list(verify(engine, fresh)) == []
    engine.dispose()


def test_exports_are_made_from_there(
    sqlite_engine: Engine, home: Path, tmp_path: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    crawled(store, clock)
    settling.settle(store)
    take_down(sqlite_engine, store, Order("hidden", "县法院", "个人信息", "capture:1"), clock())
    with reading(sqlite_engine) as session:
        chosen = choose(session)
    with publishable(sqlite_engine, store, chosen.files) as shown:
        write_wacz(shown, chosen.files, (), tmp_path / "a.wacz", "all", clock())
        assert list(wacz_faults(tmp_path / "a.wacz")) == []
        write_bag(shown, store, chosen.files, tmp_path / "bag", clock())
    bagit.Bag(str(tmp_path / "bag")).validate()
    with zipfile.ZipFile(tmp_path / "a.wacz") as package:
        held = [name for name in package.namelist() if name.startswith("archive/")]
    assert len(held) == len(chosen.files)


def test_a_new_home_goes_on_with_the_chain_that_rests_there_and_never_writes_over_it(
    sqlite_engine: Engine, home: Path, tmp_path: Path, setting: str, clock: Any, crawled: Any
) -> None:
    store = open_store(sqlite_engine, home / "warc", setting)
    crawled(store, clock)
    settling.settle(store)
    newest = read_head(store.folder).number
    fresh = open_store(sqlite_engine, tmp_path / "new/warc", setting)
    with pytest.raises(StoreUnusable, match="nianbao repair"):
        settling.settle(fresh)
    shutil.copytree(store.keys, fresh.keys)
    crawled(fresh, clock)
    assert read_head(fresh.folder).number > newest
    settling.settle(fresh)
    assert list(check_chain(fresh, read_seals(fresh)[0])) == []
