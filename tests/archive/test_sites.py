"""Sites by address, by code and by CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from archive.database import reading, writing
from archive.errors import NoSuchSite, WrongSite
from archive.models import Region
from archive.site_addresses import code_of
from archive.sites import (
    KnownSite,
    NewSite,
    add_site,
    all_sites,
    change_hosts,
    import_sites,
    pause_site,
    remove_site,
    site_by_code,
)

NOW = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


def add(engine: Engine, new: NewSite) -> KnownSite:
    with writing(engine) as session:
        return add_site(session, new, NOW)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("www.shili.gov.cn", "shili"),
        ("zwgk.shili.gov.cn", "zwgk-shili"),
        ("WWW.Shili.GOV.CN", "shili"),
        ("shili.com", "shili"),
        ("127.0.1.1", "127-0-1-1"),
        ("gov.cn", "gov-cn"),
        ("localhost", "localhost"),
        ("a_b.gov.cn", "a-b"),
        ("年报.政务.cn", "xn-hwt46g-xn-zfr164b"),
    ],
)
def test_a_code_is_made_from_the_host(host: str, code: str) -> None:
    assert code_of(host) == code


def test_a_site_knows_its_host_and_what_was_said_of_it(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(Region(code="110101", name="东城区", level="county"))
    new = NewSite("https://www.shili.gov.cn:8443/zwgk/", "示例县", "110101", ("File.shili.gov.cn", " "), 3.5, True)
    site = add(engine, new)
    with reading(engine) as session:
        assert site_by_code(session, "shili") == site
    assert (site.code, site.name, site.url, site.region_code) == ("shili", "示例县", new.url, "110101")
    assert site.hosts == ("www.shili.gov.cn", "file.shili.gov.cn")
    assert (site.delay_seconds, site.allow_private, site.paused, site.added_at, site.removed_at) == (
        3.5,
        True,
        False,
        NOW,
        None,
    )


def test_a_second_site_of_the_same_name_gets_a_number(engine: Engine) -> None:
    urls = ("http://www.shili.gov.cn/", "http://www.shili.gov.cn/xiang/", "http://shili.com/", "http://shili-2.com/")
    assert [add(engine, NewSite(url)).code for url in urls] == ["shili", "shili-2", "shili-3", "shili-2-2"]


def test_the_same_address_is_refused_by_name(engine: Engine) -> None:
    add(engine, NewSite("http://www.shili.gov.cn/"))
    with pytest.raises(WrongSite, match="already, as shili"):
        add(engine, NewSite("http://www.shili.gov.cn/"))


def test_a_removed_site_is_gone_from_lists_and_comes_back_under_its_code(engine: Engine) -> None:
    before = add(engine, NewSite("http://www.shili.gov.cn/", "示例县"))
    with writing(engine) as session:
        assert remove_site(session, "shili", NOW).removed_at == NOW
    with reading(engine) as session:
        assert all_sites(session) == []
        assert [site.code for site in all_sites(session, removed=True)] == ["shili"]
        with pytest.raises(NoSuchSite, match="sites add"):
            site_by_code(session, "shili")
    assert add(engine, NewSite("http://www.shili.gov.cn/")) == before


def test_an_unknown_code_lists_what_there_is(engine: Engine) -> None:
    for name in ("shili", "beishan"):
        add(engine, NewSite(f"http://www.{name}.gov.cn/"))
    with reading(engine) as session, pytest.raises(NoSuchSite, match=r"'shilli'.*There are: beishan, shili\."):
        site_by_code(session, "shilli")
    for number in range(30):
        add(engine, NewSite(f"http://www.county{number}.gov.cn/"))
    with reading(engine) as session, pytest.raises(NoSuchSite, match="There are 32, such as shili"):
        site_by_code(session, "shilli")


@pytest.mark.parametrize(
    "url",
    ["", "www.shili.gov.cn", "ftp://a.gov.cn/", "http://", "http://a:b/", "http://[", "http://a b/", "https:///x"],
)
def test_what_is_no_address_is_refused(engine: Engine, url: str) -> None:
    with pytest.raises(WrongSite, match="expected an address"):
        add(engine, NewSite(url))


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (NewSite("http://a.gov.cn/", region_code="999999"), "region of the gazetteer"),
        (NewSite("http://a.gov.cn/", delay_seconds=-1), "from 0 to 600"),
        (NewSite("http://a.gov.cn/", code="Ä b"), "small letters"),
    ],
)
def test_wrong_details_are_refused_with_what_was_expected(engine: Engine, new: NewSite, words: str) -> None:
    with pytest.raises(WrongSite, match=words):
        add(engine, new)


def test_sites_of_a_region_are_those_under_it(engine: Engine) -> None:
    with writing(engine) as session:
        for code, parent in (("50", None), ("51", None), ("5001", "50"), ("500101", "5001"), ("510104", "51")):
            session.add(Region(code=code, name=code, level="county", parent_code=parent))
            session.flush()
    for code in ("500101", "510104"):
        add(engine, NewSite(f"http://r{code}.gov.cn/", region_code=code))
    with reading(engine) as session:
        for region in ("50", "500000", "5001", "500101"):
            assert [site.code for site in all_sites(session, region)] == ["r500101"]
        assert len(all_sites(session)) == 2


def test_a_paused_site_says_so(engine: Engine) -> None:
    add(engine, NewSite("http://www.shili.gov.cn/"))
    with writing(engine) as session:
        assert pause_site(session, "shili", True).paused
    with reading(engine) as session:
        assert site_by_code(session, "shili").paused


def test_a_csv_adds_sites_and_leaves_those_that_are_there(engine: Engine) -> None:
    add(engine, NewSite("http://held.gov.cn/"))
    lines = [
        "url,name,hosts,delay,allow_private",
        "http://held.gov.cn/,,,,",
        "http://a.gov.cn/,甲县,b.gov.cn;c.gov.cn,4,yes",
        "http://d.gov.cn/,,,,",
    ]
    with writing(engine) as session:
        imported = import_sites(session, lines, NOW)
    assert imported.held_already == 1
    first, second = imported.added
    assert (first.name, first.hosts, first.delay_seconds, first.allow_private) == (
        "甲县",
        ("a.gov.cn", "b.gov.cn", "c.gov.cn"),
        4.0,
        True,
    )
    assert (second.name, second.allow_private) == ("d.gov.cn", False)


def test_a_csv_with_wrong_lines_adds_nothing_and_names_each(engine: Engine) -> None:
    lines = [
        "url,delay,allow_private",
        "http://a.gov.cn/,,",
        "nonsense,,",
        "http://b.gov.cn/,soon,",
        "http://c.gov.cn/,,maybe",
    ]
    with pytest.raises(WrongSite) as caught, writing(engine) as session:
        import_sites(session, lines, NOW)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["line 3", "line 4", "line 5"]
    with reading(engine) as session:
        assert all_sites(session) == []


@pytest.mark.parametrize("lines", [[], ["name"], ["url,colour"]])
def test_a_csv_without_the_right_first_line_is_refused(engine: Engine, lines: list[str]) -> None:
    with pytest.raises(WrongSite, match="expected a first line"), writing(engine) as session:
        import_sites(session, lines, NOW)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.1.1", "[::1]", "[::ffff:10.0.0.1]", "localhost",
     "localhost.", "a.internal"],
)  # fmt: skip
def test_a_site_inside_the_network_is_only_taken_when_its_entry_says_so(engine: Engine, host: str) -> None:
    url = f"http://{host}:8080/"
    with writing(engine) as session, pytest.raises(WrongSite, match="--allow-private"):
        add_site(session, NewSite(url), NOW)
    with writing(engine) as session:
        assert add_site(session, NewSite(url, allow_private=True), NOW).allow_private


def test_a_further_host_inside_the_network_is_refused_like_a_home_page(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(WrongSite, match="loopback address"):
        add_site(session, NewSite("http://www.shili.gov.cn/", hosts=("127.1",)), NOW)
    add(engine, NewSite("http://www.shili.gov.cn/"))
    with writing(engine) as session, pytest.raises(WrongSite, match="private address"):
        change_hosts(session, "shili", ["10.0.0.1"], [])


def test_a_metadata_address_is_no_site_whatever_its_entry_says(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(WrongSite, match="never asked"):
        add_site(session, NewSite("http://169.254.169.254/", allow_private=True), NOW)


@pytest.mark.parametrize(
    "again",
    ["https://www.shili.gov.cn/", "http://shili.gov.cn", "HTTPS://WWW.Shili.gov.cn/", "http://www.shili.gov.cn./"],
)
def test_a_home_page_is_one_site_however_its_address_is_written(engine: Engine, again: str) -> None:
    add(engine, NewSite("http://www.shili.gov.cn/"))
    with pytest.raises(WrongSite, match="already, as shili"):
        add(engine, NewSite(again))
    with writing(engine) as session:
        assert import_sites(session, ["url", again], NOW).held_already == 1
    assert add(engine, NewSite("http://www.shili.gov.cn/zwgk/")).code == "shili-2", "another page is another site"


def test_a_name_in_chinese_is_kept_as_resolvers_know_it(engine: Engine) -> None:
    site = add(engine, NewSite("https://示例县.中国", hosts=("公开.示例县.中国",)))
    assert site.url == "https://xn--fsq55hny6b.xn--fiqs8s/"
    assert site.hosts == ("xn--fsq55hny6b.xn--fiqs8s", "xn--55qw44a.xn--fsq55hny6b.xn--fiqs8s")


def test_an_address_with_a_password_is_refused(engine: Engine) -> None:
    with pytest.raises(WrongSite, match="without a user name"):
        add(engine, NewSite("http://li:geheim@shili.gov.cn/"))
