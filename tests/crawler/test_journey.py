from __future__ import annotations

import json
from collections.abc import Sequence

from archive.sightings import FoundReport, KnownSighting
from crawler.addresses import url_key
from crawler.endings import facts_of
from crawler.errands import Answer, Errand, Plan
from crawler.journey import Journey
from crawler.portals import Page

HOME = "http://www.shili.gov.cn/"
FILLER = "<p>栖桐县人民政府主办，栖桐县人民政府办公室承办。</p>" * 20


def _plan(**more: object) -> Plan:
    return Plan(**{"home_url": HOME, "hosts": ("www.shili.gov.cn",), "budget": 1000, **more})  # type: ignore[arg-type]


def _html(main: str, title: str = "栖桐县") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{main}{FILLER}</body></html>".encode()


def _rows(*rows: tuple[str, str]) -> str:
    return (
        "<ul>"
        + "".join(f"<li><a href='{url}'>{title}</a><span>2025-01-20</span></li>" for url, title in rows)
        + "</ul>"
    )


def _report(number: int, organ: str = "柳林镇", year: int = 2024) -> tuple[str, str]:
    return f"/nb/202501/t20250120_{number}.html", f"{organ}{year}年政府信息公开工作年度报告"


def _walk(
    journey: Journey, pages: dict[str, bytes], limit: int = 200, held: dict[str, bytes] | None = None
) -> list[str]:
    """Run a journey over pages by path, and by the body of what is posted; what is not there is a 404. Gives the paths asked, in order,
    without those that were read as they are held."""
    asked: list[str] = []
    while (errand := journey.next()) is not None and len(asked) < limit:
        path = errand.request.url.removeprefix(HOME.rstrip("/"))
        if errand.is_held:
            body = (held or {})[path]
        else:
            asked.append(path)
            journey.requests += 1
            body = pages.get(path + errand.request.body.decode())
        page = Page(errand.request.url, body, asked=errand.request, anchor=errand.name) if body is not None else None
        journey.take(Answer(errand, 200 if body is not None else 404, page))
    return asked


def test_the_best_way_is_taken_first() -> None:
    home = _html("<a href='/news/'>新闻中心</a><a href='/zwgk/'>政务公开</a><a href='/nb/'>政府信息公开年报</a>")
    journey = Journey(_plan())
    asked = _walk(journey, {"/": home, "/nb/": _html(_rows(_report(1), _report(2, "财政局"), _report(3, "教育局")))})
    assert asked[:2] == ["/", "/nb/"]
    assert "/zwgk/" not in asked, "a column with several organs needs no other way"
    assert "/news/" not in asked


def test_without_a_column_the_ways_are_followed_one_after_the_other() -> None:
    pages = {
        "/": _html("<a href='/zwgk/'>政务公开</a>"),
        "/zwgk/": _html("<a href='/zwgk/zfxxgk/'>政府信息公开</a>"),
        "/zwgk/zfxxgk/": _html("<a href='/zwgk/zfxxgk/nb/'>信息公开年报</a>"),
        "/zwgk/zfxxgk/nb/": _html(_rows(_report(1))),
    }
    journey = Journey(_plan())
    _walk(journey, pages)
    assert journey.outcome().state == "done"


def test_what_an_institution_reports_is_not_asked_for() -> None:
    school = ("/nb/202601/t20260128_9.html", "岚浦县第一中学2025年学校信息公开年度报告")
    pages = {
        "/": _html("<a href='/nb/'>政府信息公开年报</a>"),
        "/nb/": _html(_rows(_report(1), _report(2, "石桥镇"), school)),
    }
    asked = _walk(Journey(_plan()), pages)
    assert asked == ["/", "/nb/", _report(1)[0], _report(2)[0]]


