from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import SEASONS, interval, next_due

SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
codes = st.sampled_from(("lanpu", "ximu", "cangling", "a", "b"))


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
def test_a_site_is_due_later_than_its_last_run_and_at_most_a_month_and_a_day(code: str, last: datetime) -> None:
    due = next_due(code, last, last, SHANGHAI)
    assert timedelta(0) < due - last <= timedelta(days=31)


@given(codes, moments)
def test_a_site_is_due_in_its_own_night_minute_of_shanghai(code: str, last: datetime) -> None:
    due = next_due(code, last, last, SHANGHAI).astimezone(SHANGHAI)
    assert due.hour < 6
    assert due.time() == next_due(code, last + timedelta(days=40), last, SHANGHAI).astimezone(SHANGHAI).time()


def test_the_last_run_of_december_does_not_put_off_the_first_of_january() -> None:
    last = datetime(2025, 12, 20, 2, tzinfo=SHANGHAI)
    assert next_due("lanpu", last, last, SHANGHAI).astimezone(SHANGHAI).date() == date(2026, 1, 1)


def test_a_machine_that_slept_three_months_is_due_once() -> None:
    last = datetime(2026, 1, 5, 2, tzinfo=SHANGHAI)
    due = next_due("lanpu", last, last, SHANGHAI)
    woken = datetime(2026, 4, 5, 12, tzinfo=SHANGHAI)
    assert due <= woken
    assert next_due("lanpu", woken, last, SHANGHAI) > woken
