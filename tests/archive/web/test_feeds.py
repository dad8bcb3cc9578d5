"""Feeds for all, and for one county or province alone: valid by RFC 4287, whatever stands in them, and each known by its own id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from sqlalchemy import update

from archive.database import writing
from archive.models import FlagRow

NAMES = ("changes", "findings", "flags")
# The constructs of RFC 4287, sections 4.1 and 4.2, that these feeds are made of. Elements may stand in any order; no other may.
_GRAMMAR = """<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
 datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
<start><element name="feed"><attribute name="xml:lang"><data type="language"/></attribute><interleave>
 <ref name="told"/><oneOrMore><ref name="author"/></oneOrMore><zeroOrMore><ref name="entry"/></zeroOrMore></interleave></element></start>
<define name="told"><interleave><element name="id"><data type="anyURI"><param name="minLength">1</param></data></element>
 <element name="title"><ref name="words"/></element><element name="updated"><data type="dateTime"><param name="pattern">.+T.+(Z|[+\\-]\\d\\d:\\d\\d)</param></data></element>
 <oneOrMore><ref name="link"/></oneOrMore></interleave></define>
<define name="words"><optional><attribute name="type"><value>text</value></attribute></optional><text/></define>
<define name="author"><element name="author"><element name="name"><data type="string"><param name="minLength">1</param></data></element></element></define>
<define name="link"><element name="link"><attribute name="href"><data type="anyURI"/></attribute><attribute name="rel"><choice><value>self</value><value>alternate</value></choice></attribute>
 <optional><attribute name="type"><data type="string"><param name="pattern">.+/.+</param></data></attribute></optional></element></define>
<define name="entry"><element name="entry"><interleave><ref name="told"/><optional><element name="summary"><ref name="words"/></element></optional></interleave></element></define>
</grammar>"""
VALID = etree.RelaxNG(etree.fromstring(_GRAMMAR))


def feed(archive: Any, address: str, lang: str = "en") -> Any:
    answer = archive.get(address, lang)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/atom+xml")
    found = etree.fromstring(answer.content)
    VALID.assertValid(found)
    ids = [entry.findtext("{*}id") for entry in found.findall("{*}entry")]
    assert len(set(ids)) == len(ids)
    for part in (found, *found.findall("{*}entry")):
        links = [link.get("rel") for link in part.findall("{*}link")]
        assert links.count("alternate") == 1 and links.count("self") == (part is found)
        assert all(urlsplit(one).scheme == "http" for one in (part.findtext("{*}id"), *part.xpath("*/@href")))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_feed_for_all_and_one_for_each_county(archive: Any, name: str) -> None:
    def entries(query: str) -> list[str]:
        return [entry.findtext("{*}id") for entry in feed(archive, f"/{name}.atom{query}").findall("{*}entry")]

    assert entries("")
    for region in ("990181", "9901", "99"):
        assert entries(f"?region={region}") == entries("")
    assert entries("?region=990182") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_is_one_in_both_languages_and_another_for_each_county(own_archive: Any, name: str) -> None:
    asked = ("", "?lang=zh", "?region=&lang=en", "?region=990181", "?lang=en&region=990181", "?region=990182")
    ids = [
        feed(own_archive, f"/{name}.atom{query}", lang).findtext("{*}id") for query in asked for lang in ("zh", "en")
    ]
    assert len(set(ids[:6])) == 1 and len(set(ids[6:10])) == 1 and len(set(ids)) == 3
    zh, en = (feed(own_archive, f"/{name}.atom?lang={lang}") for lang in ("zh", "en"))
    assert zh.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-Hans"
    assert zh.findtext("{*}title") != en.findtext("{*}title")
    assert zh.xpath("*/*[local-name()='id']/text()") == en.xpath("*/*[local-name()='id']/text()")
    alone = feed(own_archive, f"/{name}.atom?region=990181").xpath("*[local-name()='link'][@rel='self']/@href")
    assert alone == [f"{str(own_archive.client.base_url).rstrip('/')}/{name}.atom?region=990181"]


def test_what_stands_in_a_report_cannot_break_a_feed_out_of_its_form(own_archive: Any) -> None:
    hostile = "]]></summary><script>alert(1)</script>&nbsp;\x0b\x1f\ufffe 〈表〉"
    with writing(own_archive.county.engine) as session:
        session.execute(update(FlagRow).values(message=hostile))
    found = feed(own_archive, "/flags.atom")
    assert {entry.findtext("{*}summary") for entry in found.findall("{*}entry")} == {"]]></summary><script>alert(1)</script>&nbsp; 〈表〉"}  # fmt: skip


def test_the_feed_of_the_flags_has_the_newest_however_loud_and_says_since_when(own_archive: Any) -> None:
    now = own_archive.county.clock
    with writing(own_archive.county.engine) as session:
        for number in range(60):
            session.add(FlagRow(mark=f"loud:{number}", rule="removed", severity="error", place="甲局", message="", raised_at=now))  # fmt: skip
        session.flush()
        session.add(FlagRow(mark="quiet", rule="late", severity="info", place="乙局", message="", raised_at=now + timedelta(days=1)))  # fmt: skip
    found = feed(own_archive, "/flags.atom")
    first = found.find("{*}entry")
    assert "乙局" in first.findtext("{*}title")
    assert found.findtext("{*}updated") == first.findtext("{*}updated") == (now + timedelta(days=1)).isoformat()
