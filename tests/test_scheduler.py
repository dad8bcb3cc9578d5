"""When a site is due, and seven years of sweeps with everything that happens to machines and clocks in that time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Update, bindparam, event, select, update

from archive import leases
from archive.database import open_database, reading, writing
from archive.due import SEASONS, calendar, interval, next_due, next_full, next_slot, retry_at
from archive.errors import StoreUnusable
from archive.harvests import finish_harvest, start_harvest, unfinished_harvest
from archive.models import Event, Harvest, Order, SiteRun
from archive.readings import Counts
from archive.sites import NewSite, add_site, pause_site
from scheduler import LEASE, LEASE_LENGTH, Sweeper

SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
codes = st.sampled_from(("lanpu", "ximu", "cangling", "a", "b"))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 1, 1), 1),
        (date(2026, 1, 31), 1),
        (date(2026, 2, 15), 1),
        (date(2026, 2, 16), 7),
        (date(2024, 2, 29), 7),
        (date(2026, 3, 31), 1),
        (date(2026, 4, 16), 7),
        (date(2026, 7, 1), 30),
        (date(2026, 12, 31), 30),
    ],
)
def test_the_weeks_around_both_deadlines_are_watched_daily(day: date, days: int) -> None:
    assert interval(day) == timedelta(days=days)


def test_every_day_of_a_leap_year_lies_in_exactly_one_season() -> None:
    for number in range(366):
        day = date(2024, 1, 1) + timedelta(days=number)
        assert sum(season.first <= (day.month, day.day) <= season.last for season in SEASONS) == 1, day


def test_a_site_never_harvested_is_due_at_once() -> None:
    added = datetime(2026, 7, 1, tzinfo=UTC)
    assert next_due("lanpu", None, added, SHANGHAI) == added


@given(codes, moments)
def test_a_site_is_due_later_than_its_last_run_and_within_its_season(code: str, last: datetime) -> None:
    due = next_due(code, last, last, SHANGHAI)
    assert timedelta(0) < due - last <= timedelta(days=38)  # from the last weekly night to the first monthly one


@given(codes, moments)
def test_a_site_is_due_in_its_own_night_minute_of_shanghai(code: str, last: datetime) -> None:
    due = next_due(code, last, last, SHANGHAI).astimezone(SHANGHAI)
    assert due.hour < 6
    assert due.time() == next_due(code, last + timedelta(days=40), last, SHANGHAI).astimezone(SHANGHAI).time()


def test_the_last_run_of_december_does_not_put_off_the_first_of_january() -> None:
    last = datetime(2025, 12, 30, 8, tzinfo=SHANGHAI)
    assert next_due("lanpu", last, last, SHANGHAI).astimezone(SHANGHAI).date() <= date(2026, 1, 1)


def test_hosts_are_spread_over_the_week_and_the_month() -> None:
    names = [f"site-{number}" for number in range(200)]
    weekly = {next_slot(name, datetime(2026, 5, 1, tzinfo=SHANGHAI), SHANGHAI).date() for name in names}
    monthly = {next_slot(name, datetime(2026, 8, 1, tzinfo=SHANGHAI), SHANGHAI).date() for name in names}
    yearly = {next_full(name, datetime(2026, 1, 1, tzinfo=SHANGHAI), SHANGHAI).date() for name in names}
    assert len(weekly) >= 7 and len(monthly) >= 28 and len(yearly) == 28


def test_a_site_that_fails_is_left_alone_longer_each_time() -> None:
    failed = datetime(2026, 1, 20, tzinfo=UTC)
    waits = [retry_at(failures, failed, SHANGHAI) - failed for failures in (1, 2, 3, 4, 5, 50)]
    assert waits == [timedelta(hours=hours) for hours in (2, 4, 8, 16, 24, 24)]
    quiet = datetime(2026, 9, 20, tzinfo=UTC)
    assert retry_at(50, quiet, SHANGHAI) - quiet == timedelta(days=30)


# ── a sweep ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


# Put together once: seven years ask them thousands of times.
RUNS = (
    select(SiteRun.id, SiteRun.site_id, SiteRun.state)
    .where(SiteRun.harvest_id == bindparam("harvest"))
    .order_by(SiteRun.id)
)
OF_RUN = update(SiteRun).where(SiteRun.id == bindparam("run")).values(state=bindparam("state"))
STARTED = OF_RUN.values(started_at=bindparam("at"))
ENDED = OF_RUN.values(ended_at=bindparam("at"), reason="the host did not answer")


class Killed(BaseException):
    """What a test does to a process: nothing of it runs any more."""


@dataclass
class Harvests:
    """Harvests as a campaign makes them, in no time. `before` is called at each point where a process may be killed."""

    engine: Engine
    now: Callable[[], datetime]
    failing: set[int] = field(default_factory=set)
    before: Callable[[str], None] = lambda point: None
    good: list[tuple[int, datetime, str]] = field(default_factory=list)  # site, when, kind

    def run(self, kind: str, site_ids: Sequence[int], ordered_by: str | None = None) -> tuple[list[int], Counts]:
        self.before("start")
        with writing(self.engine) as session:
            begun = unfinished_harvest(session, kind)
            harvest_id = begun or start_harvest(session, kind, site_ids, self.now(), ordered_by)
            runs = session.connection().execute(RUNS, {"harvest": harvest_id}).all()
        if begun:
            sites = {site_id for _, site_id, _ in runs}
            assert sites == set(site_ids), "a campaign continues only a harvest of the very same sites"
        for run_id, site_id, _ in (run for run in runs if run.state in ("waiting", "running")):
            self._set(STARTED, run=run_id, state="running", at=self.now())
            self.before("site")
            state = "failed" if site_id in self.failing else "done"
            self._set(ENDED, run=run_id, state=state, at=self.now())
            if state == "done":
                self.good.append((site_id, self.now(), kind))
        self.before("end")
        with writing(self.engine) as session:
            finish_harvest(session, harvest_id, self.now())
        return [harvest_id], Counts()

    def settle(self) -> Counts:
        return Counts()

    def _set(self, statement: Update, **values: object) -> None:
        with writing(self.engine) as session:
            session.connection().execute(statement, values)


@dataclass
class Machine:
    engine: Engine
    clock: datetime
    sites: dict[int, str]

    def now(self) -> datetime:
        return self.clock

    def process(self, name: str = "one", **more: object) -> tuple[Sweeper, Harvests]:
        harvests = Harvests(self.engine, self.now, **more)  # type: ignore[arg-type]
        return Sweeper(self.engine, self.now, "Asia/Shanghai", harvests, holder=name), harvests

    def add(self, *codes: str) -> None:
        with writing(self.engine) as session:
            self.sites |= {add_site(session, NewSite(f"http://www.{code}.gov.cn/", code=code), self.clock).id: code for code in codes}  # fmt: skip

    def events(self) -> list[str]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Event.kind).order_by(Event.id)))

    def next_at(self) -> datetime:
        with reading(self.engine) as session:
            return calendar(session, SHANGHAI, self.clock)[0].due_at


@pytest.fixture
def machine(sqlite_url: str) -> Iterator[Machine]:
    opened = open_database(sqlite_url)
    event.listen(opened, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    made = Machine(opened, datetime(2026, 1, 10, 4, tzinfo=UTC), {})
    made.add("lanpu", "ximu")
    yield made
    opened.dispose()


def test_what_is_due_is_harvested_once_and_not_again_before_its_next_slot(machine: Machine) -> None:
    sweeper, harvests = machine.process()
    assert sorted(sweeper.sweep()) == ["lanpu", "ximu"]
    for _ in range(10):
        machine.clock += HOUR
        assert sweeper.sweep() == []
    machine.clock += timedelta(days=1)
    assert sorted(sweeper.sweep()) == ["lanpu", "ximu"]
    assert len(harvests.good) == 4


def test_a_machine_that_slept_three_months_catches_up_once_and_says_so(machine: Machine) -> None:
    sweeper, harvests = machine.process()
    sweeper.sweep()
    machine.clock += timedelta(days=90)
    assert sorted(sweeper.sweep()) == ["lanpu", "ximu"]
    assert sweeper.sweep() == []
    assert len(harvests.good) == 4
    assert machine.events().count("late") == 2


def test_a_failed_site_is_not_hammered_and_each_failure_is_told(machine: Machine) -> None:
    sweeper, harvests = machine.process()
    lanpu = next(number for number, code in machine.sites.items() if code == "lanpu")
    harvests.failing.add(lanpu)
    swept = []
    for _ in range(24 * 4):
        swept += [machine.clock] if "lanpu" in sweeper.sweep() else []
        machine.clock += HOUR
    assert [round((b - a) / HOUR) for a, b in pairwise(swept)] == [2, 4, 8, 16, 24, 24]
    assert machine.events().count("site failed") == len(swept)
    assert len(harvests.good) == 5  # the other site went on, once a day
    harvests.failing.clear()
    machine.clock += timedelta(days=1)
    assert "lanpu" in sweeper.sweep()


@pytest.mark.parametrize("point", ["start", "site", "end"])
def test_a_run_that_died_is_taken_up_again_and_nothing_twice(machine: Machine, point: str) -> None:
    def die(at: str) -> None:
        if at == point:
            raise Killed

    sweeper, harvests = machine.process(before=die)
    with pytest.raises(Killed):
        sweeper.sweep()
    machine.clock += HOUR
    again, after = machine.process("two")
    again.sweep()
    assert sorted(site for site, _, _ in harvests.good + after.good) == sorted(machine.sites)
    with reading(machine.engine) as session:
        assert set(session.scalars(select(Harvest.state))) == {"done"}


def test_of_two_schedulers_at_once_one_leaves_the_work_to_the_other(machine: Machine) -> None:
    other, idle = machine.process("two")
    left: list[list[str] | None] = []
    sweeper, harvests = machine.process("one", before=lambda point: left.append(other.sweep()))
    sweeper.sweep()
    assert left and not any(left)
    assert idle.good == []
    assert len(harvests.good) == 2
    assert "sweep left" in machine.events()


def test_who_was_thought_dead_notices_that_the_lease_is_not_its_own(machine: Machine) -> None:
    token = leases.take(machine.engine, LEASE, "one", machine.clock, LEASE_LENGTH)
    assert token is not None
    later = machine.clock + LEASE_LENGTH + timedelta(seconds=1)
    assert leases.take(machine.engine, LEASE, "two", machine.clock, LEASE_LENGTH) is None
    taken = leases.take(machine.engine, LEASE, "two", later, LEASE_LENGTH)
    assert taken is not None and taken > token
    assert not leases.renew(machine.engine, LEASE, token, later, LEASE_LENGTH)
    assert leases.renew(machine.engine, LEASE, taken, later, LEASE_LENGTH)


def test_a_lease_taken_under_a_wrong_clock_does_not_hold_for_years(machine: Machine) -> None:
    leases.take(machine.engine, LEASE, "one", machine.clock + timedelta(days=3000), LEASE_LENGTH)
    assert leases.take(machine.engine, LEASE, "two", machine.clock, LEASE_LENGTH) is not None


def test_the_lease_is_one_on_every_database(engine: Engine) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    token = leases.take(engine, LEASE, "one", now, LEASE_LENGTH)
    assert token is not None and leases.take(engine, LEASE, "two", now, LEASE_LENGTH) is None
    leases.release(engine, LEASE, token, now)
    assert leases.take(engine, LEASE, "two", now, LEASE_LENGTH) == token + 1


def test_the_due_table_is_one_on_every_database(engine: Engine) -> None:
    machine = Machine(engine, datetime(2026, 1, 10, 4, tzinfo=UTC), {})
    machine.add("lanpu", "ximu", "tashan")
    numbers = {code: number for number, code in machine.sites.items()}
    sweeper, harvests = machine.process(failing={numbers["tashan"]})
    sweeper.sweep()
    machine.clock += timedelta(hours=3)
    sweeper.sweep()
    with writing(engine) as session:
        session.add(Order(kind="recrawl", site_id=numbers["ximu"], ordered_at=machine.clock, ordered_by="browser"))
    with reading(engine) as session:
        table = {entry.code: (entry.why, entry.failures, entry.due_at) for entry in calendar(session, SHANGHAI, machine.clock)}  # fmt: skip
    assert table == {
        "ximu": ("ordered", 0, machine.clock),
        "tashan": ("retry", 2, machine.clock + 4 * HOUR),
        "lanpu": ("season", 0, datetime(2026, 1, 11, 3, 11, tzinfo=SHANGHAI)),
    }
    assert len(harvests.good) == 2


def test_an_order_goes_before_the_season_and_is_taken_once(machine: Machine) -> None:
    sweeper, harvests = machine.process()
    sweeper.sweep()
    lanpu = next(iter(machine.sites))
    with writing(machine.engine) as session:
        session.add(Order(kind="recrawl", site_id=lanpu, ordered_at=machine.clock, ordered_by="browser"))
    machine.clock += timedelta(minutes=5)
    assert sweeper.sweep() == [machine.sites[lanpu]]
    assert harvests.good[-1][2] == "recrawl"
    assert sweeper.sweep() == []
    with reading(machine.engine) as session:
        assert session.scalars(select(Order.harvest_id)).one() is not None


def test_a_paused_site_is_left_out_and_comes_back(machine: Machine) -> None:
    sweeper, _ = machine.process()
    with writing(machine.engine) as session:
        pause_site(session, "lanpu", paused=True)
    assert sweeper.sweep() == ["ximu"]
    with writing(machine.engine) as session:
        pause_site(session, "lanpu", paused=False)
    assert sweeper.sweep() == ["lanpu"]


def test_a_step_of_a_sweep_that_fails_is_told_and_the_next_is_made(machine: Machine) -> None:
    sweeper, _ = machine.process()
    done: list[str] = []

    def fail() -> None:
        raise StoreUnusable("the second copy cannot be reached")

    sweeper.go_on(fail, lambda: done.append("told"))
    assert done == ["told"]
    assert machine.events() == ["sweep failed"]


def test_everything_is_asked_anew_once_a_year(machine: Machine) -> None:
    sweeper, harvests = machine.process()
    machine.clock = datetime(2026, 6, 20, tzinfo=UTC)
    end = datetime(2027, 8, 1, tzinfo=UTC)
    while machine.clock < end:
        sweeper.sweep()
        machine.clock = max(machine.clock + HOUR, machine.next_at())
    full = [(site, at.astimezone(SHANGHAI)) for site, at, kind in harvests.good if kind == "recrawl"]
    assert sorted((site, at.year) for site, at in full) == sorted((site, year) for site in machine.sites for year in (2026, 2027))  # fmt: skip
    assert {at.month for _, at in full} == {7}


# ── seven years ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class SevenYears:
    """What happens to a machine: it sleeps, its processes are killed, its clock is wrong for an hour, and two schedulers run."""

    machine: Machine
    chance: random.Random
    asleep: list[tuple[datetime, datetime]] = field(default_factory=list)
    good: list[tuple[int, datetime]] = field(default_factory=list)
    wrong_clock: list[tuple[str, datetime]] = field(
        default_factory=list
    )  # sites that were harvested under one, and when truly
    killed: int = 0

    def live(self, years: int) -> None:
        end = self.machine.clock + timedelta(days=365 * years)
        while self.machine.clock < end:
            self._happen()
            hours = -((self.machine.clock - self.machine.next_at()) // HOUR)  # to the first sweep that finds something
            idle = self.chance.random() < 0.04  # those before it find nothing; some are made all the same
            self.machine.clock += HOUR * (1 if idle else max(hours, 1))

    def _happen(self) -> None:
        drawn = self.chance.random()
        if drawn < 0.02:
            begun = self.machine.clock
            self.machine.clock += timedelta(days=self.chance.choice((1, 3, 20, 95)), hours=self.chance.randrange(24))
            self.asleep.append((begun, self.machine.clock))
        elif drawn < 0.04:
            true = self.machine.clock
            self.machine.clock += timedelta(days=self.chance.choice((-400, -3, 2, 700)))
            wrong, _ = self.machine.process("wrong")
            swept = wrong.sweep()
            self.machine.clock = true
            self.wrong_clock += [(code, true) for code in swept]
            if swept:
                return
        self._sweep()

    def _sweep(self) -> None:
        second, idle = self.machine.process("two")
        dies = self.chance.random() < 0.06
        point = self.chance.choice(("start", "site", "end"))

        def happen(at: str) -> None:
            if self.chance.random() < 0.05:
                assert second.sweep() is None
            if dies and at == point:
                raise Killed

        sweeper, harvests = self.machine.process("one", before=happen)
        try:
            sweeper.sweep()
        except Killed:
            self.killed += 1
        assert idle.good == []
        self.good += [(site, at) for site, at, _ in harvests.good]


# Where the clock is set twice a year: in the north, in the south, by half an hour, three quarters of an hour from any other, to either side of the
# date line, at midnight.
ZONES = (
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Adak",
    "Pacific/Kiritimati",
    "Africa/Cairo",
)


def test_in_seven_years_every_due_run_happens_exactly_once(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.add(
        "tashan", "dongan"
    )  # whose hours of the night are those of the other two, and whose days of the week and month are not
    lived = SevenYears(machine, random.Random(7))
    for local_zone in ZONES:  # the machine is somewhere else each year
        monkeypatch.setenv("TZ", local_zone)
        time.tzset()
        lived.live(1)
    monkeypatch.undo()
    time.tzset()
    assert lived.killed >= 50 and len(lived.asleep) >= 15 and len(lived.wrong_clock) >= 60
    for site, code in machine.sites.items():
        runs = [at for one, at in lived.good if one == site]
        without_slot = 0
        for earlier, later in pairwise(runs):
            first = min(next_slot(code, earlier, SHANGHAI), next_full(code, earlier, SHANGHAI))
            slept = sum(
                (min(b, later) - max(a, first) for a, b in lived.asleep if a < later and b > first), timedelta()
            )
            served = any(one == code and first <= at <= later for one, at in lived.wrong_clock)  # under a wrong clock
            assert served or later - first - slept <= timedelta(hours=5), (
                f"{code} was due on {first} and harvested on {later}"
            )
            if first > later:
                without_slot += 1
                assert any(one == code and earlier <= at <= later for one, at in lived.wrong_clock), (
                    f"{code} was harvested on {later} and nothing was due since {earlier}"
                )
        # What ran while the clock was wrong is run once more under the right one, and never more often: nobody can know its true hour.
        assert without_slot <= sum(code == one for one, _ in lived.wrong_clock)
        _each_day_of_the_deadlines(runs, lived.asleep)
    assert _open_harvests(machine.engine) <= 1  # one that was killed last may wait for the sweep that never came


def _each_day_of_the_deadlines(runs: Sequence[datetime], asleep: Sequence[tuple[datetime, datetime]]) -> None:
    """Counted without the code under test: on each day of the two seasons that the machine was awake, one run."""
    days = [at.astimezone(SHANGHAI).date() for at in runs]
    lost = {(a + timedelta(hours=hours)).astimezone(SHANGHAI).date() for a, b in asleep for hours in range(0, int((b - a) / HOUR) + 25, 6)}  # fmt: skip
    watched = [
        day
        for year in range(2027, 2032)
        for first, last in (((1, 2), (2, 15)), ((3, 16), (4, 15)))
        for number in range((date(year, *last) - date(year, *first)).days + 1)
        if (day := date(year, *first) + timedelta(days=number)) not in lost
    ]
    counts = [days.count(day) for day in watched]
    assert len(watched) > 150
    assert counts.count(1) >= len(watched) * 0.97, (
        "a run that was killed in the evening may slip past midnight, no more"
    )
    assert sum(counts) == pytest.approx(len(watched), abs=len(watched) * 0.02)


def _open_harvests(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.scalars(select(Harvest.id).where(Harvest.state == "running")).all())
