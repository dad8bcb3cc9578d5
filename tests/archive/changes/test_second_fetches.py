"""What happens between the first fetch and the second, and around an edit: nothing is missed, nothing is raised that did not hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from archive import masks
from archive.database import reading
from archive.models import ChangeRow, Sighting
from tests.archive.changes.showing import HOME, REPORT, Portal, current_value, flagged, kinds, page, states

NEW = HOME + "new/9.html"
ARTICLE, FILE = HOME + "nb/9.html", HOME + "nb/9a.html"
TOWNS = ("双河镇", "梅溪镇", "石桥镇")


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def county(portal: Portal) -> Portal:
    """Four reports, so that one that is gone does not make the site ill."""
    for number, town in enumerate(TOWNS, 2):
        body = page(upheld=number + 5).replace("柳林镇".encode(), town.encode())
        portal.show(f"{HOME}nb/{number}.html", body, f"岚溪县{town}2024年政府信息公开工作年度报告")
    portal.run()
    return portal


def announce(portal: Portal, file: str = FILE, upheld: int = 5, frame: str = "") -> None:
    """An article that only announces its report, and the file on it that is the report."""
    title = "岚溪县石门镇2024年政府信息公开工作年度报告"
    portal.attachments = {file: ARTICLE}
    portal.show(ARTICLE, f"<html><body><p>访问量{frame}</p><h1>{title}</h1><div id=zoom><a href={file}>附件</a></div></body></html>".encode(), title)  # fmt: skip
    portal.answers[file] = (200, page(upheld=upheld))


def twice(portal: Portal) -> None:
    portal.run()
    portal.run("confirm")


def changes(portal: Portal) -> list[tuple[str, str, str]]:
    """Kind, state and address, without the news."""
    with reading(portal.engine) as session:
        rows = session.execute(
            select(ChangeRow.kind, ChangeRow.state, Sighting.url)
            .join(Sighting, Sighting.id == ChangeRow.sighting_id)
            .where(ChangeRow.kind != "new")
            .order_by(ChangeRow.id)
        )
        return [(kind, state, url.removeprefix(HOME)) for kind, state, url in rows]


@pytest.mark.parametrize("edit", [{"upheld": 3}, {"text": "本年度工作有序。"}])
def test_an_edit_that_is_taken_back_meanwhile_is_no_change_even_where_a_counter_runs(
    portal: Portal, edit: dict[str, object]
) -> None:
    portal.show(REPORT, page(frame="7", **edit))  # type: ignore[arg-type]
    portal.run()
    portal.show(REPORT, page(frame="8"))
    portal.run("confirm")
    portal.run("confirm")
    assert [state for _, state in states(portal.engine)] == ["withdrawn"]
    assert current_value(portal.engine) == 1 and flagged(portal.engine) == []


@pytest.mark.parametrize(("answer", "raised"), [((404, b"gone"), "second look"), ((503, b"later"), "first look")])
def test_an_edit_is_not_lost_where_the_page_was_away_in_the_second_fetch(
    county: Portal, answer: tuple[int, bytes], raised: str
) -> None:
    county.show(REPORT, page(upheld=3))
    county.run()
    county.answers[REPORT] = answer
    county.run("confirm")
    county.show(REPORT, page(upheld=3))
    county.run("confirm")
    if raised == "second look":
        assert current_value(county.engine) == 3 and flagged(county.engine) == []
        county.run("confirm")
    assert flagged(county.engine) == ["figures-changed-silently"]


def test_a_version_after_the_suspected_one_is_compared_with_what_was_there_before_both(portal: Portal) -> None:
    for kind, upheld in (("recrawl", 3), ("confirm", 4), ("confirm", 4)):
        portal.show(REPORT, page(upheld=upheld))
        portal.run(kind)
    with reading(portal.engine) as session:
        details = session.scalars(select(ChangeRow.details).where(ChangeRow.state == "raised")).one()
    assert {one["where"]: (one["before"], one["after"]) for one in details}["disputes.review.upheld"] == ("1", "4")


def test_what_comes_back_with_other_figures_is_restored_and_changed(county: Portal) -> None:
    county.answers[REPORT] = (404, b"gone")
    twice(county)
    county.show(REPORT, page(upheld=3))
    twice(county)
    assert flagged(county.engine) == ["removed", "restored", "figures-changed-silently"]


def test_what_comes_back_for_a_moment_stays_removed(county: Portal) -> None:
    county.answers[REPORT] = (404, b"gone")
    twice(county)
    county.show(REPORT, page(upheld=3))
    county.run()
    county.answers[REPORT] = (404, b"gone")
    county.run("confirm")
    twice(county)
    assert flagged(county.engine) == ["removed"] and current_value(county.engine) == 1


def test_a_report_that_was_removed_and_is_found_elsewhere_is_joined_to_its_past(county: Portal) -> None:
    county.answers[REPORT] = (404, b"gone")
    del county.listed[REPORT]
    twice(county)
    county.show(NEW, page())
    twice(county)
    assert changes(county)[-1] == ("restored", "raised", "new/9.html")
    with reading(county.engine) as session:
        old, new = (session.scalars(select(Sighting).where(Sighting.url == url)).one() for url in (REPORT, NEW))
        assert old.moved_to_id == new.id


def test_a_report_that_moved_and_is_back_where_it_was_counts_there_again(county: Portal) -> None:
    county.answers[REPORT] = (404, b"gone")
    county.show(NEW, page())
    twice(county)
    county.show(REPORT, page())
    county.answers[NEW] = (404, b"gone")
    del county.listed[NEW]
    twice(county)
    with reading(county.engine) as session:
        assert session.execute(select(Sighting.gone_at, Sighting.moved_to_id).where(Sighting.url == REPORT)).one() == (None, None)  # fmt: skip


def test_what_a_page_only_seemed_to_have_moved_to_is_a_new_report(county: Portal) -> None:
    county.answers[REPORT] = (404, b"gone")
    county.show(NEW, page())
    county.run()
    county.show(REPORT, page())
    county.run("confirm")
    with reading(county.engine) as session:
        news = session.scalars(select(Sighting.url).join(ChangeRow, ChangeRow.sighting_id == Sighting.id).where(ChangeRow.kind == "new"))  # fmt: skip
        assert NEW in news.all()
    assert flagged(county.engine) == []


@pytest.mark.parametrize("status", [404, 301])
def test_another_address_for_every_report_moves_them_all_and_one_that_is_left_out_is_removed(
    county: Portal, status: int
) -> None:
    reports = [url for url in county.answers if url != HOME]
    bodies, titles = {url: county.answers[url][1] for url in reports}, dict(county.listed)
    county.listed.clear()
    for url in reports:
        county.answers[url] = (status, b"")
    county.answers[REPORT] = (404, b"gone")
    for url in reports[1:]:
        county.show(url.replace("/nb/", "/2026/"), bodies[url], titles[url])
    twice(county)
    assert sorted(flagged(county.engine)) == ["moved"] * 3 + ["removed"]
    assert [kind for kind, _ in states(county.engine)].count("new") == 3, "those of the first day, and no other"


def test_most_reports_gone_at_once_are_believed_when_the_next_harvest_says_the_same(county: Portal) -> None:
    for number in (2, 3, 4):
        county.answers[f"{HOME}nb/{number}.html"] = (404, b"gone")
    twice(county)
    assert flagged(county.engine) == []
    twice(county)
    assert flagged(county.engine) == ["removed"] * 3


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "blocked"), [(503, None), (412, "challenge"), (302, None)])
def test_a_file_that_answers_with_an_error_changes_no_figure(portal: Portal, status: int, blocked: str | None) -> None:
    announce(portal)
    portal.run()
    portal.answers[FILE] = (status, b"later")
    portal.blocked = {FILE: blocked} if blocked else {}
    twice(portal)
    assert flagged(portal.engine) == [] and current_value(portal.engine, ARTICLE) == 5
    assert kinds(portal.engine) == {"unchanged": 2}


def test_an_article_whose_file_is_gone_is_a_report_removed(county: Portal) -> None:
    announce(county)
    county.run()
    county.answers[FILE] = (404, b"gone")
    twice(county)
    assert flagged(county.engine) == ["removed"]
    announce(county)
    twice(county)
    assert flagged(county.engine) == ["removed", "restored"]


def test_an_article_that_comes_back_with_another_file_is_restored_and_its_attachment_replaced(county: Portal) -> None:
    announce(county)
    county.run()
    county.answers[ARTICLE] = (404, b"gone")
    twice(county)
    announce(county, upheld=6)
    twice(county)
    assert flagged(county.engine) == ["removed", "restored", "attachment-replaced"]


def test_a_file_that_could_not_be_had_at_first_is_read_later_and_is_no_edit(portal: Portal) -> None:
    announce(portal)
    there = portal.answers[FILE]
    portal.answers[FILE] = (503, b"later")
    portal.run()
    assert flagged(portal.engine) == [], "what an announcement does not say breaks no rule"
    portal.answers[FILE] = there
    twice(portal)
    assert current_value(portal.engine, ARTICLE) == 5 and flagged(portal.engine) == []


@pytest.mark.parametrize("old", [(200, page(upheld=5)), (404, b"gone")])
def test_a_file_at_another_address_in_the_place_of_one_is_an_attachment_replaced(
    portal: Portal, old: tuple[int, bytes]
) -> None:
    announce(portal)
    portal.run()
    announce(portal, HOME + "nb/9b.html", upheld=6)
    portal.answers[FILE] = old  # what nobody links any more
    twice(portal)
    portal.run()
    assert changes(portal) == [("attachment replaced", "raised", "nb/9.html")]
    assert flagged(portal.engine) == ["attachment-replaced"] and current_value(portal.engine, ARTICLE) == 6


def test_the_same_file_at_another_address_is_no_change(portal: Portal) -> None:
    announce(portal)
    portal.run()
    announce(portal, HOME + "nb/9b.html")
    twice(portal)
    assert changes(portal) == []


def test_a_file_that_is_put_back_meanwhile_is_no_change_even_where_a_counter_runs(portal: Portal) -> None:
    for frame, kind, upheld in (("1", "harvest", 5), ("2", "recrawl", 6), ("3", "confirm", 5), ("4", "confirm", 5)):
        announce(portal, upheld=upheld, frame=frame)
        portal.run(kind)
    assert changes(portal) == [("attachment replaced", "withdrawn", "nb/9.html")]
    assert current_value(portal.engine, ARTICLE) == 5


# ── masks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def look(portal: Portal, kind: str, text: str) -> None:
    portal.show(REPORT, page(text=text))
    portal.run(kind)
    portal.clock -= timedelta(minutes=50)  # the next fetch is made some minutes later


def learnt(portal: Portal) -> list[str]:
    with reading(portal.engine) as session:
        return [mask.line for mask in masks.mask_lines(session)]


def test_an_edit_that_is_corrected_within_minutes_is_an_edit_and_no_mask(portal: Portal) -> None:
    for kind, text in (("recrawl", "本年度工作有序。"), ("confirm", "本年度工作井然有序。"), ("confirm", "本年度工作井然有序。")):  # fmt: skip
        look(portal, kind, text)
    assert learnt(portal) == []
    assert flagged(portal.engine) == ["text-edited-silently"]


def test_words_that_are_others_in_three_fetches_within_the_hour_move_by_themselves(portal: Portal) -> None:
    links = ("相关：双河镇举办培训。", "相关：梅溪镇召开会议。", "相关：石桥镇公开目录。", "相关：石门镇解读政策。")
    for kind, link in zip(("recrawl", "confirm", "confirm", "confirm"), links, strict=True):
        look(portal, kind, f"{link}</p><p>本年度工作平稳。")
    assert "相关:梅溪镇召开会议。" in learnt(portal) and "本年度工作平稳。" not in learnt(portal)
