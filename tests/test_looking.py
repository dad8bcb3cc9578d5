"""A look at a site before its harvest, by the command: what it says, what it asks for, and that it notes nothing."""

from __future__ import annotations

import json

from demo.server import CountyServer
from demo.world import World
from tests.shells import Shell


def test_a_look_says_what_is_there_and_asks_for_no_report(shell: Shell) -> None:
    world = World.build(6, counties=1, families=("jcms",), townships=2, departments=2, years=(2022, 2023, 2024))
    with CountyServer(world) as server:
        truth = server.truth()
        url = truth["sites"][0]["url"]
        added = shell("sites", "add", url, "--allow-private", "--delay", "0").stdout
        asked = [entry for entry in server.log.entries() if entry.target != "/robots.txt"]
        code = added.split()[1].rstrip(".")
        (seen,) = map(json.loads, shell("sites", "check", code, "--json").stdout.splitlines())
    reports = truth["reports"]
    assert (
        f"{len(reports)} reports in" in added
        and "family hanweb jpage" in added
        and "by the rules of its robots.txt" in added
    )
    assert not {report["url"].partition(entry.host)[2] for report in reports for entry in asked[:1]} & {
        entry.target for entry in asked
    }
    assert (seen["reports"], seen["family"], seen["state"], seen["pace_seconds"]) == (
        len(reports),
        "hanweb jpage",
        "done",
        0,
    )
    assert shell("reports", "--json").stdout == ""


def test_a_look_at_a_site_that_hides_says_why_and_ends_amiss(shell: Shell) -> None:
    hazards = {0: ("challenge_412",)}
    world = World.build(6, counties=1, townships=1, departments=1, years=(2023, 2024), hazards=hazards)
    with CountyServer(world) as server:
        url = server.truth()["sites"][0]["url"]
        added = shell("sites", "add", url, "--allow-private", "--delay", "0").stdout
        assert "challenge" in added
        seen = json.loads(shell("sites", "check", "--json", code=1).stdout)
    assert seen["state"] == "failed" and "challenge" in seen["said"] and seen["reports"] == 0


def test_without_a_contact_nobody_else_is_looked_at(shell: Shell) -> None:
    said = shell("sites", "add", "https://www.lanxi.gov.cn/").stdout
    assert "It was not looked at" in said and "NIANBAO_CONTACT" in said and "sites check lanxi" in said


def test_where_nothing_is_found_the_next_step_is_named(shell: Shell) -> None:
    said = shell("sites", "add", "http://127.0.0.1:1/", "--allow-private", "--delay", "0").stdout
    assert "Connection refused" in said and "nianbao sites remove 127-0-0-1" in said
    kept = shell("sites", "add", "https://示例县.中国", "--no-look", "--host", "xxgk.示例县.中国").stdout
    assert "Added xn-" in kept
    shown = shell("sites", "list", "--json").stdout
    assert "https://xn--fsq55hny6b.xn--fiqs8s/" in shown


def test_a_look_after_a_harvest_takes_nothing_for_gone(shell: Shell) -> None:
    with CountyServer(World.build(6, counties=1, townships=1, departments=1, years=(2023, 2024))) as server:
        shell("sites", "add", server.truth()["sites"][0]["url"], "--allow-private", "--delay", "0", "--no-look")
        shell("harvest")
        before = shell("reports", "--json").stdout
        shell("sites", "check")
        shell("read")
    assert shell("changes", "--json").stdout == "" and shell("reports", "--json").stdout == before
