"""A page that was moved and edited at once is joined to its past where nothing else can be meant, and its edit is a change of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from archive.database import reading
from archive.models import ChangeRow, Sighting
from tests.archive.changes.showing import HOME, Portal, flagged, page

OLD = HOME + "nb/9.html"
NEW = HOME + "new/9.html"
TITLE = "岚溪县石门镇2024年政府信息公开工作年度报告"
WORDS = (
    "本机关坚持公开为常态,围绕群众关心的低保救助、危房改造、道路养护、饮水安全、村级财务和惠农补贴逐项公开办理条件与结果。"
    "全年召开政务公开推进会两次,走访村居四十一个,整理答复口径七十余条,对照目录逐条核对已公开的内容,补齐缺漏,撤下过期文件。"
    "申请人来函由党政办统一登记,当日转办,限期答复,答复前由司法所审看。没有收取费用,也没有因公开引起的责任追究。"
    "网站栏目由两名专职人员维护,每周巡查一次,失效链接当天修复;微信公众号发布便民提示一百余条,留言均在三日内回复。"
)
MORE = "上述问题已于年内全部整改到位。"
HEAVY = "。".join(f"第{number}项工作由专人负责并按月向社会通报办理情况" for number in range(20))


def report(text: str, upheld: int = 1) -> bytes:
    return page(text=text, upheld=upheld).replace("柳林镇".encode(), "石门镇".encode())


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def county(portal: Portal) -> Iterator[Portal]:
    """The report that will move, and two others, so that one that is gone does not make the site ill."""
    portal.show(OLD, report(WORDS), TITLE)
    portal.show(HOME + "nb/2.html", page().replace("柳林镇".encode(), "双河镇".encode()), TITLE.replace("石门", "双河"))
    portal.run()
    yield portal


def twice(portal: Portal) -> None:
    portal.run()
    portal.run("confirm")


def move(portal: Portal, body: bytes, title: str = TITLE) -> None:
    portal.answers[OLD] = (404, b"gone")
    portal.listed.pop(OLD, None)
    portal.show(NEW, body, title)


def raised(portal: Portal) -> list[tuple[str, str]]:
    with reading(portal.engine) as session:
        rows = session.execute(
            select(ChangeRow.kind, Sighting.url)
            .join(Sighting, Sighting.id == ChangeRow.sighting_id)
            .where(ChangeRow.state == "raised", ChangeRow.kind != "new")
            .order_by(ChangeRow.id)
        )
        return [(kind, url.removeprefix(HOME)) for kind, url in rows]


@pytest.mark.parametrize(
    ("body", "edit"),
    [
        (report(WORDS + MORE), "text edited"),
        (report(WORDS, upheld=3), "figures changed"),
        (report(WORDS + MORE, upheld=3), "figures changed"),
    ],
)
def test_a_page_moved_and_edited_at_once_is_moved_and_its_edit_is_flagged(
    county: Portal, body: bytes, edit: str
) -> None:
    move(county, body)
    twice(county)
    county.run()
    assert raised(county) == [("moved", "nb/9.html"), (edit, "new/9.html")]
    with reading(county.engine) as session:
        row = session.scalars(select(ChangeRow).where(ChangeRow.kind == edit)).one()
        assert row.before_reading_id != row.after_reading_id and row.details


def test_an_edit_at_the_new_address_must_be_seen_twice_there(county: Portal) -> None:
    move(county, report(WORDS, upheld=3))
    county.run()
    county.answers[NEW] = (503, b"later")
    county.run("confirm")
    assert raised(county) == []
    county.show(NEW, report(WORDS, upheld=3), TITLE)
    county.run("confirm")
    assert raised(county) == [("moved", "nb/9.html"), ("figures changed", "new/9.html")]


def test_an_edit_at_the_new_address_that_was_another_one_the_second_time_is_told_as_it_held(county: Portal) -> None:
    move(county, report(WORDS, upheld=3))
    county.run()
    county.show(NEW, report(WORDS, upheld=4), TITLE)
    county.run("confirm")
    county.run("confirm")
    assert raised(county) == [("moved", "nb/9.html"), ("figures changed", "new/9.html")]
    with reading(county.engine) as session:
        (change,) = session.scalars(select(ChangeRow).where(ChangeRow.kind == "figures changed", ChangeRow.state == "raised"))  # fmt: skip
        details = {one["where"]: (one["before"], one["after"]) for one in change.details}
    assert details["disputes.review.upheld"] == ("1", "4")


@pytest.mark.parametrize("words", [HEAVY, "本年度工作平稳。"])
def test_another_text_of_the_same_organ_and_year_is_not_joined(county: Portal, words: str) -> None:
    move(county, report(words, upheld=3))
    twice(county)
    assert flagged(county.engine) == ["removed"]


def test_another_year_with_the_same_words_is_not_joined(county: Portal) -> None:
    body = report(WORDS, upheld=3).replace(b"2024", b"2023")
    move(county, body, title="岚溪县石门镇2023年政府信息公开工作年度报告")
    twice(county)
    assert raised(county) == [("removed", "nb/9.html")]


def test_a_copy_that_was_known_beside_the_old_address_is_not_where_it_moved(county: Portal) -> None:
    county.show(NEW, report(WORDS, upheld=3), TITLE)
    county.run()
    county.answers[OLD] = (404, b"gone")
    twice(county)
    assert flagged(county.engine) == ["removed"]


def test_of_two_new_addresses_with_edits_neither_is_chosen(county: Portal) -> None:
    move(county, report(WORDS, upheld=3))
    county.show(HOME + "new/10.html", report(WORDS, upheld=4), TITLE)
    twice(county)
    assert flagged(county.engine) == ["removed"]


def test_an_old_address_that_answers_again_takes_the_move_back_and_leaves_a_new_report(county: Portal) -> None:
    move(county, report(WORDS, upheld=3))
    county.run()
    county.show(OLD, report(WORDS), TITLE)
    county.run("confirm")
    assert flagged(county.engine) == []
    with reading(county.engine) as session:
        assert session.scalars(select(ChangeRow.kind).where(ChangeRow.state == "raised").order_by(ChangeRow.id.desc())).first() == "new"  # fmt: skip


def test_what_was_removed_and_comes_elsewhere_with_edits_is_restored_and_changed(county: Portal) -> None:
    county.answers[OLD] = (404, b"gone")
    del county.listed[OLD]
    twice(county)
    county.show(NEW, report(WORDS + MORE), TITLE)
    twice(county)
    assert raised(county) == [("removed", "nb/9.html"), ("restored", "new/9.html"), ("text edited", "new/9.html")]


def test_an_article_that_moved_with_another_file_is_moved_and_its_attachment_replaced(county: Portal) -> None:
    def announce(article: str, upheld: int) -> str:
        file, title = article.replace(".html", "b.html"), TITLE.replace("石门", "梅溪")
        county.attachments[file] = article
        county.show(article, f"<h1>{title}</h1><div id=zoom><a href={file}>附件</a></div>".encode(), title)
        county.answers[file] = (200, report(WORDS, upheld).replace("石门".encode(), "梅溪".encode()))
        return file

    old = HOME + "nb/8.html"
    file = announce(old, 1)
    county.run()
    county.answers |= dict.fromkeys((old, file), (404, b"gone"))
    del county.listed[old]
    announce(NEW, 3)
    twice(county)
    assert raised(county) == [("moved", "nb/8.html"), ("attachment replaced", "new/9.html")]


@pytest.mark.parametrize("upheld", [1, 3])
@pytest.mark.parametrize("url", [OLD, NEW])
def test_a_counter_that_goes_on_between_the_two_fetches_is_no_edit_and_hides_none(
    portal: Portal, url: str, upheld: int
) -> None:
    def show(url: str, count: int, upheld: int) -> None:
        portal.show(url, report(f"{WORDS}</p><p>累计服务群众{count}人次。", upheld), TITLE)

    for number, town in enumerate(("双河", "梅溪"), 2):
        portal.show(f"{HOME}nb/{number}.html", page().replace("柳林".encode(), town.encode()), TITLE.replace("石门", town))  # fmt: skip
    show(OLD, 101, 1)
    portal.run()
    portal.answers[OLD] = (404, b"gone")
    del portal.listed[OLD]
    if url == OLD:
        twice(portal)  # removed, and restored later
    for count, kind in ((102, "recrawl"), (103, "confirm"), (104, "confirm")):
        show(url, count, upheld)
        portal.run(kind)
        portal.clock -= timedelta(minutes=50)  # the second fetch comes some minutes later
    joined = [("removed", "nb/9.html"), ("restored", "nb/9.html")] if url == OLD else [("moved", "nb/9.html")]
    edits = [("figures changed", url.removeprefix(HOME))] if upheld == 3 else []
    assert raised(portal) == joined + edits
    with reading(portal.engine) as session:
        assert session.scalars(select(ChangeRow).where(ChangeRow.state == "suspected")).all() == []
