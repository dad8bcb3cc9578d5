"""Damaged, endless and malicious files end in a clear error, or are read, within bounded time and memory; never in a crash."""

from __future__ import annotations

import io
import os
import random
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reports
from reports.errors import NotAReport, UnreadableFile
from reports.extraction.bundles import read_bundle
from reports.extraction.limits import MOST_BYTES, MOST_MARKUP
from reports.extraction.programs import TookTooLong, run
from reports.extraction.workers import Worker
from tests.drills import rars
from tests.reports.mutating import make_case

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "real"


def read(payload: bytes) -> reports.Report | None:
    """What every caller does. Only the two named errors may come out."""
    try:
        return reports.parse(reports.extract(payload, None, None))
    except (UnreadableFile, NotAReport) as error:
        assert str(error)
        return None


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(payload):
    read(payload)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 2**32), st.integers(1, 40))
def test_a_page_with_flipped_bytes_never_breaks_the_reader(seed, noise, flips):
    payload = bytearray(make_case(seed).payload)
    chance = random.Random(noise)
    for _ in range(flips):
        payload[chance.randrange(len(payload))] = chance.randrange(256)
    read(bytes(payload))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300), st.floats(0, 1))
def test_a_page_cut_off_anywhere_never_breaks_the_reader(seed, share):
    payload = make_case(seed).payload
    read(payload[: int(len(payload) * share)])


@pytest.mark.parametrize("name", ["hongze_2023.pdf", "form_2021_template.docx"])
def test_a_damaged_office_file_never_breaks_the_reader(name):
    if not (SAMPLES / name).is_file():
        pytest.skip("the real samples do not lie beside the project")
    whole = (SAMPLES / name).read_bytes()
    chance = random.Random(7)
    for _ in range(12):
        payload = bytearray(whole)
        start = chance.randrange(len(payload))
        payload[start : start + chance.randrange(1, 4000)] = chance.randbytes(chance.randrange(1, 4000))
        read(bytes(payload))
        read(whole[: chance.randrange(len(whole))])


def test_more_bytes_than_a_report_has_are_refused_at_once():
    with pytest.raises(UnreadableFile, match="at most"):
        reports.extract(b"<html>" + b"<div>" * (MOST_BYTES // 5 + 2), None, None)


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<b>", "<p class=content>", "<div class=content>"])
def test_endless_nesting_is_bounded(tag):
    read((b"<html>" + tag.encode() * 300_000)[: MOST_MARKUP - 1])


def test_a_table_of_endless_spans_is_refused():
    with pytest.raises(UnreadableFile, match="table cells"):
        reports.extract(b"<table>" + b"<tr><td rowspan=9999 colspan=9999>1<td>2</tr>" * 2000 + b"</table>", None, None)


def test_endless_text_is_refused_or_read():
    read("一、总体情况\t".encode() * 400_000)
    read(("。" * 2_000_000).encode())
    read(b"1" * 5_000_000)


@pytest.mark.parametrize(
    "unit", [" ", "1", "1,", "公开", "收到申请和", "收到申请1件，", "上 年", "一、", "、", "（", "<br>", "__"]
)
def test_no_rule_looks_at_the_same_text_again_and_again(unit):
    """Two hundred kilobytes of each cost a second where they once cost minutes; whoever breaks this waits."""
    text = f"青石镇2023年政府信息公开工作年度报告\n{unit * (200_000 // len(unit))}：\n" + "\n".join(
        f"{heading}\n{unit * (40_000 // len(unit))}"
        for heading in (
            "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
            "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况", "六、其他需要报告的事项",
        )
    )  # fmt: skip
    report = read(text.encode())
    assert report is not None
    reports.check(report, report)


def test_digits_that_can_be_cut_in_too_many_ways_end_the_search():
    row = "1" * 40
    text = f"三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量{row}二、上年结转政府信息公开申请数量{row}三、本年度办理结果（一）予以公开{row}（七）总计{row}四、结转下年度继续办理{row}\n四、政府信息公开行政复议、行政诉讼情况\n尚未审结总计{'12' * 30}\n五、存在的主要问题及改进情况\n无"
    report = read(("青石镇2023年政府信息公开工作年度报告\n一、总体情况\n" + text).encode())
    assert report is not None
    assert all(figure.value is None for figure in report.figures.values())


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = zipped(word__document_xml=b"<a>" + b" " * 150_000_000)
    with pytest.raises(UnreadableFile):
        reports.extract(bomb.replace(b"word/document_xml", b"word/document.xml"), None, None)


def test_a_gzip_bomb_is_refused():
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    chunk = bytes(1 << 20)
    bomb = b"".join(packer.compress(chunk) for _ in range(140)) + packer.flush()
    with pytest.raises(UnreadableFile, match="bytes unpacked"):
        reports.extract(bomb, None, None)


def test_an_archive_inside_an_archive_is_not_opened():
    with pytest.raises(UnreadableFile, match="inside an archive"):
        reports.extract(zipped(inner_zip=zipped(a_txt=b"x")), None, None)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + b"ha" * 50
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (97 if n == 0 else 98 + n) * 20) for n in range(8))
    + b"]>"
)


