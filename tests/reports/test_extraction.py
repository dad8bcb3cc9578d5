"""Files of every kind are read as what their bytes are, whatever they are called, and their tables come out cell by cell."""

from __future__ import annotations

import gzip
import io
import random
import shutil
import zipfile
from pathlib import Path

import docx
import pytest

import reports
from reports.errors import MissingReader, UnreadableFile
from reports.extraction.bundles import read_bundle
from reports.extraction.compound import streams_of
from reports.extraction.office import read_converted
from reports.extraction.sniffing import kind_of
from reports.form import SECTIONS
from reports.model import Paragraph, Table
from tests.reports.mutating import Page, as_html, as_tabs

SAMPLES = Path(__file__).parents[1] / "samples"
SEED = 20_001  # a case without damage


def undamaged(layout=as_html) -> tuple[Page, bytes]:
    page = Page(random.Random(SEED))
    return page, layout(page).encode("utf-8")


def figures_of(document: reports.Document) -> dict[str, object]:
    return {key: figure.value for key, figure in reports.parse(document).figures.items() if figure.value is not None}


def page_of(*tables: str, before: str = "") -> bytes:
    return f"<html><body><div id='zoom'>{before}{''.join(tables)}</div></body></html>".encode()


def grid(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


# ---- what the bytes are


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\n<!-- portal -->\n%PDF-1.4", "pdf"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged compound file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "html"),
        ("  <table><tr><td>一</td></tr></table>".encode("gb18030"), "html"),
        ("一、总体情况\n".encode("gb18030"), "text"),
        ("一、总体情况".encode("utf-16"), "text"),
        (b"\0\0  \n", "empty"),
        (b"\x00\x01\x02\x03\x04\x05\x06" * 50, "binary"),
        (b"BM is how this text begins, and it is no picture", "text"),
    ],
)
def test_a_kind_is_told_by_the_bytes_and_not_by_a_name(start, kind):
    assert kind_of(start) == kind


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "claimed", [None, "text/html; charset=utf-8", "text/html; charset=gb2312", "text/html; charset=iso-8859-1"]
)
def test_the_bytes_decide_the_encoding_when_header_and_meta_lie(encoding, claimed):
    page, payload = undamaged(as_tabs)
    document = reports.extract(payload.decode("utf-8").encode(encoding), claimed, None)
    assert figures_of(document) == page.true
    assert document.encoding is not None
    assert (
        ("header", claimed.split("=")[1]) in document.encoding.evidence if claimed else not document.encoding.evidence
    )


def test_rare_characters_of_gb18030_are_read_under_the_label_gb2312():
    document = reports.extract(
        "<meta charset=gb2312><p>㙍镇、䶮镇政府信息公开</p>".encode("gb18030"), "text/html; charset=gb2312", None
    )
    assert "㙍镇、䶮镇" in document.paragraphs[0].text


# ---- HTML


def test_merged_cells_fill_every_position_once_as_their_own_and_then_as_repeats():
    document = reports.extract(
        page_of("<table><tr><td rowspan='2px'>a<td colspan=2>b</tr><tr><td>c<td>d</tr></table>"), None, None
    )
    table = document.tables[0]
    assert grid(table) == [["a", "b", "b"], ["a", "c", "d"]]
    assert [[cell.spans for cell in row] for row in table.rows] == [[False, False, True], [True, False, False]]


def test_a_missing_cell_is_missing_and_not_blank():
    document = reports.extract(page_of("<table><tr><td>a<td>b<td>c</tr><tr><td>d<td></tr></table>"), None, None)
    assert grid(document.tables[0]) == [["a", "b", "c"], ["d", ""]]


def test_words_and_numbers_cut_into_spans_are_whole():
    document = reports.extract(
        page_of("<table><tr><td><p><span>本年</span><b>新</b>收</p><td><span>1</span><span>2</span></tr></table>"),
        None,
        None,
    )
    assert grid(document.tables[0]) == [["本年新收", "12"]]


