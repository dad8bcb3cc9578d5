"""The damage drill: every sealed file of an archive of 1,000 captures and more is damaged in every way; each must be found, nothing else may be.

    python -m tests.drills.damage [--captures 1000] [--seed 1]

Prints one line of JSON with what was tried, found and missed; ends with 1 when anything was missed or a sound archive was faulted.

Files and their second copies are damaged in fifteen ways each; seals, the chain's head and the journal are cut, flipped, forged and taken away; rows
are moved in every column, lost and invented.

Measured with `--captures 1200 --seed 77`: 636 damages in 12 sealed files, every one found, none invented.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, delete, func, insert, select, update

from archive import journal
from archive.copies import audit_copy, copy_sealed
from archive.database import writing
from archive.faults import Fault
from archive.fixity import check_file, verify
from archive.folders import Folder
from archive.harvests import site_runs, start_harvest
from archive.models import Capture
from archive.recorder import Batches, Recorder
from archive.records import members
from archive.seals import CHAIN, NO_SEAL_BEFORE, Seal, read_seal, seal_files, write_seal
from archive.warc import WarcStore
from tests.drills.crawling import START, exchange_of, new_archive


def build(engine: Engine, home: Path, captures: int) -> WarcStore:
    store = WarcStore(home / "warc")
    recorder = Recorder(
        engine, store, lambda: datetime.now(UTC), "nianbao", "drill@example.org", Batches(file_bytes=200_000)
    )
    for order in range(-(-captures // 100)):
        journal.append(store.folder, {"orders": [{"id": order}]})
        with writing(engine) as session:
            run = site_runs(session, start_harvest(session, "harvest", [1], START))[0]
        recorder.begin(run.id)
        for number in range(100):
            recorder.record(run.id, exchange_of(run.id, number), purpose="article", url_key=f"{run.id}/{number}")
        recorder.finish(run.id, "done", None, {})
    return store


def mutations(
    whole: bytes, spans: list[tuple[int, int]], foreign: bytes, chance: random.Random
) -> Iterator[tuple[str, bytes]]:
    place = chance.randrange(len(whole))
    start, end = spans[chance.randrange(1, len(spans) - 1)]
    yield "bit flipped", whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
    yield "block zeroed", whole[:place] + bytes(min(512, len(whole) - place)) + whole[place + 512 :]
    yield "cut inside a record", whole[: chance.randrange(start + 1, end)]
    yield "cut at a record's edge", whole[:end]
    yield "last record gone", whole[: spans[-1][0]]
    yield "zero tail", whole + bytes(chance.randrange(1, 4096))
    yield "record twice", whole[:end] + whole[start:end] + whole[end:]
    yield "record gone", whole[:start] + whole[end:]
    yield "record zeroed", whole[:start] + bytes(end - start) + whole[end:]
    (one, two), (_, three) = spans[1:3]
    yield "records exchanged", whole[:one] + whole[two:three] + whole[one:two] + whole[three:]
    yield "foreign record", whole + foreign
    yield "foreign record inside", whole[:end] + foreign + whole[end:]
    yield "empty", b""


def damage_files(engine: Engine, store: WarcStore, chance: random.Random) -> Iterator[tuple[str, bool]]:
    second = Folder(store.folder.parent / "copy")
    copy_sealed(store, second)
    names = list(seal_files(store.folder))
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        seal = read_seal(store.folder, name)
        assert isinstance(seal, Seal)
        path, copy = store.folder / name, second.folder / name
        whole, spans = path.read_bytes(), spans_of(path)
        foreign = (store.folder / other).read_bytes()[slice(*spans_of(store.folder / other)[1])]
        damages = [*mutations(whole, spans, foreign, chance), ("another file", (store.folder / other).read_bytes())]
        for kind, damaged in damages:
            path.write_bytes(damaged)
            for deep in (False, True):
                yield f"{kind}{', deep' if deep else ''}", any(True for _ in check_file(engine, store, seal, deep))
            copy.write_bytes(damaged)
            yield f"{kind}, copy", any(True for _ in audit_copy(store, second, name))
            copy.write_bytes(whole)
        path.write_bytes(whole)
        yield from damage_small(copy.with_name(f"{copy.name}.seal.json"), lambda: {*audit_copy(store, second, name)})  # noqa: B023


def spans_of(path: Path) -> list[tuple[int, int]]:
    with path.open("rb") as stream:
        return [(member.offset, member.offset + member.length) for member in members(stream)]


def damage_small(path: Path, faults: Callable[[], Collection[Fault]]) -> Iterator[tuple[str, bool]]:
    """A file beside the WARC files: gone, empty, cut, flipped."""
    whole = path.read_bytes()
    kind = path.name.split(".", 1)[-1] if path.name.endswith(".seal.json") else path.name
    for words, damaged in (
        ("empty", b""),
        ("cut", whole[: len(whole) // 2]),
        ("flipped", whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]),
    ):
        path.write_bytes(damaged)
        yield f"{kind} {words}", bool(faults())
    path.unlink()
    yield f"{kind} gone", bool(faults())
    path.write_bytes(whole)


def damage_the_rest(engine: Engine, store: WarcStore, chance: random.Random) -> Iterator[tuple[str, bool]]:
    names = list(seal_files(store.folder))
    for name in chance.sample(names, min(5, len(names))):
        path, seal = store.folder / name, store.folder / f"{name}.seal.json"
        kept = path.read_bytes(), seal.read_bytes()
        path.unlink()
        yield "file missing", found(engine, store, {name})
        seal.unlink()
        yield "file and seal missing", any(True for _ in verify(engine, store, deep=False))
        path.write_bytes(kept[0])
        yield "seal missing", any(True for _ in verify(engine, store, deep=False))
        seal.write_bytes(kept[1].replace(b'"records": ', b'"records": 1'))
        yield "seal changed", found(engine, store, {name})
        seal.write_bytes(kept[1])
        foreign = path.with_name("foreign.warc.gz")
        shutil.copy(path, foreign)
        yield "file foreign", found(engine, store, {str(foreign.relative_to(store.folder))})
        foreign.unlink()
    yield from damage_seals(engine, store, chance.sample(names, min(5, len(names))))
    for name in (CHAIN, journal.NAME):
        yield from damage_small(store.folder / name, lambda: list(verify(engine, store, deep=False)))
    yield from move_rows(engine, store, chance)


def damage_seals(engine: Engine, store: WarcStore, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Seals that are whole and well formed, and not the ones that were made: edited, signed by a stranger, put in another's place."""
    stranger = Ed25519PrivateKey.generate()
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        seal, its = read_seal(store.folder, name), read_seal(store.folder, other)
        assert seal is not None and its is not None
        key = stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        forged = replace(seal, public_key=key)
        for kind, false in (
            ("seal's number moved", replace(seal, number=seal.number + 1)),
            ("seal's link cut", replace(seal, previous=NO_SEAL_BEFORE if seal.number > 1 else its.own_sha256)),
            ("seal's link moved", replace(seal, previous=its.own_sha256)),
            ("seal signed as another", replace(seal, signature=its.signature)),
            ("seal signed by a stranger", replace(forged, signature=stranger.sign(forged.signed_bytes()).hex())),
            ("seal of another file", replace(its, file=name)),
        ):
            if false == seal:
                continue  # the one before is the other
            write_seal(store.folder, false)
            yield kind, name in {fault.file for fault in verify(engine, store, deep=False)}
        write_seal(store.folder, seal)


