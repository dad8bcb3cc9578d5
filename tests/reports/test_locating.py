"""The bytes that a place names are the bytes that the figure was read from, whatever the encoding and however untidy the page."""

from __future__ import annotations

import html
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports
from reports.__main__ import main
from reports.extraction.charsets import decoded
from reports.extraction.encoding import decode
from reports.model import Paragraph, Place
from tests.reports.mutating import Page, as_html, as_lines, as_single_cells, as_tabs, make_case

SAMPLES = Path(__file__).parents[1] / "samples"
REAL = Path(__file__).parents[3] / "shared" / "samples"
FILES = sorted(
    path
    for folder in (SAMPLES, REAL)
    for path in folder.glob("*/*")
    if path.suffix in {".html", ".md", ".txt"} and path.parent.name != "html_written_by_a_script"
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
MARKUP = re.compile(r"<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)


def words_at(payload: bytes, document: reports.Document, start: int, stop: int) -> str:
    """What a person sees of the bytes: no tags, no white space."""
    assert document.encoding is not None
    text = decoded(payload[start:stop], document.encoding.name)
    if document.kind == "html":
        text = html.unescape(MARKUP.sub("", text))
    return "".join(text.replace("**", "").split()).lstrip("#")


def blocks_and_cells(document: reports.Document) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    for block in document.blocks:
        cells = [block] if isinstance(block, Paragraph) else [c for row in block.rows for c in row if not c.spans]
        found += [(one.place, "".join(one.text.split())) for one in cells]
    return found


def misplaced(payload: bytes) -> tuple[list[tuple[Place, str]], float]:
    """The blocks and cells whose bytes hold other words, and the share of those whose bytes are known."""
    document = reports.extract(payload, None, None)
    ranges = reports.locate(payload)
    parts = blocks_and_cells(document)
    known = [(place, words) for place, words in parts if place in ranges]
    wrong = [(place, words) for place, words in known if words_at(payload, document, *ranges[place]) != words]
    return wrong, len(known) / len(parts) if parts else 1.0


@pytest.mark.parametrize("file", FILES, ids=[f"{path.parent.name}/{path.name}" for path in FILES])
def test_every_block_and_cell_of_a_sample_is_found_in_its_bytes(file):
    wrong, share = misplaced(file.read_bytes())
    assert not wrong
    assert share > 0.99  # a label cut in two by a page has words of both lines


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("layout", [as_html, as_tabs, as_lines, as_single_cells])
def test_the_bytes_of_every_figure_hold_its_raw_text(layout, encoding):
    for seed in range(20_000, 20_006):
        payload = layout(Page(random.Random(seed))).encode(encoding)
        document = reports.extract(payload, None, None)
        ranges = reports.locate(payload)
        read = [figure for figure in reports.parse(document).figures.values() if figure.value is not None]
        assert read
        for figure in read:
            assert figure.place in ranges, figure
            shown = words_at(payload, document, *ranges[figure.place])
            assert "".join(figure.raw.split()) in shown, figure
            if layout is as_html:
                assert shown == "".join(figure.raw.split()), figure


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5000), st.sampled_from(ENCODINGS))
def test_a_damaged_page_names_right_bytes_or_none(seed, encoding):
    wrong, share = misplaced(make_case(seed).payload.decode().encode(encoding))
    assert not wrong
    assert share > 0.99


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 2**32), st.integers(1, 30))
def test_a_page_with_flipped_bytes_names_no_other_words(seed, noise, flips):
    payload = bytearray(make_case(seed).payload)
    chance = random.Random(noise)
    for _ in range(flips):
        payload[chance.randrange(len(payload))] = chance.choice(b"<>&\"'/-!\x80 a0" + bytes([chance.randrange(256)]))
    try:
        document = reports.extract(bytes(payload), None, None)
    except reports.UnreadableFile:
        return
    ranges = reports.locate(bytes(payload))
    assert all(0 <= start <= stop <= len(payload) for start, stop in ranges.values())
    source, encoding = decode(bytes(payload), None)
    for place, words in blocks_and_cells(document):
        if place in ranges and words.isdecimal():
            start, stop = ranges[place]
            shown = payload[start:stop].decode(encoding.name, "replace")
            assert words in "".join(re.sub("<[^<>]*>", "", html.unescape(shown)).split()), (place, shown)
    assert source