def test_sister_folders_do_not_hide_that_a_list_waits_for_its_script() -> None:
    folders = "".join(f"<li><a href='/nb/{year}n/'>{year}年</a></li>" for year in (2023, 2024))
    pages = {"/": _html("<a href='/nb/'>政府信息公开年报</a>"), "/nb/": _html(folders)}
    pages |= {f"/nb/{year}n/": _html(f"{folders}<script>fetch('/rows.json')</script>") for year in (2023, 2024)}
    journey = Journey(_plan())
    _walk(journey, pages)
    assert journey.outcome().why == {"code": "none_found", "troubles": ["scripts"]}


def test_nothing_found_is_a_failed_run_with_its_reason() -> None:
    journey = Journey(_plan())
    _walk(journey, {"/": _html("<a href='/news/'>新闻中心</a>")})
    outcome = journey.outcome()
    assert outcome.state == "failed" and "no column" in outcome.reason


def test_an_unreachable_home_is_no_site_without_reports() -> None:
    journey = Journey(_plan())
    errand = journey.next()
    assert errand is not None
    journey.failed(errand, "unreachable", "connection refused")
    assert journey.next() is None
    assert journey.outcome().state == "failed" and "connection refused" in journey.outcome().reason


def test_the_budget_ends_a_run_with_what_is_left() -> None:
    rows = [_report(number, f"第{number}镇") for number in range(30)]
    journey = Journey(_plan(budget=10))
    asked = _walk(journey, {"/": _html("<a href='/nb/'>政府信息公开年报</a>"), "/nb/": _html(_rows(*rows))})
    outcome = journey.outcome()
    assert len(asked) == 10
    assert outcome.state == "stopped" and "budget of 10 requests" in outcome.reason and "22 addresses" in outcome.reason


def test_failures_in_a_row_end_a_run() -> None:
    rows = [_report(number, f"第{number}镇") for number in range(30)]
    journey = Journey(_plan())
    tried = 0
    while (errand := journey.next()) is not None:
        pages = {HOME: _html("<a href='/nb/'>政府信息公开年报</a>"), HOME + "nb/": _html(_rows(*rows))}
        if errand.request.url in pages:
            journey.take(Answer(errand, 200, Page(errand.request.url, pages[errand.request.url], asked=errand.request)))
        else:
            tried += 1
            journey.failed(errand, "unreachable", "timed out")
    assert tried == 5 and journey.outcome().state == "failed"


def test_known_reports_that_no_list_names_are_asked_again_last() -> None:
    known = KnownSighting(HOME + "old/t20200120_9.html", "shili.gov.cn/old/t20200120_9.html", "旧", None, False)
    journey = Journey(_plan(known=[known]))
    asked = _walk(journey, {"/": _html("<a href='/nb/'>政府信息公开年报</a>"), "/nb/": _html(_rows(_report(1)))})
    assert asked[-1] == "/old/t20200120_9.html"
    assert journey.tally["gone"] == 2


def test_the_files_of_an_unchanged_article_are_asked_for_as_they_are_known() -> None:
    key = "shili.gov.cn/nb/202501/t20250120_1.html"
    file = KnownSighting(HOME + "nb/202501/a.pdf", "shili.gov.cn/nb/202501/a.pdf", "年报.pdf", key, False)
    journey = Journey(_plan(known=[file]))
    _take(journey, "/", _html("<a href='/nb/'>政府信息公开年报</a>"))
    _take(journey, "/nb/", _html(_rows(_report(1))))
    article = journey.next()
    assert article is not None and article.key == key
    (found,) = journey.take(Answer(article, 304, None, unchanged=True))
    assert (found.url, found.parent_url_key) == (HOME + "nb/202501/a.pdf", key)
    following = journey.next()
    assert following is not None and following.request.purpose == "attachment"


def test_files_inside_an_article_hang_under_it() -> None:
    journey = Journey(_plan())
    article = _html(
        "<div id='zoom'><p>详见附件。</p><a href='./P020250120.pdf'>附件：年报.pdf</a></div><a href='/guide.pdf'>指南</a>"
    )
    _take(journey, "/", _html("<a href='/nb/'>政府信息公开年报</a>"))
    _take(journey, "/nb/", _html(_rows(_report(1))))
    found = _take(journey, "/nb/202501/t20250120_1.html", article)
    assert [(one.url, one.year, one.organ_name) for one in found] == [
        (HOME + "nb/202501/P020250120.pdf", 2024, "柳林镇")
    ]


