"""The verbs that keep, as a person runs them, on a real archive of two years of one site."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bagit
import pytest
from fastwarc.warc import ArchiveIterator as FastWarc
from sqlalchemy import select

from archive.database import open_database, reading, writing
from archive.exchange import Exchange
from archive.harvests import finish_harvest, site_runs, start_harvest
from archive.models import Capture
from archive.recorder import Recorder
from archive.records import members
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from tests.shells import Shell

pytestmark = pytest.mark.same_process
START = datetime(2026, 3, 31, 8, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


@pytest.fixture
def kept(shell: Shell, kept_once: Path) -> Path:
    """The home of an archive of this test's own."""
    home = shell.folder / "nianbao-data"
    shutil.copytree(kept_once, home)
    return home


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The home of an archive: four pages of organs in two runs, the second all revisits but one."""
    home = tmp_path_factory.mktemp("kept") / "home"
    url = f"sqlite:///{home / 'index.sqlite'}"
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "index.sqlite")
    engine = open_database(url)
    recorder = Recorder(engine, WarcStore(home / "warc"), lambda: datetime.now(UTC), "nianbao", "me@example.org")
    with writing(engine) as session:
        site = add_site(session, NewSite("http://www.shili.gov.cn/"), START)
    for year in (2025, 2026):
        with writing(engine) as session:
            harvest_id = start_harvest(session, "harvest", [site.id], START)
            (run,) = site_runs(session, harvest_id)
        recorder.begin(run.id)
        for number in range(4):
            address = f"http://www.shili.gov.cn/{number}.html"
            asked = f"GET /{number}.html HTTP/1.1\r\nHost: www.shili.gov.cn\r\n\r\n".encode()
            body = f"<p>示例县第{number}局 {year if number == 3 else ''}</p>".encode() * 30
            exchange = Exchange(address, START.replace(year=year + 1, second=number), asked, HEAD, body)
            recorder.record(run.id, exchange, purpose="article", url_key=address)
            found = FoundReport(address, address, f"第{number}局2025年报", None, f"第{number}局", 2025, None)
            recorder.sight(run.id, found)
        recorder.finish(run.id, "done", None, {})
        with writing(engine) as session:
            finish_harvest(session, harvest_id, START)
    engine.dispose()
    return home


def warcs(home: Path) -> list[Path]:
    return sorted((home / "warc").rglob("*.warc.gz"))


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 4
    path.write_bytes(whole)


def rows_of(home: Path) -> list[dict[str, Any]]:
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    with reading(engine) as session:
        columns = [column for column in Capture.__table__.columns if column.name != "id"]
        rows = [dict(row._mapping) for row in session.execute(select(*columns).order_by(Capture.record_id))]
    engine.dispose()
    return rows


def test_verify_reads_everything_tells_its_rate_and_finds_what_is_damaged(shell: Shell, kept: Path) -> None:
    for words in (("verify",), ("verify", "--fast")):
        said = shell(*words).stdout
        assert "Everything agrees" in said
        assert "2 files" in said
        assert "B/s" in said
    flip(warcs(kept)[0])
    assert "hash differs" in shell("verify", "--fast", code=1).stdout
    faults = [json.loads(line) for line in shell("verify", "--json", code=1).stdout.splitlines()]
    assert {fault["kind"] for fault in faults} >= {"hash differs", "record damaged"}
    assert "second_copy" in shell("verify", "--copy", code=2).stderr


def test_repair_restores_from_the_second_copy(shell: Shell, kept: Path) -> None:
    whole = warcs(kept)[0].read_bytes()
    assert "Everything agrees" in shell("repair", second_copy="copy").stdout
    flip(warcs(kept)[0])
    assert "restored: " in shell("repair", second_copy="copy").stdout
    assert warcs(kept)[0].read_bytes() == whole
    flip(next((shell.folder / "copy").rglob("*.warc.gz")))
    assert "copy differs" in shell("verify", "--fast", "--copy", code=1, second_copy="copy").stdout


def test_repair_without_a_second_copy_names_whom_it_hurts(shell: Shell, kept: Path) -> None:
    flip(warcs(kept)[0])
    said = shell("repair", code=1).stdout
    assert "set second_copy" in said
    assert "hurt: shili 第" in said


def test_rebuild_of_a_folder_that_is_no_archive_says_so(shell: Shell, tmp_path: Path) -> None:
    assert "no journal" in shell("rebuild", code=2, home=str(tmp_path / "elsewhere")).stderr


def test_rebuild_gives_the_index_again_and_never_over_another(shell: Shell, kept: Path) -> None:
    before = rows_of(kept)
    assert "rows already" in shell("rebuild", code=2).stderr
    for path in kept.glob("index.sqlite*"):
        path.rename(path.with_name("old-" + path.name))
    assert "8 captures from 2 files" in shell("rebuild").stdout
    without = ("same_as_id",)
    assert [{k: v for k, v in row.items() if k not in without} for row in rows_of(kept)] == [
        {k: v for k, v in row.items() if k not in without} for row in before
    ]
    assert "Everything agrees" in shell("verify").stdout


def test_seal_prints_the_head_of_the_chain(shell: Shell, kept: Path) -> None:
    told = json.loads(shell("seal", "--json").stdout)
    head = json.loads((kept / "warc/chain.json").read_text())
    assert {name: told[name] for name in head} == head
    assert len(told["public_key"]) == 64


def test_nothing_sealed_is_no_proof(shell: Shell) -> None:
    for verb in ("verify", "repair", "seal"):
        assert "No sealed file" in shell(verb, code=2).stderr


def test_a_head_that_is_gone_begins_no_second_chain_and_is_put_back(shell: Shell, kept: Path) -> None:
    head = kept / "warc/chain.json"
    whole = head.read_bytes()
    head.unlink()
    assert "nianbao repair" in shell("seal", code=2).stderr
    saved = shell.folder / "page.html"
    saved.write_text("<p>2024年政府信息公开工作年度报告</p>")
    said = shell("import", "page.html", "--url", "http://www.shili.gov.cn/9.html", code=2).stderr
    assert "names seal 0, and seal 2 was made" in said
    assert "restored: " in shell("repair").stdout
    assert head.read_bytes() == whole
    assert json.loads(shell("seal", "--json").stdout)["number"] == 2


def test_export_wacz_and_cdxj_hold_every_capture(shell: Shell, kept: Path) -> None:
    assert "2 WARC files, 8 pages" in shell("export", "wacz", "out/a.wacz", "--site", "shili").stdout
    with zipfile.ZipFile(shell.folder / "out/a.wacz") as package:
        assert len([name for name in package.namelist() if name.startswith("archive/")]) == 2
    assert "8 lines" in shell("export", "cdxj", "index.cdxj").stdout
    assert len((shell.folder / "index.cdxj").read_text().splitlines()) == 8
    assert "4 lines of 1" in shell("export", "cdxj", "index.cdxj", "--run", "2").stdout
    assert "nowhere" in shell("export", "cdxj", "x", "--site", "nowhere", code=2).stderr


def test_export_bagit_is_a_valid_bag_that_carries_its_proof(shell: Shell, kept: Path) -> None:
    shell("export", "bagit", "bag")
    bag = bagit.Bag(str(shell.folder / "bag"))
    bag.validate()
    assert {Path(name).name for name in bag.payload_files()} >= {"chain.json", "seal.pub", warcs(kept)[0].name}
    assert "bag" in shell("export", "bagit", "bag", code=2).stderr
    flip(next((shell.folder / "bag").rglob("*.warc.gz")))
    with pytest.raises(bagit.BagError):
        bag.validate()


def test_a_stranger_verifies_with_the_files_and_the_public_key_alone(shell: Shell, kept: Path) -> None:
    shell("export", "bagit", "bag")
    shutil.rmtree(kept)
    words = ("verify", "--folder", "bag/data/warc", "--key", "bag/data/seal.pub")
    assert "Everything agrees" in shell(*words).stdout
    assert not kept.exists()
    path = min((shell.folder / "bag/data/warc").rglob("*.warc.gz"))
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:900] + bytes([whole[900] ^ 1]) + whole[901:]):
        path.write_bytes(damaged)
        assert "faults" in shell(*words, code=1).stdout
    path.write_bytes(whole)
    seal = path.with_name(path.name + ".seal.json")
    seal.write_text(seal.read_text().replace('"records": ', '"records": 1'))
    assert "signature wrong" in shell(*words, "--fast", code=1).stdout
    assert "together" in shell("verify", "--folder", "bag", code=2).stderr


def test_a_stranger_verifies_a_part_that_was_handed_out_without_what_was_taken_down(shell: Shell, kept: Path) -> None:
    order = ("--by", "县法院", "--reason", "个人信息")
    shell("takedown", "capture:1", *order)
    shell("takedown", "capture:2", *order, "--delete")
    shell("export", "bagit", "whole")
    shell("export", "bagit", "part", "--run", "2")
    shutil.rmtree(kept)
    bagit.Bag(str(shell.folder / "part")).validate()
    for bag, files in (("whole", 2), ("part", 1)):
        words = ("verify", "--folder", f"{bag}/data/warc", "--key", f"{bag}/data/seal.pub")
        said = shell(*words).stdout
        assert "Everything agrees" in said and f"{files} files, " in said
        assert ("1 more files that are elsewhere" in said) == (bag == "part")
        path = max((shell.folder / bag / "data/warc").rglob("*.warc.gz"))
        with path.open("rb") as stream:
            last = list(members(stream))[-1]
        whole = path.read_bytes()
        place = last.offset + last.length // 2
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert path.name in shell(*words, "--fast", code=1).stdout
        path.write_bytes(whole)
    next((shell.folder / "part/data/warc/elsewhere").rglob("*.seal.json")).unlink()
    assert "the chain has a gap" in shell(*words, code=1).stdout


def test_a_bag_is_proved_without_this_program(shell: Shell, kept: Path) -> None:
    shell("export", "bagit", "bag", "--run", "2")
    command = [sys.executable, "-I", Path(__file__).parents[2] / "docs/verify_a_bag.py", "bag"]

    def proved() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=shell.folder, capture_output=True, text=True, timeout=60, check=False)

    said = proved()
    assert (said.returncode, said.stderr) == (0, ""), said
    assert json.loads((kept / "warc/chain.json").read_text())["sha256"] in said.stdout
    for path in sorted((shell.folder / "bag/data/warc").rglob("*.seal.json")):
        whole = path.read_text()
        path.write_text(whole.replace('"records": ', '"records": 1'))
        assert f"{path.name}: the signature does not hold" in proved().stdout
        path.write_text(whole)
    flip(next((shell.folder / "bag").rglob("*.warc.gz")))
    assert "expected SHA-256" in proved().stdout


def test_an_organs_year_leaves_with_the_originals_of_its_revisits(shell: Shell, kept: Path) -> None:
    said = shell("export", "warc", "out", "--year", "2025").stdout
    files = sorted((shell.folder / "out").iterdir())
    assert len(files) == 4 == len(said.splitlines())
    for path in files:
        done = subprocess.run(
            [Path(sys.executable).with_name("warcio"), "check", "-v", path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        kinds: dict[str, list[dict[str, str]]] = {}
        with path.open("rb") as stream:
            for record in FastWarc(stream, parse_http=False):
                assert record.verify_block_digest()
                headers = dict(record.headers.items())
                kinds.setdefault(headers["WARC-Type"], []).append(headers)
        assert len(kinds["response"]) + len(kinds.get("revisit", [])) == 2
        held = {headers["WARC-Record-ID"] for headers in kinds["response"]}
        assert all(headers["WARC-Refers-To"] in held for headers in kinds.get("revisit", []))
    assert "nianbao reports" in shell("export", "warc", "out", "--organ", "nobody", code=2).stderr


def test_regions_are_taken_in_with_their_source_and_found_with_their_path(shell: Shell) -> None:
    lines = [("code", "name"), ("41", "河南省"), ("4116", "周口市"), ("411625", "郸城县"), ("411625201", "胡集乡")]
    with (shell.folder / "regions.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    said = shell("regions", "import", "regions.csv", "--source", "a table", "--date", "2023-06-30").stdout
    assert "4 added" in said
    assert "河南省 周口市 郸城县 胡集乡" in shell("regions", "find", "胡集乡").stdout
    assert json.loads(shell("regions", "find", "郸城", "胡集乡", "--json").stdout)["code"] == "411625201"
    assert "a table" in shell("regions", "show", "411625201").stdout
    assert "regions find" in shell("regions", "show", "99", code=2).stderr
    (shell.folder / "wrong.csv").write_text("code,name\n42,湖北省\nabc,无\n", "utf-8")
    (shell.folder / "excel.csv").write_bytes("code,name\n42,湖北省\n".encode("gb18030"))
    (shell.folder / "more.csv").write_text("code,name\n43,湖南省\n", "utf-8")
    for name, words in (("absent", "cannot be read"), ("wrong", "line 3: expected"), ("excel", "CSV UTF-8")):
        files = ("more.csv", f"{name}.csv")
        refused = shell("regions", "import", *files, "--source", "a", "--date", "2023-06-30", code=2)
        assert f"{name}.csv" in refused.stderr and words in refused.stderr
        assert refused.stdout == "", "of several files all are taken in, or none"
    assert shell("regions", "find", "湖南").stdout.startswith("No region")


def test_what_is_taken_down_is_shown_no_more_and_its_tombstone_says_who_and_why(shell: Shell, kept: Path) -> None:
    assert "Nothing was taken down" in shell("takedown").stdout
    assert "--by" in shell("takedown", "capture:1", code=2).stderr
    assert "expected capture:NUMBER" in shell("takedown", "capture:99", "--by", "a", "--reason", "b", code=2).stderr
    said = shell("takedown", "capture:1", "--by", "县法院", "--reason", "个人信息").stdout
    assert "2 captures hidden: tombstone 1" in said
    row = json.loads(shell("takedown", "--json").stdout)
    assert (row["mode"], row["ordered_by"], row["reason"], row["captures"]) == ("hidden", "县法院", "个人信息", 2)
    assert "6 lines" in shell("export", "cdxj", "index.cdxj").stdout
    assert "Everything agrees" in shell("verify").stdout


FOREIGN = Path(__file__).parents[2] / "../shared/foreign/warcio"


@pytest.mark.skipif(not FOREIGN.exists(), reason="the foreign WARC files are not beside the project")
def test_foreign_files_are_taken_in_whole_or_refused_by_name(shell: Shell, kept: Path) -> None:
    good, bad = str(FOREIGN / "example.warc.gz"), str(FOREIGN / "example-bad.warc.gz.bad")
    refused = shell("import", good, bad, "--site", "shili", code=2).stderr
    assert "example-bad.warc.gz.bad" in refused and "Nothing was taken in" in refused
    assert "2 captures taken into shili" in shell("import", good, "--site", "shili").stdout
    assert "imported already" in shell("import", good, "--site", "shili", code=2).stderr
    assert "Everything agrees" in shell("verify").stdout


def test_what_a_harvest_seals_is_where_it_rests_and_in_the_second_copy_when_it_ends(tmp_path: Path) -> None:
    """The site answers nobody: what was tried is sealed all the same. In real processes."""
    shell, places = Shell(tmp_path), {"second_copy": "copy", "store": "far"}
    shell("sites", "add", "http://127.0.0.1:9/", "--allow-private", "--no-look", **places)
    shell("harvest", code=1, contact="me@example.org", delay_seconds="0", **places)
    assert warcs(shell.folder / "nianbao-data") == []
    (sealed,) = (shell.folder / "far").rglob("*.warc.gz")
    (copied,) = (shell.folder / "copy").rglob("*.warc.gz")
    assert copied.read_bytes() == sealed.read_bytes()
    assert "Everything agrees" in shell("verify", "--copy", **places).stdout
