"""The index made again from the files gives the same answers as the one that was lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive import captures
from archive.database import migrate, open_database, reading, writing
from archive.errors import IndexNotEmpty
from archive.exchange import Exchange
from archive.fixity import verify
from archive.harvests import finish_harvest, start_harvest
from archive.models import Capture, Harvest, Sighting, Site, SiteRun, WarcFile
from archive.rebuild import rebuild
from archive.recorder import Batches, Recorder
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore

NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nX-Odd: \xc4\xea\xb1\xa8\r\n\r\n"


def answers(engine: Engine, store: WarcStore) -> dict[str, Any]:
    """Everything that the index says, without the numbers of its rows."""

    def plain(row: Any, *leave: str) -> dict[str, Any]:
        return {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name not in leave}

    with reading(engine) as session:
        record_ids = dict(session.execute(select(Capture.id, Capture.record_id)).all())
        keys = dict(session.execute(select(Sighting.id, Sighting.url_key)).all())
        names = dict(session.execute(select(WarcFile.id, WarcFile.name)).all())
        captured = {
            row.record_id: plain(row, "id", "same_as_id", "warc_file_id")
            | {"same_as": record_ids.get(row.same_as_id), "file": names[row.warc_file_id]}
            for row in session.scalars(select(Capture))
        }
        sighted = {
            (row.site_id, row.url_key): plain(row, "id", "parent_id") | {"parent": keys.get(row.parent_id or 0)}
            for row in session.scalars(select(Sighting))
        }
        return {
            "captures": captured,
            "sightings": sighted,
            "sites": [plain(row, "family") for row in session.scalars(select(Site).order_by(Site.id))],
            "harvests": [plain(row, "ended_at") for row in session.scalars(select(Harvest).order_by(Harvest.id))],
            "runs": [plain(row) for row in session.scalars(select(SiteRun).order_by(SiteRun.id))],
            "files": {row.name: plain(row, "id") for row in session.scalars(select(WarcFile))},
            "exchanges": {
                row.record_id: captures.exchange(session, store, row) for row in session.scalars(select(Capture))
            },
        }


@pytest.fixture
def rebuilt_engine(empty_database_url: str) -> Iterator[Engine]:
    migrate(empty_database_url)
    engine = open_database(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def recorded(
    sqlite_engine: Engine,
    store: WarcStore,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
    clock: Any,
) -> Engine:
    """Two sites, two years: revisits in and across runs, 304s, several files a run, sightings with attachments, one failed run."""
    recorder = new_recorder(sqlite_engine, Batches(seconds=10_000, file_bytes=5000, exchanges=4))
    for year in (2025, 2026):
        for site in range(2):
            _, run_id = new_run(sqlite_engine, url=f"http://s{site}.gov.cn/")
            recorder.begin(run_id)
            for number in range(9):
                said = exchange(f"/{number}", b"<p>%d %d %d</p>" % (site, number % 5, year if number % 2 else 0))
                if year == 2026 and number == 8:
                    said = exchange(f"/{number}", b"", NOT_MODIFIED)
                blocked = "challenge" if number == 3 else None
                recorder.record(run_id, said, purpose="article", url_key=f"k{number}", blocked=blocked)
            recorder.sight(
                run_id, FoundReport("http://a/1", "k1", f"年报{year}", date(year, 1, 20), "示例局", year, None)
            )
            recorder.sight(run_id, FoundReport("http://a/1.pdf", "k1.pdf", None, None, None, None, None, "k1"))
            recorder.finish(
                run_id, "failed" if site else "done", "why" if site else None, {"family": "trs", "year": year}
            )
            with writing(sqlite_engine) as session:
                finish_harvest(session, session.get_one(SiteRun, run_id).harvest_id, clock())
    return sqlite_engine


def test_what_a_dead_run_saw_first_and_a_later_one_in_other_words_is_as_it_was(
    sqlite_engine: Engine,
    store: WarcStore,
    sighted: Callable[..., int],
    rebuilt_engine: Engine,
) -> None:
    """The dead run's file is open, and read after the later one's."""
    found = FoundReport("http://a/1", "k1", "年报", date(2026, 1, 20), "示例局", 2025, None)
    sighted(sqlite_engine, found)
    sighted(sqlite_engine, replace(found, title="更正后的题目", listed_on=None), "recrawl", ends=True)
    rebuild(rebuilt_engine, store)
    assert answers(rebuilt_engine, store)["sightings"] == answers(sqlite_engine, store)["sightings"]


def test_the_rebuilt_index_gives_the_same_answers(recorded: Engine, store: WarcStore, rebuilt_engine: Engine) -> None:
    result = rebuild(rebuilt_engine, store)
    before, after = answers(recorded, store), answers(rebuilt_engine, store)
    for noun, expected in before.items():
        assert after[noun] == expected, noun
    assert (result.captures, result.faults) == (36, ())
    assert result.files == len(before["files"])
    assert list(verify(rebuilt_engine, store)) == []


def test_a_rebuilt_index_counts_on_from_the_old_numbers(
    recorded: Engine, store: WarcStore, rebuilt_engine: Engine, clock: Any
) -> None:
    rebuild(rebuilt_engine, store)
    with writing(rebuilt_engine) as session:
        site = add_site(session, NewSite("http://new.gov.cn/"), clock())
        assert site.id == 3
        assert start_harvest(session, "harvest", [site.id], clock()) == 5


def test_a_run_that_was_open_is_continued_after_a_rebuild(
    recorded: Engine, store: WarcStore, new_run: Any, new_recorder: Any, exchange: Any, rebuilt_engine: Engine
) -> None:
    _, run_id = new_run(recorded)
    dying = new_recorder(recorded)
    dying.begin(run_id)
    dying.record(run_id, exchange("/a", b"a"), purpose="list", url_key="a")
    dying.flush()
    rebuild(rebuilt_engine, store)
    with reading(rebuilt_engine) as session:
        assert session.get_one(SiteRun, run_id).state == "interrupted"
    recorder = new_recorder(rebuilt_engine)
    recorder.begin(run_id)
    replayed = recorder.replay(run_id, "a")
    assert replayed is not None and replayed.body == b"a"
    recorder.finish(run_id, "done", None, {})
    assert list(verify(rebuilt_engine, store)) == []


def test_a_damaged_file_is_taken_in_up_to_its_damage_and_named(
    recorded: Engine, store: WarcStore, rebuilt_engine: Engine
) -> None:
    path = sorted(store.folder.rglob("*.warc.gz"))[1]
    whole = path.read_bytes()
    path.write_bytes(whole[:-400] + bytes(400))
    empty = sorted(store.folder.rglob("*.warc.gz"))[2]
    empty.write_bytes(b"")
    result = rebuild(rebuilt_engine, store)
    assert {Path(fault.file).name for fault in result.faults} == {path.name, empty.name}
    assert 0 < result.captures < 36


def test_an_index_with_rows_is_never_rebuilt_over(recorded: Engine, store: WarcStore) -> None:
    with pytest.raises(IndexNotEmpty, match="has rows already"):
        rebuild(recorded, store)


@pytest.mark.parametrize("seed", range(12))
def test_after_any_history_of_dead_continued_and_later_runs_it_knows_the_same(
    sqlite_engine: Engine,
    store: WarcStore,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Recorder],
    exchange: Callable[..., Exchange],
    rebuilt_engine: Engine,
    seed: int,
) -> None:
    chance = random.Random(seed)
    begun: dict[str, list[int]] = {"http://s0.gov.cn/": [], "http://s1.gov.cn/": []}
    for _ in range(6):  # as many processes, each of which dies at last
        before = answers(sqlite_engine, store)
        recorder = new_recorder(sqlite_engine, Batches(seconds=10_000, file_bytes=chance.choice((3000, 1 << 20))))
        assert answers(sqlite_engine, store) == before  # all was flushed: a start finds nothing new
        for _ in range(chance.randint(1, 3)):
            url = chance.choice(list(begun))
            left = begun[url]
            if not left or chance.random() < 0.6:
                left.append(new_run(sqlite_engine, chance.choice(("harvest", "recrawl")), url)[1])
            run_id = chance.choice(left)
            recorder.begin(run_id)
            for _ in range(chance.randint(0, 6)):
                _happens(recorder, run_id, exchange, chance)
            if chance.random() < 0.5:
                recorder.finish(run_id, chance.choice(("done", "failed")), None, {})
                left.remove(run_id)
            else:
                recorder.flush()
                break  # it goes on no further: the next process does
    rebuild(rebuilt_engine, store)
    before, after = answers(sqlite_engine, store), answers(rebuilt_engine, store)
    for noun in ("captures", "sightings", "sites", "files", "exchanges"):
        assert after[noun] == before[noun], noun


def _happens(recorder: Recorder, run_id: int, exchange: Callable[..., Exchange], chance: random.Random) -> None:
    key = f"k{chance.randrange(3)}"
    what = chance.choice(("page", "report", "report", "file", "flush"))
    if what == "page":
        said = exchange(f"/{key}", b"<p>%d</p>" % chance.randrange(3))
        recorder.record(run_id, said, purpose="article", url_key=key)
    elif what == "report":
        title, day = chance.choice(("年报", "更正后的年报")), chance.choice((None, date(2026, 1, 20)))
        recorder.sight(run_id, FoundReport(f"http://a/{key}", key, title, day, None, 2025, None))
    elif what == "file":
        recorder.sight(run_id, FoundReport(f"http://a/{key}", key, "年报", None, None, 2025, None))
        recorder.sight(run_id, FoundReport(f"http://a/{key}.pdf", f"{key}.pdf", None, None, None, None, None, key))
    else:
        recorder.flush()