@pytest.mark.parametrize("kind", ["docx", "xlsx", "ofd"])
def test_an_entity_bomb_is_not_expanded(kind):
    body = ENTITIES + b"<x>&j;&j;&j;</x>"
    members = {
        "docx": {"word/document.xml": body, "[Content_Types].xml": body, "_rels/.rels": body},
        "xlsx": {"xl/workbook.xml": body, "xl/worksheets/sheet1.xml": body},
        "ofd": {"OFD.xml": body},
    }[kind]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    read(out.getvalue())


def test_an_external_entity_reads_no_file():
    body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", body)
    try:
        document = reports.extract(out.getvalue(), None, None)
    except UnreadableFile:
        return
    assert all("root" not in block.text for block in document.paragraphs)


def test_a_reader_that_takes_too_long_is_ended_and_the_next_file_is_read():
    worker = Worker()
    slow = b"{\\rtf1 " + b"{\\b a}" * 1_500_000 + b"}"
    try:
        with pytest.raises(UnreadableFile, match="seconds"):
            worker.read("rtf", slow, None, None, seconds=0.3)
        assert worker.read("rtf", b"{\\rtf1 ok\\par}", None, None, seconds=60).paragraphs[0].text == "ok"
    finally:
        worker.close()


def test_a_reader_that_dies_is_started_again():
    worker = Worker()
    try:
        worker.read("rtf", b"{\\rtf1 ok\\par}", None, None)
        assert worker._process is not None
        worker._process.kill()
        worker._process.wait()
        assert worker.read("rtf", b"{\\rtf1 again\\par}", None, None).paragraphs[0].text == "again"
    finally:
        worker.close()


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar (package libarchive-tools) is not installed")
@pytest.mark.parametrize(
    ("made", "found"),
    [
        (lambda: rars.bomb(1 << 19), "bytes unpacked, found 2,148,"),
        (lambda: rars.bomb(1 << 19, 1000), "whole rar archive"),
        (rars.hidden_sizes, "bytes unpacked, found 1,07"),
        (rars.false_sizes, "rar archive|bytes unpacked"),
        (lambda: rars.many_entries(5000), "members in one archive"),
        (lambda: rars.inside(4), "an archive inside an archive is not opened"),
    ],
)
def test_a_rar_bomb_is_refused_by_what_it_is(made, found):
    for payload in made():
        with pytest.raises(UnreadableFile, match=found):
            reports.extract(payload, None, None)


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar (package libarchive-tools) is not installed")
def test_a_stream_made_by_hand_is_what_a_rar_holds_and_is_read():
    text = rars.squeezed(3)
    packed = rars.rar5(
        rars.entry("a.txt", text, rars.unpacked_size(3), packing=0x80), rars.entry("b.txt", "公开".encode())
    )
    assert reports.extract(packed, None, None).attachments == ("a.txt", "b.txt")


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar (package libarchive-tools) is not installed")
def test_no_name_in_an_archive_leads_out_of_its_folder(tmp_path, monkeypatch):
    """What is unpacked lies in a folder of its own until it is read; nothing is left, and no link is followed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for payload in rars.leading_out():
        try:
            document = read_bundle("rar", payload, None)
        except UnreadableFile:
            document = None
        assert list(tmp_path.iterdir()) == []
        assert document is None or [block.text for block in document.paragraphs] == ["x"]


PROGRAM = """#!/bin/sh
echo $$ > %s/leader
sh -c 'echo $$ > %s/started; exec sleep 300' &
wait
"""


def processes(folder: Path) -> list[int]:
    return [int((folder / name).read_text()) for name in ("leader", "started")]


def alive(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.02)


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    program = tmp_path / "soffice"
    program.write_text(PROGRAM % (tmp_path, tmp_path))
    program.chmod(0o755)
    with pytest.raises(TookTooLong):
        run([str(program)], 1.0)
    wait_until(lambda: not any(map(alive, processes(tmp_path))))


def test_a_reader_that_is_ended_ends_the_program_that_it_runs(tmp_path, monkeypatch):
    program = tmp_path / "bsdtar"
    program.write_text(PROGRAM % (tmp_path, tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    worker = Worker()
    with pytest.raises(UnreadableFile, match="stopped"):
        worker.read("rar", rars.rar5(rars.entry("a.txt", b"x")), None, None, seconds=3)
    wait_until(lambda: not any(map(alive, processes(tmp_path))))
