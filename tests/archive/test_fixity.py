"""Whatever is changed in a store or its index is found, and a sound archive gives no fault."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from archive.database import reading, writing
from archive.exchange import Exchange
from archive.faults import Fault
from archive.fixity import audit, verify
from archive.models import Capture, Event, WarcFile
from archive.recorder import Batches
from archive.records import members
from archive.seals import Head, Seal, SealedFile, key_in, signed, write_seal
from archive.warc import WarcStore

Archive = tuple[Engine, WarcStore]


@pytest.fixture
def build(
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
    store: WarcStore,
) -> Callable[[Engine], Archive]:
    """Three sites, two runs each, revisits between them."""

    def made(engine: Engine) -> Archive:
        recorder = new_recorder(engine, Batches(seconds=10_000, file_bytes=6000, exchanges=5))
        for year in (2025, 2026):
            for site in range(3):
                _, run_id = new_run(engine, url=f"http://s{site}.gov.cn/")
                recorder.begin(run_id)
                for number in range(8):
                    said = b"unchanged" if number % 3 == 0 else b"%d" % year
                    recorder.record(
                        run_id,
                        exchange(f"/{number}", b"<p>%d %d %s</p>" % (site, number, said)),
                        purpose="list",
                        url_key=f"{number}",
                    )
                recorder.finish(run_id, "done", None, {})
        return engine, store

    return made


@pytest.fixture
def archive(build: Callable[[Engine], Archive], sqlite_engine: Engine) -> Archive:
    return build(sqlite_engine)


def faults(archive: Archive, deep: bool = True) -> list[Fault]:
    return list(verify(*archive, deep=deep))


def kinds(archive: Archive, deep: bool = True) -> set[str]:
    return {fault.kind for fault in faults(archive, deep)}


def warcs(store: WarcStore) -> list[Path]:
    return sorted(store.folder.rglob("*.warc.gz"))


def test_a_sound_archive_has_no_fault(build: Callable[[Engine], Archive], engine: Engine) -> None:
    archive = build(engine)
    read: list[tuple[str, int]] = []
    assert list(verify(*archive, heard=lambda name, size: read.append((name, size)))) == []
    assert len(read) == len(warcs(archive[1])) > 6
    assert faults(archive, deep=False) == []


def test_an_empty_home_has_no_fault(sqlite_engine: Engine, store: WarcStore) -> None:
    assert faults((sqlite_engine, store)) == []


def test_an_open_file_of_a_running_harvest_is_no_fault(
    archive: Archive, new_run: Any, new_recorder: Any, exchange: Any
) -> None:
    _, run_id = new_run(archive[0])
    recorder = new_recorder(archive[0])
    recorder.begin(run_id)
    recorder.record(run_id, exchange(), purpose="list", url_key="a")
    recorder.flush()
    assert faults(archive) == []


def test_any_flipped_bit_is_found_by_its_file(archive: Archive) -> None:
    chance = random.Random(20260331)
    for path in warcs(archive[1]):
        whole = path.read_bytes()
        for _ in range(5):
            place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            found = faults(archive, deep=False)
            assert [(fault.kind, fault.file) for fault in found] == [
                ("hash differs", str(path.relative_to(archive[1].folder)))
            ]
        path.write_bytes(whole)


def _spans(path: Path) -> list[tuple[int, int]]:
    with path.open("rb") as stream:
        return [(member.offset, member.offset + member.length) for member in members(stream)]


def _mutations(whole: bytes, spans: list[tuple[int, int]]) -> dict[str, bytes]:
    start, end = spans[len(spans) // 2]
    return {
        "zeroed block": whole[:start] + bytes(end - start) + whole[end:],
        "cut inside a record": whole[: end - 5],
        "cut at a record's edge": whole[:end],
        "last record gone": whole[: spans[-1][0]],
        "zero tail": whole + bytes(512),
        "tail overwritten with zeros": whole[:-20] + bytes(20),
        "record twice": whole[:end] + whole[start:end] + whole[end:],
        "record gone": whole[:start] + whole[end:],
        "records swapped": whole[: spans[1][0]]
        + whole[slice(*spans[2])]
        + whole[slice(*spans[1])]
        + whole[spans[2][1] :],
        "foreign record": whole + whole[slice(*spans[1])],
        "empty": b"",
    }


def test_any_damage_to_a_file_is_found_in_both_forms_and_nowhere_else(archive: Archive) -> None:
    for path in warcs(archive[1])[:3]:
        whole = path.read_bytes()
        for name, damaged in _mutations(whole, _spans(path)).items():
            path.write_bytes(damaged)
            for deep in (False, True):
                found = faults(archive, deep)
                assert found, f"{name} was not found, deep={deep}"
                assert {fault.file for fault in found} == {str(path.relative_to(archive[1].folder))}, name
        path.write_bytes(whole)
    assert faults(archive) == []


def test_missing_foreign_and_exchanged_files_are_found(archive: Archive) -> None:
    _, store = archive
    first, second, *_ = warcs(store)
    aside = first.with_suffix(".aside")
    first.rename(store.folder.parent / "aside")
    assert kinds(archive) == {"file missing"}
    (store.folder.parent / "aside").rename(first)
    shutil.copy(second, second.with_name("copy.warc.gz"))
    assert kinds(archive) == {"foreign file"}
    second.with_name("copy.warc.gz").unlink()
    (store.folder / "notes.txt").write_text("who put this here")
    assert kinds(archive) == {"foreign file"}
    (store.folder / "notes.txt").unlink()
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    assert {fault.file for fault in faults(archive, deep=False)} == {
        str(path.relative_to(store.folder)) for path in (first, second)
    }


def test_a_file_taken_out_with_its_seal_leaves_a_gap(archive: Archive) -> None:
    _, store = archive
    for path in (warcs(store)[0], warcs(store)[-1]):
        seal = Path(f"{path}.seal.json")
        kept = path.read_bytes(), seal.read_bytes()
        path.unlink()
        seal.unlink()
        assert "seal missing" in kinds(archive, deep=False)
        path.write_bytes(kept[0])
        seal.write_bytes(kept[1])
    assert faults(archive) == []


def test_the_newest_seal_cannot_be_taken_out_with_its_rows_and_file(archive: Archive) -> None:
    engine, store = archive
    with writing(engine) as session:
        file = session.scalars(select(WarcFile).order_by(WarcFile.seal_number.desc())).first()
        assert file is not None
        session.execute(Capture.__table__.delete().where(Capture.warc_file_id == file.id))
        session.delete(file)
    (store.folder / file.name).unlink()
    (store.folder / f"{file.name}.seal.json").unlink()
    assert kinds(archive) == {"seal missing"}


def test_a_seal_made_to_fit_a_changed_file_is_found(archive: Archive) -> None:
    """Once with the old signature, once signed again with a key of the intruder's own, once with the home's key."""
    _, store = archive
    path = warcs(store)[1]
    name = str(path.relative_to(store.folder))
    before = json.loads(Path(f"{path}.seal.json").read_text())
    path.write_bytes(path.read_bytes()[: _spans(path)[-1][0]])
    forged = Seal(
        **{
            **before,
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "records": before["records"] - 1,
        }
    )
    write_seal(store.folder, forged)
    assert "signature wrong" in kinds(archive, deep=False)
    for keys in (store.folder.parent / "intruder", store.keys):
        key = key_in(keys)
        counted = SealedFile(
            name, forged.size, forged.sha256, forged.records, forged.first_record_id, forged.last_record_id
        )
        again = signed(counted, Head(before["number"] - 1, before["previous"], ""), datetime.now(UTC), key)
        write_seal(store.folder, again)
        assert "chain broken" in kinds(archive, deep=False)


def test_a_damaged_seal_or_head_is_a_fault_and_no_crash(archive: Archive) -> None:
    _, store = archive
    for path in (Path(f"{warcs(store)[0]}.seal.json"), store.folder / "chain.json"):
        whole = path.read_bytes()
        for damaged in (b"", b"{}", whole[:-30], b"\xff\xfe" + whole, whole.replace(b'"number": ', b'"number": 7')):
            path.write_bytes(damaged)
            assert kinds(archive, deep=False)
        path.write_bytes(whole)
    assert faults(archive) == []


@pytest.mark.parametrize(
    "values",
    [
        {"warc_offset": Capture.warc_offset + 1},
        {"warc_length": Capture.warc_length - 1},
        {"record_id": "<urn:uuid:another>"},
        {"url": "http://elsewhere/"},
        {"payload_sha256": "0" * 64},
        {"same_as_id": 1 + Capture.id % 5},
        {"fetched_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"status": 404},
        {"url_key": "another"},
        {"etag": "another"},
        {"blocked": "challenge"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_row_that_was_moved_is_found(
    build: Callable[[Engine], Archive], engine: Engine, values: dict[str, Any]
) -> None:
    archive = build(engine)
    with reading(engine) as session:
        ids = session.scalars(select(Capture.id).order_by(Capture.id)).all()
    with writing(engine) as session:
        session.execute(update(Capture).where(Capture.id == ids[7]).values(values))
    assert kinds(archive) & {"index disagrees", "row without record"}


def test_a_row_that_is_gone_or_invented_is_found(archive: Archive) -> None:
    engine, _ = archive
    with writing(engine) as session:
        row = session.scalars(select(Capture).where(Capture.same_as_id.is_not(None))).first()
        assert row is not None
        values = {column.name: getattr(row, column.name) for column in Capture.__table__.columns if column.name != "id"}
        session.delete(row)
    assert kinds(archive) == {"record without row"}
    with writing(engine) as session:
        session.add(Capture(**values))
        session.add(Capture(**{**values, "warc_offset": 5}))
    assert kinds(archive) == {"row without record"}


def test_a_file_without_a_row_and_a_row_without_a_file_are_found(archive: Archive) -> None:
    engine, _ = archive
    with writing(engine) as session:
        file = session.scalars(select(WarcFile)).first()
        assert file is not None
        name, file.name = file.name, "s0/never.warc.gz"
    found = {(fault.kind, fault.file) for fault in faults(archive, deep=False)}
    assert found == {("file without row", name), ("seal missing", "s0/never.warc.gz")}


def test_the_audit_reads_every_file_once_a_period_and_spreads_the_work(archive: Archive, clock: Any) -> None:
    engine, store = archive
    count = len(warcs(store))
    period = timedelta(days=30)
    rounds = 0
    while True:
        with reading(engine) as session:
            left = session.scalars(select(WarcFile.id).where(WarcFile.checked_at.is_(None))).all()
        if not left:
            break
        rounds += 1
        assert audit(engine, store, clock(), period, share=1 / 4) == []
    assert 3 <= rounds <= 5 < count
    path = warcs(store)[2]
    path.write_bytes(path.read_bytes()[:-1])
    assert audit(engine, store, clock(), period) == []
    clock.time += timedelta(days=31)
    found = audit(engine, store, clock(), period)
    assert {fault.file for fault in found} == {str(path.relative_to(store.folder))}
    with reading(engine) as session:
        assert session.scalars(select(Event.kind)).all() == ["fixity"] * len(found)
