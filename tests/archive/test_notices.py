"""Digests, sent to a real mail server and a real web server on loopback: everything once, nothing twice, nothing in the quiet hours."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select

from archive.channels import NotSent, Post, send, signature
from archive.database import reading, writing
from archive.flags import close_flags, give_verdict
from archive.models import Event, FlagRow, Notice, Region
from archive.notices import AT_ONCE, Channel, channels, deliver, is_quiet
from archive.sites import NewSite, add_site
from configuration import Configuration
from tests.archive.receivers import Received

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 2, 1, 4, tzinfo=UTC)


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    with writing(sqlite_engine) as session:
        session.add_all(
            [Region(code="990121", name="岚溪县", level="county"), Region(code="990122", name="栖桐县", level="county")]
        )
        session.flush()
        session.add_all(
            [
                FlagRow(mark="a", rule="overdue", severity="warn", region_code="990121", year=2025, place="柳林镇", message="柳林镇未见年报。", raised_at=NOON),
                FlagRow(mark="b", rule="removed", severity="error", region_code="990122", year=2024, place="财政局", message="", raised_at=NOON),
                Event(at=NOON, kind="site failed", message="lanpu: the host did not answer"),
                Event(at=NOON, kind="sweep", message="harvest: 2 sites"),
            ]
        )  # fmt: skip
    return sqlite_engine


def settings(**values: Any) -> Configuration:
    return Configuration(mail_from="nianbao@example.org", webhook_secret="secret", **values)


def test_what_waits_of_other_regions_keeps_nothing_of_a_region_from_its_channel(engine: Engine, web: Received) -> None:
    other = {"rule": "overdue", "severity": "warn", "region_code": "990122", "year": 2025, "place": "", "message": "", "raised_at": NOON}  # fmt: skip
    with writing(engine) as session:
        session.execute(insert(FlagRow), [{**other, "mark": f"other {number}"} for number in range(AT_ONCE)])
        session.add(FlagRow(**{**other, "mark": "last", "region_code": "990121", "place": "苍台镇"}))
    assert deliver(engine, settings(notify=f"990121={web.hook}"), lambda: NOON) == 1
    assert sorted(thing["organ"] for thing in json.loads(web.posts[0][1])["items"]) == ["柳林镇", "苍台镇"]


def test_a_digest_goes_out_by_region_and_only_once(engine: Engine, mail: Received) -> None:
    told = settings(notify="mailto:someone@example.org", smtp_url=f"smtp://127.0.0.1:{mail.port}")
    assert deliver(engine, told, lambda: NOON) == 1
    (message,) = mail.mails
    text = message.get_content()
    assert message["To"] == "someone@example.org" and message["From"] == "nianbao@example.org"
    assert "3 项新情况" in message["Subject"]
    assert text.index("岚溪县 (1)") < text.index("柳林镇未见年报") < text.index("栖桐县 (1)")
    assert "lanpu：the host did not answer" in text and "[警示] 柳林镇 2025 逾期未见" in text and "2 sites" not in text
    assert deliver(engine, told, lambda: NOON + timedelta(hours=1)) == 0
    with writing(engine) as session:
        session.add(Event(at=NOON, kind="late", message="ximu was due"))
    assert deliver(engine, told, lambda: NOON + timedelta(hours=2)) == 1
    assert "1 项" in mail.mails[1]["Subject"] and "ximu was due" in mail.mails[1].get_content()


def test_a_digest_is_in_the_language_of_the_settings(engine: Engine, mail: Received) -> None:
    told = settings(notify="mailto:a@example.org", smtp_url=f"smtp://127.0.0.1:{mail.port}", notify_language="en")
    with writing(engine) as session:
        flag = session.scalars(select(FlagRow).where(FlagRow.mark == "a")).one()
        flag.message = "柳林镇2025年度报告应于2026年1月31日前发布，检索全站仍未见。"
    assert deliver(engine, told, lambda: NOON) == 1
    (message,) = mail.mails
    assert message["Subject"] == "Nianbao: 3 new things to look at"
    assert "[Site failed] lanpu: the host did not answer" in message.get_content()
    assert (
        "The report of 柳林镇 for 2025 was due before 2026-01-31; the whole site was searched and it is not there."
        in message.get_content()
    )


def test_a_webhook_is_signed_and_says_the_same_in_data(engine: Engine, web: Received) -> None:
    assert deliver(engine, settings(notify=web.hook), lambda: NOON) == 1
    ((headers, body),) = web.posts
    assert headers["X-Nianbao-Signature"] == signature("secret", headers["X-Nianbao-Timestamp"], body)
    assert headers["X-Nianbao-Signature"] != signature("other", headers["X-Nianbao-Timestamp"], body)
    said = json.loads(body)
    assert said["id"] == headers["X-Nianbao-Id"]
    assert {item.get("rule") for item in said["items"]} == {"overdue", "removed", None}


def test_a_channel_of_one_region_hears_of_that_region(engine: Engine, web: Received) -> None:
    deliver(engine, settings(notify=f"990122={web.hook}"), lambda: NOON)
    ((_, body),) = web.posts
    assert [item["region"] for item in json.loads(body)["items"]] == ["990122"]


def test_a_channel_of_a_city_hears_of_its_counties_though_its_code_is_filled_up(engine: Engine, web: Received) -> None:
    with writing(engine) as session:
        site = add_site(session, NewSite("http://www.lanxi.gov.cn/", region_code="990122"), NOON)
        session.add(Event(at=NOON, kind="site failed", site_id=site.id, message="its host did not answer"))
    deliver(engine, settings(notify=f"990100={web.hook}"), lambda: NOON)
    ((_, body),) = web.posts
    told = [item["region"] for item in json.loads(body)["items"]]
    assert sorted(told) == ["990121", "990122", "990122"]


def test_a_server_in_trouble_is_asked_again_within_a_minute(engine: Engine, web: Received) -> None:
    web.answers = [503, 429]
    waited: list[float] = []
    assert deliver(engine, settings(notify=web.hook), lambda: NOON, Post(wait=waited.append)) == 1
    assert len(web.posts) == 3 and waited == [2.0, 4.0]
    assert len({headers["X-Nianbao-Id"] for headers, _ in web.posts}) == 1


def test_what_did_not_go_out_is_the_same_digest_later(engine: Engine, web: Received) -> None:
    web.answers = [400]
    told = settings(notify=web.hook)
    assert deliver(engine, told, lambda: NOON) == 0
    assert deliver(engine, told, lambda: NOON + timedelta(minutes=5)) == 0
    assert len(web.posts) == 1, "not asked again at once"
    assert deliver(engine, told, lambda: NOON + timedelta(minutes=11)) == 1
    assert web.posts[0][0]["X-Nianbao-Id"] == web.posts[1][0]["X-Nianbao-Id"]
    with reading(engine) as session:
        assert session.scalars(select(Event.kind).where(Event.kind == "notice not sent")).all() == ["notice not sent"]
        assert {(notice.attempts, notice.error) for notice in session.scalars(select(Notice))} == {(2, None)}


def test_a_mail_server_that_is_not_there_loses_nothing(engine: Engine, mail: Received) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = unused.getsockname()[1]
    there = {"notify": "mailto:a@example.org"}
    assert deliver(engine, settings(smtp_url=f"smtp://127.0.0.1:{nobody}", **there), lambda: NOON) == 0
    later = NOON + timedelta(hours=1)
    assert deliver(engine, settings(smtp_url=f"smtp://127.0.0.1:{mail.port}", **there), lambda: later) == 1
    assert len(mail.mails) == 1


def test_the_quiet_hours_hold_it_back_and_lose_nothing(engine: Engine, web: Received) -> None:
    told = settings(notify=web.hook, quiet_hours="22-7")
    assert deliver(engine, told, lambda: datetime(2026, 2, 1, 15, tzinfo=UTC)) == 0  # 23:00 in Shanghai
    assert deliver(engine, told, lambda: datetime(2026, 2, 1, 22, tzinfo=UTC)) == 0  # 6:00
    assert deliver(engine, told, lambda: datetime(2026, 2, 1, 23, tzinfo=UTC)) == 1  # 7:00
    assert len(web.posts) == 1


@pytest.mark.parametrize(("hours", "hour", "quiet"), [("22-7", 21, False), ("22-7", 22, True), ("22-7", 6, True), ("22-7", 7, False), ("1-5", 0, False), ("1-5", 4, True), ("", 3, False)])  # fmt: skip
def test_quiet_hours_may_go_past_midnight(hours: str, hour: int, quiet: bool) -> None:
    assert is_quiet(hours, datetime(2026, 2, 1, hour, 30, tzinfo=SHANGHAI), SHANGHAI) is quiet


def test_what_a_person_has_judged_or_that_is_gone_is_not_told(engine: Engine, web: Received) -> None:
    with writing(engine) as session:
        first, second = session.scalars(select(FlagRow).order_by(FlagRow.id))
        give_verdict(session, first.id, "dismissed", "李", "街道已撤并", NOON)
        close_flags([second], "it is back", NOON)
    deliver(engine, settings(notify=web.hook), lambda: NOON)
    ((_, body),) = web.posts
    assert [item["kind"] for item in json.loads(body)["items"]] == ["site failed"]


def test_channels_are_read_with_their_regions() -> None:
    assert channels("330799=mailto:a@b.cn https://h.cn/?a=1  apprise:x://k") == [
        Channel("mailto:a@b.cn", "330799"),
        Channel("https://h.cn/?a=1"),
        Channel("apprise:x://k"),
    ]


def test_an_address_that_nobody_knows_is_refused_with_what_was_expected() -> None:
    from archive.channels import Digest

    with pytest.raises(NotSent, match="expected mailto"):
        send(Digest("1", "s", "t", ()), "pigeon:home", Post())


@pytest.mark.filterwarnings("ignore:.imghdr. is deprecated:DeprecationWarning")  # apprise asks for it
def test_apprise_carries_it_to_the_services_that_it_knows(engine: Engine, web: Received) -> None:
    pytest.importorskip("apprise")
    address = f"apprise:json://127.0.0.1:{web.port}/hook"
    assert deliver(engine, settings(notify=address), lambda: NOON) == 1
    ((_, body),) = web.posts
    assert "柳林镇未见年报" in json.loads(body)["message"]
