"""What only a person said survives the loss of the index: it is made again from the files beside the WARC files, and says the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive import decisions, journal, reviews, successions, users
from archive.audit import Doer
from archive.copies import copy_sealed
from archive.database import migrate, open_database, reading, writing
from archive.deadlines import set_deadline
from archive.desk import Desk
from archive.fixity import verify
from archive.folders import Folder
from archive.mending import repair
from archive.models import AuditEntry, FlagRow, Order, Organ, Region, Remark, Site, User
from archive.notices import deliver
from archive.readings import read_new
from archive.rebuild import rebuild
from archive.regions import import_regions
from archive.sites import NewSite, add_site, pause_site, remove_site
from archive.warc import WarcStore
from configuration import Configuration
from tests.archive.changes.showing import HOME, REPORT, Portal, page
from tests.archive.receivers import Received

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
LI = Doer("li", "10.0.0.7")


@pytest.fixture
def rebuilt_engine(empty_database_url: str) -> Iterator[Engine]:
    migrate(empty_database_url)
    engine = open_database(empty_database_url)
    yield engine
    engine.dispose()


def said(engine: Engine, model: type[Any], key: str, *leave: str) -> list[dict[str, Any]]:
    with reading(engine) as session:
        columns = [column.name for column in model.__table__.columns if column.name not in leave]
        rows = [{name: getattr(row, name) for name in columns} for row in session.scalars(select(model))]
    return sorted(rows, key=lambda row: str(row[key]))


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def portal(engine: Engine, home: Path) -> Portal:
    """A county whose report was changed in silence and breaks a rule, and everything that people said of it."""
    store = WarcStore(home / "warc")
    decisions.keep(engine, store.folder)
    lines = ["code,name", "99,某省", "9901,某市", "990121,岚溪县"]
    with writing(engine) as session:
        import_regions(session, lines, "a table", date(2025, 1, 1))
        site = add_site(session, NewSite(HOME, name="岚溪县人民政府", region_code="990121"), NOW)
        gone = add_site(session, NewSite("http://gone.gov.cn/", window="22:00-06:00"), NOW)
        add_site(session, NewSite("http://never.gov.cn/", hosts=("a.never.gov.cn",), delay_seconds=9), NOW)
        set_deadline(session, "990121", "township", "02-15")
    portal = Portal(engine, store, site.id)
    portal.show(REPORT, page(1))
    portal.run("harvest")
    portal.show(REPORT, page(2, total=7))
    portal.run()
    portal.run("confirm")
    with writing(engine) as session:
        session.get_one(Region, "990121").aliases = ["岚溪"]
        pause_site(session, "lanxi", True)
        remove_site(session, gone.code, NOW)
        session.add(Order(kind="recrawl", site_id=site.id, ordered_by="li", ordered_at=NOW))
        users.add_user(session, "li", "operator", "correct horse battery", LI, NOW)
        marks = list(session.scalars(select(FlagRow.mark).order_by(FlagRow.id)))
        assert {mark.partition(":")[0] for mark in marks} == {"change", "finding"}
        town = session.scalars(select(Organ.id).where(Organ.name == "柳林镇")).one()
        successions.rename(session, town, "柳林街道办事处", successions.Said(date(2026, 1, 1), "li", "撤镇设街道", NOW))
        for mark in marks:
            reviews.judge(session, mark, "dismissed", "looked at it", LI, NOW)
            reviews.judge(session, mark, "confirmed", "looked again", LI, NOW.replace(hour=9))
            reviews.add_note(session, mark, "asked the organ", LI, NOW.replace(hour=10))
        reviews.judge(session, marks[0], None, "it was I who erred", LI, NOW.replace(hour=11))
    return portal


def marks(engine: Engine) -> dict[str, dict[str, Any]]:
    """What stands on each flag, by what the flag is on."""
    with reading(engine) as session:
        return {
            f"{flag.rule}:{flag.place}": {
                "verdict": (flag.verdict, flag.verdict_by, flag.verdict_at, flag.verdict_note),
                "remarks": [(row.at, row.who, row.verdict, row.text, row.standing) for row in reviews.remarks_on(session, flag.mark)],
            }
            for flag in session.scalars(select(FlagRow))
        }  # fmt: skip


def test_what_people_said_is_there_again_when_the_index_was_lost(
    engine: Engine, portal: Portal, rebuilt_engine: Engine
) -> None:
    made = rebuild(rebuilt_engine, portal.store)
    assert made.faults == ()
    for model, key, leave in (
        (Region, "code", ()),
        (Site, "id", ()),
        (Order, "id", ()),
        (User, "id", ("password_hash",)),
        (AuditEntry, "id", ()),
    ):
        assert said(rebuilt_engine, model, key, *leave) == said(engine, model, key, *leave), model
    assert said(rebuilt_engine, Remark, "id") == []
    read_new(Desk(rebuilt_engine, portal.store, portal.now))
    assert marks(rebuilt_engine) == marks(engine)
    for found in (engine, rebuilt_engine):
        with reading(found) as session:
            lines = [
                (line.organ, line.valid_from, line.valid_to, line.successor_name, line.ended_by, line.ended_why)
                for line in successions.organ_lines(session)
            ]
        day = date(2026, 1, 1)
        assert lines == [
            ("柳林街道", day, None, None, None, None),
            ("柳林镇", None, day, "柳林街道", "li", "撤镇设街道"),
        ]
    assert any(found["verdict"][0] == "confirmed" for found in marks(engine).values())
    assert list(verify(rebuilt_engine, portal.store)) == []


def test_a_division_of_which_only_its_deadline_was_said_comes_back_without_its_parent(
    engine: Engine, tmp_path: Path
) -> None:
    told = {
        "code": "990121",
        "name": "岚溪县",
        "level": "county",
        "parent_code": "9901",
        "deadlines": {"township": "03-15"},
    }
    journal.append(tmp_path, {"regions": [told]})
    with writing(engine) as session:
        decisions.restore_regions(session, tmp_path)
    with reading(engine) as session:
        region = session.get_one(Region, "990121")
        assert (region.parent_code, region.deadlines) == (None, {"township": "03-15"})


def test_no_password_is_in_the_journal(engine: Engine, portal: Portal) -> None:
    with reading(engine) as session:
        (hashed,) = session.scalars(select(User.password_hash))
    told = journal.content(portal.store.folder)
    assert hashed.encode() not in told and b"correct horse" not in told and b"argon2" not in told


def test_an_account_that_came_back_is_opened_by_a_new_password_alone(
    portal: Portal, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "again.sqlite")
    again = open_database(f"sqlite:///{tmp_path / 'again.sqlite'}")
    rebuild(again, portal.store)
    for password in ("correct horse battery", "!", ""):
        assert not _opens(again, password)
    with writing(again) as session:
        users.set_password(session, "li", "another horse battery", LI, NOW)
    assert _opens(again, "another horse battery")
    again.dispose()


def _opens(engine: Engine, password: str) -> bool:
    with reading(engine) as session:
        return users.password_fits(password, session.scalars(select(User.password_hash)).one())


def test_what_was_rolled_back_is_not_in_the_journal(database_url: str, tmp_path: Path) -> None:
    engine = open_database(database_url)
    decisions.keep(engine, tmp_path)
    with writing(engine) as session:
        add_site(session, NewSite(HOME), NOW)
    before = journal.content(tmp_path)
    assert before.count(b"\n") == 1

    class Refused(Exception):
        pass

    with pytest.raises(Refused), writing(engine) as session:
        pause_site(session, "lanxi", True)
        session.flush()
        raise Refused
    assert journal.content(tmp_path) == before
    engine.dispose()


def test_a_word_that_cannot_be_written_down_changes_nothing(engine: Engine, portal: Portal) -> None:
    path = portal.store.folder / journal.NAME
    path.write_bytes(path.read_bytes()[:-20] + b"\n")
    with pytest.raises(Exception, match="nianbao repair"), writing(engine) as session:
        pause_site(session, "lanxi", False)
    with reading(engine) as session:
        assert session.scalars(select(Site.paused).where(Site.code == "lanxi")).one()
    assert [fault.kind for fault in verify(engine, portal.store)] == ["journal wrong"]


def test_a_seal_names_the_journal_so_that_it_cannot_be_shortened(engine: Engine, portal: Portal) -> None:
    path = portal.store.folder / journal.NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:1]))
    assert [(fault.kind, fault.file) for fault in verify(engine, portal.store)] == [("journal wrong", journal.NAME)]


def test_a_damaged_journal_comes_back_from_the_second_copy(engine: Engine, portal: Portal, tmp_path: Path) -> None:
    second, path = Folder(tmp_path / "second"), portal.store.folder / journal.NAME
    copy_sealed(portal.store, second)
    whole = path.read_bytes()
    for damaged in (whole[:100] + b"x" + whole[101:], whole[: whole.rfind(b"\n", 0, -1) + 1], b""):
        path.write_bytes(damaged)
        assert repair(engine, portal.store, second, NOW).left == ()
        assert path.read_bytes() == whole


def test_with_one_copy_a_damaged_journal_goes_on_from_its_last_sound_line(engine: Engine, portal: Portal) -> None:
    path = portal.store.folder / journal.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:-40] + b"\n", *lines[2:]]))
    result = repair(engine, portal.store, None, NOW)
    assert path.read_bytes() == lines[0]
    assert [fault.kind for fault in result.left] == ["journal wrong"]  # seals name what is lost
    assert list((portal.store.folder.parent / "damaged").glob(f"{journal.NAME}.*"))
    with writing(engine) as session:
        pause_site(session, "lanxi", False)


def test_what_was_told_is_not_told_again_from_an_index_made_anew(
    engine: Engine, portal: Portal, rebuilt_engine: Engine, web: Received
) -> None:
    with writing(engine) as session:
        for mark in session.scalars(select(FlagRow.mark)).all():
            reviews.judge(session, mark, None, "open again", LI, NOW.replace(hour=12))
    settings = Configuration(home=portal.store.folder.parent, notify=web.hook)
    assert deliver(engine, settings, lambda: NOW) == 1
    told = [thing["rule"] for thing in json.loads(web.posts[0][1])["items"] if "flag" in thing]
    rebuild(rebuilt_engine, portal.store)
    read_new(Desk(rebuilt_engine, portal.store, portal.now))
    with reading(rebuilt_engine) as session:
        open_again = session.scalars(select(FlagRow.rule).where(FlagRow.verdict.is_(None))).all()
    assert sorted(told) == sorted(open_again) and len(told) > 1
    assert deliver(rebuilt_engine, settings, lambda: NOW) == 0
    other = Configuration(home=portal.store.folder.parent, notify=f"{web.hook}?other")
    assert deliver(rebuilt_engine, other, lambda: NOW) == 1, "another channel"
    with writing(rebuilt_engine) as session:
        session.add(FlagRow(mark="overdue:990121:财政局:2025", rule="overdue", severity="warn", region_code="990121", year=2025, place="财政局", message="", raised_at=NOW))  # fmt: skip
    assert deliver(rebuilt_engine, settings, lambda: NOW) == 1
    assert [thing["rule"] for thing in json.loads(web.posts[-1][1])["items"]] == ["overdue"]
    assert web.hook.encode() not in (portal.store.folder / journal.NAME).read_bytes(), "its address is a secret"


def test_an_index_that_was_never_lost_gets_nothing_twice(engine: Engine, portal: Portal) -> None:
    before = said(engine, Remark, "id")
    assert decisions.restore_remarks(engine, portal.store.folder) == 0
    assert said(engine, Remark, "id") == before