def test_a_confirming_run_asks_only_what_it_is_given_and_follows_nothing() -> None:
    journey = Journey(_plan(only=[HOME + "nb/1.html", HOME + "nb/2.html"]))
    asked = _walk(journey, {"/nb/1.html": _html("<a href='/nb/'>政府信息公开年报</a>")})
    assert asked == ["/nb/1.html", "/nb/2.html"]
    assert journey.outcome().state == "done"


def test_a_list_among_other_things_is_left_when_its_reports_end() -> None:
    pages = {
        "/": _html("<a href='/zwgk/'>政务公开</a>"),
        "/zwgk/": _html(
            _rows(_report(1), ("/x/t20250120_8.html", "关于停水的通知")) + "<a href='index_2.html'>下一页</a>"
        ),
        "/zwgk/index_2.html": _html(_rows(("/x/t20250120_9.html", "会议召开")) + "<a href='index_3.html'>下一页</a>"),
        "/zwgk/index_3.html": _html(_rows(("/x/t20250120_7.html", "会议闭幕"))),
    }
    journey = Journey(_plan())
    asked = _walk(journey, pages)
    assert "/zwgk/index_2.html" in asked and "/zwgk/index_3.html" not in asked


def test_foreign_hosts_are_named_and_never_asked() -> None:
    rows = _rows(("http://spam.example.com/nb/t20250120_1.html", "柳林镇2024年政府信息公开工作年度报告"), _report(2))
    journey = Journey(_plan())
    asked = _walk(journey, {"/": _html("<a href='/nb/'>政府信息公开年报</a>"), "/nb/": _html(rows)})
    assert all(path.startswith("/") for path in asked)
    assert journey.outcome().facts["foreign_hosts"] == {
        "spam.example.com": "http://spam.example.com/nb/t20250120_1.html"
    }


def test_hosts_below_the_sites_own_name_are_its_own() -> None:
    journey = Journey(_plan())
    assert journey.finds.owns("https://zwgk.shili.gov.cn/nb/") and journey.finds.owns("http://shili.gov.cn:8080/")
    assert not journey.finds.owns("http://shili.gov.cn.example.com/") and not journey.finds.owns(
        "http://notshili.gov.cn/"
    )


def test_a_family_that_no_longer_fits_is_said() -> None:
    journey = Journey(_plan(family="vsb"))
    _walk(
        journey,
        {
            "/": _html("<a href='/nb/'>政府信息公开年报</a>"),
            "/nb/": _html(_rows(_report(1)) + "<script>createPageHTML(1, 0, 'index', 'html');</script>"),
        },
    )
    assert journey.outcome().facts["family_was"] == "vsb" and journey.outcome().facts["family"] == "trs"


def test_the_same_page_under_another_name_is_asked_once() -> None:
    rows = [_report(1), ("http://shili.gov.cn/nb/202501/t20250120_1_wap.html", "柳林镇2024年政府信息公开工作年度报告")]
    journey = Journey(_plan())
    asked = _walk(journey, {"/": _html("<a href='/nb/'>政府信息公开年报</a>"), "/nb/": _html(_rows(*rows))})
    assert len(asked) == 3 and len(journey.found) == 1


def _take(journey: Journey, path: str, body: bytes) -> list[FoundReport]:
    errand = journey.next()
    assert isinstance(errand, Errand) and errand.request.url == HOME.rstrip("/") + path
    return journey.take(Answer(errand, 200, Page(errand.request.url, body, asked=errand.request, anchor=errand.name)))


