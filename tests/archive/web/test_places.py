"""The place that a figure was read from: a box on the drawn page, or its cell in the table as read."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image, ImageChops, ImageDraw

from archive.web.drawing import Marked, drawn_page
from demo import pdf
from demo.world import World

RED = (176, 28, 46)
FIGURE = "requests.new_received.natural"


def red_box(png: bytes) -> tuple[int, int, int, int]:
    """The outermost red pixels: left, top, right, bottom."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    found = (
        ImageChops.difference(picture, Image.new("RGB", picture.size, RED))
        .convert("L")
        .point([255] + [0] * 255)
        .getbbox()
    )
    assert found is not None
    return found


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
    assert near.width == whole.width
    assert near.height < whole.height / 2


def test_a_box_on_a_page_of_a_turned_pdf_is_turned_with_it() -> None:
    upright = pdf.made(next(report for report in World.build(1).counties[0].reports if report.year == 2025))
    document = pypdfium2.PdfDocument(upright)
    document[0].set_rotation(90)
    out = io.BytesIO()
    document.save(out)
    _, height = pypdfium2.PdfDocument(upright)[0].get_size()
    box = (72.0, height - 200, 172.0, height - 150)  # 72 from the left, 150 from the top
    left, top, right, bottom = red_box(drawn_page(out.getvalue(), 1, Marked(box)) or b"")
    # Turned by a quarter to the right, what stood 150 to 200 below the top stands 150 to 200 left of the right edge, and 72 below the top.
    scale = 1100 / height
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
    picture = Image.new("RGB", (500, 700), "white")  # narrow: OCR reads it at twice the size
    ImageDraw.Draw(picture).text((100, 100), "7", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    drawn = drawn_page(out.getvalue(), 1, Marked((200.0, 1100.0, 300.0, 1200.0), by_ocr=True))
    left, top, right, bottom = red_box(drawn or b"")
    assert (left, top, right, bottom) == pytest.approx((196, 196, 305, 305), abs=3)


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
