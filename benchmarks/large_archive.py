"""An empty database and a number of readings in, a made-up nation's archive out, in minutes: the databases do the work themselves.

Five years of `organs` organs, two hundred a site and region, each report with its sighting, three captures (one a harvest), the form's
figures, prose, its words in the index and two findings. The first harvest saw four years, the second the fifth: the newest ids are of one
year, as in an archive that lives. The readings share TEXTS texts; one reading in a thousand has RARE. Every 23rd report changed, every 49th
raised a flag. REAL reports of the county in a box are recorded on top, in WARC files, and read: for what shows a record, or the place of a figure in it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.schema import CreateIndex, DropIndex

from archive import bookkeeping, words
from archive.database import reading, weigh, writing
from archive.desk import Desk
from archive.exchange import Exchange
from archive.harvests import finish_harvest, site_runs, start_harvest
from archive.models import (
    Base,
    Capture,
    ChangeRow,
    CurrentReading,
    FindingRow,
    FlagRow,
    Harvest,
    Number,
    Organ,
    Reading,
    Region,
    SearchText,
    Sighting,
    Site,
    SiteRun,
    Utc,
    WarcFile,
    figure_column,
    figures,
)
from archive.readings import read_new
from archive.recorder import Recorder
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from demo import files, layouts
from demo.report import AnnualReport
from demo.world import World
from reports.form import FIGURE_KEYS, FORM_2021
from reports.model import Edition, Figure, Place, Report, Section, State
from reports.packing import pack, unpack

START = datetime(2026, 2, 1, tzinfo=UTC)
YEARS = (2021, 2022, 2023, 2024, 2025)
ORGANS_A_SITE = 200
SITES_A_CITY = 10
HARVESTS = 3  # each captured every report
TEXTS = 500
REAL = 200
_OF_ONE_SEED = 20
REAL_SITE = "http://county.example/"
TIMEZONE = "Asia/Shanghai"  # the server's own, unless it is told another
RARE = "苍台镇特色小站"
CHARACTERS = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1500))
PHRASES = ("政府信息公开", "主动公开", "依申请公开", "行政复议", "政务新媒体", "规范性文件", "存在的问题", "下一步工作")
STATES = "".join("n" if key in FORM_2021.keys else "-" for key in FIGURE_KEYS)


@dataclass(frozen=True, slots=True)
class RealReport:
    """A report whose bytes are in the archive, and the figures of which it is known where they stand."""

    sighting_id: int
    capture_id: int
    is_pdf: bool
    located: Sequence[str]


@dataclass(frozen=True, slots=True)
class Nation:
    """The sizes that follow from how many readings are wanted, and the real reports among them."""

    readings: int
    real: Sequence[RealReport] = ()

    @property
    def organs(self) -> int:
        return max(1, self.readings // len(YEARS))

    @property
    def sites(self) -> int:
        return max(1, -(-self.organs // ORGANS_A_SITE))

    @property
    def first_harvest(self) -> int:
        """How many readings it gave: all years but the last."""
        return self.organs * (len(YEARS) - 1)


def make(engine: Engine, store: WarcStore, readings: int, characters: int, real: int = REAL) -> None:
    nation = Nation(readings)
    with _unguarded(engine) as connection, _without_indexes(connection):
        numbers, texts = _numbers(connection, nation), _texts(connection, characters)
        _frame(connection, nation)
        _reports(connection, nation, numbers, texts)
        _words(connection, numbers, texts)
        texts.drop(connection)
        numbers.drop(connection)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As rows lie in an archive that was kept for years: else PostgreSQL freezes these gigabytes beside the readers, for a minute or more.
            connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")
    weigh(engine)
    _real_reports(engine, store, real)
    keep_books(engine)


def keep_books(engine: Engine) -> None:
    """As a harvest's end does: those that count already are left as they are."""
    with writing(engine) as session:
        bookkeeping.keep(session, datetime.now(UTC), TIMEZONE)


