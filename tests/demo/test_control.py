from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.dialects import FAMILIES
from demo.hazards import HAZARDS
from demo.server import CountyServer

ROOT = Path(__file__).parents[2]


def order(ask: Any, county: CountyServer, what: str, **values: object) -> Any:
    return ask(f"{county.control_url}/{what}", "POST", json.dumps(values).encode())


def test_edits_are_planted_over_http(edited: CountyServer, ask: Any) -> None:
    report = next(row for row in edited.truth()["reports"] if row["carriers"] == ["html"] and not row["planted"])
    told = order(ask, edited, "edit_figures", organ=report["organ"], year=report["year"]).json()
    assert told == [{"kind": "figures changed", "silent": True, "organ": report["organ"], "year": report["year"]}]
    assert ask(f"{edited.control_url}/truth").json() == edited.truth()
    assert ask(f"{edited.control_url}/truth?edited=0").json() == edited.truth(edited=False)
    order(ask, edited, "reset")
    assert len(order(ask, edited, "plant_default_edits").json()) == 7


def test_faults_are_ordered_and_cleared_over_http(edited: CountyServer, ask: Any) -> None:
    order(ask, edited, "fault", site=1, kind="refuse")
    with pytest.raises(ConnectionRefusedError):
        ask(edited.sites[1].url)
    order(ask, edited, "clear_faults")
    assert ask(edited.sites[1].url).status == 200
    order(ask, edited, "fault", site=0, kind="unavailable", path="/robots.txt", times=1)
    assert ask(edited.sites[0].url + "robots.txt").status == 503


def test_a_window_of_time_is_ordered_over_http(edited: CountyServer, ask: Any) -> None:
    window = {"begins": "2001-01-01T00:00:00+00:00", "ends": "2001-01-02T00:00:00+00:00"}
    order(ask, edited, "fault", site=0, kind="unavailable", **window)
    assert ask(edited.sites[0].url).status == 200
    order(ask, edited, "fault", site=0, kind="unavailable", begins=window["begins"])
    assert ask(edited.sites[0].url).status == 503


def test_log_and_sites_are_read_over_http(edited: CountyServer, ask: Any) -> None:
    ask(edited.sites[0].url)
    (entry,) = ask(f"{edited.control_url}/log").json()
    assert (entry["host"], entry["target"], entry["status"]) == (edited.sites[0].host, "/", 200)
    assert [site["url"] for site in ask(f"{edited.control_url}/sites").json()] == [site.url for site in edited.sites]
    order(ask, edited, "clear_log")
    assert ask(f"{edited.control_url}/log").json() == []


def test_wrong_orders_are_answered_with_what_was_expected(edited: CountyServer, ask: Any) -> None:
    assert order(ask, edited, "no_such_order").status == 404
    assert ask(f"{edited.control_url}/nothing").status == 404
    got = order(ask, edited, "withdraw", organ="无此单位", year=2023)
    assert got.status == 400 and "full name" in got.json()["error"]
    assert order(ask, edited, "withdraw").status == 400
    assert order(ask, edited, "fault", site=9, kind="slow").status == 400
    assert ask(f"{edited.control_url}/reset", "POST", b"no json").status == 400


def test_the_command_prints_the_truth() -> None:
    command = [sys.executable, "-m", "demo", "--truth", "--seed", "4", "--counties", "1", "--port", "8123"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    truth = json.loads(done.stdout)
    assert truth["seed"] == 4
    assert all(report["url"].startswith("http://127.0.1.1:8123/") for report in truth["reports"])
    assert truth["reports"][0]["figures"]["requests.new_received.total"] is not None


def test_the_command_serves_until_it_is_interrupted(ask: Any) -> None:
    command = [sys.executable, "-m", "demo", "--serve", "--counties", "1", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name, family, url, _ = process.stdout.readline().split("\t")
        assert name.endswith("人民政府") and family == "trs"
        assert ask(url).status == 200
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()  # where interrupts are ignored, as behind a shell's `&`, this is no reason to wait for ever


def test_the_command_refuses_what_it_cannot_do() -> None:
    for arguments in (
        ["--truth", "--family", "nosuch"],
        ["--truth", "--departments", "99"],
        ["--truth", "--hazard", "rtf"],
        [],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "demo", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "expected" in done.stderr


def test_the_command_lists_what_there_is_and_plants_what_is_named() -> None:
    def said(*arguments: str) -> str:
        command = [sys.executable, "-m", "demo", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    rows = [line.split("\t") for line in said("--list").splitlines()]
    assert {name for kind, name, *_ in rows if kind == "family"} == set(FAMILIES)
    assert {name for kind, name, *_ in rows if kind == "hazard"} == {hazard.name for hazard in HAZARDS}
    truth = json.loads(
        said(
            "--truth",
            "--counties",
            "1",
            "--family",
            "nfcms",
            "--arrangement",
            "host",
            "--hazard",
            "0:waf_acw",
            "--townships",
            "1",
        )
    )
    (told,) = truth["conditions"]
    assert (told["arrangement"], told["hazards"][0]["name"], len(told["hosts"])) == ("host", "waf_acw", 2)
    assert truth["sites"][0]["column_url"].startswith("http://127.0.1.2:")
