"""A ZIP-based file's bytes in, its members out, within limits on their number, size and ratio. For DOCX, XLSX, OFD and ZIP alike."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_MARKUP, MOST_MEMBERS, MOST_RATIO, MOST_UNPACKED, refuse_beyond

_LARGE = 1 << 20
# What Office saves as "Strict Open XML" is the same markup under other names.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
)  # fmt: skip


class Packed:
    """An opened ZIP whose declared and real sizes are checked before anything is unpacked."""

    def __init__(self, payload: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(payload))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise UnreadableFile(f"expected a whole ZIP-based file, found a damaged one: {error}") from error
        members = self._archive.infolist()
        refuse_beyond(len(members), MOST_MEMBERS, "members in one archive")
        refuse_beyond(sum(member.file_size for member in members), MOST_UNPACKED, "bytes unpacked")
        for member in members:
            if member.file_size > _LARGE and member.file_size > MOST_RATIO * max(1, member.compress_size):
                raise UnreadableFile(
                    f"expected an ordinary archive, found {member.filename!r} packed beyond {MOST_RATIO} to 1"
                )
        self.names = [member.filename for member in members if not member.is_dir()]
        self._sizes = {member.filename: member.file_size for member in members}
        self._encrypted = {member.filename for member in members if member.flag_bits & 1}

    def readable_names(self) -> dict[str, str]:
        """Each member's name as its author wrote it: names without the UTF-8 mark are GB18030 on Chinese systems."""
        shown = {}
        for name in self.names:
            try:
                shown[name] = name.encode("cp437").decode("gb18030")
            except (UnicodeEncodeError, UnicodeDecodeError):
                shown[name] = name
        return shown

    def read(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        refuse_beyond(self._sizes[name], most, f"bytes in {name}")
        if name in self._encrypted:
            raise UnreadableFile(f"expected an archive without a password, found {name!r} encrypted")
        try:
            with self._archive.open(name) as member:
                content = member.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise UnreadableFile(f"expected a whole member {name!r}, found a damaged one: {error}") from error
        refuse_beyond(len(content), most, f"bytes in {name}")
        return content

    def markup(self, name: str) -> etree._Element:
        """A member as an XML tree, without entities, external parts or network."""
        content = self.read(name, MOST_MARKUP)
        for strict, usual in _STRICT:
            content = content.replace(strict, usual)
        try:
            return etree.fromstring(content, parser=safe_parser())
        except etree.XMLSyntaxError as error:
            raise UnreadableFile(f"expected XML in {name!r}, found: {error}") from error


def safe_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