@contextmanager
def _unguarded(engine: Engine) -> Iterator[Connection]:
    """One connection that checks no foreign key: what is made here is right by how it is made."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET maintenance_work_mem = '1GB'")
            connection.commit()
            yield connection
            connection.commit()
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()
        return
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}")
        yield connection
        connection.commit()
        connection.invalidate()  # the next connection is prepared as any other


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Indexes are made at the end, from sorted keys."""
    indexes = [index for table in Base.metadata.sorted_tables for index in table.indexes]
    # What follows from a row is written here with it. PostgreSQL runs no trigger for a replica.
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'follow_%'"
    triggers = connection.exec_driver_sql(asked).all() if connection.dialect.name == "sqlite" else []
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    for index in indexes:
        connection.execute(DropIndex(index))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP INDEX ix_search_tokens_tokens")
    connection.commit()
    yield
    for index in indexes:
        connection.execute(CreateIndex(index))
        connection.commit()
    for _, made in triggers:
        connection.exec_driver_sql(made)
    connection.commit()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("CREATE INDEX ix_search_tokens_tokens ON search_tokens USING gin (tokens)")
        connection.commit()


# ── what the rows are made from ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _numbers(connection: Connection, nation: Nation) -> Table:
    """1, 2, 3, … one a reading, with the organ (from 0) and the year that it is of."""
    made = Table("made_numbers", MetaData(), Column("k", BigInteger, primary_key=True), Column("organ", Integer), Column("year", Integer), Column("text", Integer))  # fmt: skip
    made.create(connection)
    later = literal(nation.first_harvest)
    counted = select(literal(1, BigInteger).label("k")).cte("counted", recursive=True)
    counted = counted.union_all(select(counted.c.k + 1).where(counted.c.k < nation.readings))
    k = counted.c.k
    before = k <= later
    organ = case((before, (k - 1) // 4), else_=(k - 1 - later) % nation.organs)
    year = case((before, YEARS[0] + (k - 1) % 4), else_=YEARS[-1])
    of_text = case((k % 1000 == 500, 0), else_=1 + (k * 7919) % (TEXTS - 1))  # text 0 has the rare words
    connection.execute(insert(made).from_select(["k", "organ", "year", "text"], select(k, organ, year, of_text)))
    connection.commit()
    return made


def _texts(connection: Connection, characters: int) -> Table:
    chance = random.Random(1)
    made = Table(
        "made_texts", MetaData(), Column("number", Integer, primary_key=True), Column("report", LargeBinary), Column("fold", Text), Column("tokens", Text),
        *(Column(column.name, column.type) for column in figures.c if column.name not in ("reading_id", "states")),
    )  # fmt: skip
    made.create(connection)
    rows = []
    for number in range(TEXTS):
        report = _report(chance, characters, number == 0)
        row = Reading(organ_name="财政局", title="年度报告", reason=None, report=pack(report))
        fold = words.text_of(row, "财政局")
        known = {figure_column(key): figure.value for key, figure in report.figures.items()}
        cells = {figure_column(key): known.get(figure_column(key)) for key in FIGURE_KEYS}
        rows.append(
            {"number": number, "report": row.report, "fold": fold, "tokens": " ".join(words.tokens(fold)), **cells}
        )
    connection.execute(insert(made), rows)
    connection.commit()
    return made


def _report(chance: random.Random, characters: int, rare: bool) -> Report:
    prose = RARE if rare else ""
    while len(prose) < characters:
        prose += chance.choice(PHRASES) if chance.random() < 0.2 else "".join(chance.choices(CHARACTERS, k=6))
    cells = {
        key: Figure(key, value, str(value), State.NUMBER if value else State.ZERO, place=Place(table=1, row=5, column=number % 7))
        for number, key in enumerate(FORM_2021.keys)
        for value in [chance.choice((0, 0, chance.randrange(1000)))]
    }  # fmt: skip
    return Report("财政局", None, 2023, "年度报告", Edition.FORM_2021, (Section("overview", "总体情况", prose),), cells)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _frame(connection: Connection, nation: Nation) -> None:
    """A province, its cities, a county a site; the harvests with a run a site; the organs."""
    codes = [code_of(site) for site in range(nation.sites)]
    cities = sorted({code[:4] for code in codes})
    above = [{"code": "10", "name": "某省", "level": "province", "parent_code": None}]
    above += [{"code": code, "name": f"{code}市", "level": "city", "parent_code": "10"} for code in cities]
    counties = [{"code": code, "name": f"{code}县", "level": "county", "parent_code": code[:4]} for code in codes]
    for rows in (above[:1], above[1:], counties):
        connection.execute(insert(Region), [{**row, "aliases": [], "deadlines": {}} for row in rows])
    connection.execute(insert(Site), [
        {"id": n + 1, "code": f"s{n}", "name": f"{code}县人民政府", "url": f"http://{n}.example/", "region_code": code, "hosts": [], "added_at": START}
        for n, code in enumerate(codes)
    ])  # fmt: skip
    connection.execute(insert(Harvest), [
        {"id": n + 1, "kind": "harvest" if n < 2 else "recrawl", "state": "done", "started_at": _day(n), "ended_at": _day(n)} for n in range(HARVESTS)
    ])  # fmt: skip
    runs = [(harvest, site) for harvest in range(HARVESTS) for site in range(nation.sites)]
    connection.execute(insert(SiteRun), [
        {"id": number, "harvest_id": harvest + 1, "site_id": site + 1, "state": "done", "started_at": _day(harvest), "ended_at": _day(harvest),
         "read_at": _day(harvest), "requests": 1000, "received_bytes": 40_000_000, "reports_seen": 1000, "facts": {}}
        for number, (harvest, site) in enumerate(runs, 1)
    ])  # fmt: skip
    connection.execute(insert(WarcFile), [
        {"id": number, "name": f"s{site}/{harvest}.warc.gz", "site_run_id": number, "opened_at": _day(harvest), "sealed_at": _day(harvest)}
        for number, (harvest, site) in enumerate(runs, 1)
    ])  # fmt: skip
    connection.execute(insert(Organ), [
        {"id": n + 1, "name": f"第{n}局", "level": "department" if n % ORGANS_A_SITE else "government", "region_code": code_of(n // ORGANS_A_SITE)}
        for n in range(nation.organs)
    ])  # fmt: skip
    connection.commit()


def code_of(site: int) -> str:
    return (
        f"10{site // SITES_A_CITY:02}{site % SITES_A_CITY:02}"
        if site < 1000
        else f"{11 + site // 1000}{site // 10 % 100:02}{site % 10:02}"
    )


def _day(harvest: int) -> datetime:
    return START + timedelta(days=30 * harvest)


def _reports(connection: Connection, nation: Nation, numbers: Table, texts: Table) -> None:
    k, organ, year = numbers.c.k, numbers.c.organ, numbers.c.year
    site = organ // ORGANS_A_SITE + 1
    url = literal("http://") + cast(site, Text) + ".example/" + cast(k, Text) + ".html"
    moments = [literal(_day(harvest), Utc()) for harvest in range(HARVESTS)]
    name = literal("第") + cast(organ, Text) + "局"
    for harvest in range(HARVESTS):
        run = site + harvest * nation.sites
        digest = (
            func.substr(literal("0" * 64) + cast(k, Text), -64)
            if connection.dialect.name == "sqlite"
            else func.lpad(cast(k, Text), 64, "0")
        )
        _fill(connection, Capture, numbers, {
            "id": k + harvest * nation.readings, "site_id": site, "site_run_id": run, "url": url, "url_key": url, "method": literal("GET"), "purpose": literal("article"),
            "fetched_at": moments[harvest], "status": literal(200), "content_type": literal("text/html"), "size": literal(40000),
            "payload_sha256": digest, "body_sha256": digest, "warc_file_id": run, "warc_offset": k * 100, "warc_length": literal(99),
            "record_id": literal("urn:uuid:") + cast(k, Text), "same_as_id": k if harvest else cast(null(), Number),
        })  # fmt: skip
    _fill(connection, Sighting, numbers, {
        "id": k, "site_id": site, "url": url, "url_key": url, "title": literal("年度报告"), "year": year, "organ_name": name, "first_seen_at": moments[0],
        "last_seen_at": moments[-1], "unread": literal(False, Boolean), "last_run_id": site + (HARVESTS - 1) * nation.sites,
        "gone_at": case((k % 500 == 7, moments[-1]), else_=cast(null(), Utc())),
    })  # fmt: skip
    _fill(connection, Reading, numbers.join(texts, texts.c.number == numbers.c.text), {
        "id": k, "sighting_id": k, "page_capture_id": k, "capture_id": k, "reader_version": literal(1), "read_at": moments[0],
        "state": case((k % 100 == 3, literal("image only")), else_=literal("read")), "kind": literal("annual_report"),
        "current": literal(True, Boolean), "organ_id": organ + 1, "organ_name": name, "year": year, "form": literal("2021"), "title": literal("年度报告"),
        "published_on": literal(date(2026, 1, 20), Date()), "published_rank": literal(1), "passed": literal(40), "report": texts.c.report,
    })  # fmt: skip
    region = select(Site.region_code).where(Site.id == site).scalar_subquery()
    _fill(
        connection,
        CurrentReading,
        numbers,
        {"reading_id": k, "site_id": site, "year": year, "sighting_id": k, "is_read": k % 100 != 3, "region": region},
    )
    cells = {column.name: texts.c[column.name] for column in figures.c if column.name not in ("reading_id", "states")}
    joined = numbers.join(texts, texts.c.number == numbers.c.text)
    _fill(connection, figures, joined, {"reading_id": k, "states": literal(STATES), **cells})
    for number, rule in enumerate(("T3-BAL", "T3-SUM")):
        fails = (
            case((k % 3 == 0, literal("fail")), else_=literal("uncertain"))
            if number == 0
            else literal("not_assessable")
        )
        _fill(connection, FindingRow, numbers, {
            "id": k * 2 - 1 + number, "reading_id": k, "rule": literal(rule), "place": literal("total"), "outcome": fails, "severity": literal("warn"),
            "message": literal("合计不等"), "keys": literal([], FindingRow.keys.type),
        })  # fmt: skip
    _fill(connection, ChangeRow, numbers, {
        "id": k // 23, "sighting_id": k, "kind": case((k % 3 == 0, literal("new")), else_=literal("text edited")), "state": literal("raised"),
        "silent": k % 46 == 0, "suspected_at": moments[1], "raised_at": moments[2], "before_capture_id": k, "after_capture_id": k + nation.readings,
        "after_reading_id": k, "details": literal([], ChangeRow.details.type), "site_id": site, "year_shown": year,
    }, k % 23 == 0)  # fmt: skip
    _fill(connection, FlagRow, numbers, {
        "id": k // 49, "mark": literal("made:") + cast(k, Text), "rule": literal("T3-BAL"), "severity": literal("warn"), "sighting_id": k, "organ_id": organ + 1,
        "region_code": region, "region_shown": region, "year": year, "year_shown": year, "place": literal("total"), "message": literal("合计不等"),
        "raised_at": moments[1],
    }, k % 49 == 0)  # fmt: skip


def _fill(
    connection: Connection, table: Any, source: Any, values: dict[str, Any], wanted: ColumnElement[bool] | None = None
) -> None:
    query = select(*(value.label(name) for name, value in values.items())).select_from(source)
    connection.execute(insert(table).from_select(list(values), query if wanted is None else query.where(wanted)))
    connection.commit()


def _words(connection: Connection, numbers: Table, texts: Table) -> None:
    joined = numbers.join(texts, texts.c.number == numbers.c.text)
    _fill(connection, SearchText, joined, {"reading_id": numbers.c.k, "text": texts.c.fold})
    pairs = "FROM made_numbers JOIN made_texts ON made_texts.number = made_numbers.text"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_tokens (search_tokens, rank) VALUES ('hashsize', 268435456)")
        connection.exec_driver_sql(f"INSERT INTO search_tokens (rowid, tokens) SELECT k, tokens {pairs} ORDER BY k")
        connection.exec_driver_sql("INSERT INTO search_tokens (search_tokens, rank) VALUES ('hashsize', 1048576)")
    else:
        connection.exec_driver_sql("ALTER TABLE made_texts ADD COLUMN vector TSVECTOR")
        connection.exec_driver_sql("UPDATE made_texts SET vector = array_to_tsvector(string_to_array(tokens, ' '))")
        connection.exec_driver_sql(f"INSERT INTO search_tokens (id, tokens) SELECT k, vector {pairs}")
    connection.commit()


# ── what is read from WARC files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _real_reports(engine: Engine, store: WarcStore, wanted: int) -> None:
    """Numbers of rows made by SQL are unknown to PostgreSQL's own counters: they go on from the highest."""
    if engine.dialect.name == "postgresql":
        with writing(engine) as session:
            for table in Base.metadata.sorted_tables:
                if "id" in table.c and isinstance(table.c.id.type, BigInteger) and table.c.id.autoincrement:
                    sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
                    if sequence:
                        session.execute(select(func.setval(sequence, select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery())))  # fmt: skip
    clock = iter(START + timedelta(days=100, seconds=second) for second in range(10**9))
    record_reports(engine, store, lambda: next(clock), range(wanted), NewSite(REAL_SITE, name="真页县"))
    read_new(Desk(engine, store, lambda: next(clock)))


def real_reports(engine: Engine) -> list[RealReport]:
    """Those that were recorded first: a harvest adds others."""
    query = (
        select(Reading, Capture.content_type)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(Site, Site.id == Sighting.site_id)
        .join(Capture, Capture.id == Reading.capture_id)
        .where(Site.url == REAL_SITE, Reading.current, Reading.state == "read")
        .order_by(Reading.id)
        .limit(REAL)
    )
    with reading(engine) as session:
        return [
            RealReport(
                row.sighting_id,
                row.capture_id,
                media_type == files.MEDIA_TYPES["pdf"],
                [key for key, figure in unpack(row.report).figures.items() if figure.place is not None],
            )
            for row, media_type in session.execute(query)
        ]


def record_reports(
    engine: Engine, store: WarcStore, now: Callable[[], datetime], numbers: Iterable[int], site: NewSite
) -> None:
    """One run over a new site of real reports, recorded as the crawler records: ended, and not read."""
    with writing(engine) as session:
        harvest_id = start_harvest(session, "recrawl", [add_site(session, site, now()).id], now())
        run_id = site_runs(session, harvest_id)[0].id
    recorder = Recorder(engine, store, now, "benchmark", "nobody@example.org")
    recorder.begin(run_id)
    for number in numbers:
        published = _published(number // _OF_ONE_SEED)
        report = published[number % len(published)]
        organ = f"真页县第{number}局"
        report = replace(report, title=f"{organ}{report.year}年政府信息公开工作年度报告")
        kind, address = report.carriers[0], f"{site.url}{number}.{report.carriers[0]}"
        body = _page(report) if kind == "html" else files.MAKERS[kind](report)
        media_type = files.MEDIA_TYPES.get(kind, "text/html; charset=utf-8")
        asked = f"GET /{number}.{kind} HTTP/1.1\r\nHost: {urlsplit(site.url).netloc}\r\n\r\n".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        recorder.record(run_id, Exchange(address, now(), asked, head, body), purpose="article", url_key=address)
        recorder.sight(run_id, FoundReport(address, address, report.title, None, organ, report.year, site.url))
    recorder.finish(run_id, "done", None, {})
    with writing(engine) as session:
        finish_harvest(session, harvest_id, now())


@lru_cache(maxsize=2)
def _published(seed: int) -> tuple[AnnualReport, ...]:
    """What a county of the demo publishes in a year: as HTML, and some of it as PDF or DOCX. Each seed's are worded otherwise: none is copied from another."""
    (county,) = World.build(1000 + seed, counties=1, townships=5, departments=20, years=YEARS[-1:]).counties
    return county.reports


def _page(report: AnnualReport) -> bytes:
    body = f"<h1>{report.title}</h1>{layouts.body(report)}"
    return f"<html><head><title>{report.title}</title></head><body>{body}</body></html>".encode()
