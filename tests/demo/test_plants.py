from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest

from demo.server import CountyServer
from demo.truth import Json
from demo.world import World
from reports.model import ChangeKind


def find(county: CountyServer, family: str = "trs", carriers: tuple[str, ...] = ("html",)) -> Json:
    """A sound report of that family."""
    origin = next(address.url for address in county.sites if address.family == family)
    for report in county.truth()["reports"]:
        if report["url"].startswith(origin) and tuple(report["carriers"]) == carriers and not report["planted"]:
            return report  # type: ignore[no-any-return]
    raise AssertionError(f"no sound report of {family} as {carriers} in the sample world; choose another seed")


def now(county: CountyServer, report: Json) -> Json:
    return next(
        row for row in county.truth()["reports"] if (row["organ"], row["year"]) == (report["organ"], report["year"])
    )


def test_a_silent_figure_edit_moves_no_date(edited: CountyServer, ask: Any) -> None:
    report = find(edited)
    before = ask(report["url"])
    key = "disclosure.penalty.decisions" if report["form"] == "2021" else "disclosure.procurement.items"
    edit = edited.plants.edit_figures(report["organ"], report["year"], {key: 98765})
    after = ask(report["url"], If_None_Match=before.headers["etag"])
    assert after.status == 200
    assert after.headers["last-modified"] == before.headers["last-modified"]
    assert "98765" in after.text() and "98765" not in before.text()
    assert f"发布日期：{report['published']}" in after.text()
    assert (edit.kind, edit.silent) == (ChangeKind.FIGURES_CHANGED, True)
    assert edit.changes == ((key, str(report["figures"][key]), "98765"),)
    assert now(edited, report)["figures"][key] == 98765
    at_start = [row for row in edited.truth(edited=False)["reports"] if row["url"] == report["url"]]
    assert at_start == [report]


def test_an_announced_edit_moves_the_date_and_says_so(edited: CountyServer, ask: Any) -> None:
    report = find(edited)
    before = ask(report["url"])
    edit = edited.plants.edit_figures(report["organ"], report["year"], announced=True)
    after = ask(report["url"])
    assert not edit.silent
    assert "更正说明" in after.text() and "更正说明" not in before.text()
    assert after.headers["last-modified"] != before.headers["last-modified"]
    assert now(edited, report)["published"] > report["published"]
    assert now(edited, report)["url"] == report["url"]


def test_a_default_figure_edit_breaks_no_rule(edited: CountyServer) -> None:
    for report in edited.truth()["reports"][::25]:
        if report["carriers"][0] == "html" and not report["planted"]:
            edited.plants.edit_figures(report["organ"], report["year"])
            assert now(edited, report)["findings"] == report["findings"]
            assert now(edited, report)["figures"] != report["figures"]


def test_a_text_edit_leaves_the_figures(edited: CountyServer, ask: Any) -> None:
    report = find(edited, "vsb")
    edit = edited.plants.edit_text(report["organ"], report["year"])
    ((where, before, after),) = edit.changes
    assert (edit.kind, where) == (ChangeKind.TEXT_EDITED, "problems")
    assert after.startswith(before) and after != before
    assert after.splitlines()[-1][-12:] in ask(report["url"]).text("gb18030")
    assert now(edited, report)["figures"] == report["figures"]


def test_a_replaced_attachment_has_other_bytes_at_the_same_address(edited: CountyServer, ask: Any) -> None:
    report = find(edited, "jcms", ("pdf",))
    (url,) = report["attachments"]
    before = ask(url)
    edit = edited.plants.replace_attachment(report["organ"], report["year"])
    after = ask(url, If_None_Match=before.headers["etag"])
    assert (after.status, after.body != before.body) == (200, True)
    assert after.headers["last-modified"] == before.headers["last-modified"]
    assert (edit.kind, edit.silent) == (ChangeKind.ATTACHMENT_REPLACED, True)
    document = pypdfium2.PdfDocument(io.BytesIO(after.body))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert all(value in text.split() for _, _, value in edit.changes)


