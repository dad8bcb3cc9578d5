"""A Word file says what its last author sees: insertions and content controls count, deletions and hidden words do not."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

import reports
from reports.extraction.numbering import written
from reports.model import Paragraph, Table

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BY = 'w:id="1" w:author="a"'


def run(text: str, properties: str = "", tag: str = "t") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:{tag}>{text}</w:{tag}></w:r>"


def document_of(*elements: str) -> reports.Document:
    made = docx.Document()
    for element in elements:
        made.element.body.append(parse_xml(element))
    file = io.BytesIO()
    made.save(file)
    return reports.extract(file.getvalue(), None, None)


def words_of(runs: str) -> str:
    return "\n".join(block.text for block in document_of(f"<w:p {W}>{runs}</w:p>").paragraphs)


def table_xml(cells: list[list[str]]) -> str:
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in row) + "</w:tr>" for row in cells
    )
    return f"<w:tbl {W}>{rows}</w:tbl>"


@pytest.mark.parametrize(
    "runs",
    [
        f"{run('1')}<w:ins {BY}>{run('2')}</w:ins>",
        f"{run('1')}<w:moveTo {BY}>{run('2')}</w:moveTo>",
        f"<w:del {BY}>{run('9', tag='delText')}</w:del>{run('12')}",
        f"<w:moveFrom {BY}>{run('9')}</w:moveFrom>{run('12')}",
        f"{run('1')}<w:sdt><w:sdtContent>{run('2')}</w:sdtContent></w:sdt>",
        f'{run("1")}<w:fldSimple w:instr="X">{run("2")}</w:fldSimple>',
        f'{run("1")}<w:smartTag w:element="x">{run("2")}</w:smartTag>',
        f"{run('9', '<w:vanish/>')}{run('12')}",
        f"{run('9', '<w:strike/>')}{run('12')}",
        run("1", '<w:strike w:val="0"/>') + run("2"),
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>9</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("12")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ],
)
def test_a_paragraph_is_what_its_last_author_sees(runs):
    assert words_of(runs) == "12"


def test_a_footnote_mark_is_no_digit_of_the_number_before_it():
    assert words_of(run("12") + run("1", '<w:vertAlign w:val="superscript"/>')) == "12¹"


def test_tables_in_content_controls_are_read_and_deleted_rows_are_not():
    table = table_xml([["一", "1"], ["二", "2"]]).replace("<w:tr>", f"<w:tr><w:trPr><w:del {BY}/></w:trPr>", 1)
    document = document_of(f"<w:sdt {W}><w:sdtContent>{table}</w:sdtContent></w:sdt>")
    (read,) = document.tables
    assert [[cell.text for cell in row] for row in read.rows] == [["二", "2"]]


def test_a_table_that_lays_out_the_page_is_walked_through():
    inner = table_xml([["规章", "1"]])
    document = document_of(
        f"<w:tbl {W}><w:tr><w:tc><w:p>{run('左')}</w:p></w:tc><w:tc><w:p>{run('一、总体情况')}</w:p>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    )
    assert [type(block) for block in document.blocks] == [Paragraph, Paragraph, Table]


def test_merged_cells_repeat_and_are_marked():
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p>{}</w:p></w:tc>"
    first = cell.format('<w:vMerge w:val="restart"/>', run("甲")) + cell.format('<w:gridSpan w:val="2"/>', run("乙"))
    second = cell.format("<w:vMerge/>", "") + cell.format("", run("1")) + cell.format("", run("2"))
    (read,) = document_of(f"<w:tbl {W}><w:tr>{first}</w:tr><w:tr>{second}</w:tr></w:tbl>").tables
    assert [[(cell.text, cell.spans) for cell in row] for row in read.rows] == [
        [("甲", False), ("乙", False), ("乙", True)],
        [("甲", True), ("1", False), ("2", False)],
    ]


def test_numbers_that_word_counts_itself_stand_before_their_paragraphs():
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    lines = ((0, "总体情况"), (1, "主动公开"), (1, "依申请公开"), (0, "主动公开政府信息情况"), (1, "制度"))
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr></w:pPr>{run(text)}</w:p>'
        for depth, text in lines
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        packed.writestr("word/numbering.xml", numbering)
    read = reports.extract(file.getvalue(), None, None)
    assert [block.text for block in read.paragraphs] == [
        "一、总体情况", "1.主动公开", "2.依申请公开", "二、主动公开政府信息情况", "1.制度",
    ]  # fmt: skip


def test_chinese_counting_goes_on_beyond_ten():
    assert [written(number, "chineseCounting") for number in (1, 10, 11, 20, 23)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十三",
    ]


def test_text_boxes_inside_text_boxes_are_read_once_each():
    box = f"<w:p {W}>{run('底')}</w:p>"
    for _ in range(12):
        inside = f"<w:r><w:pict><w:txbxContent>{box}</w:txbxContent></w:pict></w:r>"
        box = f"<w:p {W}>{run('框')}{inside}</w:p>"
    assert [block.text for block in document_of(box).paragraphs] == ["框"] * 12 + ["底"]


WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    ("properties", "around", "read"),
    [
        (WHITE, "", "\u202e9\u202c12"),
        (WHITE + '<w:shd w:val="clear" w:fill="FFFFFF"/>', "", "\u202e9\u202c12"),
        (WHITE + '<w:shd w:val="clear" w:fill="1F4E79"/>', "", "912"),
        (WHITE + '<w:highlight w:val="black"/>', "", "912"),
        (WHITE, '<w:pPr><w:shd w:val="clear" w:fill="1F4E79"/></w:pPr>', "912"),
        ('<w:color w:val="FF0000"/>', "", "912"),
    ],
)
def test_white_type_on_no_ground_is_marked_and_gives_no_figure(properties, around, read):
    assert words_of(around + run("9", properties) + run("12")) == read
