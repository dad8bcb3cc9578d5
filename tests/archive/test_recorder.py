"""The one writer: rows after bytes, revisits, replay, and what is left after an unclean end."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, select

from archive import captures
from archive.captures import Validators
from archive.database import reading, writing
from archive.errors import DatabaseUnusable
from archive.exchange import Exchange
from archive.harvests import site_runs
from archive.models import Capture, Event, Sighting, SiteRun, TouchedSite, WarcFile
from archive.recorder import Batches, Recorder
from archive.records import parsed
from archive.seals import key_in
from archive.sightings import FoundReport, KnownSighting
from archive.warc import WarcStore
from tests.drills.kill import apart, note_what_is_synced

NewRun = Callable[..., tuple[int, int]]
NewRecorder = Callable[..., Recorder]
NewExchange = Callable[..., Exchange]
OK = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nLast-Modified: Mon, 30 Mar 2026 08:00:00 GMT\r\n\r\n'
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"
OWN_WRITES = Path("/proc/self/io")
FOUND = FoundReport(
    "http://www.shili.gov.cn/a", "a", "示例县2025年年报", date(2026, 1, 20), "示例县", 2025, "http://www.shili.gov.cn/"
)


def rows(engine: Engine) -> list[Capture]:
    with reading(engine) as session:
        return list(session.scalars(select(Capture).order_by(Capture.fetched_at)))


def body(engine: Engine, store: WarcStore, capture: Capture) -> bytes:
    with reading(engine) as session:
        return captures.body(session, store, capture)


def kinds(store: WarcStore) -> list[str]:
    names = [str(path.relative_to(store.folder)) for path in sorted(store.folder.rglob("*.warc.gz"))]
    return [parsed(member.data).kind for name in names for member in store.members(name)]


def test_after_a_clean_end_a_new_recorder_looks_at_no_capture(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"<html>"), purpose="article", url_key="a")
    recorder.finish(run_id, "done", None, {})
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    new_recorder(engine)
    assert asked and not [statement for statement in asked if "captures" in statement]


def test_a_recorded_exchange_becomes_a_row_and_reads_back(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    packed = gzip.compress(b"<html>report</html>")
    asked = exchange(
        "/a", packed, OK.replace(b"ETag", b"Content-Encoding: gzip\r\nETag"), ip="192.0.2.7", facts={"dns": "1"}
    )
    recorder.record(run_id, asked, purpose="article", url_key="www.shili.gov.cn/a")
    recorder.finish(run_id, "done", None, {"robots": "allowed"})
    (row,) = rows(engine)
    assert (row.url, row.url_key, row.purpose, row.method, row.status) == (
        asked.url,
        "www.shili.gov.cn/a",
        "article",
        "GET",
        200,
    )
    assert (row.etag, row.last_modified, row.content_type) == ('"1"', "Mon, 30 Mar 2026 08:00:00 GMT", "text/html")
    assert (row.size, row.payload_sha256) == (len(packed), hashlib.sha256(packed).hexdigest())
    assert row.body_sha256 == hashlib.sha256(b"<html>report</html>").hexdigest()
    assert (row.site_id, row.site_run_id, row.same_as_id, row.fetched_at) == (site_id, run_id, None, asked.fetched_at)
    assert body(engine, store, row) == b"<html>report</html>"
    with reading(engine) as session:
        assert captures.exchange(session, store, row) == asked


def test_no_row_before_its_bytes_are_flushed(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine, batches=Batches(exchanges=3, seconds=1000))
    recorder.begin(run_id)
    for number in range(2):
        recorder.record(run_id, exchange(f"/{number}", b"%d" % number), purpose="list", url_key=f"{number}")
    assert rows(engine) == []
    assert store.open_files() == []
    recorder.record(run_id, exchange("/2", b"2"), purpose="list", url_key="2")
    assert [body(engine, store, row) for row in rows(engine)] == [b"0", b"1", b"2"]


def test_time_flushes_as_well_even_when_the_clock_is_set_back(
    engine: Engine, clock: Any, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine, batches=Batches(exchanges=1000, seconds=60))
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/0", b"0"), purpose="list", url_key="0")
    assert len(rows(engine)) == 0
    clock.time += timedelta(seconds=61)
    recorder.record(run_id, exchange("/1", b"1"), purpose="list", url_key="1")
    assert len(rows(engine)) == 2
    clock.time -= timedelta(days=1)
    recorder.record(run_id, exchange("/2", b"2"), purpose="list", url_key="2")
    assert len(rows(engine)) == 3


@pytest.mark.parametrize("flushed", [True, False], ids=["flushed", "in one batch"])
def test_an_equal_payload_becomes_a_revisit(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange, flushed: bool
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    for path in ("/a", "/b", "/c"):
        recorder.record(run_id, exchange(path, b"the same"), purpose="list", url_key=path)
        if flushed:
            recorder.flush()
    recorder.finish(run_id, "done", None, {})
    first, *repeats = rows(engine)
    assert [row.same_as_id for row in repeats] == [first.id, first.id]
    assert {row.payload_sha256 for row in repeats} == {first.payload_sha256}
    assert {row.size for row in repeats} == {8}
    assert [body(engine, store, row) for row in repeats] == [b"the same"] * 2
    assert kinds(store).count("response") == 1
    assert kinds(store).count("revisit") == 2


def test_a_revisit_reaches_back_across_the_years(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    for _ in range(3):
        _, run_id = new_run(engine)
        recorder = new_recorder(engine)
        recorder.begin(run_id)
        recorder.record(run_id, exchange("/a", b"unchanged", OK), purpose="article", url_key="a")
        recorder.finish(run_id, "done", None, {})
    first, second, third = rows(engine)
    assert second.same_as_id == third.same_as_id == first.id
    assert body(engine, store, third) == b"unchanged"


def test_payloads_of_another_site_and_cut_or_empty_ones_are_no_originals(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    recorder = new_recorder(engine)
    for url in ("http://www.shili.gov.cn/", "http://www.other.gov.cn/"):
        _, run_id = new_run(engine, url=url)
        recorder.begin(run_id)
        recorder.record(run_id, exchange("/a", b"both sites"), purpose="list", url_key="a")
        for path in ("/cut1", "/cut2"):
            recorder.record(run_id, exchange(path, b"cut", truncated="length"), purpose="list", url_key=path)
        for path in ("/empty1", "/empty2"):
            recorder.record(run_id, exchange(path, b""), purpose="list", url_key=path)
        recorder.finish(run_id, "done", None, {})
    assert {row.same_as_id for row in rows(engine)} == {None}
    assert "revisit" not in kinds(store)


def test_a_304_stands_for_the_newest_whole_answer_of_its_address(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"old", OK), purpose="article", url_key="a")
    recorder.record(run_id, exchange("/a", b"new", OK), purpose="article", url_key="a")
    recorder.finish(run_id, "done", None, {})
    _, run_id = new_run(engine)
    recorder.begin(run_id)
    assert recorder.validators(site_id, "a") == Validators('"1"', "Mon, 30 Mar 2026 08:00:00 GMT")
    recorder.record(run_id, exchange("/a", b"", NOT_MODIFIED), purpose="article", url_key="a")
    recorder.finish(run_id, "done", None, {})
    _, new, unchanged = rows(engine)
    assert (unchanged.status, unchanged.same_as_id, unchanged.payload_sha256, unchanged.body_sha256) == (
        304,
        new.id,
        new.payload_sha256,
        new.body_sha256,
    )
    assert body(engine, store, unchanged) == b"new"
    stored = recorder.stored(site_id, "a")
    assert stored is not None and stored.body == b"new"
    with reading(engine) as session:
        run = session.get_one(SiteRun, run_id)
        assert (run.requests, run.received_bytes) == (1, 0)


def test_a_304_for_a_page_recorded_a_moment_ago_finds_it(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"body", OK), purpose="article", url_key="a")
    recorder.record(run_id, exchange("/a", b"", NOT_MODIFIED), purpose="article", url_key="a")
    recorder.flush()
    first, second = rows(engine)
    assert second.same_as_id == first.id


def test_blocked_cut_and_failed_answers_are_never_what_is_stored(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"good", OK), purpose="article", url_key="a")
    recorder.record(run_id, exchange("/a", b"challenge", OK), purpose="article", url_key="a", blocked="challenge")
    recorder.record(run_id, exchange("/a", b"cut", OK, truncated="length"), purpose="article", url_key="a")
    recorder.record(run_id, exchange("/a", b"down", b"HTTP/1.1 503 Down\r\n\r\n"), purpose="article", url_key="a")
    stored = recorder.stored(site_id, "a")
    assert stored is not None and stored.body == b"good"
    assert recorder.stored(site_id, "b") is None
    assert recorder.validators(site_id, "b") is None


def test_a_page_without_validators_asks_for_no_conditional_request(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"good", b"HTTP/1.1 200 OK\r\n\r\n"), purpose="article", url_key="a")
    assert recorder.validators(site_id, "a") is None


def test_a_run_that_died_is_continued_from_its_own_captures(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    dying = new_recorder(engine)
    dying.begin(run_id)
    asked = {path: exchange(path, path.encode(), OK) for path in ("/a", "/b")}
    for path, one in asked.items():
        dying.record(run_id, one, purpose="list", url_key=path)
    dying.record(run_id, exchange("/c", b"/a", OK), purpose="list", url_key="/c")
    dying.flush()
    dying.record(run_id, exchange("/lost", b"never flushed", OK), purpose="list", url_key="/lost")
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    assert {path: recorder.replay(run_id, path) for path in asked} == asked
    repeated = recorder.replay(run_id, "/c")
    assert repeated is not None and repeated.body == b"/a"
    assert recorder.replay(run_id, "/lost") is None
    recorder.finish(run_id, "done", None, {})
    assert [row.url_key for row in rows(engine)] == ["/a", "/b", "/c"]
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(WarcFile)) == 1
        assert session.get_one(SiteRun, run_id).requests == 3


def test_records_that_had_no_row_yet_get_theirs_at_the_next_start(
    engine: Engine,
    store: WarcStore,
    new_run: NewRun,
    new_recorder: NewRecorder,
    exchange: NewExchange,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kill fell between the sync and the commit."""
    site_id, run_id = new_run(engine)
    dying = new_recorder(engine)
    dying.begin(run_id)
    dying.record(run_id, exchange("/a", b"a", OK), purpose="article", url_key="a", blocked="shell")
    dying.record(run_id, exchange("/b", b"a", OK), purpose="list", url_key="b")
    dying.sight(run_id, FOUND)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("archive.recorder.insert_waiting", _die)
        dying.flush()
    assert rows(engine) == []
    recorder = new_recorder(engine)
    first, second = rows(engine)
    assert (first.url_key, first.purpose, first.blocked, first.etag) == ("a", "article", "shell", '"1"')
    assert second.same_as_id == first.id
    assert body(engine, store, second) == b"a"
    assert [known.url_key for known in recorder.known(site_id)] == ["a"]
    assert recorder.cuts == []
    recorder.begin(run_id)
    recorder.finish(run_id, "done", None, {})
    assert len(rows(engine)) == 2
    new_recorder(engine)
    assert len(rows(engine)) == 2


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_torn_tail_is_cut_at_the_next_start_and_told(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    dying = new_recorder(engine)
    dying.begin(run_id)
    dying.record(run_id, exchange("/a", b"a", OK), purpose="article", url_key="a")
    dying.flush()
    (name,) = store.open_files()
    with (store.folder / (name + ".open")).open("ab") as stream:
        stream.write(b"\x1f\x8b\x08\x00half a member")
    recorder = new_recorder(engine)
    (cut,) = recorder.cuts
    assert (cut.file, cut.cut_bytes) == (name, 17)
    with reading(engine) as session:
        assert f"{name}: cut 17 bytes" in session.scalars(select(Event.message)).one()
    recorder.begin(run_id)
    replayed = recorder.replay(run_id, "a")
    assert replayed is not None and replayed.body == b"a"


@pytest.mark.parametrize("step", ["write_seal", "write_head", "sync_folder"])
def test_a_seal_that_was_being_made_is_finished_at_the_next_start(
    engine: Engine,
    store: WarcStore,
    new_run: NewRun,
    new_recorder: NewRecorder,
    exchange: NewExchange,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    _, run_id = new_run(engine)
    dying = new_recorder(engine)
    dying.begin(run_id)
    dying.record(run_id, exchange("/a", b"a", OK), purpose="article", url_key="a")
    dying.flush()
    dying_file = store.open_files()
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        key_in(store.keys)
        patched.setattr(f"archive.seals.{step}", _die)  # stands for the kill: the process ends at this very step
        dying.finish(run_id, "done", None, {})
    recorder = new_recorder(engine)
    assert store.open_files() == (dying_file if step == "write_seal" else [])
    with reading(engine) as session:
        file = session.scalars(select(WarcFile)).one()
        assert file.seal_number == (None if step == "write_seal" else 1)
    recorder.begin(run_id)
    assert recorder.replay(run_id, "a") is not None
    recorder.finish(run_id, "done", None, {})
    with reading(engine) as session:
        numbers = session.scalars(select(WarcFile.seal_number).order_by(WarcFile.id)).all()
        assert numbers == ([1] if step == "write_seal" else [1, 2])
        assert session.get_one(SiteRun, run_id).requests == 1


@pytest.mark.skipif(not OWN_WRITES.exists(), reason="only Linux counts what a process writes")
def test_a_flush_writes_a_few_pages_a_row_and_no_copy_of_what_it_changes(
    sqlite_engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    def written() -> int:
        return int(re.search(r"wchar: (\d+)", OWN_WRITES.read_text())[1])  # type: ignore[index]

    _, run_id = new_run(sqlite_engine)
    recorder = new_recorder(sqlite_engine, batches=Batches(exchanges=400, seconds=10_000))
    recorder.begin(run_id)
    before = written()
    for number in range(800):
        recorder.record(run_id, exchange(f"/{number}", b"%d" % number), purpose="article", url_key=f"{number:032d}")
    assert (written() - before) / 800 < 6_000


def test_a_flush_that_failed_may_be_tried_again(
    engine: Engine,
    store: WarcStore,
    new_run: NewRun,
    new_recorder: NewRecorder,
    exchange: NewExchange,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"a"), purpose="list", url_key="a")
    recorder.sight(run_id, FOUND)

    def refuse(*_: object) -> None:
        raise DatabaseUnusable("the disk is full")

    with monkeypatch.context() as patched, pytest.raises(DatabaseUnusable):
        patched.setattr("archive.recorder.insert_waiting", refuse)
        recorder.flush()
    recorder.flush()
    assert [row.url_key for row in rows(engine)] == ["a"]
    recorder.finish(run_id, "done", None, {})
    assert kinds(store) == ["warcinfo", "response", "request", "metadata", "metadata", "metadata"]


def test_a_file_that_grew_too_large_is_sealed_and_the_next_begun(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine, batches=Batches(exchanges=1, file_bytes=1000))
    recorder.begin(run_id)
    for number in range(9):
        recorder.record(run_id, exchange(f"/{number}", b"%d" % number), purpose="list", url_key=f"{number}")
    recorder.finish(run_id, "done", None, {})
    with reading(engine) as session:
        files = session.scalars(select(WarcFile).order_by(WarcFile.id)).all()
    assert len(files) == 10  # the last holds how the run ended
    assert [Path(file.name).name[-13:-8] for file in files] == [f"{number:05d}" for number in range(len(files))]
    assert all(file.sealed_at for file in files)
    assert sorted(file.name for file in files) == sorted(
        str(path.relative_to(store.folder)) for path in store.folder.rglob("*.warc.gz")
    )
    assert [body(engine, store, row) for row in rows(engine)] == [b"%d" % number for number in range(9)]


def test_sites_are_written_side_by_side_each_into_its_own_file(
    engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    recorder = new_recorder(engine)
    runs = [new_run(engine, url=f"http://s{number}.gov.cn/")[1] for number in range(3)]
    for run_id in runs:
        recorder.begin(run_id)
    for number in range(9):
        recorder.record(runs[number % 3], exchange(f"/{number}", b"%d" % number), purpose="list", url_key=f"{number}")
    for run_id in runs:
        recorder.finish(run_id, "done", None, {})
    with reading(engine) as session:
        names = session.scalars(select(WarcFile.name).order_by(WarcFile.id)).all()
        spread = session.execute(select(Capture.site_run_id, func.count()).group_by(Capture.site_run_id)).all()
    assert [name.split("/")[0] for name in names] == ["s0", "s1", "s2"]
    assert sorted(tuple(line) for line in spread) == [(run_id, 3) for run_id in runs]


def test_finish_counts_from_the_captures_and_keeps_reason_and_facts(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: NewExchange
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/a", b"12345"), purpose="list", url_key="a")
    recorder.record(run_id, exchange("/b", b"12345"), purpose="list", url_key="b")
    recorder.sight(run_id, FOUND)
    recorder.finish(run_id, "failed", "the list gave nothing", {"family": "trs", "lists": [{"declared": 3}]})
    with reading(engine) as session:
        run = session.get_one(SiteRun, run_id)
        (shown,) = site_runs(session, run.harvest_id)
    assert (shown.state, shown.reason, shown.requests, shown.received_bytes, shown.reports_seen) == (
        "failed",
        "the list gave nothing",
        2,
        10,
        1,
    )
    assert shown.facts == {"family": "trs", "lists": [{"declared": 3}]}
    assert shown.ended_at is not None and shown.started_at is not None
    with pytest.raises(ValueError, match="expected one of"):
        recorder.finish(run_id, "asleep", None, {})


def test_a_sighting_is_kept_once_and_takes_the_newest_words(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder
) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.sight(run_id, FoundReport("http://www.shili.gov.cn/a.pdf", "a.pdf", "附件", None, None, None, None, "a"))
    recorder.sight(run_id, FOUND)
    recorder.flush()
    recorder.sight(run_id, replace(FOUND, title="更正后的题目", listed_on=None))
    recorder.sight(run_id, replace(FOUND, title=None))
    recorder.finish(run_id, "done", None, {})
    assert recorder.known(site_id) == [
        KnownSighting("http://www.shili.gov.cn/a", "a", "更正后的题目", None, False),
        KnownSighting("http://www.shili.gov.cn/a.pdf", "a.pdf", "附件", "a", False),
    ]
    with reading(engine) as session:
        article = session.scalars(select(Sighting).where(Sighting.url_key == "a")).one()
    assert article.listed_on == date(2026, 1, 20)
    assert article.first_seen_at < article.last_seen_at


def test_a_start_takes_nothing_back_that_a_later_run_saw(
    engine: Engine, sighted: Callable[..., int], new_recorder: NewRecorder
) -> None:
    """A run died and was never continued; a person ordered a re-crawl of its site, which saw the report under another title. The next crawl, of whatever
    site, reads the dead run's file again."""
    sighted(engine, FOUND)
    later = sighted(engine, replace(FOUND, title="更正后的题目", listed_on=None, organ_name=None), "recrawl", ends=True)
    before = _sighting(engine)
    new_recorder(engine)
    assert _sighting(engine) == before
    assert (before["title"], before["last_run_id"], before["organ_name"]) == ("更正后的题目", later, "示例县")


def test_a_start_that_finds_nothing_new_makes_no_book_old(
    engine: Engine, sighted: Callable[..., int], new_recorder: NewRecorder
) -> None:
    sighted(engine, FOUND)
    with writing(engine) as session:
        session.execute(delete(TouchedSite))
    new_recorder(engine)
    with reading(engine) as session:
        assert session.scalars(select(TouchedSite.site_id)).all() == []


def _sighting(engine: Engine) -> dict[str, Any]:
    with reading(engine) as session:
        row = session.scalars(select(Sighting)).one()
        return {column.name: getattr(row, column.name) for column in Sighting.__table__.columns}


def test_a_gone_report_is_still_known(engine: Engine, new_run: NewRun, new_recorder: NewRecorder) -> None:
    site_id, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    recorder.sight(run_id, FOUND)
    recorder.finish(run_id, "done", None, {})
    with writing(engine) as session:
        session.scalars(select(Sighting)).one().gone_at = datetime(2026, 4, 1, tzinfo=UTC)
    assert [known.gone for known in recorder.known(site_id)] == [True]


def test_what_a_database_cannot_hold_stops_no_run_and_is_kept_in_the_file(
    engine: Engine, new_run: NewRun, new_recorder: NewRecorder, exchange: Any
) -> None:
    _, run_id = new_run(engine)
    recorder = new_recorder(engine)
    recorder.begin(run_id)
    odd = exchange(head=b"HTTP/1.1 99999999999 OK\r\nContent-Type: text/\0html\r\nETag: \xc4\xea\0\r\n\r\n")
    recorder.record(run_id, odd, purpose="article", url_key="a")
    recorder.sight(run_id, replace(FOUND, title="年\0报\ud83d"))
    recorder.finish(run_id, "done", None, {})
    with reading(engine) as session:
        row = session.scalars(select(Capture)).one()
        title = session.scalars(select(Sighting.title)).one()
        assert captures.exchange(session, recorder._store, row) == odd
    assert (row.status, row.content_type, row.etag, title) == (0, "text/\ufffdhtml", "Äê\ufffd", "年\ufffd报\ufffd")


def test_what_a_killed_process_had_written_and_not_synced_is_synced_before_it_gets_its_rows(
    sqlite_engine: Engine, store: WarcStore, new_run: NewRun, new_recorder: NewRecorder, exchange: Any, tmp_path: Path
) -> None:
    _, run_id = new_run(sqlite_engine)
    dying = new_recorder(sqlite_engine)
    dying.begin(run_id)
    dying.record(run_id, exchange(), purpose="article", url_key="a")
    dying._store.sync()
    (path,) = store.folder.rglob("*.open")

    def recovered() -> int:
        note_what_is_synced(tmp_path / "synced")
        new_recorder(sqlite_engine)
        return len(rows(sqlite_engine))

    assert apart(recovered) == 1
    assert f"{path.stat().st_ino} {path.stat().st_size}\n" in (tmp_path / "synced").read_text()
