"""The evidence sheet says what the page printed and how to prove it; the WACZ holds the page and the file that was read."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import pytest
from docx import Document

from archive.seals import read_head, read_seal
from archive.wacz_check import wacz_faults
from archive.warc import WarcStore
from reports import extract, parse


def sheet_of(archive: Any, name: str, lang: str = "zh") -> bytes:
    answer = archive.get(f"/reports/{archive.ids[name]}.docx", lang)
    assert answer.status_code == 200
    return answer.content  # type: ignore[no-any-return]


def said(sheet: bytes) -> str:
    document = Document(io.BytesIO(sheet))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_tables_of_the_sheet_read_back_as_the_report(archive: Any) -> None:
    document = Document(io.BytesIO(sheet_of(archive, "2022.html")))
    document.paragraphs[0].text = archive.reports[
        2022
    ].title  # under its own title it is no report, but evidence of one
    out = io.BytesIO()
    document.save(out)
    read = parse(extract(out.getvalue(), None, None))
    printed = archive.reports[2022].figures
    assert {key: figure.value for key, figure in read.figures.items() if key in printed} == printed


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sheet_names_hash_time_and_seal_of_every_capture_and_the_head_of_the_chain(archive: Any, lang: str) -> None:
    words = said(sheet_of(archive, "2025.html", lang))
    store: WarcStore = archive.county.store
    for end in ("2025.html", "2025.pdf"):
        row = archive.capture(end, newest=False)
        assert row.url in words
        assert row.body_sha256 in words
        assert row.record_id in words
    names = list(store.folder.rglob("*.warc.gz"))
    seals = [read_seal(store.folder, str(name.relative_to(store.folder))) for name in names]
    assert any(seal.sha256 in words and seal.own_sha256 in words and seal.public_key in words for seal in seals if seal)
    assert read_head(store.folder).sha256 in words


def test_the_sheet_lists_what_the_rules_found(archive: Any) -> None:
    words = said(sheet_of(archive, "2023.html"))
    found = archive.get(f"/reports/{archive.ids['2023.html']}.json").json()["findings"]
    assert found
    assert [finding["message"] for finding in found if finding["message"] not in words] == []


def test_the_wacz_holds_the_page_and_the_file_that_was_read(archive: Any) -> None:
    answer = archive.get(f"/reports/{archive.ids['2025.html']}.wacz")
    assert answer.headers["content-disposition"].endswith(".wacz")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        urls = [json.loads(line)["url"] for line in package.read("pages/pages.jsonl").splitlines()[1:]]
        (name,) = [name for name in package.namelist() if name.startswith("archive/")]
        records = gzip.decompress(package.read(name))
        listed = {one["path"]: one["hash"] for one in json.loads(package.read("datapackage.json"))["resources"]}
        assert {path: "sha256:" + hashlib.sha256(package.read(path)).hexdigest() for path in listed} == listed
    assert [url.rsplit("/", 1)[1] for url in urls] == ["2025.html", "2025.pdf"]
    assert archive.get(f"/captures/{archive.capture('2025.pdf', newest=False).id}/body").content in records


def test_our_own_check_of_wacz_files_is_content_with_it(archive: Any, tmp_path: Any) -> None:
    target = tmp_path / "report.wacz"
    target.write_bytes(archive.get(f"/reports/{archive.ids['2023.html']}.wacz").content)
    assert list(wacz_faults(target)) == []


def test_an_older_version_has_its_own_sheet(archive: Any) -> None:
    number, first = archive.ids["2023.html"], archive.capture("2023.html", newest=False)
    page = archive.get(f"/reports/{number}").text
    versions = set(re.findall(rf"/reports/{number}\?version=(\d+)", page))
    sheets = [said(archive.get(f"/reports/{number}.docx?version={version}").content) for version in versions]
    assert sum(first.body_sha256 in sheet for sheet in sheets) == 1
    assert archive.get(f"/reports/{number}.docx?version=999999").status_code == 404