@pytest.mark.parametrize("soft", [False, True])
def test_a_withdrawn_report_is_gone_from_page_and_list(edited: CountyServer, ask: Any, soft: bool) -> None:
    report = find(edited)
    edit = edited.plants.withdraw(report["organ"], report["year"], soft=soft)
    got = ask(report["url"])
    assert got.status == (200 if soft else 404)
    assert "不存在" in got.text() and report["title"] not in got.text()
    assert edit.kind is ChangeKind.REMOVED
    lists = [ask(f"{edited.sites[0].column_url}{tab}/").text() for tab in ("xzfnb", "bmnb", "xznb")]
    assert not any(report["url"].rsplit("/", 1)[1] in text for text in lists)
    edited.plants.restore(report["organ"], report["year"])
    assert report["title"] in ask(report["url"]).text()
    assert edited.plants.edits[-1].kind is ChangeKind.RESTORED


def test_a_moved_report_answers_at_its_new_address_only(edited: CountyServer, ask: Any) -> None:
    report = find(edited, "jcms", ("html", "pdf"))
    edited.plants.move(report["organ"], report["year"])
    (told,) = edited.truth()["edits"]
    assert (told["kind"], told["url_before"]) == ("moved", report["url"])
    assert ask(report["url"]).status == 404
    assert report["title"] in ask(told["url_after"]).text()
    moved = now(edited, report)
    assert ask(moved["attachments"][0]).status == 200
    assert told["url_after"] == moved["url"]
    edited.plants.restore(report["organ"], report["year"])
    assert ask(report["url"]).status == 200 and ask(told["url_after"]).status == 404


def test_the_default_edits_are_known_and_the_same_for_a_seed(edited: CountyServer) -> None:
    edits = edited.plants.plant_default_edits()
    kinds = [edit.kind for edit in edits]
    assert kinds.count(ChangeKind.FIGURES_CHANGED) == 3
    assert sum(edit.silent for edit in edits if edit.kind is ChangeKind.FIGURES_CHANGED) == 2
    assert {ChangeKind.TEXT_EDITED, ChangeKind.ATTACHMENT_REPLACED, ChangeKind.REMOVED, ChangeKind.MOVED} < set(kinds)
    assert len({(edit.organ, edit.year) for edit in edits}) == len(edits) == len(edited.truth()["edits"])
    first = edited.truth()["edits"]
    edited.plants.reset()
    assert edited.truth()["edits"] == []
    assert edited.truth()["reports"] == edited.truth(edited=False)["reports"]
    edited.plants.plant_default_edits()
    assert edited.truth()["edits"] == first


def test_orders_that_make_no_sense_are_refused(edited: CountyServer) -> None:
    in_file, in_page = find(edited, "trs", ("pdf",)), find(edited)
    with pytest.raises(ValueError, match="replace its attachment"):
        edited.plants.edit_figures(in_file["organ"], in_file["year"])
    with pytest.raises(ValueError, match="without one"):
        edited.plants.replace_attachment(in_page["organ"], in_page["year"])
    with pytest.raises(ValueError, match="expected keys"):
        edited.plants.edit_figures(in_page["organ"], in_page["year"], {"requests.nothing": 1})
    absent = edited.truth()["absent"][0]
    with pytest.raises(KeyError, match="none"):
        edited.plants.withdraw(absent["organ"], absent["year"])
    with pytest.raises(KeyError, match="full name"):
        edited.plants.move("无此单位", 2023)
    assert edited.plants.edits == ()


def test_default_edits_need_a_world_large_enough() -> None:
    server = CountyServer(World.build(1, counties=1, townships=0, departments=1, years=(2024,)))
    with pytest.raises(ValueError, match="build a larger world"):
        server.plants.plant_default_edits()
