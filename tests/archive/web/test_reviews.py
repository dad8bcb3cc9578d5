"""Verdicts and notes in the browser: on flags, changes and findings, one by one and several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import lxml.html
import pytest
from sqlalchemy import select

from archive.audit import Doer
from archive.database import reading, writing
from archive.flags import open_flag
from archive.models import AuditEntry, FlagRow, Remark
from archive.reviews import judge, standings

Somebody = Callable[[str], httpx.Client]


def document(response: httpx.Response) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(response.text)


def ticks(client: httpx.Client, address: str) -> list[str]:
    return [str(value) for value in document(client.get(address)).xpath("//main//input[@name='mark']/@value")]


def token(client: httpx.Client) -> str:
    return str(document(client.get("/account")).xpath("//main//input[@name='token']/@value")[0])


def say(client: httpx.Client, marks: list[str], verdict: str, why: str = "原表如此", **more: str) -> httpx.Response:
    sent = {"token": token(client), "mark": marks, "verdict": verdict, "why": why, "back": "/flags", **more}
    return client.post("/review", data=sent)


def flag(archive: Any, mark: str = "overdue:990181:甲局:2024", **more: Any) -> int:
    row = FlagRow(mark=mark, **{"rule": "overdue", "severity": "warn", "year": 2024, "place": "甲局", "region_code": "990181", "message": "未见", "raised_at": archive.county.clock, **more})  # fmt: skip
    with writing(archive.county.engine) as session:
        open_flag(session, row)
        return row.id


@pytest.mark.parametrize("address", ["/flags", "/changes", "/findings"])
def test_a_reviewer_judges_what_is_ticked_and_it_leaves_the_open_list(
    own_archive: Any, somebody: Somebody, address: str
) -> None:
    flag(own_archive)
    reviewer = somebody("reviewer")
    marks = ticks(reviewer, f"{address}?verdict=open")
    chosen = marks[:2]
    assert chosen
    assert say(reviewer, chosen, "dismissed", back=address).headers["location"] == address
    assert ticks(reviewer, f"{address}?verdict=open") == [mark for mark in marks if mark not in chosen]
    assert ticks(reviewer, f"{address}?verdict=dismissed") == chosen
    assert ticks(reviewer, f"{address}?verdict=confirmed") == []
    with reading(own_archive.county.engine) as session:
        assert {one.who for one in standings(session, chosen).values()} == {"reviewer"}
        assert session.scalars(select(AuditEntry.subject)).all() == chosen


def test_a_flag_and_what_it_was_raised_for_have_one_verdict(own_archive: Any, somebody: Somebody) -> None:
    reviewer = somebody("reviewer")
    with reading(own_archive.county.engine) as session:
        mark = session.scalars(select(FlagRow.mark).where(FlagRow.mark.startswith("change:"))).first()
    assert mark is not None
    say(reviewer, [mark], "confirmed")
    with reading(own_archive.county.engine) as session:
        row = session.scalars(select(FlagRow).where(FlagRow.mark == mark)).one()
        assert (row.verdict, row.verdict_by, row.verdict_note) == ("confirmed", "reviewer", "原表如此")
    assert mark in ticks(reviewer, "/changes?verdict=confirmed")
    say(reviewer, [mark], "withdrawn", why="")
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(FlagRow.verdict).where(FlagRow.mark == mark)).one() is None
    assert mark in ticks(reviewer, "/changes?verdict=open")


def test_a_verdict_given_before_there_was_a_flag_is_the_flag_s(own_archive: Any) -> None:
    mark = "finding:1:X:somewhere"
    flag(own_archive, mark)
    with writing(own_archive.county.engine) as session:
        judge(session, mark, "dismissed", "原表如此", Doer("li", "x"), own_archive.county.clock)
        session.delete(session.scalars(select(FlagRow).where(FlagRow.mark == mark)).one())
    flag(own_archive, mark)
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(FlagRow.verdict).where(FlagRow.mark == mark)).one() == "dismissed"


def test_every_word_stays_and_the_page_shows_all_of_them(own_archive: Any, somebody: Somebody) -> None:
    reviewer, mark = somebody("reviewer"), "overdue:990181:甲局:2024"
    flag(own_archive)
    say(reviewer, [mark], "confirmed", "已致电")
    note = {"token": token(reviewer), "mark": mark, "text": "<b>三月</b>再问", "back": "/flags"}
    assert reviewer.post("/review/note", data=note).status_code == 303
    say(reviewer, [mark], "dismissed", "街道已撤并")
    page = somebody("").get("/review", params={"mark": mark})
    said = [" ".join(one.text_content().split()) for one in document(page).find_class("remarks")[0]]
    assert [one.split(" reviewer ")[0] for one in said] == ["confirmed", "Note", "dismissed"]
    assert said[1].endswith("<b>三月</b>再问")
    assert "notes: 1" in somebody("").get("/flags?verdict=dismissed").text


@pytest.mark.parametrize(
    ("marks", "verdict", "why", "said"),
    [
        ([], "confirmed", "x", "Nothing is ticked"),
        (["change:1"], "maybe", "x", "No verdict was chosen"),
        (["change:1"], "dismissed", " ", "No reason was given"),
    ],
)
def test_what_is_missing_in_a_verdict_is_said_and_nothing_is_written(
    own_archive: Any, somebody: Somebody, marks: list[str], verdict: str, why: str, said: str
) -> None:
    answer = say(somebody("reviewer"), marks, verdict, why)
    assert answer.status_code == 400 and said in answer.text
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(Remark)).all() == []


@pytest.mark.parametrize(
    "mark",
    ["", "change:99999", "change:x", "change:" + "9" * 30, "finding:1", "finding:1:R:x", "finding:x:y:z", "nothing"],
)
def test_what_is_not_there_cannot_be_judged(own_archive: Any, somebody: Somebody, mark: str) -> None:
    reviewer = somebody("reviewer")
    assert reviewer.get("/review", params={"mark": mark}).status_code == 404
    assert say(reviewer, ["change:1", mark], "dismissed").status_code == 404
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(Remark)).all() == []  # all of them or none


def test_who_may_not_judge_sees_no_form_and_reads_what_it_takes(own_archive: Any, somebody: Somebody) -> None:
    flag(own_archive)
    for address in ("/flags", "/changes", "/findings", "/review?mark=overdue:990181:甲局:2024"):
        page = document(somebody("").get(address))
        assert page.xpath("//main//form[@method='post']") == []
        assert page.xpath("//main//a[starts-with(@href, '/login?next=/')]"), address


def test_flags_come_loudest_first_and_page_by_page(own_archive: Any, somebody: Somebody) -> None:
    with writing(own_archive.county.engine) as session:
        for row in session.scalars(select(FlagRow)):
            session.delete(row)
    for number in range(60):
        severity = ("info", "error", "warn")[number % 3]
        flag(own_archive, f"late:990181:{number}局:2024", rule="late", severity=severity, place=f"{number}局")
    client, seen, address = somebody("reviewer"), [], "/flags"
    while address:
        page = document(client.get(address))
        seen += [str(value) for value in page.xpath("//main//ol/li//input[@name='mark']/@value")]
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    numbers = [int(mark.split(":")[2].removesuffix("局")) for mark in seen]
    assert numbers == sorted(range(60), key=lambda number: ((1, 2, 0).index(number % 3), -number))


def test_flags_are_narrowed_by_what_is_asked(own_archive: Any, somebody: Somebody) -> None:
    flag(own_archive, "overdue:990181:甲局:2024")
    flag(own_archive, "overdue:990181:乙局:2023", place="乙局", year=2023, severity="info")
    client = somebody("reviewer")
    for asked, found in (
        ("organ=甲局", ["甲局"]),
        ("kind=overdue&year=2023", ["乙局"]),
        ("severity=info&kind=overdue", ["乙局"]),
        ("region=9901&kind=overdue", ["甲局", "乙局"]),
        ("region=11", []),
        ("site=nobody", []),
        ("verdict=closed", []),
    ):
        assert [mark.split(":")[2] for mark in ticks(client, f"/flags?{asked}")] == found, asked
    assert client.get("/flags?severity=loud").status_code == 400


@pytest.mark.parametrize("name", ["flags", "findings", "changes"])
def test_a_work_list_is_a_feed_narrowed_as_the_page_is(own_archive: Any, name: str) -> None:
    feed = lxml.html.etree.fromstring(own_archive.get(f"/{name}.atom").content)
    names = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", names)
    assert entries
    ids = [entry.findtext("a:id", namespaces=names) for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(entry.findtext("a:updated", namespaces=names) for entry in entries)
    other = lxml.html.etree.fromstring(own_archive.get(f"/{name}.atom?year=1999").content)
    assert other.findall("a:entry", names) == []


def test_verdicts_narrow_the_lists_on_both_databases(lived_archive: Any) -> None:
    archive, found = lived_archive, {}
    for name in ("flags", "changes", "findings"):
        address = f"/{name}?verdict=open"
        marks = [
            str(mark) for mark in document(archive.get(address)).xpath("//main//a/@href") if "/review?mark=" in mark
        ]
        found[name] = httpx.URL(marks[0]).params["mark"]
    with writing(archive.county.engine) as session:
        for mark in found.values():
            judge(session, mark, "confirmed", "原表如此", Doer("li", "x"), archive.county.clock)
    for name, mark in found.items():
        shown = {
            verdict: quote(mark) in archive.get(f"/{name}?verdict={verdict}").text
            for verdict in ("open", "confirmed", "dismissed")
        }
        assert shown == {"open": False, "confirmed": True, "dismissed": False}, name
        assert archive.get("/review", params={"mark": mark}).status_code == 200
    assert len(archive.get("/changes.jsonl?verdict=confirmed").text.splitlines()) == 1
    assert len(archive.get("/api/findings?verdict=confirmed").json()["items"]) == 1


def test_a_report_shows_what_was_said_of_its_findings_and_changes(own_archive: Any, somebody: Somebody) -> None:
    address = f"/reports/{own_archive.ids['2023.html']}"
    page = document(own_archive.get(address))
    marks = {httpx.URL(str(link)).params["mark"] for link in page.xpath("//main//a/@href") if "/review?" in link}
    assert {mark.split(":")[0] for mark in marks} == {"finding", "change"}
    assert page.xpath("//main//*[contains(@class, 'verdict-')]") == []
    say(somebody("reviewer"), sorted(marks), "dismissed")
    shown = document(own_archive.get(address)).xpath("//main//*[contains(@class, 'verdict-dismissed')]")
    assert len(shown) == len(marks)
