"""Hidden and deleted by order: nothing of it is shown or leaves the house, all else is provably whole, and the index comes again the same."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastWarc
from sqlalchemy import Engine, select

from archive import captures, exports, tombstones
from archive.cdxj import sorted_cdxj
from archive.copies import audit_copy, copy_sealed
from archive.database import migrate, open_database, reading, writing
from archive.errors import NoSuchCapture, StoreUnusable, TakenDown
from archive.exchange import Exchange
from archive.fixity import verify
from archive.mending import repair
from archive.models import Capture, Event, SiteRun, Takedown, WarcFile
from archive.places import Folder
from archive.rebuild import rebuild
from archive.seals import read_seal
from archive.takedown import mark_index, take_down
from archive.tombstones import Order, Removal
from archive.warc import WarcStore

SECRET = b"<p>the private address of a citizen</p>"


@pytest.fixture
def filled(
    engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
) -> Engine:
    """Two runs; /2 holds the secret in both, once as a response and once as its revisit; a large page stands beside."""
    recorder = new_recorder(engine)
    for _ in range(2):
        _, run_id = new_run(engine)
        recorder.begin(run_id)
        for number in range(5):
            body = (
                SECRET
                if number == 2
                else bytes(f"<p>{number} of {run_id}</p>", "ascii") * (10_000 if number == 3 else 1)
            )
            recorder.record(run_id, exchange(f"/{number}", body), purpose="article", url_key=f"k{number}")
        recorder.finish(run_id, "done", None, {})
    with writing(engine) as session:
        for run in session.scalars(select(SiteRun)):
            run.read_at = run.ended_at
    return engine


def order(mode: str = "deleted", scope: str = "http://www.shili.gov.cn/2") -> Order:
    return Order(mode, "the county court", "a name that must not stand there", scope)


def everything(folder: Path) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in folder.rglob("*.warc.gz"))


def rows(engine: Engine) -> list[Capture]:
    with reading(engine) as session:
        return list(session.scalars(select(Capture).order_by(Capture.id)))


def test_deleted_bytes_are_gone_and_all_others_are_proved(filled: Engine, store: WarcStore, clock: Any) -> None:
    before = {path: (path.read_bytes(), path.stat().st_size) for path in store.folder.rglob("*.warc.gz")}
    seals = {path: path.read_bytes() for path in store.folder.rglob("*.seal.json")}
    assert SECRET in everything(store.folder)
    stone = take_down(filled, store, order(), clock())
    assert SECRET not in everything(store.folder)
    assert {path: path.read_bytes() for path in seals} == seals
    assert {path: path.stat().st_size for path in before} == {path: size for path, (_, size) in before.items()}
    assert list(verify(filled, store)) == []
    assert {row.url_key for row in rows(filled) if row.takedown_number} == {"k2"}
    assert len([row for row in rows(filled) if row.takedown_number]) == 2
    assert (stone.ordered_by, stone.mode, len(stone.removals)) == ("the county court", "deleted", 2)
    with reading(filled) as session:
        for row in session.scalars(select(Capture)):
            if row.takedown_number is None:
                captures.exchange(session, store, row)
            else:
                with pytest.raises(TakenDown, match="tombstone 1"):
                    captures.body(session, store, row)
        assert session.scalars(select(Event.kind)).all() == ["taken down"]


def test_outside_readers_pass_over_what_was_deleted(filled: Engine, store: WarcStore, clock: Any) -> None:
    take_down(filled, store, order(scope="http://www.shili.gov.cn/3"), clock())
    with reading(filled) as session:
        names = session.scalars(select(WarcFile.name)).all()
    for name in names:
        whole = (store.folder / name).read_bytes()
        kinds = [record.headers["WARC-Type"] for record in FastWarc(io.BytesIO(whole), parse_http=False)]
        assert len(kinds) == 1 + 5 * 3 + 1
        assert kinds.count("response") + kinds.count("revisit") == 4
    assert len(sorted_cdxj(store, names)) == 8


def test_what_stands_in_a_deleted_record_s_place_is_one_member_of_its_length_wherever_it_is_cut() -> None:
    removal = Removal("a", 0, 700, "<urn:uuid:1>", "http://a/1", "2026-03-31T12:00:00Z", {})
    filling = tombstones.filler(removal, 3)
    whole = filling.piece(0, len(filling))
    assert len(filling) == len(whole) == 700
    assert b"Archived-Removed: 3\r\n" in gzip.decompress(whole)
    for size in (1, 7, 13, 256, 699):
        assert b"".join(filling.piece(first, min(first + size, 700)) for first in range(0, 700, size)) == whole
        blocks = [b"x" * size] * (1000 // size) + [b"x" * (1000 % size)]
        assert b"".join(tombstones.without(blocks, {150: filling})) == b"x" * 150 + whole + b"x" * 150


@pytest.mark.parametrize(
    "harm", ["another record emptied", "tombstone gone", "tombstone changed", "tombstone garbled", "body put back"]
)
def test_a_deletion_hides_no_other_damage(filled: Engine, store: WarcStore, clock: Any, harm: str) -> None:
    path = min(store.folder.rglob("*.warc.gz"))
    whole = path.read_bytes()
    stone = take_down(filled, store, order(), clock())
    if harm == "another record emptied":
        other = next(row for row in rows(filled) if row.url_key == "k1")
        taken = stone.removals[0]
        fake = tombstones.Removal(
            taken.file, other.warc_offset, other.warc_length, other.record_id, other.url, taken.date, {}
        )
        left = bytearray(path.read_bytes())
        left[fake.offset : fake.offset + fake.length] = tombstones.filler(fake, 1).piece(0, fake.length)
        path.write_bytes(left)
    elif harm == "body put back":
        path.write_bytes(whole)
    else:
        note = store.folder / stone.name
        changed = note.read_text().replace("county court", "county mayor")
        changed = changed[:-40] if harm == "tombstone garbled" else changed
        note.unlink() if harm == "tombstone gone" else note.write_text(changed)
    assert list(verify(filled, store))
    assert list(verify(filled, store, deep=False))


def test_without_the_key_that_sealed_nothing_is_signed_with_another(
    filled: Engine, store: WarcStore, new_recorder: Callable[..., Any], clock: Any
) -> None:
    (store.keys / "seal.pem").rename(store.keys / "elsewhere")
    with pytest.raises(StoreUnusable, match=r"seal\.pem is gone, and 2 seals were signed with it: put it back"):
        take_down(filled, store, order(), clock())
    with pytest.raises(StoreUnusable, match="put it back"):
        new_recorder(filled)
    assert not (store.keys / "seal.pem").exists()
    (store.keys / "elsewhere").rename(store.keys / "seal.pem")
    take_down(filled, store, order(), clock())
    assert list(verify(filled, store)) == []


def test_hiding_keeps_the_bytes_and_lets_nothing_out(
    filled: Engine, store: WarcStore, clock: Any, tmp_path: Path
) -> None:
    take_down(filled, store, order("hidden"), clock())
    assert SECRET in everything(store.folder)
    assert list(verify(filled, store)) == []
    with reading(filled) as session:
        chosen = exports.choose(session)
    with exports.publishable(filled, store, chosen.files) as public:
        shown = [member.data for name in chosen.files for member in public.members(name)]
        assert len(shown) > 8 and SECRET not in b"".join(shown)
        assert len(sorted_cdxj(public, chosen.files)) == 8
        exports.write_bag(public, store, chosen.files, tmp_path / "bag", clock())
    assert SECRET not in everything(tmp_path / "bag")
    take_down(filled, store, order("deleted"), clock())
    assert SECRET not in everything(store.folder)
    assert list(verify(filled, store)) == []


def test_a_body_taken_down_is_kept_anew_when_it_is_met_again(
    filled: Engine,
    store: WarcStore,
    new_run: Callable[..., Any],
    new_recorder: Callable[..., Any],
    exchange: Any,
    clock: Any,
) -> None:
    take_down(filled, store, order(), clock())
    recorder = new_recorder(filled)
    _, run_id = new_run(filled)
    recorder.begin(run_id)
    assert recorder.validators(1, "k2") is None
    recorder.record(run_id, exchange("/2", SECRET), purpose="article", url_key="k2")
    recorder.finish(run_id, "done", None, {})
    with reading(filled) as session:
        newest = session.scalars(select(Capture).order_by(Capture.id.desc())).first()
        assert newest is not None and newest.same_as_id is None
        assert captures.body(session, store, newest) == SECRET


def test_a_stop_between_tombstone_and_deletion_is_made_good(
    filled: Engine, store: WarcStore, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopped:
        stopped.setattr(tombstones, "finish", lambda files, folder: (_ for _ in ()).throw(KeyboardInterrupt))
        removals_of = tombstones.carry_out
        assert removals_of is tombstones.carry_out
        with pytest.raises(KeyboardInterrupt):
            _carry_out_only(filled, store, clock)
    assert SECRET in everything(store.folder)
    assert list(verify(filled, store, deep=False))
    assert len(tombstones.finish(store.files, store.folder)) == 1
    mark_index(filled, store)
    assert SECRET not in everything(store.folder)
    assert list(verify(filled, store)) == []


def _carry_out_only(engine: Engine, store: WarcStore, clock: Any) -> None:
    from archive.takedown import _removals, affected

    with reading(engine) as session:
        removals = _removals(session, store, affected(session, order().scope), "deleted")
    tombstones.carry_out(store.files, store.folder, store.keys, order(), removals, clock())


def test_an_index_made_again_says_the_same(filled: Engine, store: WarcStore, clock: Any, tmp_path: Path) -> None:
    take_down(filled, store, order(), clock())
    take_down(filled, store, order("hidden", "http://www.shili.gov.cn/1"), clock())
    url = f"sqlite:///{tmp_path / 'again.sqlite'}"
    migrate(url)
    again = open_database(url)
    assert rebuild(again, store).faults == ()
    columns = ("url", "status", "etag", "content_type", "payload_sha256", "size", "record_id", "takedown_number")
    assert [[getattr(row, name) for name in columns] for row in sorted(rows(again), key=lambda row: row.record_id)] == [
        [getattr(row, name) for name in columns] for row in sorted(rows(filled), key=lambda row: row.record_id)
    ]
    with reading(again) as session:
        assert session.scalars(select(Takedown.mode).order_by(Takedown.number)).all() == ["deleted", "hidden"]
    assert list(verify(again, store)) == []
    again.dispose()


def test_the_second_copy_loses_the_bytes_too_and_keeps_the_proof(
    filled: Engine, store: WarcStore, clock: Any, tmp_path: Path
) -> None:
    second = Folder(tmp_path / "second")
    copy_sealed(store, second)
    stone = take_down(filled, store, order(), clock())
    copy_sealed(store, second)
    assert SECRET not in everything(second.folder)
    assert json.loads((second.folder / stone.name).read_bytes())["ordered_by"] == "the county court"
    assert not list(second.folder.parent.glob("damaged/**/*.warc.gz*"))
    names = [str(path.relative_to(store.folder)) for path in store.folder.rglob("*.warc.gz")]
    assert [fault for name in names for fault in audit_copy(store, second, name)] == []
    (store.folder / stone.name).unlink()
    assert str(store.folder / stone.name) in repair(filled, store, second, clock()).restored
    assert list(verify(filled, store)) == []


def test_what_cannot_be_taken_down_is_said(
    filled: Engine,
    store: WarcStore,
    clock: Any,
    new_run: Callable[..., Any],
    new_recorder: Callable[..., Any],
    exchange: Any,
) -> None:
    for scope in ("http://elsewhere/", "capture:99", "capture:x", "sha256:00"):
        with pytest.raises(NoSuchCapture, match="expected capture:NUMBER"):
            take_down(filled, store, order(scope=scope), clock())
    take_down(filled, store, order(), clock())
    with pytest.raises(NoSuchCapture):
        take_down(filled, store, order(), clock())
    recorder = new_recorder(filled)
    _, run_id = new_run(filled)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/9", b"<p>9</p>"), purpose="article", url_key="k9")
    recorder.flush()
    with pytest.raises(StoreUnusable, match="being written"):
        take_down(filled, store, order(scope="http://www.shili.gov.cn/9"), clock())


def test_a_seal_names_the_hashes_of_its_members(filled: Engine, store: WarcStore) -> None:
    for path in store.folder.rglob("*.warc.gz"):
        seal = read_seal(store.folder, str(path.relative_to(store.folder)))
        assert seal is not None
        assert len(seal.members_sha256) == 64
