"""What nobody sees of a workbook, a PDF, rich text or an OFD page gives no figure; what stands on a ground of a colour is read."""

from __future__ import annotations

import io
import zipfile

import pytest

import reports

BLUE = "FF1F4E79"


def workbook_cell(**look: object) -> str:
    """The second cell of a sheet, 12 between a word and a 7, with this look."""
    openpyxl = pytest.importorskip("openpyxl")
    styles = pytest.importorskip("openpyxl.styles")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["一、本年新收政府信息公开申请数量", look.pop("value", 12), 7])
    cell = sheet["B1"]
    if "font" in look:
        cell.font = styles.Font(**look["font"])
    if "fill" in look:
        cell.fill = styles.PatternFill("solid", fgColor=look["fill"])
    if "format" in look:
        cell.number_format = look["format"]
    file = io.BytesIO()
    book.save(file)
    (table,) = reports.extract(file.getvalue(), None, None).tables
    return table.rows[0][1].text


TURNED = "\u202e12\u202c"


@pytest.mark.parametrize(
    ("look", "read"),
    [
        ({"font": {"color": "FFFFFFFF"}}, TURNED),
        ({"font": {"color": "FFFFFFFF"}, "fill": "FFFFFFFF"}, TURNED),
        ({"font": {"color": "FFFFFFFF"}, "fill": BLUE}, "12"),
        ({"font": {"color": "FFFF0000"}}, "12"),
        ({"font": {"strike": True}}, ""),
        ({"format": ";;;"}, ""),
        ({"format": '"";"";""'}, ""),
        ({"format": ";;;", "value": "12"}, ""),
        ({"format": ";;;@", "value": "12"}, "12"),
        ({"format": "0;-0;;@"}, "12"),
        ({"format": "0;-0;;@", "value": 0}, ""),
        ({"format": "0;-0;;@", "value": -0.5}, "-0.5"),
        ({"format": "[>100]0;;", "value": 12}, "12"),
        ({"format": "#,##0", "value": 0}, "0"),
    ],
)
def test_a_workbooks_cell_gives_no_more_than_its_style_shows(look, read):
    assert workbook_cell(**look) == read


def test_a_white_run_of_a_workbooks_string_is_marked_where_no_ground_is():
    pytest.importorskip("openpyxl")
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    white = CellRichText(TextBlock(InlineFont(color="FFFFFFFF"), "9"), TextBlock(InlineFont(), "12"))
    assert workbook_cell(value=white) == "\u202e9\u202c12"
    assert workbook_cell(value=white, fill=BLUE) == "912"


