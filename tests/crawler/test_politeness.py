from datetime import UTC, datetime, time, timedelta

import pytest

from crawler.politeness import HostPace, Window, read_robots, retry_after, robots_url, unreachable_robots, user_agent

NOW = datetime(2026, 1, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 429])
def test_robots_that_cannot_be_read_hold_everything(status: int) -> None:
    robots = read_robots(status, b"", NOW)
    assert robots.hold
    assert not robots.allows("http://shili.gov.cn/")
    assert str(status) in robots.reason


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301])
def test_robots_that_are_not_there_allow_everything(status: int) -> None:
    assert read_robots(status, b"User-agent: *\nDisallow: /", NOW).allows("http://shili.gov.cn/a")


def test_robots_that_time_out_hold_everything() -> None:
    assert not unreachable_robots("no answer in 60 seconds", NOW).allows("http://shili.gov.cn/")


def test_a_challenge_instead_of_robots_holds_everything() -> None:
    robots = read_robots(412, b"<script>", NOW, blocked="challenge")
    assert robots.hold and robots.blocked == "challenge"


def test_a_refused_robots_file_is_one_that_is_not_there() -> None:
    assert read_robots(403, b"Forbidden", NOW, blocked="refused").allows("http://shili.gov.cn/")


def test_rules_are_obeyed_with_the_longest_match() -> None:
    robots = read_robots(200, b"User-agent: *\nDisallow: /zwgk/\nAllow: /zwgk/zfxxgk/\nCrawl-delay: 7", NOW)
    assert not robots.allows("http://shili.gov.cn/zwgk/a.html")
    assert robots.allows("http://shili.gov.cn/zwgk/zfxxgk/a.html")
    assert robots.crawl_delay() == 7


def test_a_group_for_our_own_name_outweighs_the_one_for_all() -> None:
    robots = read_robots(200, b"User-agent: *\nDisallow: /\n\nUser-agent: nianbao\nDisallow: /x/", NOW)
    assert robots.allows("http://shili.gov.cn/a") and not robots.allows("http://shili.gov.cn/x/a")


def test_an_empty_robots_file_allows_everything() -> None:
    assert read_robots(200, b"", NOW).allows("http://shili.gov.cn/a")


def test_robots_are_read_again_after_a_day() -> None:
    robots = read_robots(200, b"", NOW)
    assert not robots.is_stale(NOW + timedelta(hours=23))
    assert robots.is_stale(NOW + timedelta(hours=24))


def test_robots_belong_to_scheme_host_and_port() -> None:
    assert robots_url("https://shili.gov.cn:8443/a/b?c") == "https://shili.gov.cn:8443/robots.txt"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 20 Jan 2026 08:01:00 GMT", 60.0),
        ("Tue, 20 Jan 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        (None, None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_the_delay_lies_between_an_answer_and_the_next_request() -> None:
    pace = HostPace(2.0)
    assert pace.wait(100.0) == 0
    pace.answered(200, 100.0)
    assert pace.wait(100.5) == 1.5
    assert pace.wait(103.0) == 0


def test_failures_in_a_row_double_the_delay_until_one_answer_is_good() -> None:
    pace = HostPace(2.0)
    pace.answered(503, 100.0)
    pace.answered(0, 100.0)
    assert pace.wait(100.0) == 8.0
    pace.answered(404, 100.0)
    assert pace.wait(100.0) == 2.0


def test_retry_after_is_waited_out() -> None:
    pace = HostPace(0.0)
    pace.answered(429, 50.0, 30.0)
    assert pace.wait(60.0) == 20.0


def test_a_host_that_keeps_failing_is_in_trouble() -> None:
    pace = HostPace(0.0)
    for _ in range(6):
        pace.answered(502, 1.0)
    assert pace.in_trouble
    pace.answered(200, 2.0)
    assert not pace.in_trouble


def test_the_user_agent_names_the_contact() -> None:
    assert user_agent("0.1", "mailto:a@shili.org") == "nianbao/0.1 (+mailto:a@shili.org)"


@pytest.mark.parametrize(
    ("window", "moment", "is_open"),
    [
        ("22:00-06:00", "23:30", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("22:00-06:00", "12:00", False),
        ("9:00-17:30", "09:00", True),
        ("9:00-17:30", "17:30", False),
    ],
)
def test_a_window_may_go_over_midnight(window: str, moment: str, is_open: bool) -> None:
    assert Window.read(window).is_open(time.fromisoformat(moment)) is is_open