UNTIDY = [
    ("<table><tr><td>规章<td>1<td>2<tr><td>行政许可<td>3<td>4</table>", "4"),
    ("<table><tr><td title='a > b'>规章</td><td>12</td></tr><tr><td>x</td><td>y</td></tr></table>", "12"),
    ("<!-- <td>9</td> --><table><tr><td>规章</td><td>9</td></tr><tr><td>x</td><td>y</td></tr></table>", "9"),
    ("<script>var a = '<td>7</td>';</script><table><tr><td>规章</td><td>7</td></tr><tr><td>x<td>y</table>", "7"),
    ("<table><tr><td>规章</td></td><td><span>1</span><b>5</b></td></tr><tr><td>x</td><td>y</td></tr></table>", "15"),
    ("<table><tr><td>规章</td><td>&nbsp;&nbsp;6&#48;&nbsp;</td></tr><tr><td>x</td><td>y</td></tr></table>", "60"),
    ("<TABLE><TR><TD>规章</TD><TH\nclass=n>8</TH></TR><TR><TD>x</TD><TD>y</TD></TR></TABLE>", "8"),
]


@pytest.mark.parametrize(("markup", "raw"), UNTIDY)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_cell_itself_is_found_on_an_untidy_page(markup, raw, encoding):
    payload = f"<html><meta charset=x><body><div id='zoom'><p>政府信息公开䶮镇</p>{markup}</div></body></html>".encode(
        encoding
    )
    document = reports.extract(payload, None, None)
    ranges = reports.locate(payload)
    (cell,) = [cell for row in document.tables[0].rows for cell in row if cell.text == raw]
    start, stop = ranges[cell.place]
    assert words_at(payload, document, start, stop) == raw
    inside = payload.decode(encoding).index("<table" if "<table" in markup else "<TABLE")
    assert len(payload[:start].decode(encoding)) > inside  # not what a comment or a script holds


def test_an_empty_cell_is_found_by_its_tags():
    payload = "<div id='zoom'><table><tr><td>规章</td><td class=a> </td></tr><tr><td>x</td><td>y</td></tr></table></div>".encode()
    place = reports.extract(payload, None, None).tables[0].rows[0][1].place
    start, stop = reports.locate(payload)[place]
    assert payload[start:stop] == b"<td class=a> </td>"


def test_bytes_that_no_encoding_reads_do_not_move_what_stands_behind_them():
    page = Page(random.Random(20_001))
    payload = as_html(page).encode("gb18030").replace("依法公开".encode("gb18030"), b"\xff\xff\x80\xb7\xa8\xff", 1)
    wrong, share = misplaced(payload)
    assert not wrong
    assert share > 0.99


def test_a_page_that_a_script_writes_has_no_bytes_to_show():
    payload = (SAMPLES / "html_written_by_a_script" / "input.html").read_bytes()
    assert reports.parse(reports.extract(payload, None, None)).figures
    assert reports.locate(payload) == {}


def test_packed_and_drawn_files_have_no_bytes_to_show():
    for name in ("docx/input.docx", "pdf/input.pdf", "zip/input.zip"):
        assert reports.locate((SAMPLES / name).read_bytes()) == {}


def test_a_page_with_private_characters_of_its_own_names_no_bytes():
    assert reports.locate("<div id='zoom'><p>政府信息公开\U000f0000</p></div>".encode()) == {}


JUNK = ('<a "', "<!-- ", "<script>", "<", "</td>", "<a '\"<", "<p>x", "&nbsp;", "\t1", "\n|")


@pytest.mark.parametrize("junk", JUNK)
def test_a_hostile_page_or_text_costs_little_and_breaks_nothing(junk):
    page = as_html(Page(random.Random(20_001))).replace("<p>一、总体情况</p>", junk * (600_000 // len(junk)))
    reports.locate(page.encode())
    reports.locate(as_tabs(Page(random.Random(20_001))).encode() + junk.encode() * 20_000)


def test_the_command_shows_the_bytes_of_every_figure(tmp_path, capsys):
    payload = as_html(Page(random.Random(20_001))).encode("gb18030")
    (tmp_path / "report.html").write_bytes(payload)
    assert main([str(tmp_path / "report.html"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    for figure in shown["figures"].values():
        if figure["value"] is not None:
            start, stop = figure["place"]["bytes"]
            assert payload[start:stop].decode("gb18030").startswith("<td")
    assert all("bytes" in section["place"] for section in shown["sections"])
