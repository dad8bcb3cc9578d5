"""With a second copy everything that is damaged in one is restored from the other; with one copy it is said exactly whom it hurts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive.copies import copy_sealed
from archive.database import reading
from archive.errors import StoreUnusable
from archive.exchange import Exchange
from archive.fixity import verify
from archive.mending import repair
from archive.models import Capture, Event, WarcFile
from archive.places import Folder
from archive.recorder import Batches
from archive.sightings import FoundReport
from archive.warc import WarcStore


@pytest.fixture
def engine_with_runs(
    sqlite_engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
) -> Engine:
    """Two years of one site, the second all revisits; each page is the report of one organ."""
    recorder = new_recorder(sqlite_engine, Batches(seconds=10_000, file_bytes=4000, exchanges=2))
    for _ in range(2):
        _, run_id = new_run(sqlite_engine)
        recorder.begin(run_id)
        for number in range(6):
            recorder.record(
                run_id, exchange(f"/{number}", b"<p>%d</p>" % number), purpose="article", url_key=f"k{number}"
            )
            recorder.sight(
                run_id,
                FoundReport(
                    f"http://a/{number}", f"k{number}", "年报", date(2026, 1, 1), f"第{number}局", 2020 + number, None
                ),
            )
        recorder.finish(run_id, "done", None, {})
    return sqlite_engine


@pytest.fixture
def second(home: Path, engine_with_runs: Engine, store: WarcStore) -> Path:
    folder = home.parent / "second" / "warc"
    assert copy_sealed(store, Folder(folder)) == len(list(store.folder.rglob("*.warc.gz")))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_second_copy_is_the_same_and_is_brought_up_once(store: WarcStore, second: Path) -> None:
    assert files(second) == files(store.folder)
    assert copy_sealed(store, Folder(second)) == 0


def test_a_damaged_file_is_not_carried_over(engine_with_runs: Engine, home: Path, store: WarcStore) -> None:
    path = next(iter(sorted(store.folder.rglob("*.warc.gz"))))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreUnusable, match="is not carried over"):
        copy_sealed(store, Folder(home / "second"))
    assert not list((home / "second").rglob("*.warc.gz"))


def _flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 4
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "hurt", [_flip, Path.unlink, lambda path: path.write_bytes(b"")], ids=["flipped", "gone", "empty"]
)
@pytest.mark.parametrize("kind", ["*.warc.gz", "*.seal.json", "chain.json"])
@pytest.mark.parametrize("where", ["first", "second"])
def test_whatever_is_damaged_in_one_copy_is_restored_from_the_other(
    engine_with_runs: Engine,
    store: WarcStore,
    second: Path,
    clock: Any,
    hurt: Callable[[Path], object],
    kind: str,
    where: str,
) -> None:
    whole = files(store.folder)
    for path in sorted((store.folder if where == "first" else second).rglob(kind))[:2]:
        hurt(path)
    result = repair(engine_with_runs, store, Folder(second), clock())
    assert files(store.folder) == files(second) == whole
    assert (result.left, result.hurt) == ((), ())
    assert len(result.restored) == (1 if kind == "chain.json" else 2)
    with reading(engine_with_runs) as session:
        assert session.scalars(select(Event.kind)).all() == ["repaired"] * len(result.restored)


def test_damage_to_different_files_of_both_copies_is_healed_both_ways(
    engine_with_runs: Engine, store: WarcStore, second: Path, clock: Any
) -> None:
    whole = files(store.folder)
    names = sorted(name for name in whole if name.endswith(".warc.gz"))
    _flip(store.folder / names[0])
    (second / names[1]).unlink()
    result = repair(engine_with_runs, store, Folder(second), clock())
    assert len(result.restored) == 2
    assert files(store.folder) == files(second) == whole
    assert [path.name.split(".")[0] for path in (store.folder.parent / "damaged").rglob("*.warc.gz.*")] == [
        Path(names[0]).name.split(".")[0]
    ]


def test_a_file_damaged_in_both_copies_stays_as_it_is_and_is_named(
    engine_with_runs: Engine, store: WarcStore, second: Path, clock: Any
) -> None:
    name = min(name for name in files(store.folder) if name.endswith(".warc.gz"))
    for folder in (store.folder, second):
        _flip(folder / name)
    result = repair(engine_with_runs, store, Folder(second), clock())
    assert result.restored == ()
    assert {fault.file for fault in result.left} == {name}


def test_with_one_copy_exactly_the_hurt_organs_and_years_are_named(
    engine_with_runs: Engine, store: WarcStore, clock: Any
) -> None:
    with reading(engine_with_runs) as session:
        placed = select(Capture, WarcFile.name).join(WarcFile).where(Capture.url_key == "k2")
        row, name = session.execute(placed.order_by(Capture.id)).all()[0]
    path = store.folder / name
    whole = bytearray(path.read_bytes())
    whole[row.warc_offset + row.warc_length // 2] ^= 4
    path.write_bytes(whole)
    result = repair(engine_with_runs, store, None, clock())
    assert result.restored == ()
    assert result.left
    assert [(one.site, one.organ, one.year) for one in result.hurt] == [("shili", "第2局", 2022)] * 2
    assert list(verify(engine_with_runs, store)) == list(result.left)
