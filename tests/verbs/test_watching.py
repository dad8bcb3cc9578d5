"""The verbs that watch, as a person types them, over one archive."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from archive.database import open_database, reading, writing
from archive.events import note
from archive.harvests import start_harvest
from archive.models import FlagRow, Organ, Region, Sighting, SiteRun
from archive.sites import NewSite, add_site
from tests.shells import SameProcess


@pytest.fixture
def home(home: Path, sqlite_url: str) -> Path:
    engine = open_database(sqlite_url)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990121", code="lanxi"), at)
        harvest = start_harvest(session, "harvest", [site.id], at)
        run = session.scalars(select(SiteRun).where(SiteRun.harvest_id == harvest)).one()
        run.state, run.started_at, run.ended_at = "failed", at, at
        run.reason, run.facts = "challenge: status 412", {"tally": {"challenge": 1}}
        url = "http://www.lanxi.gov.cn/nb/2023.html"
        session.add(Sighting(site_id=site.id, url=url, url_key=url, list_url="http://www.lanxi.gov.cn/nb/", first_seen_at=at, last_seen_at=at, last_run_id=run.id))  # fmt: skip
        session.add(FlagRow(mark="a", rule="overdue", severity="warn", region_code="990121", year=2023, place="柳林镇", message="未见", raised_at=at))  # fmt: skip
    engine.dispose()
    return home


def typed(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return SameProcess(home).typed(*words, home=str(home))


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(home: Path) -> None:
    done = typed(home, "recrawl", "--dry-run", "lanxi", "--json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["purpose"] for line in done.stdout.splitlines()] == ["home", "list", "article"]
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    with reading(engine) as session:
        assert len(session.scalars(select(SiteRun.id)).all()) == 1
    engine.dispose()


def test_a_blocked_county_is_neither_overdue_nor_missing(home: Path) -> None:
    states = [json.loads(line)["state"] for line in typed(home, "coverage", "--json").stdout.splitlines()]
    assert states and set(states) == {"blocked by a challenge"}
    for narrowed in ("--overdue", "--missing"):
        assert typed(home, "coverage", narrowed, "--json").stdout == ""


def test_a_region_s_totals_count_its_organs_in_each_state(home: Path) -> None:
    lines = [
        json.loads(line) for line in typed(home, "coverage", "--region", "99", "--totals", "--json").stdout.splitlines()
    ]
    assert lines and all(line["organs"] == line["blocked by a challenge"] == 1 for line in lines)


def test_a_region_that_nobody_knows_is_said_to_be_unknown(home: Path) -> None:
    for narrowed in ((), ("--totals",), ("--json",)):
        refused = typed(home, "coverage", "--region", "nosuch", *narrowed)
        assert refused.returncode == 2 and "no region 'nosuch'" in refused.stderr and not refused.stdout


def test_reading_looks_over_the_ledger_too(home: Path) -> None:
    """As it stands after a rebuild: the site was searched, and no flag was ever raised."""
    now = datetime.now(UTC)
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    with writing(engine) as session:
        session.execute(delete(FlagRow))
        session.execute(update(SiteRun).values(state="done", reason=None, facts={}, started_at=now, ended_at=now))
    engine.dispose()
    a_month_ago = (now - timedelta(days=30)).strftime("%m-%d")
    assert typed(home, "deadline", "990121", "government", a_month_ago).returncode == 0
    assert typed(home, "flags", "list", "--json").stdout == ""
    done = typed(home, "read")
    assert done.returncode == 0, done.stderr
    (flag,) = [json.loads(line) for line in typed(home, "flags", "list", "--json").stdout.splitlines()]
    newest = max(
        json.loads(line)["year"] for line in typed(home, "coverage", "--overdue", "--json").stdout.splitlines()
    )
    assert (flag["rule"], flag["year"]) == ("overdue", newest)


def test_a_verdict_is_kept_and_takes_the_flag_off_the_list(home: Path) -> None:
    (flag,) = [json.loads(line) for line in typed(home, "flags", "list", "--json").stdout.splitlines()]
    assert flag["organ"] == "柳林镇"
    assert typed(home, "flags", "verdict", str(flag["id"]), "dismissed", "--by", "李").returncode == 2, (
        "without a reason"
    )
    assert (
        typed(home, "flags", "verdict", str(flag["id"]), "dismissed", "--by", "李", "--why", "已撤并").returncode == 0
    )
    assert typed(home, "flags", "list", "--json").stdout == ""
    (kept,) = [json.loads(line) for line in typed(home, "flags", "list", "--all", "--json").stdout.splitlines()]
    assert (kept["verdict"], kept["verdict_by"], kept["verdict_note"]) == ("dismissed", "李", "已撤并")


def test_what_happened_is_listed_the_newest_first_and_by_kind_and_site(home: Path) -> None:
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    at = datetime(2025, 2, 1, tzinfo=UTC)
    with writing(engine) as session:
        note(session, "late", "lanxi was due on 2025-01-31 and is asked only now.", at, site_id=1)
        note(session, "sweep failed", "the disk is full", at)
    engine.dispose()

    def listed(*words: str) -> list[tuple[str, str | None]]:
        lines = typed(home, "events", "--json", *words).stdout.splitlines()
        return [(event["kind"], event["site"]) for event in map(json.loads, lines)]

    assert listed() == [("sweep failed", None), ("late", "lanxi")]
    assert listed("--kind", "late") == listed("--site", "lanxi") == [("late", "lanxi")]
    assert listed("--limit", "1") == [("sweep failed", None)]


def test_a_deadline_of_its_own_shows_in_the_ledger(home: Path) -> None:
    assert typed(home, "deadline", "990121", "government", "06-30").returncode == 0
    due = [json.loads(line)["due_on"] for line in typed(home, "coverage", "--json").stdout.splitlines()]
    assert due and all(day.endswith("-06-30") for day in due)
    assert typed(home, "deadline", "990121", "government", "02-30").returncode == 2


def test_an_organ_is_renamed_merged_and_both_taken_back_by_command(home: Path) -> None:
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    with writing(engine) as session:
        session.add_all(Organ(id=n, name=name, level="department", region_code="990121") for n, name in ((1, "卫生局"), (2, "计生局")))  # fmt: skip
    engine.dispose()
    day = ("--on", "2019-03-01", "--by", "李", "--why", "机构改革")
    assert typed(home, "organs", "rename", "1", "卫生健康局", *day).returncode == 0
    (made,) = [line for line in organs_of(home) if line["organ"] == "卫生健康局"]
    assert typed(home, "organs", "merge", "2", "--into", str(made["id"]), *day).returncode == 0
    ended = {line["organ"]: (line["successor"], line["valid_to"], line["ended_by"], line["ended_why"]) for line in organs_of(home) if line["valid_to"]}  # fmt: skip
    assert ended == dict.fromkeys(("卫生局", "计生局"), (made["id"], "2019-03-01", "李", "机构改革"))
    assert typed(home, "organs", "merge", "2", "--into", "1", *day).returncode == 2, "it ended already"
    for number in ("1", "2"):
        assert typed(home, "organs", "take-back", number).returncode == 0
    assert not any(line["valid_to"] for line in organs_of(home))


def organs_of(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in typed(home, "organs", "list", "--json").stdout.splitlines()]


def test_a_kind_of_event_that_there_is_not_is_refused_by_name(home: Path) -> None:
    done = typed(home, "events", "--kind", "nonsense")
    assert done.returncode == 2 and "site failed" in done.stderr and "'nonsense'" in done.stderr
