"""When a report was due, and whether anybody may say that it came late."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from archive.database import reading, writing
from archive.deadlines import Publication, bulk_days, deadlines_of, due_on, set_deadline, timeliness
from archive.errors import WrongRegion
from archive.models import Region
from reports.parsing.dates import ADDRESS, META, PAGE, SIGNED

DUE = date(2025, 1, 31)


@pytest.mark.parametrize(
    ("level", "year", "day"),
    [
        ("department", 2024, "2025-01-31"),
        ("township", 2024, "2025-01-31"),
        ("government", 2024, "2025-03-31"),
        ("department", 2018, "2019-03-31"),
        ("township", 2018, "2019-03-31"),
        ("department", 2019, "2020-01-31"),
    ],
)
def test_the_law_names_the_day(level: str, year: int, day: str) -> None:
    assert due_on(level, year) == date.fromisoformat(day)


def test_a_county_sets_its_own_day_and_what_lies_below_it_follows(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Region(code="9901", name="岚州市", level="city"))
        session.flush()
        session.add(Region(code="990121", name="岚溪县", level="county", parent_code="9901"))
        session.flush()
        set_deadline(session, "9901", "township", "03-15")
        set_deadline(session, "9901", "department", "03-01")
        set_deadline(session, "990121", "department", "02-10")
    with reading(engine) as session:
        own = deadlines_of(session, "990121")
    assert own == {"township": "03-15", "department": "02-10"}
    assert due_on("township", 2024, own) == date(2025, 3, 15)
    assert due_on("government", 2024, own) == date(2025, 3, 31)
    with writing(engine) as session:
        set_deadline(session, "990121", "department", None)
    with reading(engine) as session:
        assert deadlines_of(session, "990121")["department"] == "03-01"


@pytest.mark.parametrize(("code", "level", "day"), [("1", "township", "03-15"), ("9901", "village", "03-15"), ("9901", "township", "02-29"), ("9901", "township", "soon")])  # fmt: skip
def test_a_deadline_that_cannot_be_is_refused(sqlite_engine: Engine, code: str, level: str, day: str) -> None:
    with writing(sqlite_engine) as session:
        session.add(Region(code="9901", name="岚州市", level="city"))
    with pytest.raises(WrongRegion), writing(sqlite_engine) as session:
        set_deadline(session, code, level, day)


SEEN_LATER = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("known", "word"),
    [
        (Publication(date(2025, 3, 1), ADDRESS, None, date(2025, 1, 30)), "in time"),  # seen before the day: nothing else counts
        (Publication(date(2025, 1, 20), PAGE, None, SEEN_LATER), "in time"),
        (Publication(date(2025, 2, 20), PAGE, None, SEEN_LATER), "late"),
        (Publication(date(2025, 2, 20), META, None, SEEN_LATER), "late"),
        (Publication(date(2025, 2, 20), SIGNED, None, SEEN_LATER), "not assessable"),
        (Publication(date(2025, 2, 20), ADDRESS, None, SEEN_LATER), "not assessable"),
        (Publication(None, None, None, SEEN_LATER), "not assessable"),
        (Publication(date(2025, 2, 20), PAGE, date(2025, 1, 25), SEEN_LATER), "in time"),  # the earliest trusted date counts
        (Publication(None, None, date(2025, 2, 5), SEEN_LATER), "late"),
        (Publication(date(2025, 2, 20), PAGE, date(2025, 2, 20), SEEN_LATER, bulk=True), "not assessable"),
        (Publication(None, None, None, date(2025, 2, 9), missed_on=date(2025, 2, 8)), "late"),  # we looked
        (Publication(None, None, None, date(2025, 2, 9), missed_on=date(2025, 1, 31)), "not assessable"),
        (Publication(date(2025, 1, 20), PAGE, None, date(2025, 2, 9), missed_on=date(2025, 2, 8)), "not assessable"),
    ],
)  # fmt: skip
def test_late_is_said_on_trusted_evidence_alone(known: Publication, word: str) -> None:
    judged = timeliness(known, DUE)
    assert judged.word == word
    assert judged.why


def test_a_day_that_several_years_share_is_that_of_a_move() -> None:
    moved, own = date(2025, 5, 5), date(2025, 1, 20)
    assert bulk_days([(moved, 2021), (moved, 2022), (moved, 2023), (own, 2024), (own, 2024), (None, 2020)]) == {moved}
