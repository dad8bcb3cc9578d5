"""An archive's bytes (ZIP, RAR, 7z, gzip) in, the Document of the one member that reads like a report out."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reports.errors import MissingReader, UnreadableFile
from reports.extraction.limits import MOST_MEMBERS, MOST_UNPACKED, SECONDS, refuse_beyond
from reports.extraction.packed import Packed
from reports.extraction.programs import TookTooLong, run
from reports.extraction.sniffing import kind_of
from reports.model import Document, Paragraph

_MOST_TRIED = 12  # members read to find the report
_NAMED = re.compile(r"年度?报告|年报|信息公开")
_SECTIONS = re.compile(r"总体情况|主动公开政府信息|收到和处理政府信息公开|行政复议|存在的?(?:主要)?问题|其他需要报告")
_UNPACKER = "bsdtar"
_LISTED = re.compile(
    r"\S{10}\S? +\d+ +\d+ +\d+ +(\d+) "
)  # by numbers: an owner's name may hold spaces and other numbers


def read_bundle(kind: str, payload: bytes, url: str | None, search_path: str | None = None) -> Document:
    """`search_path` says where to look for the unpacker of RAR and 7z, as PATH does; without it PATH itself."""
    if kind == "gzip":
        return _read_member(_gunzip(payload), "", url)
    if kind == "zip":
        packed = Packed(payload)
        return _best_member(kind, packed.readable_names(), packed.read, url)
    with tempfile.TemporaryDirectory(prefix="nianbao-bundle-") as folder:
        names = _unpack(kind, payload, Path(folder), search_path)
        return _best_member(
            kind, {name: name for name in names}, lambda name: (Path(folder) / "out" / name).read_bytes(), url
        )


def _best_member(kind: str, names: dict[str, str], read: Callable[[str], bytes], url: str | None) -> Document:
    """The first member with four of the six sections, else the one with most; members named like reports come first."""
    ordered = sorted(names, key=lambda name: (not _NAMED.search(names[name]), names[name]))[:_MOST_TRIED]
    best: tuple[int, Document] | None = None
    problems = []
    for name in ordered:
        try:
            document = _read_member(read(name), names[name], url)
        except UnreadableFile as problem:
            problems.append(f"{names[name]}: {problem}")
            continue
        marks = _marks(document)
        if best is None or marks > best[0]:
            best = (marks, document)
        if marks >= 4:
            break
    if best is None:
        raise UnreadableFile(
            f"expected a report in the {kind} archive, found none that can be read: {'; '.join(problems)[:400] or 'empty'}"
        )
    return replace(best[1], kind=kind, attachments=tuple(names.values()))


def _read_member(content: bytes, name: str, url: str | None) -> Document:
    from reports.extraction.readers import read_kind

    kind = kind_of(content)
    if kind in {"zip", "rar", "7z", "gzip"}:
        raise UnreadableFile("an archive inside an archive is not opened")
    document = read_kind(kind, content, None, url)
    return replace(document, metadata={**document.metadata, "member": name, "member_kind": kind})


def _marks(document: Document) -> int:
    return len(
        {mark for block in document.blocks if isinstance(block, Paragraph) for mark in _SECTIONS.findall(block.text)}
    )


def _gunzip(payload: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(payload)) as packed:
            content = packed.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"expected a whole gzip file, found a damaged one: {error}") from error
    refuse_beyond(len(content), MOST_UNPACKED, "bytes unpacked")
    return content


def _unpack(kind: str, payload: bytes, folder: Path, search_path: str | None) -> Sequence[str]:
    """RAR and 7z by bsdtar, with the sizes that it lists checked before anything is written."""
    program = shutil.which(_UNPACKER, path=search_path)
    if program is None:
        raise MissingReader(
            f"a {kind} archive is archived, not read: install {_UNPACKER} (package libarchive-tools) and read it again"
        )
    source, target = folder / "archive", folder / "out"
    source.write_bytes(payload)
    target.mkdir()
    listing = _run([program, "--numeric-owner", "-tvf", str(source)], kind).splitlines()
    refuse_beyond(len(listing), MOST_MEMBERS, "members in one archive")
    sizes = [int(found.group(1)) for line in listing if (found := _LISTED.match(line))]
    if len(sizes) < len(listing):
        raise UnreadableFile(f"expected files and folders in the {kind} archive, found a member without a size")
    refuse_beyond(sum(sizes), MOST_UNPACKED, "bytes unpacked")
    _run([program, "-x", "-f", str(source), "-C", str(target), "--no-same-owner"], kind)
    return sorted(
        str(path.relative_to(target)) for path in target.rglob("*") if path.is_file() and not path.is_symlink()
    )


def _run(command: list[str], kind: str) -> str:
    try:
        ended = run(command, SECONDS * 0.4)
    except TookTooLong as error:
        raise UnreadableFile(f"expected a {kind} archive that unpacks in {SECONDS * 0.4:.0f} seconds") from error
    if ended.code:
        raise UnreadableFile(f"expected a whole {kind} archive, found a damaged one: {ended.complaint}")
    return ended.printed