def test_what_was_looked_at_lately_is_seen_and_not_asked() -> None:
    key = "shili.gov.cn/nb/202501/t20250120_1.html"
    file = KnownSighting(HOME + "nb/202501/a.pdf", "shili.gov.cn/nb/202501/a.pdf", "年报.pdf", key, False)
    journey = Journey(_plan(known=[file], lately=frozenset((key, file.url_key))))
    _take(journey, "/", _html("<a href='/nb/'>政府信息公开年报</a>"))
    seen = _take(journey, "/nb/", _html(_rows(_report(1))))
    assert [found.url_key for found in seen] == [key, file.url_key]
    assert journey.next() is None
    assert journey.outcome().state == "done" and journey.tally["looked at lately"] == 2


def test_an_organ_that_the_column_has_an_empty_part_for_is_noted() -> None:
    parts = "<a href='/nb/cz/'>财政局</a><a href='/nb/sl/'>水利局</a><a href='/nb/xz/'>各乡镇</a>"
    pages = {
        "/": _html("<a href='/nb/'>政府信息公开年报</a><a href='/sl/'>水利局</a>"),
        "/nb/": _html(parts),
        "/nb/cz/": _html(_rows(_report(1, "财政局"))),
        "/nb/sl/": _html("<p>暂无信息</p>"),
    }
    journey = Journey(_plan())
    _walk(journey, pages)
    assert facts_of(journey)["organs"] == ["水利局", "财政局"]


def _organs(count: int, column: str = "/bmxz/{0}/{0}_nb/") -> dict[str, bytes]:
    """A portal whose organs each keep a directory, with a report in it. `column` is where its column stands."""
    slugs = [f"ju{number}" for number in range(count)]
    fronts = "".join(f"<a href='/bmxz/{slug}/'>第{number}局</a>" for number, slug in enumerate(slugs))
    pages = {"/": _html("<a href='/bmxz/'>部门信息公开</a>"), "/bmxz/": _html(fronts)}
    for number, slug in enumerate(slugs):
        own = column.format(slug)
        pages[f"/bmxz/{slug}/"] = _html(f"<a href='{own}'>政府信息公开年报</a><a href='/bmxz/{slug}/zn/'>指南</a>")
        pages[own] = _html(_rows(_report(number, f"第{number}局")), "政府信息公开年报_栖桐县")
        pages[_report(number)[0]] = _html(FILLER)
    return pages


def test_what_an_organs_page_led_to_is_asked_of_the_next_organs_at_once() -> None:
    journey = Journey(_plan())
    asked = _walk(journey, _organs(8))
    assert [path for path in asked if path in {f"/bmxz/ju{number}/" for number in range(8)}] == ["/bmxz/ju0/"]
    assert len(journey.found) == 8 and all(walk.complete for walk in journey.lists)


def test_where_the_next_organ_keeps_its_reports_elsewhere_its_own_page_is_asked_and_no_trouble_is_told() -> None:
    pages = _organs(8)
    pages["/bmxz/ju5/"] = _html("<a href='/bmxz/ju5/gkml/nbao/'>信息公开年报</a>")
    pages["/bmxz/ju5/gkml/nbao/"] = pages.pop("/bmxz/ju5/ju5_nb/")
    pages["/bmxz/ju6/ju6_nb/"] = _html("<a href='/'>返回</a>", "栖桐县")  # some other page
    pages["/bmxz/ju6/"] = _html("<a href='/bmxz/ju6/nb/'>信息公开年报</a>")
    pages["/bmxz/ju6/nb/"] = _html(_rows(_report(6, "第6局")), "政府信息公开年报_栖桐县")
    journey = Journey(_plan())
    _walk(journey, pages)
    assert len(journey.found) == 8
    assert not journey.troubles and "gone" not in journey.tally


