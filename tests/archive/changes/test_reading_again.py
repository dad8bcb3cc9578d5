"""What a newer reader reads otherwise: a correction of the reader, and never a change of the source."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import func, select, update

from archive.database import reading, writing
from archive.desk import Desk
from archive.models import ChangeRow, Event, FlagRow, Organ, Reading, Sighting, Site
from archive.readings import read_again
from archive.sites import NewSite, add_site
from reports import READER_VERSION
from reports.checking.neighbours import COPIED
from tests.archive.changes.showing import HOME, REPORT, Portal, current_value, flagged, page, states


def by_an_older_reader(portal: Portal) -> None:
    """As if all that is held had been read by the reader before, otherwise in words and figures."""
    with writing(portal.engine) as session:
        session.execute(
            update(Reading).values(reader_version=READER_VERSION - 1, figures_sha256="other", text_sha256="other")
        )


def test_reading_again_reports_corrections_of_the_reader_and_no_change(portal: Portal) -> None:
    with writing(portal.engine) as session:
        session.execute(
            update(Reading).values(reader_version=READER_VERSION - 1, figures_sha256="as an older reader had it")
        )
    lines = read_again(Desk(portal.engine, portal.store, portal.now), for_seconds=60)
    assert len(lines) == 1
    with reading(portal.engine) as session:
        assert session.scalars(select(Event.message).where(Event.kind == "correction")).all() == lines
    assert states(portal.engine) == []
    with reading(portal.engine) as session:
        current: Mapping[int, bool] = dict(session.execute(select(Reading.reader_version, Reading.current)).all())
    assert current == {READER_VERSION - 1: False, READER_VERSION: True}
    assert read_again(Desk(portal.engine, portal.store, portal.now)) == []


def test_an_article_of_several_pages_is_read_again_as_a_whole(portal: Portal) -> None:
    first, second, title = HOME + "nb/7.html", HOME + "nb/7_2.html", "岚溪县石门镇2024年政府信息公开工作年度报告"
    head, parted, tail = page(upheld=4).decode().partition("<p>四、")
    portal.show(first, f"{head}</div></body></html>".replace("柳林镇", "石门镇").encode(), title)
    portal.answers[second] = (200, f"<html><body><h1>{title}</h1><div id=zoom>{parted}{tail}".encode())
    portal.attachments[second] = first
    portal.run()
    assert current_value(portal.engine, first) == 4
    with writing(portal.engine) as session:
        session.execute(update(Reading).values(reader_version=READER_VERSION - 1))
    assert read_again(Desk(portal.engine, portal.store, portal.now)) == []
    assert current_value(portal.engine, first) == 4


def test_a_page_fetched_with_other_bytes_after_the_reader_changed_is_no_change(portal: Portal) -> None:
    by_an_older_reader(portal)
    portal.show(REPORT, page(frame="1024"))
    portal.run()
    portal.run("confirm")
    assert states(portal.engine) == [] and flagged(portal.engine) == []
    with reading(portal.engine) as session:
        assert len(session.scalars(select(Event.id).where(Event.kind == "correction")).all()) == 1


def test_an_edit_fetched_after_the_reader_changed_is_still_found(portal: Portal) -> None:
    by_an_older_reader(portal)
    portal.show(REPORT, page(upheld=3))
    portal.run()
    portal.run("confirm")
    assert states(portal.engine) == [("figures changed", "raised")]
    with reading(portal.engine) as session:
        (details,) = session.scalars(select(ChangeRow.details)).all()
    assert {one["where"]: (one["before"], one["after"]) for one in details}["disputes.review.upheld"] == ("1", "3")


def test_a_reader_that_changes_between_the_two_fetches_does_not_bring_the_earlier_version_as_a_change(
    portal: Portal,
) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    by_an_older_reader(portal)
    portal.show(REPORT, page())
    portal.run("confirm")
    portal.run("confirm")
    assert states(portal.engine) == [("figures changed", "withdrawn")]
    assert current_value(portal.engine) == 1


def test_a_verdict_on_a_change_survives_reading_again(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    portal.run("confirm")
    with writing(portal.engine) as session:
        session.execute(update(FlagRow).values(verdict="dismissed", verdict_by="李", verdict_note="已核对"))
    by_an_older_reader(portal)
    assert len(read_again(Desk(portal.engine, portal.store, portal.now))) == 1
    portal.run()
    with reading(portal.engine) as session:
        flags = session.execute(select(FlagRow.rule, FlagRow.verdict, FlagRow.closed_at)).all()
    assert flags == [("figures-changed-silently", "dismissed", None)]


LONG = "".join(
    f"第{number}项工作由专人负责并按月公示办理结果，群众反映的{number * 7}个问题逐一答复。" for number in range(1, 30)
)


def copied(portal: Portal) -> list[tuple[object, ...]]:
    with reading(portal.engine) as session:
        return [
            tuple(row) for row in session.execute(select(FlagRow.rule, FlagRow.closed_at).where(FlagRow.rule == COPIED))
        ]


def test_words_borrowed_from_a_neighbour_stay_flagged_through_reading_again_and_a_change_of_the_year_before(
    portal: Portal,
) -> None:
    for number, town in ((2, "双河镇"), (3, "梅溪镇")):
        portal.show(
            f"{HOME}nb/{number}.html", page(upheld=number, text=LONG), f"岚溪县{town}2024年政府信息公开工作年度报告"
        )
        portal.answers[f"{HOME}nb/{number}.html"] = (
            200,
            page(upheld=number, text=LONG).replace("柳林镇".encode(), town.encode()),
        )
    portal.run()
    assert copied(portal) == [(COPIED, None)] * 2
    by_an_older_reader(portal)
    read_again(Desk(portal.engine, portal.store, portal.now))
    assert copied(portal) == [(COPIED, None)] * 2
    portal.answers[f"{HOME}nb/3.html"] = (200, page(upheld=3).replace("柳林镇".encode(), "梅溪镇".encode()))
    portal.run()
    assert len(copied(portal)) == 2 and all(closed is not None for _, closed in copied(portal))


def test_where_nobody_knows_the_county_words_are_borrowed_within_a_site_alone(portal: Portal) -> None:
    """What sites of no region hold may be a nation's: it is not compared with all of it at each run."""
    with writing(portal.engine) as session:
        session.execute(update(Site).values(region_code=None))
        other = add_site(session, NewSite("http://www.meixi.gov.cn/"), portal.now()).id
    elsewhere = Portal(portal.engine, portal.store, other, portal.clock)
    for site, town in ((portal, "双河镇"), (elsewhere, "梅溪镇")):
        body = page(text=LONG).replace("柳林镇".encode(), town.encode())
        site.show(f"{HOME}nb/2.html", body, f"{town}2024年政府信息公开工作年度报告")
        site.run()
    with reading(portal.engine) as session:
        nowhere = select(Organ.name).where(Organ.region_code.is_(None))
        assert len(session.scalars(nowhere).all()) == 2
    assert copied(portal) == []
    elsewhere.show(
        f"{HOME}nb/3.html",
        page(text=LONG).replace("柳林镇".encode(), "双河镇".encode()),
        "双河镇2024年政府信息公开工作年度报告",
    )
    elsewhere.run()
    assert copied(portal) == [(COPIED, None)] * 2


