"""Nothing twice: two real processes that deliver at once, and one that is killed between sending and noting it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from archive.channels import Digest, InDoubt, Post, send
from archive.database import reading, writing
from archive.models import Event, FlagRow, Notice
from archive.notices import CLAIM_LENGTH, again, deliver
from configuration import Configuration
from tests.archive.receivers import Received
from tests.waiting import until

THINGS = 40


@pytest.fixture
def told(engine: Engine) -> Engine:
    """So many flags, each to be told once; on SQLite and on PostgreSQL."""
    with writing(engine) as session:
        for number in range(THINGS):
            session.add(FlagRow(mark=f"m{number}", rule="overdue", severity="warn", year=2025, place="柳林镇", message=f"{number}", raised_at=datetime.now(UTC)))  # fmt: skip
    return engine


Start = Callable[[str, str], "subprocess.Popen[str]"]


@pytest.fixture
def start(told: Engine) -> Iterator[Start]:
    with ExitStack() as ends:

        def begin(notify: str, smtp_url: str) -> subprocess.Popen[str]:
            url = told.url.render_as_string(hide_password=False)
            command = [sys.executable, "-m", "tests.archive.delivering", url, notify, smtp_url]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            ends.callback(process.communicate)
            ends.callback(process.kill)
            return process

        yield begin


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def flags_of(body: bytes) -> list[int]:
    return [item["flag"] for item in json.loads(body)["items"] if "flag" in item]


def test_of_two_processes_that_deliver_at_once_one_sends(told: Engine, start: Start, web: Received) -> None:
    both = [start(web.hook, "") for _ in range(2)]
    assert [said(process) for process in both] == ["ready", "ready"]
    for round_number in range(3):
        with writing(told) as session:
            session.add(Event(at=datetime.now(UTC), kind="late", message=f"round {round_number}"))
        for process in both:
            go(process)
        assert sorted(said(process) for process in both) == ["0", "1"]
    sent = [flag for _, body in web.posts for flag in flags_of(body)]
    assert len(web.posts) == 3 and len(sent) == len(set(sent)) == THINGS


@pytest.mark.parametrize("way", ["web", "mail"])
def test_what_a_killed_process_may_have_sent_is_in_doubt_and_sent_again_by_order_alone(
    told: Engine, start: Start, web: Received, mail: Received, way: str
) -> None:
    notify = web.hook if way == "web" else "mailto:a@example.org"
    smtp_url = f"smtp://127.0.0.1:{mail.port}"
    receiver = web if way == "web" else mail
    receiver.silent = True
    killed = start(notify, smtp_url)
    assert said(killed) == "ready"
    go(killed)
    until(lambda: receiver.posts or receiver.mails)
    killed.kill()
    killed.wait()
    receiver.silent = False

    def sweep(after: timedelta) -> int:
        settings = Configuration(notify=notify, smtp_url=smtp_url, mail_from="nianbao@example.org")
        return deliver(told, settings, lambda: datetime.now(UTC) + after)

    assert sweep(timedelta(0)) == 0, "it may still be at work"
    assert sweep(CLAIM_LENGTH) == 1, "only that it is in doubt"
    assert sweep(2 * CLAIM_LENGTH) == 0
    with reading(told) as session:
        (event,) = session.scalars(select(Event.message).where(Event.kind == "notice in doubt"))
    assert f"{THINGS} things" in event and "nianbao notify --again" in event
    if way == "web":
        assert [len(flags_of(body)) for _, body in web.posts] == [THINGS, 0]
        assert "nianbao notify --again" in web.posts[1][1].decode()
    else:
        assert [len(mail.mails), "nianbao notify --again" in mail.mails[1].get_content()] == [2, True]
    assert again(told, datetime.now(UTC)) == 1 and again(told, datetime.now(UTC)) == 0
    assert sweep(2 * CLAIM_LENGTH) == 1
    if way == "web":
        assert web.posts[2][0]["X-Nianbao-Id"] == web.posts[0][0]["X-Nianbao-Id"]
    else:
        assert mail.mails[2]["Message-ID"] == mail.mails[0]["Message-ID"]
    with reading(told) as session:
        assert session.scalars(select(Notice.id).where(Notice.sent_at.is_(None))).all() == []


def test_a_letter_that_was_taken_without_an_answer_is_not_sent_again(told: Engine, mail: Received) -> None:
    mail.drops = True
    settings = Configuration(notify="mailto:a@example.org", smtp_url=f"smtp://127.0.0.1:{mail.port}")
    now = datetime.now(UTC)
    assert deliver(told, settings, lambda: now) == 0
    mail.drops = False
    assert deliver(told, settings, lambda: now + timedelta(days=2)) == 1
    assert "nianbao notify --again" in mail.mails[1].get_content() and len(mail.mails) == 2


def test_a_claim_of_a_clock_that_was_wrong_is_not_held_for_ever(told: Engine, web: Received) -> None:
    now = datetime.now(UTC)
    with writing(told) as session:
        session.add(Notice(channel=f"={web.hook}", mark="flag:1", made_at=now, claimed_at=now + timedelta(days=400)))
    assert deliver(told, Configuration(notify=web.hook), lambda: now) == 1
    with reading(told) as session:
        assert session.scalars(select(Event.kind)).all() == ["notice in doubt"]


def test_a_letter_has_its_day_and_goes_to_each_address(mail: Received) -> None:
    digest = Digest("1", "s", ".\n..dots\n", ())
    post = Post(f"smtp://127.0.0.1:{mail.port}", "Nianbao <nianbao@example.org>", now=lambda: 1_700_000_000.0)
    send(digest, "mailto:a@example.org,b@example.org", post)
    (letter,) = mail.mails
    assert letter["Date"].datetime == datetime.fromtimestamp(1_700_000_000, UTC) and letter["To"].addresses[1].username == "b"  # fmt: skip
    assert letter.get_content().splitlines() == [".", "..dots"]
    mail.drops = True
    with pytest.raises(InDoubt, match="gave no answer"):
        send(digest, "mailto:a@example.org", post)