def test_a_column_that_was_left_behind_before_the_newest_year_does_not_hide_the_organs_new_one() -> None:
    pages = _organs(8)
    pages["/bmxz/ju5/ju5_nb/"] = _html(_rows(_report(50, "第5局", 2021)), "政府信息公开年报_栖桐县")
    pages["/bmxz/ju5/"] = _html("<a href='/bmxz/ju5/nbao/'>信息公开年报</a>")
    pages["/bmxz/ju5/nbao/"] = _html(_rows(_report(51, "第5局")), "政府信息公开年报_栖桐县")
    journey = Journey(_plan())
    _walk(journey, pages)
    years = {found.year for found in journey.found.values() if found.organ_name == "第5局"}
    assert years == {2021, 2024} and len(journey.found) == 9


def test_a_list_that_is_the_same_for_every_organ_hides_none() -> None:
    pages = _organs(8)
    for number in range(2, 8):
        pages[f"/bmxz/ju{number}/"] = _html(f"<a href='/bmxz/ju{number}/nbao/'>信息公开年报</a>")
        pages[f"/bmxz/ju{number}/nbao/"] = pages[f"/bmxz/ju{number}/ju{number}_nb/"]
        pages[f"/bmxz/ju{number}/ju{number}_nb/"] = pages["/bmxz/ju1/ju1_nb/"]
    journey = Journey(_plan())
    _walk(journey, pages)
    assert len(journey.found) == 8


def test_an_organ_without_reports_is_asked_for_its_own_page_and_ends_no_shortcut() -> None:
    pages = _organs(12)
    for number in range(1, 9):
        pages[f"/bmxz/ju{number}/ju{number}_nb/"] = _html("<p>暂无信息</p>", "政府信息公开年报_栖桐县")
        del pages[_report(number)[0]]
    journey = Journey(_plan())
    asked = _walk(journey, pages)
    assert len(asked) == len(set(asked)), "nothing is asked twice"
    fronts = [number for number in range(12) if f"/bmxz/ju{number}/" in asked]
    assert fronts == list(range(9)) and len(journey.found) == 4


def test_a_page_at_an_organs_place_that_does_not_say_what_it_is_counts_when_the_organs_own_page_leads_there() -> None:
    pages = _organs(6)
    pages["/bmxz/ju4/ju4_nb/"] = _html(_rows(("/nb/202501/t20250120_4.html", "第4局2024年度报告")), "栖桐县")
    journey = Journey(_plan())
    asked = _walk(journey, pages)
    assert len(journey.found) == 6 and asked.count("/bmxz/ju4/ju4_nb/") == 1


def test_a_budget_report_at_the_place_of_an_organs_column_is_none() -> None:
    pages = _organs(6)
    del pages["/bmxz/ju4/"], pages[_report(4)[0]]
    pages["/bmxz/ju4/ju4_nb/"] = _html(_rows(("/nb/202501/t20250120_44.html", "第4局2024年度报告")), "栖桐县")
    journey = Journey(_plan())
    _walk(journey, pages)
    assert len(journey.found) == 5


def _numbered(count: int, numbers: Sequence[int]) -> dict[str, bytes]:
    """Organs whose columns bear numbers."""
    pages = _organs(count)
    for number, column in enumerate(numbers):
        own = f"/col/col{column}/"
        pages[f"/bmxz/ju{number}/"] = _html(f"<a href='{own}'>政府信息公开年报</a>")
        pages[own] = pages.pop(f"/bmxz/ju{number}/ju{number}_nb/")
    return pages


def _fronts(asked: Sequence[str]) -> list[str]:
    """Of what was asked, the organs' own pages."""
    return [path for path in asked if path.startswith("/bmxz/ju")]


def test_columns_whose_numbers_say_nothing_of_each_other_are_never_guessed() -> None:
    pages = _numbered(6, [7000, 7042, 7011, 7090, 7003, 7055])
    asked = _walk(Journey(_plan()), pages)
    assert len(_fronts(asked)) == 6
    assert set(asked) - {f"/nb/202501/t20250120_{number}.html" for number in range(6)} <= set(pages)


