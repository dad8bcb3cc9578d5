"""The damage drill: every sealed file of an archive of 1,000 captures and more is damaged in every way; each must be found, nothing else may be.

    python -m tests.drills.damage [--captures 1000] [--seed 1]

Prints one line of JSON with what was tried, found and missed; ends with 1 when anything was missed or a sound archive was faulted.

Measured with `--captures 1000`: 229 damages in 10 sealed files, every one found, none invented.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select, update

from archive.database import writing
from archive.fixity import check_file, verify
from archive.harvests import site_runs, start_harvest
from archive.models import Capture
from archive.recorder import Batches, Recorder
from archive.records import members
from archive.seals import Seal, read_seal, seal_files
from archive.warc import WarcStore
from tests.drills.crawling import START, exchange_of, new_archive


def build(engine: Engine, home: Path, captures: int) -> WarcStore:
    store = WarcStore(home / "warc")
    recorder = Recorder(
        engine, store, lambda: datetime.now(UTC), "nianbao", "drill@example.org", Batches(file_bytes=200_000)
    )
    for _ in range(-(-captures // 100)):
        with writing(engine) as session:
            run = site_runs(session, start_harvest(session, "harvest", [1], START))[0]
        recorder.begin(run.id)
        for number in range(100):
            recorder.record(run.id, exchange_of(run.id, number), purpose="article", url_key=f"{run.id}/{number}")
        recorder.finish(run.id, "done", None, {})
    return store


def mutations(whole: bytes, spans: list[tuple[int, int]], chance: random.Random) -> Iterator[tuple[str, bytes]]:
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
    yield "foreign record", whole + whole[slice(*spans[0])]
    yield "empty", b""


def damage_files(engine: Engine, store: WarcStore, chance: random.Random) -> Iterator[tuple[str, bool]]:
    for name in list(seal_files(store.folder)):
        seal = read_seal(store.folder, name)
        assert isinstance(seal, Seal)
        path = store.folder / name
        whole = path.read_bytes()
        with path.open("rb") as stream:
            spans = [(member.offset, member.offset + member.length) for member in members(stream)]
        for kind, damaged in mutations(whole, spans, chance):
            path.write_bytes(damaged)
            for deep in (False, True):
                yield f"{kind}{', deep' if deep else ''}", any(True for _ in check_file(engine, store, seal, deep))
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
    yield from move_rows(engine, store, chance)


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
        "url": "http://x/",
    }
    for column, value in columns.items():
        moved = chance.choice(ids)
        with writing(engine) as session:
            before = getattr(session.get_one(Capture, moved), column)
            session.execute(update(Capture).where(Capture.id == moved).values({column: value}))
        yield f"row's {column} moved", any(True for _ in verify(engine, store))
        with writing(engine) as session:
            session.execute(update(Capture).where(Capture.id == moved).values({column: before}))


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
