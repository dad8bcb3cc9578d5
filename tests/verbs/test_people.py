"""The verbs about people, as one types them, and the serving that needs an operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shells import ROOT, Shell

pytestmark = pytest.mark.same_process
PASSWORD = "correct horse battery"


def typed(shell: Shell, *words: str, given: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", "users", *words], check=False, cwd=shell.folder, input=f"{given}\n",
        env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_an_account_is_made_changed_and_disabled_and_the_log_says_so(shell: Shell) -> None:
    assert "users add NAME --role operator" in shell("users", "list").stdout
    made = typed(shell, "add", "Li", "--role", "operator")
    assert made.returncode == 0 and "li may log in as operator" in made.stdout, made.stderr
    assert typed(shell, "add", "wang").returncode == 0
    assert "wang is reader now" in shell("users", "role", "wang", "reader").stdout
    assert "logged out everywhere" in typed(shell, "password", "wang", given="another horse battery").stdout
    assert "disabled" in shell("users", "disable", "wang").stdout
    assert "again" in shell("users", "disable", "wang", "--undo").stdout
    rows = [json.loads(line) for line in shell("users", "list", "--json").stdout.splitlines()]
    assert [(row["name"], row["role"], row["disabled_at"]) for row in rows] == [("li", "operator", None), ("wang", "reader", None)]  # fmt: skip
    assert PASSWORD not in shell("users", "list", "--json").stdout
    acts = [json.loads(line) for line in shell("users", "audit", "--json").stdout.splitlines()]
    assert [row["act"] for row in acts] == ["user enabled", "user disabled", "password changed", "role changed", "user added", "user added"]  # fmt: skip
    assert {row["address"] for row in acts} == {"command line"}


def test_what_is_done_to_sites_and_deadlines_by_command_stands_in_the_log(shell: Shell) -> None:
    shell("sites", "add", "http://www.lanxi.gov.cn/", "--no-look")
    shell("schedule", "pause", "lanxi")
    shell("schedule", "pause", "lanxi", "--again")
    shell("sites", "remove", "lanxi")
    acts = [json.loads(line) for line in shell("users", "audit", "--json").stdout.splitlines()]
    assert [(row["act"], row["subject"]) for row in acts] == [
        (act, "lanxi") for act in ("site removed", "site resumed", "site paused", "site added")
    ]


def test_what_cannot_be_an_account_is_refused_with_the_reason(shell: Shell) -> None:
    refused = typed(shell, "add", "li", given="short")
    assert refused.returncode == 2 and "12 characters" in refused.stderr
    typed(shell, "add", "li", "--role", "operator")
    assert "only operator" in shell("users", "disable", "li", code=2).stderr
    assert "Accounts: li" in shell("users", "role", "nobody", "reader", code=2).stderr


def test_serving_others_without_an_operator_is_refused_with_the_command_that_makes_one(shell: Shell) -> None:
    for settings in ({}, {"public_url": "https://nb.example"}):
        host = () if settings else ("--host", "0.0.0.0")
        refused = shell("serve", *host, "--port", "0", code=2, **settings)
        assert "nianbao users add NAME --role operator" in refused.stderr


def test_serving_others_begins_once_there_is_an_operator(shell: Shell) -> None:
    typed(shell, "add", "li", "--role", "operator")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
    command = [sys.executable, "-m", "cli", "serve", "--host", "0.0.0.0", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=shell.folder, env={**environment, "PYTHONPATH": str(ROOT)}) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Browse the archive: http://0.0.0.0:")
        server.terminate()


def test_a_wrong_network_in_the_proxies_is_refused_by_name(shell: Shell, tmp_path: Path) -> None:
    assert "proxies" in shell("users", "list", code=2, proxies="nowhere").stderr