def pdf_with(draw: object) -> str:
    """All words of a page with a ruled table, in whose last cell something is drawn."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(595, 842))
    page.drawString(60, 760, "words that anybody sees, enough of them for a page of text")
    draw(page)
    for column in range(3):
        page.rect(100 + 50 * column, 300, 50, 20)
        page.rect(100 + 50 * column, 320, 50, 20)
    page.save()
    document = reports.extract(file.getvalue(), None, None)
    assert not document.by_ocr
    return "|".join(cell.text for table in document.tables for row in table.rows for cell in row)


def invisible(page):
    words = page.beginText(105, 305)
    words.setTextRenderMode(3)
    words.textOut("12")
    page.drawText(words)


def white(page):
    page.setFillColorRGB(1, 1, 1)
    page.drawString(105, 305, "12")
    page.setFillColorRGB(0, 0, 0)


def transparent(page):
    page.setFillColorRGB(0, 0, 0, alpha=0)
    page.drawString(105, 305, "12")
    page.setFillColorRGB(0, 0, 0, alpha=1)


def white_on_white(page):
    page.setFillColorRGB(1, 1, 1)
    page.rect(100, 300, 50, 20, stroke=0, fill=1)
    white(page)


def white_on_blue(page):
    page.setFillColorRGB(0.1, 0.3, 0.5)
    page.rect(100, 300, 50, 20, stroke=0, fill=1)
    white(page)


def black(page):
    page.drawString(105, 305, "12")


def painted_over(page, red=1.0, alpha=1.0):
    black(page)
    page.setFillColorRGB(red, 1, 1, alpha=alpha)
    page.rect(101, 301, 40, 18, stroke=0, fill=1)
    page.setFillColorRGB(0, 0, 0, alpha=1)


def painted_over_in_colour(page):
    painted_over(page, red=0.5)


def painted_over_in_part(page):
    page.drawString(105, 305, "12345")
    page.setFillColorRGB(1, 1, 1)
    page.rect(104, 301, 13, 18, stroke=0, fill=1)  # its first two digits
    page.setFillColorRGB(0, 0, 0)


def highlighted(page):
    painted_over(page, red=0.5, alpha=0.4)


def beside_a_clipped_area(page):
    black(page)
    page.saveState()
    around = page.beginPath()
    around.rect(400, 300, 50, 20)
    page.clipPath(around, stroke=0, fill=0)
    page.setFillColorRGB(1, 1, 1)
    page.rect(0, 0, 595, 842, stroke=0, fill=1)
    page.restoreState()


def under_a_triangle(page):
    black(page)
    corner = page.beginPath()
    corner.moveTo(101, 301)
    corner.lineTo(148, 301)
    corner.lineTo(148, 304)
    corner.lineTo(130, 318)
    corner.close()
    page.setFillColorRGB(1, 1, 1)
    page.drawPath(corner, stroke=0, fill=1)
    page.setFillColorRGB(0, 0, 0)


@pytest.mark.parametrize(
    ("draw", "read"),
    [(painted_over, False), (painted_over_in_colour, False), (painted_over_in_part, False), (highlighted, True),
     (beside_a_clipped_area, True), (under_a_triangle, True), (black, True), (white_on_blue, True), (invisible, False), (white, False), (transparent, False), (white_on_white, False)],
)  # fmt: skip
def test_type_that_nobody_sees_on_a_pdfs_page_is_not_read(draw, read):
    """Nor is any that another was painted over and written anew: 12 under a 7 is no 127."""

    def with_a_seven(page):
        page.drawString(155, 305, "7")
        draw(page)

    assert ("12" in pdf_with(with_a_seven), "7" in pdf_with(with_a_seven)) == (read, True)


def test_a_figure_painted_over_and_written_anew_is_the_new_one():
    def anew(page):
        painted_over(page)
        page.drawString(112, 305, "8")

    assert "8" in pdf_with(anew).split("|")


@pytest.mark.parametrize(
    ("runs", "read"),
    [
        (r"{\cf1 9}12", "\u202e9\u202c12"),
        (r"{\cf1\highlight2 9}12", "912"),
        (r"{\cf1\highlight1 9}12", "\u202e9\u202c12"),
        (r"{\cf2 9}12", "912"),
        (r"{\cf1\cf0 9}12", "912"),
        (r"{\cf1\plain 9}12", "912"),
        (r"\trowd\clcbpat2\cellx100\intbl{\cf1 9}12\cell\row", "912"),
        (r"\trowd\clcbpat2\cellx100\trowd\cellx100\intbl{\cf1 9}12\cell\row", "\u202e9\u202c12"),
    ],
)
def test_white_type_of_rich_text_is_marked_where_no_ground_is(runs, read):
    colours = r"{\colortbl;\red255\green255\blue254;\red31\green78\blue121;}"
    document = reports.extract(rf"{{\rtf1\ansi\ansicpg936{colours} {runs}\par}}".encode(), None, None)
    words = [block.text for block in document.paragraphs]
    assert [*words, *(cell.text for table in document.tables for row in table.rows for cell in row)] == [read]


WHITE = '<ofd:FillColor Value="255 255 255"/>'
AREA = '<ofd:PathObject Boundary="0 0 300 300" Fill="true"><ofd:FillColor Value="{}"/></ofd:PathObject>'


@pytest.mark.parametrize(
    ("under", "attributes", "colour", "read"),
    [
        ("", "", "", True),
        ("", "", '<ofd:FillColor Value="0 0 0"/>', True),
        ("", "", WHITE, False),
        (AREA.format("255 255 255"), "", WHITE, False),
        (AREA.format("31 78 121"), "", WHITE, True),
        ("", 'Visible="false"', "", False),
        ("", 'Alpha="0"', "", False),
        ("", 'Fill="false"', "", False),
        ("", "", '<ofd:FillColor Value="0 0 0" Alpha="0"/>', False),
    ],
)
def test_type_that_nobody_sees_on_an_ofd_page_is_not_read(under, attributes, colour, read):
    def text(words: str, top: int, more: str = "", inside: str = "") -> str:
        code = f'<ofd:TextCode X="0" Y="4" DeltaX="g {len(words)} 2">{words}</ofd:TextCode>'
        return f'<ofd:TextObject Boundary="10 {top} 100 5" Size="4" {more}>{inside}{code}</ofd:TextObject>'

    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    objects = under + text("words", 20) + text("about12", 60, attributes, colour)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        body = "<ofd:DocBody><ofd:DocRoot>Document.xml</ofd:DocRoot></ofd:DocBody>"
        packed.writestr("OFD.xml", f"<ofd:OFD {space}>{body}</ofd:OFD>")
        pages = '<ofd:Pages><ofd:Page ID="1" BaseLoc="Page.xml"/></ofd:Pages>'
        packed.writestr("Document.xml", f"<ofd:Document {space}>{pages}</ofd:Document>")
        content = f"<ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content>"
        packed.writestr("Page.xml", f"<ofd:Page {space}>{content}</ofd:Page>")
    words = "".join(block.text for block in reports.extract(file.getvalue(), None, None).paragraphs).replace(" ", "")
    assert ("12" in words, "words" in words) == (read, True)