def test_columns_whose_numbers_run_evenly_are_reckoned_from_three_organs() -> None:
    journey = Journey(_plan())
    asked = _walk(journey, _numbered(8, range(7000, 7016, 2)))
    assert _fronts(asked) == ["/bmxz/ju0/", "/bmxz/ju1/", "/bmxz/ju2/"] and len(journey.found) == 8


def test_at_a_number_that_was_reckoned_a_list_that_names_no_organ_may_be_anyones() -> None:
    pages = _numbered(8, range(7000, 7016, 2))
    for number in range(8):
        row = (_report(number)[0], "2024年政府信息公开工作年度报告")
        pages[f"/col/col{7000 + 2 * number}/"] = _html(_rows(row), "政府信息公开年报_栖桐县")
    # One has its column elsewhere, and what stands at its number is a stranger's.
    pages["/bmxz/ju5/"] = _html("<a href='/col/col9000/'>政府信息公开年报</a>")
    pages["/col/col9000/"] = pages["/col/col7010/"]
    pages["/col/col7010/"] = _html(_rows(("/nb/202501/t20250120_99.html", row[1])), "政府信息公开年报_栖桐县")
    journey = Journey(_plan())
    asked = _walk(journey, pages)
    assert len(_fronts(asked)) == 8 and len(journey.found) == 8
    assert len(asked) == len(set(asked)), "what was reckoned is not asked again where an organ's page leads there"


def test_an_organs_column_that_begins_later_than_the_others_does_not_hide_its_older_one() -> None:
    pages = _organs(8)
    for number in range(8):
        old = (f"/nb/202401/t20240120_{number}.html", f"第{number}局2023年政府信息公开工作年度报告")
        rows = [_report(number, f"第{number}局"), *([old] if number != 5 else [])]
        pages[f"/bmxz/ju{number}/ju{number}_nb/"] = _html(_rows(*rows), "政府信息公开年报_栖桐县")
        pages[old[0]] = _html(FILLER)
    pages["/bmxz/ju5/"] = _html(
        "<a href='/bmxz/ju5/ju5_nb/'>政府信息公开年报</a><a href='/bmxz/ju5/old/'>历年政府信息公开年报</a>"
    )
    pages["/bmxz/ju5/old/"] = _html(_rows(("/nb/202401/t20240120_5.html", "第5局2023年政府信息公开工作年度报告")))
    journey = Journey(_plan())
    asked = _walk(journey, pages)
    assert _fronts(asked).count("/bmxz/ju5/") == 1 and len(journey.found) == 16


def _in_interface(count: int, categories: Sequence[int]) -> dict[str, bytes]:
    """Organs whose columns are empty pages: an interface gives their lists by a number."""
    pages = _organs(count)
    pages["/js/webBuilderCommon.js"] = b"var siteInfo={projectName:'EWB-FRONT',siteGuid:'6f1c'};"
    for number, category in enumerate(categories):
        call = f"$.ajax({{url:'{INTERFACE}',data:{{deptcode:'',categorynum:'{category}',pageIndex:0,siteGuid:siteInfo.siteGuid}}}})"
        shell = f"<script src='/js/webBuilderCommon.js'></script><script>{call}</script>"
        pages[f"/bmxz/ju{number}/ju{number}_nb/"] = _html(shell, "政府信息公开年报_栖桐县")
        pages[_call(category)] = _answer(_report(number, f"第{number}局"))
    return pages


INTERFACE = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"


def _call(category: int) -> str:
    said = {"deptcode": "", "categorynum": str(category), "pageIndex": 0, "pageSize": 20, "siteGuid": "6f1c"}
    return INTERFACE + json.dumps(said, separators=(",", ":"))


def _answer(*rows: tuple[str, str]) -> bytes:
    data = [{"infourl": url, "title": title, "infodate": "2025-01-20"} for url, title in rows]
    return json.dumps({"custom": {"total": len(data), "data": data}}).encode()


