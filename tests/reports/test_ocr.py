"""Scans: read where OCR is installed, each figure marked so and none wrong; where it is not, `image only` and never a zero."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import reports
from reports.extraction import ocr
from reports.extraction.images import read_image
from reports.extraction.pdf import read_pdf
from reports.model import Paragraph
from reports.publication import File, read_publication

SAMPLES = Path(__file__).parents[1] / "samples"
BEFORE = ("青石镇2023年政府信息公开工作年度报告", "一、总体情况", "依法公开。", "三、收到和处理政府信息公开申请情况")
BEHIND = ("五、存在的主要问题及改进情况", "继续改进。", "六、其他需要报告的事项", "无。")
ROWS = (
    "law",
    "safety",
    "third_party",
    "internal",
    "process",
    "enforcement_file",
    "admin_query",
)  # of 不予公开, on that part
needs_ocr = pytest.mark.skipif(
    not ocr.installed(), reason="the extra `ocr` is not installed: scans are archived, not read"
)


def scanned(number: int, share: float = 1.0) -> bytes:
    """The upper part of a page of the own PDF, as a picture in a PDF without text."""
    import pypdfium2 as pdfium

    source = pdfium.PdfDocument(SAMPLES / "pdf" / "input.pdf")
    picture = source[number].render(scale=150 / 72).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.crop((0, 0, picture.width, int(picture.height * share))).save(out, "PDF", resolution=150)
    return out.getvalue()


@pytest.fixture
def without_ocr(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as Python sees a package that is not there
    assert not ocr.installed()


@needs_ocr
def test_the_figures_of_a_scan_are_right_and_say_that_they_were_read_by_ocr():
    scan = reports.extract(scanned(1, share=0.3), "application/pdf", None)
    assert scan.by_ocr
    assert not scan.image_only
    blocks = (*map(Paragraph, BEFORE), *scan.blocks, *map(Paragraph, BEHIND))  # the words of the pages around it
    figures = reports.parse(replace(scan, blocks=blocks)).figures
    truth = json.loads((SAMPLES / "pdf" / "expected.json").read_text("utf-8"))["figures"]
    read = {key: figure for key, figure in figures.items() if figure.value is not None}
    assert {key: figure.value for key, figure in read.items()} == {key: truth[key][0] for key in read}
    assert {key for key in truth for row in ROWS if key.startswith(f"requests.refused.{row}.")} <= read.keys()
    assert all(figure.by_ocr and figure.place and figure.place.box for figure in read.values())


@needs_ocr
def test_a_page_is_read_after_one_whose_cells_were_read_alone():
    from reports.extraction.images import read_scanned_pdf

    ocr._read_alone(_white_with_a_bar())
    assert read_scanned_pdf(scanned(2, share=0.2), None).blocks


def _white_with_a_bar():
    import numpy as np

    picture = np.full((40, 30, 3), 255, np.uint8)
    picture[8:32, 14:17] = 0
    return picture


def test_without_ocr_a_scan_is_image_only_and_has_no_figures(without_ocr):
    for document in (read_pdf(scanned(2), None), read_image(b"\x89PNG\r\n\x1a\n", None)):
        assert document.image_only
        assert not document.blocks


def test_without_ocr_a_page_that_shows_a_scan_is_image_only(without_ocr):
    page = "<html><meta charset=utf-8><div id='zoom'><h1>青石镇2023年政府信息公开工作年度报告</h1><img src='1.png'></div></html>"
    publication = read_publication(File(page.encode(), "text/html", "http://x.gov.cn/1.html"), ())
    assert publication.state == "image only"
    assert publication.report is None or not publication.report.figures