def test_a_layout_table_around_the_report_is_no_table():
    page, payload = undamaged()
    wrapped = (
        payload.decode()
        .replace("<div id='zoom'>", "<table><tr><td>菜单</td><td><div id='zoom'>")
        .replace("</div></body>", "</div></td></tr></table></body>")
    )
    assert figures_of(reports.extract(wrapped.encode(), None, None)) == page.true


def test_a_nul_byte_does_not_cut_a_page():
    page, payload = undamaged()
    assert (
        figures_of(reports.extract(payload.replace("行政许可".encode(), "行政\0许可".encode()), None, None))
        == page.true
    )


def test_a_report_that_a_script_writes_into_the_page_is_read():
    page, payload = undamaged()
    body = payload.decode().split("<div id='zoom'>")[1].split("</div></body>")[0]
    literal = body.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("/", "\\/")
    scripted = f'<html><body><div id="box"></div><script>let content = "{literal}";</script></body></html>'
    document = reports.extract(scripted.encode(), None, None)
    assert figures_of(document) == page.true
    assert document.text_of_container == "a string in a script"


def test_a_page_without_a_known_container_loses_its_furniture_and_keeps_its_tables():
    page, payload = undamaged()
    menu = "<ul>" + "".join(f"<li><a href='/{n}'>栏目导航第{n}项</a></li>" for n in range(30)) + "</ul>"
    whole = payload.decode().replace(" id='zoom'", "").replace("<body>", f"<body><div>{menu}</div>")
    document = reports.extract(whole.encode(), None, None)
    assert figures_of(document) == page.true


def test_prose_without_a_known_container_is_parted_from_the_menu_and_keeps_its_short_lines():
    menu = "".join(f"<li><a href='/{n}'>栏目导航第{n}项</a></li>" for n in range(30))
    prose = [
        "近日，青石镇组织了一次关于档案整理的学习，各站所的同志都到了，大家带着问题来，带着办法走。",
        "学习分两天，第一天讲理论，第二天到库房动手，把去年的卷宗重新装订了一遍，编号、贴签、上架。",
        "无。",
        "老档案员说，柜子的钥匙要有两把，一把在办公室，一把在值班室，借阅一律登记，归还当面清点，这些规矩写在墙上，更要记在心里。",
        "学习结束以后，大家约好下个季度再来一次，到时候每个站所带一份自己整理的卷宗，互相挑毛病，挑出来的当场改。",
    ]
    article = "<h1>档案整理</h1>" + "".join(f"<p>{text}</p>" for text in prose)
    page = f"<html><meta charset=utf-8><body><div><ul>{menu}</ul></div><div>{article}</div></body></html>"
    document = reports.extract(page.encode(), None, None)
    assert [block.text for block in document.paragraphs] == ["档案整理", *prose]


MENU = "".join(f"<li><a href='/{n}'>栏目导航第{n}项</a></li>\n" for n in range(30))
SHORT_PAGES = (
    "<div><ul>{menu}</ul></div><div>{article}</div>",
    "<table><tr><td><ul>{menu}</ul></td><td>{article}</td></tr></table>",
    "<div class=left>{menu}</div><div class=right>{article}</div>",
    "<ul>{menu}</ul>{article}",
    "{article}<div><p><a href=1>首页</a> <a href=2>政务公开</a> <a href=3>公告</a></p><ul>{menu}</ul></div>",
)


@pytest.mark.parametrize("page", SHORT_PAGES)
@pytest.mark.parametrize(
    "words",
    [
        ["档案整理通知", "各站所：请于周五前交齐去年卷宗。", "无。"],
        [
            "青石镇2012年政府信息公开工作年度报告",
            "一、概述",
            "2012年，我镇主动公开信息12条。",
            "二、依申请公开情况",
            "未收到申请。",
        ],
    ],
)
def test_a_short_article_is_parted_from_the_menus_beside_it(page, words):
    article = f"<h1>{words[0]}</h1>" + "".join(f"<p>{text}</p>" for text in words[1:])
    whole = f"<html><meta charset=utf-8><body>{page.format(menu=MENU, article=article)}</body></html>"
    assert [block.text for block in reports.extract(whole.encode(), None, None).paragraphs] == words


