"""What a header, a meta tag and the bytes say of the encoding: the bytes decide, and the reason is kept."""

from __future__ import annotations

import pytest

import reports
from reports.extraction.charsets import charset_of, decoded, in_a_page
from reports.extraction.encoding import decode

SIMPLIFIED = "青石镇2023年政府信息公开工作年度报告。一、总体情况：全年主动公开政府信息312条，在网站和公告栏都能看到。"
TRADITIONAL = "青石鎮2023年政府資訊公開工作年度報告。一、總體情況：全年主動公開政府資訊312條，在網站和公告欄都能看到。"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("gb2312", "gb18030"),
        (" GBK ", "gb18030"),
        ("x-gbk", "gb18030"),
        ("chinese", "gb18030"),
        ("GB_2312-80", "gb18030"),
        ("csgb2312", "gb18030"),
        ("iso-ir-58", "gb18030"),
        ("GB18030", "gb18030"),
        ("Big5-HKSCS", "big5hkscs"),
        ("x-x-big5", "big5hkscs"),
        ("latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("iso_8859-1:1987", "cp1252"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("utf8", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
    ],
)
def test_a_label_means_what_browsers_made_of_it(label, codec):
    charset = charset_of(label)
    assert charset is not None
    assert charset.codec == codec


@pytest.mark.parametrize("label", ["hz-gb-2312", "iso-2022-cn", "utf-7", "cp936x", ""])
def test_a_label_that_browsers_refuse_names_nothing(label):
    assert charset_of(label) is None


def test_a_meta_tag_cannot_mean_utf_16():
    charset = charset_of("utf-16")
    assert charset is not None
    assert in_a_page(charset).codec == "utf-8"


@pytest.mark.parametrize(
    "header", [None, "utf-8", "gb2312", "big5", "iso-8859-1", "windows-1251", "shift_jis", "no-such"]
)
@pytest.mark.parametrize("meta", [None, "utf-8", "gbk", "big5", "latin1"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5hkscs"])
def test_the_bytes_decide_whatever_header_and_meta_say(header, meta, codec):
    words = TRADITIONAL if codec == "big5hkscs" else SIMPLIFIED
    page = (f"<meta charset={meta}>" if meta else "") + f"<p>{words}</p>"
    text, choice = decode(page.encode(codec), f"text/html; charset={header}" if header else None)
    assert text == page
    assert choice.name == codec
    assert choice.evidence == tuple((source, label) for source, label in (("header", header), ("meta", meta)) if label)


def test_the_reason_counts_what_each_encoding_leaves_unread_and_names_who_agrees():
    _, choice = decode(
        f"<meta http-equiv='Content-Type' content='text/html; charset=gb2312'>{SIMPLIFIED}".encode("gb18030"),
        "text/html; charset=utf-8",
    )
    assert choice.reason.startswith("fewest unreadable characters (utf-8 ")
    assert choice.reason.endswith("; the meta says so too")
    assert choice.evidence == (("header", "utf-8"), ("meta", "gb2312"))


def test_one_damaged_byte_does_not_hand_a_page_to_an_encoding_that_reads_anything():
    damaged = SIMPLIFIED.encode("gb18030").replace("条".encode("gb18030"), b"\xff")
    text, choice = decode(damaged, "text/html; charset=iso-8859-1")
    assert choice.name == "gb18030"
    assert text == SIMPLIFIED.replace("条", "�")


def test_a_label_of_one_byte_a_character_holds_where_no_chinese_fits():
    text, choice = decode("Señor Muñoz, café à Genève, déjà vu, façade".encode("cp1252"), "text/html; charset=latin1")
    assert text == "Señor Muñoz, café à Genève, déjà vu, façade"
    assert choice.reason.startswith("the header says windows-1252")


def test_a_meta_tag_in_a_comment_is_no_claim():
    page = "<!-- <meta charset=big5> --><meta charset=gbk>" + SIMPLIFIED
    assert decode(page.encode("gbk"), None)[1].evidence == (("meta", "gbk"),)


def test_an_xml_declaration_is_kept_as_evidence():
    page = f"<?xml version='1.0' encoding='gb2312'?><html>{SIMPLIFIED}</html>"
    assert decode(page.encode("gb18030"), None)[1].evidence == (("xml", "gb2312"),)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen_by_its_zeros(codec):
    page = f"<html><p>{SIMPLIFIED}</p></html>"
    text, choice = decode(page.encode(codec), "text/html; charset=utf-8")
    assert (text, choice.name) == (page, codec)


def test_gb18030_reads_what_the_standard_of_2022_settled():
    assert decoded(bytes.fromhex("a6d9 a6f3 fe59 fea0 a8bc"), "gb18030") == "︐︙龴龻ḿ"
    assert decoded("共".encode("gbk") + b"\x80" + "12万".encode("gbk"), "gb18030") == "共€12万"


def test_long_garbage_is_read_in_bounded_time():
    text, _ = decode(b"\xff\x80" * 500_000, "text/html; charset=gb2312")
    assert text.count("�") > 100_000


def test_a_whole_report_in_big5_is_read():
    page = f"<html><meta charset=big5><div id='zoom'><p>{TRADITIONAL}</p></div></html>"
    document = reports.extract(page.encode("big5"), "text/html; charset=gb2312", None)
    assert document.paragraphs[0].text == TRADITIONAL
