"""What a person is asked to look at, and that their word on it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from archive import coverage, obstacles
from archive.coverage import OrganYear
from archive.database import reading, writing
from archive.flag_lists import flag_lines
from archive.flags import RULES, Cause, NoSuchFlag, give_verdict, open_flag, raise_for_findings
from archive.harvests import start_harvest
from archive.ledger_flags import review_ledger
from archive.models import Capture, FindingRow, FlagRow, Organ, Reading, Region, Sighting, SiteRun, WarcFile
from archive.reviews import WrongVerdict
from archive.sites import NewSite, add_site
from reports.model import ChangeKind

ADDED = datetime(2025, 1, 1, tzinfo=UTC)
RAISED_BY_NOTHING = {ChangeKind.NEW, ChangeKind.UNCHANGED, ChangeKind.COSMETIC, ChangeKind.SOFT_ERROR}


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """A county with a township that reported for 2023 and, until a test says so, not for 2024."""
    with writing(sqlite_engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        session.add(Organ(id=1, name="柳林镇", level="township", region_code="990121"))
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990121", code="lanxi"), ADDED)
        harvest = start_harvest(session, "harvest", [site.id], ADDED)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        session.add(WarcFile(id=1, name="a.warc.gz", site_run_id=run.id, opened_at=ADDED))
        session.flush()
    hold(sqlite_engine, 1, 2023, ADDED)
    searched(sqlite_engine, datetime(2025, 2, 10, tzinfo=UTC))
    return sqlite_engine


def hold(engine: Engine, number: int, year: int, at: datetime) -> None:
    """A report as the archive holds it, from its capture to its reading."""
    url = f"http://www.lanxi.gov.cn/nb/{year}.html"
    with writing(engine) as session:
        run = session.scalars(select(SiteRun.id)).first()
        session.add(
            Capture(id=number, site_id=1, site_run_id=run, url=url, url_key=url, purpose="article", fetched_at=at, status=200, size=1, payload_sha256="a", body_sha256="a", warc_file_id=1, warc_offset=number, warc_length=1, record_id=str(number))
        )  # fmt: skip
        session.add(Sighting(id=number, site_id=1, url=url, url_key=url, organ_name="柳林镇", year=year, first_seen_at=at, last_seen_at=at, last_run_id=run))  # fmt: skip
        session.flush()
        session.add(Reading(id=number, sighting_id=number, page_capture_id=number, capture_id=number, reader_version=1, read_at=at, state="read", kind="annual_report", current=True, organ_id=1, organ_name="柳林镇", year=year))  # fmt: skip


def searched(engine: Engine, at: datetime, state: str = "done") -> None:
    with writing(engine) as session:
        harvest = start_harvest(session, "harvest", [1], at)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        run.state, run.started_at, run.ended_at = state, at, at
        run.reason = None if state == "done" else "the host did not answer"


def rows(engine: Engine, at: datetime) -> dict[tuple[str, int], OrganYear]:
    with reading(engine) as session:
        return {(row.organ, row.year): row for row in coverage.organ_years(session, at, "Asia/Shanghai")}


def review(engine: Engine, at: datetime) -> int:
    with writing(engine) as session:
        return review_ledger(session, at, "Asia/Shanghai")


def open_rules(engine: Engine) -> list[tuple[str, int | None]]:
    with reading(engine) as session:
        return sorted((line.rule, line.year) for line in flag_lines(session) if line.organ == "柳林镇")


def test_every_kind_of_change_has_a_rule_or_a_reason_for_none() -> None:
    named = {rule.kind for rule in RULES}
    assert named == (set(ChangeKind) - RAISED_BY_NOTHING) | set(Cause)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_what_is_overdue_is_flagged_once_and_closed_when_it_comes(engine: Engine) -> None:
    day = datetime(2025, 2, 10, 1, tzinfo=UTC)
    assert rows(engine, day)["柳林镇", 2024].state == coverage.OVERDUE
    review(engine, day)
    assert review(engine, day + timedelta(days=1)) == 0
    assert open_rules(engine) == [("overdue", 2024)]
    hold(engine, 2, 2024, day + timedelta(days=5))
    review(engine, day + timedelta(days=6))
    assert open_rules(engine) == [("late", 2024)], "it was looked for after its day and was not there"
    with reading(engine) as session:
        assert session.scalars(
            select(FlagRow.closed_why).where(FlagRow.rule == "overdue", FlagRow.place == "柳林镇")
        ).one()


def test_a_search_on_the_last_day_or_before_it_does_not_prove_that_a_report_is_late(engine: Engine) -> None:
    day = datetime(2026, 2, 1, 4, tzinfo=UTC)
    searched(engine, datetime(2026, 1, 31, 4, tzinfo=UTC))
    row = rows(engine, day)["柳林镇", 2025]
    assert row.state == obstacles.UNREACHABLE and "not searched since" in row.evidence
    searched(engine, datetime(2026, 1, 31, 17, tzinfo=UTC))  # one o'clock in Shanghai, on 1 February
    assert rows(engine, day)["柳林镇", 2025].state == coverage.OVERDUE


def test_a_site_that_fails_meanwhile_neither_raises_nor_closes(engine: Engine) -> None:
    day = datetime(2025, 2, 10, 1, tzinfo=UTC)
    review(engine, day)
    searched(engine, day + timedelta(days=1), "failed")
    assert rows(engine, day + timedelta(days=2))["柳林镇", 2024].state == obstacles.UNREACHABLE
    assert review(engine, day + timedelta(days=2)) == 0
    assert open_rules(engine) == [("overdue", 2024)]


def test_what_was_due_long_ago_raises_no_flag(engine: Engine) -> None:
    review(engine, datetime(2026, 1, 20, tzinfo=UTC))
    assert open_rules(engine) == []


def test_an_organ_that_was_merged_is_expected_until_the_year_before(engine: Engine) -> None:
    day = datetime(2025, 2, 10, 1, tzinfo=UTC)
    review(engine, day)
    assert open_rules(engine) == [("overdue", 2024)]
    with writing(engine) as session:
        session.get_one(Organ, 1).valid_to = datetime(2024, 3, 1, tzinfo=UTC).date()
    review(engine, day)
    assert open_rules(engine) == [], "what is expected of nobody is overdue no more"
    assert ("柳林镇", 2024) not in rows(engine, day)
    assert ("柳林镇", 2023) in rows(engine, day)


def find(engine: Engine, *places: str) -> None:
    with writing(engine) as session:
        session.query(FindingRow).delete()
        for place in places:
            session.execute(insert(FindingRow).values(reading_id=1, rule="T3-BAL", place=place, outcome="fail", severity="error", message=f"{place}不符", keys=[]))  # fmt: skip
        raise_for_findings(session, [1], ADDED)


def test_a_finding_that_is_gone_closes_its_flag_and_one_that_returns_opens_it(engine: Engine) -> None:
    find(engine, "natural", "total")
    assert len(open_rules(engine)) == 2
    find(engine, "total")
    assert len(open_rules(engine)) == 1
    find(engine, "natural", "total")
    assert len(open_rules(engine)) == 2
    with reading(engine) as session:
        assert len(session.scalars(select(FlagRow.id)).all()) == 2


def test_a_verdict_survives_reading_again(engine: Engine) -> None:
    find(engine, "total")
    with writing(engine) as session:
        flag = session.scalars(select(FlagRow)).one()
        give_verdict(session, flag.id, "dismissed", "李", "原表如此", ADDED)
    find(engine)
    find(engine, "total")
    with reading(engine) as session:
        flag = session.scalars(select(FlagRow)).one()
        assert (flag.verdict, flag.verdict_by, flag.verdict_note, flag.closed_at) == (
            "dismissed",
            "李",
            "原表如此",
            None,
        )
    assert open_rules(engine) == []


@pytest.mark.parametrize(
    ("verdict", "by", "why", "error"),
    [("maybe", "李", "x", WrongVerdict), ("confirmed", " ", "x", WrongVerdict), ("confirmed", "李", "", WrongVerdict), ("confirmed", "李", "x", NoSuchFlag)],
)  # fmt: skip
def test_a_verdict_needs_a_flag_a_name_and_a_reason(
    engine: Engine, verdict: str, by: str, why: str, error: type[Exception]
) -> None:
    with pytest.raises(error), writing(engine) as session:
        give_verdict(session, 99, verdict, by, why, ADDED)


def test_the_loudest_flags_come_first(engine: Engine) -> None:
    with writing(engine) as session:
        for severity in ("info", "error", "warn"):
            open_flag(session, FlagRow(mark=severity, rule="x", severity=severity, place="柳林镇", message="", raised_at=ADDED))  # fmt: skip
    with reading(engine) as session:
        assert [line.severity for line in flag_lines(session)] == ["error", "warn", "info"]
