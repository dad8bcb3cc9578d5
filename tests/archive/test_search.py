"""Search answers as a plain scan of the texts does, on both databases; what is found follows what is current."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text, update

from archive import words
from archive.candidates import BOUNDS, Bounds
from archive.database import reading, writing
from archive.errors import WrongSearch
from archive.models import (
    Capture,
    Organ,
    Reading,
    Region,
    SearchText,
    Sighting,
    Site,
    SiteRun,
    Takedown,
    WarcFile,
    figures,
)
from archive.passages import marked
from archive.search import hits_page, search
from archive.wishes import Condition, Search, asked_words, conditions
from reports.model import Edition, Report, Section
from reports.packing import pack

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
PHRASES = (
    "政府信息公开工作", "依申请公开", "苍台镇", "苍台镇人民政府", "收到申请 23 件", "主动公开政府信息1,203条", "行政复议", "行政诉讼0件",
    "政务新媒体", "规范性文件", "不予公开", "（一）主动公开情况。", "100%办结", "ＡＢＣ", "app_v2.0", "𠮷田街道", "公开公开公开", "全县各乡镇",
    "存在的主要问题", "下一步打算：", "解读材料", "县人民政府办公室", "社会公众", "年度报告", "2023年", "2024年1月1日",
)  # fmt: skip


@pytest.fixture
def shelf(engine: Engine, new_run: Callable[..., tuple[int, int]]) -> Callable[..., int]:
    """Puts a reading with these words on the shelf, and in the index when it is current."""
    site_id, run_id = new_run(engine)

    def put(prose: str, **more: Any) -> int:
        with writing(engine) as session:
            count = len(session.scalars(select(Sighting.id)).all()) + 1
            run = session.get_one(SiteRun, run_id)
            file = WarcFile(name=f"{count}.warc.gz", site_run_id=run.id, opened_at=NOON)
            session.add(file)
            session.flush()
            url = f"http://www.shili.gov.cn/{count}.html"
            capture = Capture(
                site_id=site_id, site_run_id=run_id, url=url, url_key=url, purpose="article", fetched_at=NOON, status=200, size=1,
                payload_sha256="0" * 64, body_sha256="0" * 64, warc_file_id=file.id, warc_offset=0, warc_length=1, record_id=str(count),
            )  # fmt: skip
            sighting = Sighting(
                site_id=site_id, url=url, url_key=url, title="年报", first_seen_at=NOON, last_seen_at=NOON, last_run_id=run_id
            )  # fmt: skip
            session.add_all([capture, sighting])
            session.flush()
            report = Report(None, None, 2023, "年报", Edition.FREE, (Section("overview", "总体情况", prose),), {})
            new = _reading(sighting.id, capture.id, report, more)
            session.add(new)
            session.flush()
            session.execute(insert(figures).values(reading_id=new.id, states="", **more.get("figures", {})))
            if new.current:
                words.index_readings(session, [(new, None)])
            return new.id

    return put


def _reading(sighting_id: int, capture_id: int, report: Report, more: dict[str, Any]) -> Reading:
    return Reading(
        sighting_id=sighting_id, page_capture_id=capture_id, capture_id=capture_id, reader_version=1, read_at=NOON,
        state=more.get("state", "read"), kind="annual_report", current=more.get("current", True), organ_id=more.get("organ_id"),
        organ_name=more.get("organ_name", "岚浦县财政局"), year=more.get("year", 2023), title=report.title, report=pack(report),
    )  # fmt: skip


def found(engine: Engine, said: str = "", **more: Any) -> list[int]:
    with reading(engine) as session:
        return [hit.reading_id for hit in search(session, Search(asked_words(said), **more))]


def test_search_finds_what_a_scan_finds_for_a_thousand_random_queries(
    engine: Engine, shelf: Callable[..., int]
) -> None:
    """By the tokens of the words, and by looking at one report after the other, as for words that many hold."""
    chance = random.Random(7)
    for _ in range(40):
        shelf("".join(chance.choice(PHRASES) + chance.choice("，。、\n ") for _ in range(12)))
    with reading(engine) as session:
        texts = {row.reading_id: row.text for row in session.scalars(select(SearchText))}
        stock = list(texts.values())
        for _ in range(1000):
            whole, length = chance.choice(stock), chance.randint(2, 6)
            start = chance.randrange(len(whole) - length)
            asked = whole[start : start + length].replace("\n", "")
            if chance.random() < 0.2:
                asked = asked[0] + chance.choice("镇县公0a_%")
            # The scan of the database, not of Python: the words as they are, nothing of the index.
            escaped = asked.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            scan = "SELECT reading_id FROM search_texts WHERE text LIKE :asked ESCAPE '\\' ORDER BY reading_id DESC"
            expected = list(session.scalars(text(scan), {"asked": f"%{escaped}%"}))
            for few in (BOUNDS.few, 0):
                assert [hit.reading_id for hit in search(session, Search((asked,)), Bounds(few))] == expected, asked


def test_two_characters_and_one_are_words(engine: Engine, shelf: Callable[..., int]) -> None:
    one, other = shelf("苍台"), shelf("台苍岭苍")
    assert found(engine, "苍台") == [one]
    assert found(engine, "苍") == [other, one]
    assert found(engine, "台") == [other, one]
    assert found(engine, "岭台") == []


def test_width_case_and_white_space_do_not_matter(engine: Engine, shelf: Callable[..., int]) -> None:
    key = shelf("政务 App\n共２３ 个")
    assert found(engine, "政务app") == [key]
    assert found(engine, "ＡＰＰ共23个") == []  # a line's end parts two passages
    assert found(engine, "ＡＰＰ 23个") == [key]


def test_every_word_must_stand_in_the_report(engine: Engine, shelf: Callable[..., int]) -> None:
    key = shelf("行政复议一件，行政诉讼零件")
    shelf("行政复议一件")
    assert found(engine, "诉讼 复议") == [key]


def test_results_are_narrowed_by_year_region_level_and_state(engine: Engine, shelf: Callable[..., int]) -> None:
    with writing(engine) as session:
        session.add_all(
            [Region(code="330799", name="示例县", level="county"), Region(code="440101", name="别县", level="county")]
        )
        session.flush()
        organs = [
            Organ(name="财政局", level="department", region_code="330799"),
            Organ(name="苍台镇", level="township", region_code="440101"),
        ]
        session.add_all(organs)
        session.flush()
        ids = [organ.id for organ in organs]
    here = shelf("公开", organ_id=ids[0], year=2022)
    there = shelf("公开", organ_id=ids[1], year=2023, state="image only")
    assert found(engine, "公开", year=2022) == [here]
    assert found(engine, "公开", region="4401") == [there]
    assert found(engine, "公开", region="33") == [here]
    assert found(engine, "公开", level="township") == [there]
    assert found(engine, "公开", state="held") == [here]
    assert found(engine, "公开", state="held, not readable") == [there]
    assert found(engine, "财政局") == [here]
    assert found(engine, "公开", below_id=there) == [here]
    assert found(engine, "公开", limit=1) == [there]


def test_figures_narrow_and_an_unknown_figure_fulfils_nothing(engine: Engine, shelf: Callable[..., int]) -> None:
    many = shelf("公开", figures={"requests_new_received_total": 101})
    shelf("公开", figures={"requests_new_received_total": 100})
    shelf("公开")
    assert found(engine, "公开", conditions=conditions("requests.new_received.total > 100")) == [many]
    assert found(
        engine, conditions=conditions("requests.new_received.total＞１００；requests.new_received.total≤101")
    ) == [many]
    assert len(found(engine, conditions=conditions("requests.new_received.total != 7"))) == 2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("requests.new_recieved.total > 1", "Did you mean requests.new_received.total"),
        ("requests.new_received.total", "and a number"),
        ("requests.new_received.total > viele", "and a number"),
        ("1=1; DROP TABLE readings", "and a number"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_by_name(said: str, message: str) -> None:
    with pytest.raises(WrongSearch, match=message):
        conditions(said)


def test_a_condition_is_read_with_or_without_spaces() -> None:
    wanted = Condition("disclosure.fees.amount_wan", ">=", Decimal("1.5"))
    assert conditions("disclosure.fees.amount_wan>=1.5") == (wanted,)
    assert conditions(" disclosure.fees.amount_wan >= 1.5 and disclosure.fees.amount_wan == 2") == (
        wanted,
        replace(wanted, operator="=", value=Decimal(2)),
    )


def test_a_page_looks_so_far_and_the_next_goes_on_from_there(engine: Engine, shelf: Callable[..., int]) -> None:
    keys = [shelf("公开", figures={"requests_new_received_total": number % 5}) for number in range(13)]
    wish = Search(conditions=conditions("requests.new_received.total = 3"))
    seen, bounds = list[int](), Bounds(first=2, at_once=2, farthest=4)
    with reading(engine) as session:
        found = hits_page(session, wish, 50, bounds)
        assert found.looked_to == found.following == keys[-4]
        while True:
            seen += [hit.reading_id for hit in found.hits]
            if found.following is None:
                break
            found = hits_page(session, replace(wish, below_id=found.following), 50, bounds)
        assert seen == [keys[8], keys[3]]
        assert [hit.reading_id for hit in hits_page(session, wish, 1).hits] == [keys[8]]
        assert hits_page(session, wish, 1).following == keys[8]


def test_a_region_narrows_by_the_site_where_no_organ_is_known(engine: Engine, shelf: Callable[..., int]) -> None:
    with writing(engine) as session:
        session.add(Region(code="330799", name="示例县", level="county"))
        session.flush()
        session.execute(update(Site).values(region_code="330799"))
        session.add(Organ(id=1, name="财政局", level="department", region_code="330799"))
    keys = [shelf("公开", organ_id=1), shelf("公开")]
    assert found(engine, "公开", region="3307") == keys[::-1]
    assert found(engine, "公开", region="3308") == []
    with reading(engine) as session:
        for regions in (BOUNDS.regions, 0):  # as in a county, and as in a region as large as a nation
            wish, bounds = Search(("公开",), region="3307"), Bounds(0, regions=regions)
            assert [hit.reading_id for hit in search(session, wish, bounds)] == keys[::-1]
            assert not list(search(session, replace(wish, region="3308"), bounds))


@pytest.mark.parametrize("organs_at_most", [BOUNDS.organs, 0], ids=["few organs", "many organs"])
def test_a_region_is_looked_through_newest_first_whoever_its_reports_are_of(
    engine: Engine, shelf: Callable[..., int], organs_at_most: int
) -> None:
    """Some at a time: what a year and a level leave over is found as without them, of a level also by its organs."""
    with writing(engine) as session:
        session.add_all(Region(code=code, name="示例县", level="county") for code in ("330799", "440799"))
        session.flush()
        session.execute(update(Site).values(region_code="330799"))
        session.add(Organ(id=1, name="财政局", level="department", region_code="330799"))
        session.add(Organ(id=2, name="处处局", level="department"))  # of no region: where its site is
        session.add(Organ(id=3, name="他县局", level="department", region_code="440799"))
    organs = (1, None, 2, 3, None, 1, 2, 1, None, 3)
    keys = [shelf("公开", organ_id=organ, year=2021 + at % 3) for at, organ in enumerate(organs)]
    here = [(key, at) for at, key in enumerate(keys) if organs[at] != 3][::-1]
    shelf("公开", organ_id=1, current=False)
    with reading(engine) as session:

        def found(**more: Any) -> list[int]:
            wish, bounds = Search(region="3307", **more), Bounds(first=2, at_once=2, organs=organs_at_most)
            return [hit.reading_id for hit in search(session, wish, bounds)]

        assert found() == [key for key, _ in here]
        assert found(year=2022) == [key for key, at in here if at % 3 == 1]
        assert found(level="department") == [key for key, at in here if organs[at] is not None]
        assert found(below_id=here[2][0]) == [key for key, _ in here[3:]]


def test_a_page_of_a_region_looks_so_far_and_the_next_goes_on_from_there(
    engine: Engine, shelf: Callable[..., int]
) -> None:
    with writing(engine) as session:
        session.add(Region(code="330799", name="示例县", level="county"))
        session.flush()
        session.execute(update(Site).values(region_code="330799"))
    keys = [shelf("公开" if at % 6 == 0 else "不予公布") for at in range(20)]
    with reading(engine) as session:
        wish, seen, pages = Search(("公开",), region="330799"), list[int](), 0
        while True:
            found = hits_page(session, wish, 1, Bounds(0, first=2, at_once=2, farthest=2))
            seen, pages = seen + [hit.reading_id for hit in found.hits], pages + 1
            if found.following is None:
                break
            assert found.looked_to in (None, found.following)
            wish = replace(wish, below_id=found.following)
        assert seen == [key for at, key in enumerate(keys) if at % 6 == 0][::-1]
        assert pages > len(seen)


def test_only_the_current_reading_is_found(engine: Engine, shelf: Callable[..., int]) -> None:
    key = shelf("旧的说法")
    with writing(engine) as session:
        old = session.get_one(Reading, key)
        report = Report(None, None, 2023, "年报", Edition.FREE, (Section("overview", "总体情况", "新的说法"),), {})
        new = _reading(old.sighting_id, old.capture_id, report, {})
        new.reader_version, old.current = 2, False
        session.add(new)
        session.flush()
        words.index_readings(session, [(new, old)])
        after = new.id
    assert found(engine, "旧的") == []
    assert found(engine, "新的说法") == [after]


def test_the_index_made_anew_answers_the_same(engine: Engine, shelf: Callable[..., int]) -> None:
    for prose in PHRASES:
        shelf(prose)
    shelf("公开", current=False)
    shelf("公开", state="not a report")
    before = {phrase: found(engine, phrase) for phrase in (*PHRASES, "公开", "镇")}
    assert words.rebuild(engine) == len(PHRASES)
    assert {phrase: found(engine, phrase) for phrase in before} == before
    assert before["公开"]


def test_what_was_taken_down_is_not_found(engine: Engine, shelf: Callable[..., int]) -> None:
    key = shelf("公开")
    assert found(engine, "公开") == [key]
    with writing(engine) as session:
        session.add(Takedown(number=1, mode="hidden", ordered_by="x", reason="x", scope="x", ordered_at=NOON))
        session.flush()
        session.get_one(Capture, session.get_one(Reading, key).capture_id).takedown_number = 1
    assert found(engine, "公开") == []


def test_a_hit_shows_the_passage_and_marks_the_words(engine: Engine, shelf: Callable[..., int]) -> None:
    shelf("甲" * 200 + "收到申请" + "乙" * 200)
    with reading(engine) as session:
        (hit,) = search(session, Search(asked_words("收到申请 乙乙")))
    assert hit.passage.startswith("…甲") and hit.passage.endswith("乙…")
    assert (True, "收到申请") in marked(hit.passage, ("收到申请",))
    assert "".join(piece for _, piece in marked(hit.passage, ("收到申请", "乙"))) == hit.passage
