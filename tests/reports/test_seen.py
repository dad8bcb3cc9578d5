"""What a reader of the page does not see is no part of a figure, and what is set beside it in small type neither."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

import reports
from reports.extraction.ruled import Character, texts_of
from reports.model import Figure, State
from tests.reports.mutating import Page, as_html

KEY = "requests.new_received.total"


def read_with(cell: str, key: str = KEY) -> Figure:
    """The last cell of the first row of table three, written as `cell`, where it truly is 12."""
    page = Page(random.Random(0))
    page.requests[0].cells[-1] = "TWELVE"
    made = as_html(page).replace("<p>TWELVE</p>", "TWELVE").replace("<span>T</span><span>WELVE</span>", "TWELVE")
    assert "<td>TWELVE</td>" in made
    return reports.parse(reports.extract(made.replace("<td>TWELVE</td>", cell).encode(), None, None)).figures[key]


@pytest.mark.parametrize(
    "cell",
    [
        "<td><del>99</del>12</td>",
        "<td><s>9</s>12</td>",
        '<td><span style="text-decoration: line-through">9</span>12</td>',
        '<td><span style="display:none">9</span>12</td>',
        '<td><p><span style="mso-hide:all">9</span><span>12</span></p></td>',
        "<td><span hidden>9</span>12</td>",
        '<td><span style="font-size:0">9</span>12</td>',
        "<td><ruby>12<rt>9</rt></ruby></td>",
        '<td style="display:none">9</td><td>12</td>',
        '<td><input type="text" value="12"></td>',
        '<td><input type="hidden" value="9">12</td>',
        '<td><span style="vertical-align:super">12</span></td>',
        '<td><span style="font-size:0.5em">12</span></td>',
        "<td>1&#8203;2</td>",
        "<td>1&shy;2</td>",
        '<td><span style="opacity:0">9</span>12</td>',
        '<td><span style="position:absolute;left:-9999px">9</span>12</td>',
        '<td><span style="opacity:0.9">12</span></td>',
        "<td><bdo dir=ltr>12</bdo></td>",
        '<td colspan="0">12</td>',
    ],
)
def test_a_figure_is_what_is_seen_of_its_cell(cell):
    assert read_with(cell).value == 12


@pytest.mark.parametrize(
    "cell",
    [
        "<td>12<sup>1</sup></td>",
        "<td>12<sub>2</sub></td>",
        '<td>12<span style="vertical-align: super">1</span></td>',
        '<td><img src="twelve.png"></td>',
        '<td><bdo dir="rtl">12</bdo></td>',
        "<td>1<bdo dir=RTL>2</bdo></td>",
        '<td style="unicode-bidi:bidi-override;direction:rtl">12</td>',
        '<td><p style="direction:rtl;unicode-bidi:isolate-override">12</p></td>',
        "<td>&#8238;12&#8236;</td>",
    ],
)
def test_a_raised_mark_or_a_picture_leaves_the_figure_unknown(cell):
    figure = read_with(cell)
    assert figure.value is None
    assert figure.state is State.TEXT
    assert figure.reason


def test_a_row_that_is_not_shown_is_not_read():
    figure = read_with(
        '<td>12</td></tr><tr style="display:none"><td>一、本年新收政府信息公开申请数量</td>' + "<td>9</td>" * 7
    )
    assert figure.value == 12


def test_struck_out_words_state_nothing():
    words = "<p>一、总体情况</p><p>收到政府信息公开申请<s>9</s>8件，面积5 km<sup>2</sup>。</p>" + "".join(
        f"<p>{title}</p><p>无。</p>"
        for title in (
            "二、主动公开政府信息情况",
            "三、收到和处理政府信息公开申请情况",
            "四、政府信息公开行政复议、行政诉讼情况",
            "五、存在的主要问题及改进情况",
            "六、其他需要报告的事项",
        )
    )
    page = f"<html><body><h1>青石镇2023年政府信息公开工作年度报告</h1>{words}</body></html>"
    report = reports.parse(reports.extract(page.encode(), None, None))
    assert [figure.value for figure in report.narrative if figure.meaning == "new_received"] == [8]
    assert "5 km²" in report.sections[0].text


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (r"{\v 9}12", "12"),
        (r"{\strike 9}12", "12"),
        (r"{\deleted 9}12", "12"),
        (r"1{\v0 2}", "12"),
        (r"12{\super 1}", "12¹"),
        (r"12{\up6 1}", "12¹"),
        (r"12{\super\chftn}{\footnote 9}", "12"),
        (r"{\field{\fldinst PAGE 9}{\fldrslt 12}}", "12"),
        (r"\u-10179?\u-9216?", "\U0001f400"),
    ],
)
def test_rich_text_is_what_is_seen_of_it(runs, shown):
    document = reports.extract(rb"{\rtf1\ansi\ansicpg936 " + runs.encode() + rb"\par}", None, None)
    assert [block.text for block in document.paragraphs] == [shown]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<is><r><rPr><strike/></rPr><t>9</t></r><r><t>12</t></r></is>", "12"),
        ('<is><r><t>12</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is>', "12¹"),
        ('<is><t>12</t><rPh sb="0" eb="1"><t>9</t></rPh></is>', "12"),
    ],
)
def test_a_workbooks_cell_is_what_is_seen_of_it(cell, shown):
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", f"<workbook {main}/>")
        row = f'<row r="1"><c r="A1" t="inlineStr">{cell}</c><c r="B1"><v>7730.2799999999997</v></c></row>'
        packed.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{row}</sheetData></worksheet>")
    (table,) = reports.extract(file.getvalue(), None, None).tables
    assert [one.text for one in table.rows[0]] == [shown, "7730.28"]


def test_a_small_digit_behind_others_in_a_pdf_is_a_raised_mark():
    line = [Character("1", 0, 0, 5, 10), Character("5", 5, 0, 10, 10), Character("1", 10, 4, 13, 10)]
    assert "".join(texts_of(line)) == "15¹"


@pytest.mark.parametrize(("mode", "by_ocr"), [(0, False), (3, True)])
def test_unseen_type_over_a_picture_of_the_page_counts_as_read_by_ocr(mode, by_ocr):
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    lib = pytest.importorskip("reportlab.lib.utils")
    from PIL import Image

    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(595, 842))
    page.drawImage(lib.ImageReader(Image.new("RGB", (60, 84), "white")), 0, 0, 595, 842)
    for row in range(3):  # a ruled table, so that nothing is read from the picture
        for column in range(3):
            page.rect(100 + 50 * column, 300 + 20 * row, 50, 20)
    words = page.beginText(50, 700)
    words.setTextRenderMode(mode)
    for _ in range(12):
        words.textLine("some forty characters that make up a line")
    words.setTextOrigin(105, 305)
    words.textOut("12")
    page.drawText(words)
    page.save()
    document = reports.extract(file.getvalue(), None, None)
    assert document.by_ocr is by_ocr
    assert not document.image_only


def page_with(cell: str, style: str = "") -> Figure:
    """As `read_with`, with a style sheet on the page."""
    page = Page(random.Random(0))
    page.requests[0].cells[-1] = "TWELVE"
    made = as_html(page).replace("<p>TWELVE</p>", "TWELVE").replace("<span>T</span><span>WELVE</span>", "TWELVE")
    made = made.replace("<td>TWELVE</td>", cell).replace("</head>", f"{style}</head>")
    return reports.parse(reports.extract(made.encode(), None, None)).figures[KEY]


HIDING = [
    ("<style>.gone{display:none}</style>", '<td><span class="gone">9</span>12</td>'),
    ("<style>span.gone , .b { visibility : hidden ; }</style>", '<td><span class="a gone">9</span>12</td>'),
    ("<style>/* .x{ */ #gone{color:red;display:none!important}</style>", '<td><b id="gone">9</b>12</td>'),
    ("<style>@media screen{.a{color:red}} td.gone{display:none}</style>", '<td class="gone">9</td><td>12</td>'),
    ('<style media="screen">.gone{display:none}</style>', '<td><p class="gone">9</p>12</td>'),
]
NOT_HIDING = [
    ("<style>@media print{.gone{display:none}}</style>", '<td><span class="gone">12</span></td>'),
    ('<style media="print">.gone{display:none}</style>', '<td><span class="gone">12</span></td>'),
    ("<style>.gone{display:none} .gone.on{display:inline}</style>", '<td><span class="gone on">12</span></td>'),
    ("<style>.gone{display:none} .gone{display:block}</style>", '<td><span class="gone">12</span></td>'),
    ("<style>.menu .gone{display:none}</style>", '<td><span class="gone">12</span></td>'),
    ("<style>.gone:hover{display:none}</style>", '<td><span class="gone">12</span></td>'),
    ("<style>p.gone{display:none}</style>", '<td><span class="gone">12</span></td>'),
    ("<style>.gone{display:none}</style>", '<td><span class="gone" style="display:inline">12</span></td>'),
]


UNSEEN_STYLES = (
    "font-size:1px", "font-size:0", "width:0;overflow:hidden;display:inline-block", "overflow: hidden; max-height: 0px", "clip:rect(0,0,0,0);position:absolute",
    "clip: rect(1px, 1px, 1px, 1px)", "clip-path:inset(50%)", "transform:scale(0)", "filter:opacity(0)", "opacity:0.0", "position:absolute;left:-999px",
)  # fmt: skip
SEEN_STYLES = (
    "font-size:1.5em", "font-size:10px", "width:0", "width:9px;overflow:hidden", "min-width:0;overflow:hidden", "border-width:0;overflow:hidden",
    "transform:scale(0.9)", "opacity:0.9", "margin-left:-480px", "left:-10px", "background-color:transparent", "color:rgba(0,0,0,0.87)", "color:#ffff00",
)  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [
        *(f'<td><span style="{style}">9</span>12</td>' for style in UNSEEN_STYLES),
        *(f'<td><span style="{style}">12</span></td>' for style in SEEN_STYLES),
    ],
)
def test_what_its_own_style_leaves_no_room_or_colour_for_is_not_read(cell):
    assert page_with(cell).value == 12


@pytest.mark.parametrize(("style", "cell"), HIDING + NOT_HIDING)
def test_what_the_page_s_own_style_sheet_hides_is_not_read(style, cell):
    assert page_with(cell, style).value == 12


@pytest.mark.parametrize(
    "cell",
    [
        '<td><span style="color:#fff">9</span>12</td>',
        '<td><font color="white">9</font>12</td>',
        '<td style="color: rgb(255, 255, 255)">9</td>',
        '<td><span style="background:#fff;color:white">12</span></td>',
        '<td><span style="color:#fefefe">9</span>12</td>',
        '<td><span style="color:transparent">9</span>12</td>',
        '<td><span style="color:rgba(0, 0, 0, 0)">9</span>12</td>',
    ],
)
def test_white_type_on_no_ground_gives_no_figure(cell):
    figure = page_with(cell)
    assert (figure.value, figure.state) == (None, State.TEXT)


@pytest.mark.parametrize(
    "cell",
    [
        '<td style="background-color:#1f4e79;color:#fff">12</td>',
        '<td bgcolor="#1f4e79"><font color="#FFFFFF">12</font></td>',
        '<td><span style="background-color:white">12</span></td>',
        '<td><span style="color:#fff000">12</span></td>',
    ],
)
def test_white_type_on_a_coloured_ground_is_read(cell):
    assert page_with(cell).value == 12


@pytest.mark.parametrize("mark", ['style="display:none"', "hidden", 'class="gone"'])
def test_a_hidden_table_or_row_group_is_not_read_and_a_hidden_article_is(mark):
    page = Page(random.Random(0))
    whole = as_html(page).replace("</head>", "<style>.gone{display:none}</style></head>")
    plain = reports.parse(reports.extract(whole.encode(), None, None))
    at = whole.index("<table border=1>", whole.index("三、收到和处理"))
    table = whole[at : whole.index("</table>", at)].replace("<table border=1>", "")
    other = table.replace(">0<", ">7<")
    copies = (
        f"<table {mark}>{other}</table>",
        f"<div {mark}><table>{other}</table></div>",
        f"<table><tbody {mark}>{other}</tbody></table>",
    )
    for hidden in copies:
        read = reports.parse(reports.extract((whole[:at] + hidden + whole[at:]).encode(), None, None))
        assert {key: f.value for key, f in read.figures.items()} == {key: f.value for key, f in plain.figures.items()}
    article = whole.replace("<h1>", f"<div {mark}><h1>").replace("</div></body>", "</div></div></body>")
    assert reports.parse(reports.extract(article.encode(), None, None)).figures == plain.figures
