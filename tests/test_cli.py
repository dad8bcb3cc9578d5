"""The command as a person runs it, in an empty folder; what is only about words and answers runs in the test's own process."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest

import cli
from archive.lock import hold
from tests.shells import ROOT, Shell


def verbs() -> list[tuple[str, ...]]:
    names: list[tuple[str, ...]] = [
        (command.callback.__name__,) for command in cli.app.registered_commands if command.callback
    ]
    for group in cli.app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert command.callback is not None
            names.append((group.name, str(command.name)) if group.name else (command.callback.__name__,))
    return names


def test_there_are_verbs_to_test() -> None:
    assert ("harvest",) in verbs()
    assert ("sites", "add") in verbs()


def test_every_verb_has_an_example_in_its_help() -> None:
    texts = [command.callback.__doc__ or "" for command in cli.app.registered_commands if command.callback]
    for group in cli.app.registered_groups:
        assert group.typer_instance is not None
        texts += [
            command.callback.__doc__ or "" for command in group.typer_instance.registered_commands if command.callback
        ]
    assert len(texts) == len(verbs())
    for text in texts:
        assert "Example: nianbao " in text, text


def test_a_new_user_adds_a_site_sees_it_and_removes_it(shell: Shell) -> None:
    added = shell("sites", "add", "https://www.lanxi.gov.cn/", "--name", "岚溪县人民政府")
    assert "nianbao harvest lanxi" in added.stdout
    rows = [json.loads(line) for line in shell("sites", "list", "--json").stdout.splitlines()]
    assert [(row["code"], row["name"], row["allow_private"]) for row in rows] == [("lanxi", "岚溪县人民政府", False)]
    table = list(csv.DictReader(io.StringIO(shell("sites", "list", "--csv").stdout)))
    assert table[0]["url"] == "https://www.lanxi.gov.cn/"
    assert "www.lanxi.gov.cn" in shell("sites", "show", "lanxi").stdout
    shell("sites", "remove", "lanxi")
    assert "No site yet" in shell("sites", "list").stdout


@pytest.mark.same_process
def test_the_hosts_of_a_site_are_named_and_struck_out(shell: Shell) -> None:
    shell("sites", "add", "https://www.lanxi.gov.cn/", "--host", "old.lanxi.gov.cn")
    changed = shell("sites", "hosts", "lanxi", "--add", "XXGK.lanxi.gov.cn.", "--remove", "old.lanxi.gov.cn")
    assert changed.stdout.split() == ["www.lanxi.gov.cn", "xxgk.lanxi.gov.cn"]
    assert shell("sites", "hosts", "lanxi").stdout == changed.stdout
    for words, said in (
        (("--remove", "www.lanxi.gov.cn"), "home page"),
        (("--remove", "absent.gov.cn"), "absent.gov.cn"),
        (("--add", "https://xxgk.lanxi.gov.cn/"), "expected the name of a host"),
        (("--add", "xxgk.lanxi.gov.cn:8080"), "expected the name of a host"),
        (("--add", ""), "expected the name of a host"),
    ):
        assert said in shell("sites", "hosts", "lanxi", *words, code=2).stderr
    assert shell("sites", "hosts", "lanxi").stdout == changed.stdout, "what is refused changes nothing"


@pytest.mark.same_process
def test_sites_come_from_a_csv_file(shell: Shell) -> None:
    (shell.folder / "sites.csv").write_text("url,name\nhttp://www.a.gov.cn/,甲县\nhttp://www.b.gov.cn/,乙县\n", "utf-8")
    assert "2 sites added" in shell("sites", "import", "sites.csv").stdout
    assert "0 sites added from sites.csv, 2 were there already" in shell("sites", "import", "sites.csv").stdout


@pytest.mark.same_process
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sites", "add", "not an address"), "not an address"),
        (("sites", "show", "nowhere"), "nianbao sites add"),
        (("sites", "import", "absent.csv"), "absent.csv"),
        (("recrawl", "nowhere"), "nowhere"),
        (("harvest",), "nianbao sites add"),
        (("harvest", "nowhere"), "nowhere"),
        (("parse", "absent.html"), "absent.html"),
        (("nonsense",), "nonsense"),
        (("sites", "add"), "url"),
    ],
)
def test_wrong_use_ends_with_a_message_and_code_2(shell: Shell, words: tuple[str, ...], said: str) -> None:
    assert said in shell(*words, code=2).stderr


@pytest.mark.same_process
@pytest.mark.parametrize("verb", ["reports", "changes", "findings", "coverage"])
def test_an_empty_archive_says_what_to_do_next_and_gives_no_rows(shell: Shell, verb: str) -> None:
    assert shell(verb, "--json").stdout == ""
    assert shell(verb).stdout.strip()


def test_a_wrong_setting_stops_every_verb_by_name(shell: Shell) -> None:
    for words in (("config",), ("sites", "list"), ("harvest",)):
        assert "NIANBAO_DELAY_SECONDS" in shell(*words, code=2, delay_seconds="never").stderr


@pytest.mark.same_process
def test_config_says_where_each_value_came_from(shell: Shell) -> None:
    (shell.folder / "nianbao.toml").write_text("port = 9000\n")
    rows = {
        row["setting"]: row for row in map(json.loads, shell("config", "--json", home="elsewhere").stdout.splitlines())
    }
    assert rows["port"]["value"] == 9000
    assert rows["port"]["from"].endswith("nianbao.toml")
    assert rows["home"]["value"] == str(shell.folder / "elsewhere")
    assert rows["home"]["from"] == "NIANBAO_HOME"
    assert rows["delay_seconds"]["from"] == "default"


@pytest.mark.same_process
def test_config_shows_no_password(shell: Shell) -> None:
    url = "postgresql+psycopg://me:hunter2@localhost/x"
    said = shell("config", "--json", database_url=url, webhook_secret="hunter2").stdout
    assert "hunter2" not in said
    assert "me:***@localhost" in said


@pytest.mark.same_process
def test_everything_that_is_kept_lies_under_the_home(shell: Shell) -> None:
    shell("sites", "add", "https://www.lanxi.gov.cn/")
    assert [path.name for path in shell.folder.iterdir()] == ["nianbao-data"]


def test_a_home_in_use_is_refused_with_the_other_process(shell: Shell) -> None:
    shell("sites", "add", "https://www.lanxi.gov.cn/")
    with hold(shell.folder / "nianbao-data"):
        said = shell("harvest", code=2, contact="me@example.org").stderr
    assert str(os.getpid()) in said


@pytest.mark.parametrize("words", [("harvest",), ("recrawl", "127-0-0-1"), ("read",)])
def test_what_harvests_or_reads_gives_way_to_whoever_browses(shell: Shell, words: tuple[str, ...]) -> None:
    """The site answers nobody."""
    shell("sites", "add", "http://127.0.0.1:9/", "--allow-private", "--no-look")
    command = [sys.executable, "-c", "import os, cli\ntry: cli.main()\nfinally: print(os.nice(0))", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NIANBAO_DELAY_SECONDS": "0"}
    said = subprocess.run(command, cwd=shell.folder, env=environment, capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert int(said.stdout.split()[-1]) == max(10, os.nice(0)), said.stderr


@pytest.mark.same_process
def test_no_foreign_host_is_asked_without_a_contact(shell: Shell) -> None:
    shell("sites", "add", "https://www.lanxi.gov.cn/")
    assert "contact" in shell("harvest", code=2).stderr


def test_the_demo_never_deletes_a_folder_it_did_not_make(shell: Shell) -> None:
    (shell.folder / "mine").mkdir()
    (shell.folder / "mine" / "letters.txt").write_text("keep")
    assert "not made by the demo" in shell("demo", "--home", "mine", "--no-serve", code=2).stderr
    assert (shell.folder / "mine" / "letters.txt").read_text() == "keep"


@pytest.mark.same_process
def test_schedule_show_lists_a_new_site_as_due(shell: Shell) -> None:
    shell("sites", "add", "https://www.lanxi.gov.cn/")
    rows = [json.loads(line) for line in shell("schedule", "show", "--json").stdout.splitlines()]
    assert [row["code"] for row in rows] == ["lanxi"]
    shell("schedule", "pause", "lanxi")
    assert shell("schedule", "show", "--json").stdout == ""
    assert "schedule resume" in shell("schedule", "show").stdout
    shell("schedule", "pause", "lanxi", "--again")
    assert len(shell("schedule", "show", "--json").stdout.splitlines()) == 1