def test_the_links_to_the_files_of_a_report_are_no_menu():
    files = "".join(
        f"<p><a href='{name}.pdf'>{name}</a></p>" for name in ("第一部分", "第二部分", "第三部分", "第四部分")
    )
    page = f"<html><meta charset=utf-8><body><ul>{MENU}</ul><h1>青石镇2023年年报</h1><div>{files}</div></body></html>"
    document = reports.extract(page.encode(), None, None)
    assert [block.text for block in document.paragraphs][1:] == ["第一部分", "第二部分", "第三部分", "第四部分"]
    assert len(document.attachments) == 4


def test_every_block_says_where_it_stood():
    _, payload = undamaged()
    document = reports.extract(payload, None, None)
    assert [block.place.block for block in document.blocks] == list(range(1, len(document.blocks) + 1))
    cell = document.tables[1].rows[4][3]
    assert (cell.place.table, cell.place.row) == (2, 5)


# ---- other kinds


def docx_bytes(page: Page, lines: bool = True) -> bytes:
    """The page's tables as Word has them, with merged cells."""
    document = reports.extract(as_html(page).encode(), None, None)
    made = docx.Document()
    for block in document.blocks:
        if isinstance(block, Paragraph):
            made.add_paragraph(block.text)
            continue
        width = max(map(len, block.rows))
        table = made.add_table(len(block.rows), width, style="Table Grid" if lines else None)
        for row_index, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                if not cell.spans:
                    table.cell(row_index, column).text = cell.text
            starts = [column for column, cell in enumerate(row) if not cell.spans]
            for start, stop in zip(starts, [*starts[1:], len(row)], strict=True):
                if stop - start > 1 and all(
                    row[column].spans and row[column].place == row[start].place for column in range(start + 1, stop)
                ):
                    table.cell(row_index, start).merge(table.cell(row_index, stop - 1))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_docx_tables_are_read_cell_by_cell():
    page, _ = undamaged()
    document = reports.extract(docx_bytes(page), "application/msword", "http://example.gov.cn/a.doc")
    assert document.kind == "docx"
    assert figures_of(document) == page.true


def test_an_archive_gives_the_member_that_is_the_report():
    page, payload = undamaged(as_tabs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("目录.txt", "第一项")
        archive.writestr("2023年年度报告.txt", payload)
    document = reports.extract(out.getvalue(), None, None)
    assert document.kind == "zip"
    assert document.metadata["member"] == "2023年年度报告.txt"
    assert figures_of(document) == page.true


def test_a_gzipped_page_is_unpacked():
    page, payload = undamaged()
    assert figures_of(reports.extract(gzip.compress(payload), None, None)) == page.true


def rtf_bytes(page: Page) -> bytes:
    def words(text: str) -> str:
        return "".join(c if c.isascii() else "".join(f"\\'{byte:02x}" for byte in c.encode("gb18030")) for c in text)

    document = reports.extract(as_html(page).encode(), None, None)
    parts = ["{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0 SimSun;}}"]
    for block in document.blocks:
        if isinstance(block, Paragraph):
            parts.append(f"\\pard {words(block.text)}\\par\n")
            continue
        for row in block.rows:
            marks = "".join(
                ("\\clmrg" if cell.spans and cell.place.row == row[0].place.row else "\\clvmrg" if cell.spans else "")
                + f"\\cellx{column}"
                for column, cell in enumerate(row, 1)
            )
            cells = "".join(f"{'' if cell.spans else words(cell.text)}\\cell " for cell in row)
            parts.append(f"\\trowd{marks}\\pard\\intbl {cells}\\row\n")
    return ("".join(parts) + "}").encode("ascii")


def test_rtf_tables_are_read_cell_by_cell():
    page, _ = undamaged()
    assert figures_of(reports.extract(rtf_bytes(page), None, None)) == page.true


def test_rtf_unicode_escapes_stand_for_their_characters_alone():
    document = reports.extract(
        b"{\\rtf1\\uc1 \\u19968?\\u12289?\\u24635?\\u20307? {\\*\\generator x}2\\par}", None, None
    )
    assert document.paragraphs[0].text == "一、总体 2"


def xlsx_bytes(page: Page) -> bytes:
    """A workbook as small as the format allows."""
    document = reports.extract(as_html(page).encode(), None, None)
    lines: list[str] = []
    merged: list[str] = []
    number = 0

    def name(column: int) -> str:
        return chr(64 + column)

    def cell(column: int, text: str) -> str:
        if text.isdecimal():
            return f'<c r="{name(column)}{number}"><v>{text}.0</v></c>'
        return f'<c r="{name(column)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'

    for block in document.blocks:
        if isinstance(block, Paragraph):
            number += 1
            lines.append(f'<row r="{number}">{cell(1, block.text)}</row>')
            number += 1
            continue
        for row in block.rows:
            number += 1
            lines.append(
                f'<row r="{number}">'
                + "".join(cell(c, x.text) for c, x in enumerate(row, 1) if not x.spans and x.text)
                + "</row>"
            )
            for column, one in enumerate(row, 1):
                if not one.spans:
                    stop = column
                    while stop < len(row) and row[stop].spans and row[stop].place == one.place:
                        stop += 1
                    if stop > column:
                        merged.append(f'<mergeCell ref="{name(column)}{number}:{name(stop)}{number}"/>')
        number += 1
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f"<workbook {main}/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {main}><sheetData>{''.join(lines)}</sheetData><mergeCells>{''.join(merged)}</mergeCells></worksheet>",
        )
    return out.getvalue()


