"""The place that a figure was read from: a box on the drawn page, or its cell in the table as read."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageChops, ImageDraw

from archive.web.drawing import Marked, drawn_page
from demo import pdf
from demo.world import World

RED = (176, 28, 46)
MOST_OF_BOTH = 140_000  # bytes, beside those of the page itself
FIGURE = "requests.new_received.natural"


def red_box(drawn: bytes) -> tuple[int, int, int, int]:
    """The outermost red pixels: left, top, right, bottom. In a photograph they are but nearly red."""
    picture = Image.open(io.BytesIO(drawn))
    near = 1 if picture.format == "PNG" else 24
    off = ImageChops.difference(picture.convert("RGB"), Image.new("RGB", picture.size, RED)).convert("L")
    found = off.point([255] * near + [0] * (256 - near)).getbbox()
    assert found is not None
    return found


def drawn(body: bytes, number: int, marked: Marked) -> bytes:
    found = drawn_page(body, number, marked)
    assert found is not None
    return found.body


def weight_of_both(body: bytes, number: int, marked: Marked) -> int:
    """Of the whole page and its close-up."""
    return sum(len(drawn(body, number, replace(marked, near=near))) for near in (False, True))


def address_of_picture(page: str) -> str:
    return re.search(r'src="(/captures/\d+/pages/\d+\.png\?[^"]*?)(?:&amp;near)?"', page)[1]  # type: ignore[index]


def test_the_box_on_a_pdf_page_holds_what_another_library_finds_printed_there(archive: Any) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    report = archive.reports[2025]
    body = archive.get(f"/captures/{archive.capture('2025.pdf', newest=False).id}/body").content
    page = archive.get(f"/reports/{archive.ids['2025.html']}/figures/{FIGURE}").text
    address = address_of_picture(page)
    number = int(re.search(r"pages/(\d+)", address)[1])  # type: ignore[index]
    picture = archive.get(address).content
    left, top, right, bottom = red_box(picture)
    width = Image.open(io.BytesIO(picture)).width
    with pdfplumber.open(io.BytesIO(body)) as document:
        sheet = document.pages[number - 1]
        scale = float(sheet.width) / width
        said = sheet.crop((left * scale, top * scale, right * scale, bottom * scale)).extract_text()
    assert said.strip() == str(report.figures[FIGURE])


def test_a_close_up_shows_the_surroundings_of_the_box_alone(archive: Any) -> None:
    address = address_of_picture(archive.get(f"/reports/{archive.ids['2025.html']}/figures/{FIGURE}").text)
    whole, near = (Image.open(io.BytesIO(archive.get(f"{address}{more}").content)) for more in ("", "&near"))
    assert (near.width, whole.width) == (1100, 800), "to be read, and to see where it stands"
    assert near.height / near.width < whole.height / whole.width / 2


def test_a_box_on_a_page_of_a_turned_pdf_is_turned_with_it() -> None:
    upright = pdf.made(next(report for report in World.build(1).counties[0].reports if report.year == 2025))
    document = pypdfium2.PdfDocument(upright)
    document[0].set_rotation(90)
    out = io.BytesIO()
    document.save(out)
    _, height = pypdfium2.PdfDocument(upright)[0].get_size()
    box = (72.0, height - 200, 172.0, height - 150)  # 72 from the left, 150 from the top
    left, top, right, bottom = red_box(drawn(out.getvalue(), 1, Marked(box)))
    # Turned by a quarter to the right, what stood 150 to 200 below the top stands 150 to 200 left of the right edge, and 72 below the top.
    scale = 800 / height
    wanted = ((height - 200) * scale, 72 * scale, (height - 150) * scale, 172 * scale)
    assert (left, top, right, bottom) == pytest.approx(wanted, abs=8)


def test_the_cell_of_a_table_is_marked_where_the_file_has_no_pages(archive: Any) -> None:
    report = archive.reports[2022]
    page = archive.get(f"/reports/{archive.ids['2022.html']}/figures/{FIGURE}").text
    marked = re.findall(r'<td class="here"[^>]*>([^<]*)</td>', page)
    assert marked == [str(report.figures[FIGURE])]


def test_every_read_figure_of_the_tables_leads_to_its_place(archive: Any) -> None:
    number = archive.ids["2022.html"]
    linked = set(re.findall(rf'href="{number}/figures/([a-z0-9_.]+)#here"', archive.get(f"/reports/{number}").text))
    read = {
        key for key, figure in archive.get(f"/reports/{number}.json").json()["figures"].items() if figure.get("place")
    }
    assert linked == read
    assert len(linked) > 150


def test_the_box_of_a_scanned_picture_is_measured_on_the_picture_as_read() -> None:
    picture = Image.new("RGB", (500, 700), "white")  # narrow: OCR reads it at twice the size; 800 pixels are shown
    ImageDraw.Draw(picture).text((100, 100), "7", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    left, top, right, bottom = red_box(drawn(out.getvalue(), 1, Marked((200.0, 1100.0, 300.0, 1200.0), by_ocr=True)))
    assert (left, top, right, bottom) == pytest.approx((156, 156, 245, 245), abs=3)


@pytest.mark.parametrize("name", ["hongze_2023.pdf", "huaian_2024.pdf"])
def test_the_pictures_of_a_figure_in_a_real_pdf_weigh_less_than_a_page_may(name: str) -> None:
    body = Path(__file__).parents[4] / "shared" / "samples" / "real" / name
    if not body.exists():
        pytest.skip("the real samples do not lie beside the project")
    box = (50.0, 300.0, 200.0, 320.0)
    pages = len(pypdfium2.PdfDocument(body.read_bytes()))
    for number in range(1, pages + 1):
        assert weight_of_both(body.read_bytes(), number, Marked(box)) < MOST_OF_BOTH


def test_the_pictures_of_a_figure_on_a_scanned_page_weigh_less_than_a_page_may() -> None:
    report = next(report for report in World.build(1).counties[0].reports if report.year == 2025)
    tables = pypdfium2.PdfDocument(pdf.made(report))[1]
    printed = tables.render(scale=300 / 72).to_pil().convert("L").point([value * 4 // 5 for value in range(256)])
    grain = Image.frombytes("L", printed.size, random.Random(1).randbytes(printed.width * printed.height))
    scanned = ImageChops.add(printed, grain.point([value // 5 for value in range(256)]))
    out = io.BytesIO()
    scanned.convert("RGB").save(out, "JPEG", quality=80)
    assert weight_of_both(out.getvalue(), 1, Marked((900.0, 2000.0, 1100.0, 2040.0), by_ocr=True)) < MOST_OF_BOTH


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "1,2,3,nan", "1e9,2,3,4"])
def test_a_box_that_is_none_is_refused_by_name(archive: Any, box: str) -> None:
    answer = archive.get(f"/captures/{archive.capture('2025.pdf', newest=False).id}/pages/1.png?box={box}")
    assert answer.status_code == 400
    assert "box" in answer.text


def test_a_box_beyond_the_page_costs_no_more_than_the_page(archive: Any) -> None:
    answer = archive.get(
        f"/captures/{archive.capture('2025.pdf', newest=False).id}/pages/1.png?box=-99999,-99999,99999,99999&near"
    )
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).width == 1100
    assert answer.headers["cache-control"].endswith("immutable")


def test_a_figure_that_the_report_does_not_have_is_no_page(archive: Any) -> None:
    assert archive.get(f"/reports/{archive.ids['2022.html']}/figures/requests.nothing").status_code == 404