def test_an_interface_that_is_asked_by_numbers_that_run_evenly_is_asked_at_once() -> None:
    journey = Journey(_plan())
    asked = _walk(journey, _in_interface(8, range(3016, 3040, 3)))
    assert len(_fronts(asked)) == 4, "two pages of one organ, one of a second and a third, none of the others"
    assert len(journey.found) == 8 and all(walk.complete for walk in journey.lists)


def test_a_list_left_behind_at_the_number_that_was_reckoned_does_not_hide_the_organs_new_one() -> None:
    pages = _in_interface(8, [*range(3016, 3031, 3), 9999, 3034, 3037])
    pages[_call(3031)] = _answer(_report(50, "第5局", 2021))
    pages["/nb/202501/t20250120_50.html"] = _html(FILLER)
    journey = Journey(_plan())
    _walk(journey, pages)
    years = {found.year for found in journey.found.values() if found.organ_name == "第5局"}
    assert years == {2021, 2024} and len(journey.found) == 9
    assert all(walk.complete for walk in journey.lists)


def _in_years(count: int) -> dict[str, bytes]:
    """Organs whose lists an interface gives, each of three years; one of them lacks the year between, and one the oldest."""
    pages = _in_interface(count, range(3016, 3016 + 3 * count, 3))
    kept = {4: (2022, 2024), 6: (2023, 2024)}
    for number in range(count):
        rows = [
            _report(100 * number + year - 2020, f"第{number}局", year) for year in kept.get(number, (2022, 2023, 2024))
        ]
        pages[_call(3016 + 3 * number)] = _answer(*rows)
        pages |= {url: _html(FILLER) for url, _ in rows}
    return pages


def test_an_organ_that_lacks_a_year_is_asked_for_its_own_page_and_for_no_more_where_that_leads_to_what_came() -> None:
    journey = Journey(_plan())
    asked = _walk(journey, _in_years(9))
    assert len(journey.found) == 25
    assert [path for path in _fronts(asked) if "ju4" in path] == ["/bmxz/ju4/"]
    assert [path for path in _fronts(asked) if "ju6" in path] == ["/bmxz/ju6/"]
    assert len(_fronts(asked)) == 4 + 1 + 1


def test_what_an_organ_keeps_in_a_second_column_is_found_where_its_list_lacks_a_year_between() -> None:
    pages = _in_years(9)
    pages["/bmxz/ju4/"] = _html(
        "<a href='/bmxz/ju4/ju4_nb/'>政府信息公开年报</a><a href='/bmxz/ju4/old/'>历年政府信息公开年报</a>"
    )
    missing = _report(499, "第4局", 2023)
    pages |= {"/bmxz/ju4/old/": _html(_rows(missing)), missing[0]: _html(FILLER)}
    journey = Journey(_plan())
    _walk(journey, pages)
    assert len(journey.found) == 26 and any(missing[0] in url for url in journey.found)


def test_a_list_on_a_page_that_shows_what_stands_beside_it_needs_no_look_at_the_organs_own_page() -> None:
    for beside, fronts in (("", 2), ("<a href='/bmxz/ju{}/zn/'>公开指南</a>", 1)):
        pages = _organs(8)
        for number in range(8):
            years = (2022, 2024) if number == 5 else (2022, 2023, 2024)
            rows = [_report(100 * number + year - 2020, f"第{number}局", year) for year in years]
            pages[f"/bmxz/ju{number}/ju{number}_nb/"] = _html(
                _rows(*rows) + beside.format(number), "政府信息公开年报_栖桐县"
            )
            pages |= {url: _html(FILLER) for url, _ in rows}
        journey = Journey(_plan())
        asked = _walk(journey, pages)
        assert len(journey.found) == 23 and len([path for path in _fronts(asked) if path.count("/") == 3]) == fronts