def test_workbook_cells_are_read_with_their_merges():
    page, _ = undamaged()
    document = reports.extract(xlsx_bytes(page), None, None)
    assert document.kind == "xlsx"
    assert figures_of(document) == page.true


def workbook(state: str = "visible", row: str = "", column: str = "") -> bytes:
    """Two sheets, the second named first, each with two columns and two rows. The settings are those of the first sheet's second row and column."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{related}"><sheets><sheet name="b" sheetId="2" r:id="r2"/>'
            f'<sheet name="a" sheetId="1" state="{state}" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
        )
        for number, words in ((1, "11 12 21 22"), (2, "31 32 41 42")):
            cells = [
                f'<c r="{name}"><v>{word}</v></c>'
                for name, word in zip(("A1", "B1", "A2", "B2"), words.split(), strict=True)
            ]
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet {main}><cols><col min="2" max="2" {column if number == 1 else ""}/></cols><sheetData><row r="1">'
                f'{cells[0]}{cells[1]}</row><row r="2" {row if number == 1 else ""}>{cells[2]}{cells[3]}</row></sheetData></worksheet>',
            )
    return out.getvalue()


@pytest.mark.parametrize(
    ("hidden", "first"),
    [
        ({}, [["11", "12"], ["21", "22"]]),
        ({"row": 'hidden="1"'}, [["11", "12"]]),
        ({"row": 'ht="0" customHeight="1"'}, [["11", "12"]]),
        ({"row": 'hidden="0" ht="15"'}, [["11", "12"], ["21", "22"]]),
        ({"column": 'hidden="true"'}, [["11"], ["21"]]),
        ({"column": 'width="0"'}, [["11"], ["21"]]),
        ({"state": "hidden"}, None),
        ({"state": "veryHidden"}, None),
    ],
)
def test_what_a_workbook_hides_is_not_read_and_its_sheets_stand_in_its_order(hidden, first):
    tables = reports.extract(workbook(**hidden), None, None).tables
    read = [[[cell.text for cell in row] for row in table.rows] for table in tables]
    assert read == [[["31", "32"], ["41", "42"]], *([] if first is None else [first])]


def renamed(payload: bytes, stream: str, other: str) -> bytes:
    return payload.replace(stream.encode("utf-16-le"), other.encode("utf-16-le"))


DOC = (SAMPLES / "doc" / "input.doc").read_bytes()
XLS = (SAMPLES / "xls" / "input.xls").read_bytes()
COMPOUND = [
    (DOC, "doc"),
    ((SAMPLES / "wps" / "input.wps").read_bytes(), "doc"),
    (XLS, "xls"),
    (renamed(DOC, "WordDocument", "WerkDocument"), "compound file"),  # PowerPoint, a mail, an installer, an older WPS
    (DOC[:30_000], "damaged compound file"),
    (DOC.replace(b"\xec\xa5\x01", b"\0\0\1"), "damaged compound file"),
    (DOC[:8] + random.Random(1).randbytes(20_000), "damaged compound file"),
    (DOC[:8] + "一、总体情况，依法公开。".encode("gb18030") * 200, "damaged compound file"),
]


@pytest.mark.parametrize(("payload", "kind"), COMPOUND)
def test_a_compound_file_is_what_its_streams_are(payload, kind):
    assert kind_of(payload) == kind
    if kind.endswith("compound file"):
        with pytest.raises(UnreadableFile, match=f"found {kind}"):
            reports.extract(payload, "application/msword", None)


def test_an_office_file_with_a_password_says_so():
    # as Word writes it: a compound file around the encrypted package
    directory = bytearray(XLS)
    at = directory.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    directory[at : at + len(name)] = name
    directory[at + 64 : at + 66] = (len(name) + 2).to_bytes(2, "little")
    with pytest.raises(UnreadableFile, match="found office file with a password"):
        reports.extract(bytes(directory), None, None)


@pytest.mark.parametrize("member", ["doc", "xls"])
def test_a_damaged_legacy_file_is_never_read_as_plain_text(member):
    if shutil.which("soffice") is None:
        pytest.skip("the command soffice (package LibreOffice) is not installed: legacy files are archived, not read")
    payload = bytearray(DOC if member == "doc" else XLS)
    stream = streams_of(bytes(payload))["WordDocument" if member == "doc" else "Workbook"]
    start = payload.index(stream)
    payload[start + 24 : start + 4000] = random.Random(5).randbytes(3976)
    try:
        document = reports.extract(bytes(payload), None, None)
    except UnreadableFile:
        return
    assert not any("\ufffd" in block.text or "_x0011_" in block.text for block in document.paragraphs)
    with pytest.raises(reports.NotAReport):
        reports.parse(document)


@pytest.mark.parametrize("kind", ["doc", "xls", "odt", "ods"])
def test_a_legacy_office_file_without_libreoffice_says_what_to_install(kind, tmp_path):
    with pytest.raises(MissingReader, match=rf"a {kind} file is archived, not read: install LibreOffice"):
        read_converted(kind, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, None, search_path=str(tmp_path))


@pytest.mark.parametrize("kind", ["rar", "7z"])
def test_an_archive_without_its_unpacker_says_what_to_install(kind, tmp_path):
    with pytest.raises(MissingReader, match=rf"a {kind} archive is archived, not read: install bsdtar"):
        read_bundle(kind, b"Rar!\x1a\x07\x01\x00", None, search_path=str(tmp_path))


def test_a_heading_right_below_a_table_of_a_sheet_ends_the_table():
    document = reports.extract((SAMPLES / "xlsx_by_a_spreadsheet_program" / "input.xlsx").read_bytes(), None, None)
    assert [section.key for section in reports.parse(document).sections] == [section.key for section in SECTIONS]
    assert len(document.tables) == 3


@pytest.mark.parametrize(
    ("member", "kind"), [("xlsx", "xlsx"), ("docx", "docx"), ("ofd", "ofd"), ("pdf", "pdf"), ("rtf", "rtf")]
)
def test_an_archive_of_any_readable_kind_reads_like_the_file_itself(member, kind):
    payload = (SAMPLES / member / f"input.{member}").read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"2023年年度报告.{member}", payload)
    document = reports.extract(out.getvalue(), None, None)
    assert document.metadata["member_kind"] == kind
    assert figures_of(document) == figures_of(reports.extract(payload, None, None))


def test_a_picture_without_text_is_image_only_and_never_zero():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    document = reports.extract(out.getvalue(), "image/png", None)
    assert document.kind == "image"
    assert document.image_only
    assert not document.tables


def test_a_page_of_pictures_is_image_only():
    payload = page_of(
        "<p><img src='1.jpg'></p><p><img src='2.jpg'></p>", before="<h1>青石镇2023年政府信息公开工作年度报告</h1>"
    )
    document = reports.extract(payload, None, None)
    assert document.image_only
    report = reports.parse(document)
    assert report.image_only
    assert not report.figures
    assert report.year == 2023


def test_an_unknown_kind_is_named_in_the_error():
    with pytest.raises(UnreadableFile, match="found binary"):
        reports.extract(b"\x00\x01\x02\x03\x04\x05\x06" * 50, None, None)
    with pytest.raises(UnreadableFile, match="empty"):
        reports.extract(b"", None, None)


# ---- OFD


def ofd_bytes(page: Page) -> bytes:
    """One tall page: each cell's text placed in its box, each box drawn."""
    document = reports.extract(as_html(page).encode(), None, None)
    objects: list[str] = []
    top = 10.0
    height, row_height = 1200.0, 12.0
    for block in document.blocks:
        if isinstance(block, Paragraph):
            objects.append(_ofd_text(block.text, 10, top, 3))
            top += 8
            continue
        widths = [50.0, 60.0, 90.0] + [14.0] * 20
        for row in block.rows:
            left = 10.0
            for column, cell in enumerate(row):
                stop = column + 1
                while stop < len(row) and row[stop].spans and row[stop].place == cell.place and not cell.spans:
                    stop += 1
                wide = sum(widths[column:stop])
                own_row = cell.place.row == row[0].place.row or not cell.spans
                if not cell.spans:
                    objects.append(_ofd_text(cell.text, left + 1, top + 1, 1.2))
                    objects.append(_ofd_box(left, top, wide, row_height))
                elif not own_row:
                    objects.append(_ofd_box(left, top, widths[column], row_height))
                left += widths[column]
            top += row_height
        top += 6
    page_xml = f'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Area><ofd:PhysicalBox>0 0 800 {height}</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer>{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "OFD.xml",
            '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        )
        archive.writestr(
            "Doc_0/Document.xml",
            '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        )
        archive.writestr("Doc_0/Pages/Page_0/Content.xml", page_xml)
    return out.getvalue()


def _ofd_text(text: str, left: float, top: float, size: float) -> str:
    lines = text.split("\n")
    return "".join(
        f'<ofd:TextObject Boundary="{left} {top + n * size * 1.3} 300 {size * 1.3}" Size="{size}"><ofd:TextCode X="0" Y="{size}" DeltaX="g {len(line)} {size}">{line}</ofd:TextCode></ofd:TextObject>'
        for n, line in enumerate(lines)
        if line
    )


def _ofd_box(left: float, top: float, wide: float, high: float) -> str:
    return f'<ofd:PathObject Boundary="{left} {top} {wide} {high}"><ofd:AbbreviatedData>M 0 0 L {wide} 0 L {wide} {high} L 0 {high} C</ofd:AbbreviatedData></ofd:PathObject>'


def test_ofd_tables_are_read_from_their_drawn_lines():
    page, _ = undamaged()
    document = reports.extract(ofd_bytes(page), None, None)
    assert document.kind == "ofd"
    assert figures_of(document) == page.true


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main": b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    b"http://schemas.openxmlformats.org/drawingml/2006/main": b"http://purl.oclc.org/ooxml/drawingml/main",
}


@pytest.mark.parametrize("kind", ["docx", "xlsx", "xlsx_by_a_spreadsheet_program"])
def test_an_office_file_saved_as_strict_open_xml_is_read_alike(kind):
    (file,) = (Path(__file__).parents[1] / "samples" / kind).glob("input.*")
    out = io.BytesIO()
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(out, "w") as strict:
        for name in whole.namelist():
            content = whole.read(name)
            for usual, other in STRICT.items():
                content = content.replace(usual, other)
            strict.writestr(name, content)
    assert reports.extract(out.getvalue(), None, None).blocks == reports.extract(file.read_bytes(), None, None).blocks