def found(engine: Engine, store: WarcStore, names: set[str]) -> bool:
    """Whether the cheap form finds something, and that in these files or in the chain that they are part of."""
    faults = list(verify(engine, store, deep=False))
    return bool(faults) and {fault.file for fault in faults if fault.kind != "chain broken"} == names


def move_rows(engine: Engine, store: WarcStore, chance: random.Random) -> Iterator[tuple[str, bool]]:
    with writing(engine) as session:
        ids = list(session.scalars(select(Capture.id)))
    columns = {
        "warc_offset": Capture.warc_offset + 1,
        "warc_length": Capture.warc_length + 1,
        "record_id": "<urn:uuid:0>",
        "warc_file_id": 1 + Capture.warc_file_id % 2,
        "same_as_id": func.coalesce(Capture.same_as_id, 0) % 7 + 1,
        "fetched_at": START,
        "status": 201,
        "size": Capture.size + 1,
        "purpose": "list",
    }
    columns |= dict.fromkeys(("url", "url_key", "method", "content_type", "etag", "last_modified", "blocked"), "x")
    columns |= dict.fromkeys(("payload_sha256", "body_sha256", "truncated"), "x")
    for column, value in columns.items():
        moved = chance.choice(ids)
        with writing(engine) as session:
            before = getattr(session.get_one(Capture, moved), column)
            session.execute(update(Capture).where(Capture.id == moved).values({column: value}))
        yield f"row's {column} moved", any(True for _ in verify(engine, store))
        with writing(engine) as session:
            session.execute(update(Capture).where(Capture.id == moved).values({column: before}))
    yield from lose_rows(engine, store, chance.choice(ids))


def lose_rows(engine: Engine, store: WarcStore, lost: int) -> Iterator[tuple[str, bool]]:
    with writing(engine) as session:
        repeated = select(Capture.same_as_id).where(Capture.same_as_id.is_not(None))
        lost = (
            session.scalars(select(Capture.id).where(Capture.id >= lost, Capture.id.not_in(repeated))).first() or lost
        )
        row = {
            column.name: getattr(session.get_one(Capture, lost), column.name) for column in Capture.__table__.columns
        }
        session.execute(delete(Capture).where(Capture.id == lost))
    yield "row gone", any(True for _ in verify(engine, store))
    with writing(engine) as session:
        session.execute(insert(Capture), [row, {**row, "id": row["id"] + 1_000_000, "warc_offset": 7}])
    yield "row too many", any(True for _ in verify(engine, store))
    with writing(engine) as session:
        session.execute(delete(Capture).where(Capture.id == row["id"] + 1_000_000))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--captures", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    chance = random.Random(given.seed)
    tried, missed = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/index.sqlite"
        engine = new_archive(url)
        store = build(engine, Path(folder), given.captures)
        files = len(list(seal_files(store.folder)))
        false = [str(fault) for fault in verify(engine, store)]
        for steps in (damage_files(engine, store, chance), damage_the_rest(engine, store, chance)):
            for kind, noticed in steps:
                tried[kind] += 1
                missed[kind] += not noticed
        false += [str(fault) for fault in verify(engine, store)]
        engine.dispose()
    lost = {kind: count for kind, count in missed.items() if count}
    print(
        json.dumps({"captures": given.captures, "files": files, "tried": dict(tried), "missed": lost, "false": false})
    )
    return 1 if lost or false else 0


if __name__ == "__main__":
    sys.exit(main())