def _with_second_columns(pages: dict[str, bytes], numbers: Sequence[int]) -> set[str]:
    """Give these organs a second column, with a report of a year that no other list names. Gives the paths of those reports."""
    older = {number: _report(9000 + number, f"第{number}局", 2015) for number in numbers}
    for number, row in older.items():
        pages[f"/bmxz/ju{number}/"] = _html(
            f"<a href='/bmxz/ju{number}/ju{number}_nb/'>政府信息公开年报</a><a href='/bmxz/ju{number}/old/'>历年政府信息公开年报</a>"
        )
        pages |= {f"/bmxz/ju{number}/old/": _html(_rows(row)), row[0]: _html(FILLER)}
    return {url for url, _ in older.values()}


def test_where_one_organs_own_page_shows_a_second_column_those_of_all_are_looked_at() -> None:
    for first in (0, 4):  # one that is learnt from, and one whose list lacks a year
        pages = _in_years(9)
        older = _with_second_columns(pages, (first, 3, 7))
        journey = Journey(_plan())
        asked = _walk(journey, pages)
        assert older <= set(asked) and len(journey.found) == 28
        assert "unlooked" not in facts_of(journey)


def test_the_organs_whose_own_page_was_not_looked_at_are_told_and_later_harvests_look_there() -> None:
    pages = _in_interface(9, range(3016, 3043, 3))
    older = _with_second_columns(pages, (7,))
    first = Journey(_plan())
    _walk(first, pages)
    assert facts_of(first)["unlooked"] == [f"第{number}局" for number in range(1, 9)]
    known = [KnownSighting(HOME + "nb/1.html", "http://www.shili.gov.cn/nb/1.html", None, None, False)]
    looked_at = frozenset(url_key(f"{HOME}bmxz/ju{number}/") for number in range(9))
    later = [Journey(_plan(known=known, turn=turn, looked_at=lambda: looked_at)) for turn in range(24)]
    found = [older <= set(_walk(journey, pages)) for journey in later]
    assert any(found) and not all(found), "by turns"
    assert not any("unlooked" in facts_of(journey) for journey in later)


def _drawn(count: int, changed: Sequence[int] = ()) -> dict[str, bytes]:
    """Organs whose lists an interface gives by numbers that nothing tells but the page before it; at some they are others now."""
    return _in_interface(
        count, [3000 + 37 * number * number + (9000 if number in changed else 0) for number in range(count)]
    )


def _later() -> Journey:
    """A harvest after one that asked for everything."""
    keys = {url_key(f"{HOME}bmxz/ju{number}/{name}") for number in range(9) for name in ("", f"ju{number}_nb/")}
    return Journey(_plan(looked_at=lambda: keys, takes_held=True, turn=1))


def test_a_step_to_a_list_is_read_as_an_earlier_harvest_got_it_and_the_list_is_asked() -> None:
    pages = _drawn(9)
    journey = _later()
    asked = _walk(journey, pages, held=pages)
    assert len(journey.found) == 9 and asked.count(INTERFACE) == 9
    assert [path for path in _fronts(asked) if path.endswith("_nb/")] == ["/bmxz/ju0/ju0_nb/"], "what is learnt from"
    assert "unlooked" not in facts_of(journey)
    assert sum("_nb/" in path for path in _walk(Journey(_plan()), pages)) == 9, "a first harvest asks for all"


def test_where_a_step_that_is_held_leads_to_a_list_no_longer_it_is_asked_for_anew() -> None:
    journey = _later()
    asked = _walk(journey, _drawn(9, changed=(4, 6)), held=_drawn(9))
    assert len(journey.found) == 9
    assert {path for path in _fronts(asked) if path.endswith("_nb/")} == {
        f"/bmxz/ju{number}/ju{number}_nb/" for number in (0, 4, 6)
    }


def test_where_a_list_that_a_held_step_leads_to_was_left_behind_the_step_is_asked_for_anew() -> None:
    held, pages = _drawn(9), _drawn(9, changed=(4,))
    old = _report(400, "第4局", 2023)
    pages |= {_call(3000 + 37 * 16): _answer(old), old[0]: _html(FILLER)}
    journey = _later()
    asked = _walk(journey, pages, held=held)
    assert "/bmxz/ju4/ju4_nb/" in asked and len(journey.found) == 10