# A process that reads again two reports at a time, and stands still where it has written the third and fourth and not yet committed them.
STOPS = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import event
from archive import readings
from archive.desk import Desk
from archive.database import open_database
from archive.warc import WarcStore

url, warc = sys.argv[1:]
readings._BATCH = 2
engine, wrote, commits = open_database(url), [], []

@event.listens_for(engine, "after_cursor_execute")
def write(connection, cursor, statement, *_):
    if statement.startswith(("INSERT", "UPDATE")):
        wrote.append(1)

@event.listens_for(engine, "commit")
def stop(connection):
    commits.extend(wrote[:1])  # what was only read is committed, too
    wrote.clear()
    if len(commits) == 2:
        print("written", flush=True)
        time.sleep(600)

readings.read_again(Desk(engine, WarcStore(Path(warc)), lambda: datetime.now(UTC)))
"""


def test_reading_again_that_is_killed_goes_on_where_it_stopped_and_tells_nothing_twice(portal: Portal) -> None:
    for number in range(2, 6):
        title = f"岚溪县{number}号镇2024年政府信息公开工作年度报告"
        body = page(upheld=number).replace("岚溪县柳林镇".encode(), f"岚溪县{number}号镇".encode())
        portal.show(f"{HOME}nb/{number}.html", body, title)
    portal.run()
    by_an_older_reader(portal)
    url = portal.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", STOPS, url, str(portal.store.folder)], stdout=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == b"written\n"
        process.kill()
    assert len(corrections(portal)) == 2
    lines = read_again(Desk(portal.engine, portal.store, portal.now))
    assert len(lines) == 3 and len(set(corrections(portal))) == len(corrections(portal)) == 5
    with reading(portal.engine) as session:
        by_report = select(func.count(Reading.id)).where(Reading.reader_version == READER_VERSION, Reading.current)
        assert session.scalars(by_report.group_by(Reading.sighting_id)).all() == [1] * 5
        assert session.scalar(select(func.count(Reading.id))) == 10
        assert session.scalar(select(func.count(Sighting.id))) == 5
    assert read_again(Desk(portal.engine, portal.store, portal.now)) == []
    portal.run()
    assert states(portal.engine) == [("new", "raised")] * len(states(portal.engine)) and len(corrections(portal)) == 5


def corrections(portal: Portal) -> list[str]:
    with reading(portal.engine) as session:
        return list(session.scalars(select(Event.message).where(Event.kind == "correction").order_by(Event.id)))
