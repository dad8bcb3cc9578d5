"""A WACZ in, everything that is wrong with it out, in words: stricter than `wacz validate`, which accepts an index that points past the end.

Every hash is computed, every line of the index is laid on its record and every record on its line, every page must be in the index.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.cdxj import cdxj_line
from archive.errors import DamagedRecord
from archive.records import members, parsed


def wacz_faults(path: Path) -> Iterator[str]:
    """What is wrong with the file, nothing when all is right."""
    try:
        with zipfile.ZipFile(path) as package:
            yield from _package_faults(package)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, EOFError, DamagedRecord) as error:
        yield f"{path} cannot be read as a WACZ: {error}"


def _package_faults(package: zipfile.ZipFile) -> Iterator[str]:
    names = package.namelist()
    yield from (f"{name} stands there {count} times." for name, count in Counter(names).items() if count > 1)
    described = package.read("datapackage.json")
    digest = json.loads(package.read("datapackage-digest.json"))
    if digest["hash"] != _hash(described):
        yield "datapackage.json is not the one that datapackage-digest.json names."
    resources: dict[str, Any] = {entry["path"]: entry for entry in json.loads(described)["resources"]}
    listed = {*resources, "datapackage.json", "datapackage-digest.json"}
    yield from (f"{name} is not listed in datapackage.json." for name in sorted(set(names) - listed))
    yield from (f"{name} is listed and is not there." for name in sorted(listed - set(names)))
    for name in sorted(set(resources) & set(names)):
        entry = resources[name]
        if (_hash_of(package, name), package.getinfo(name).file_size) != (entry["hash"], entry["bytes"]):
            yield f"{name} is not what datapackage.json says."
        if name.startswith("archive/") and package.getinfo(name).compress_type != zipfile.ZIP_STORED:
            yield f"{name} is packed a second time: nothing in it can be found by its place."
    lines, faults = _index_lines(package)
    yield from faults
    yield from _index_faults(package, lines)
    known = {json.loads(line.split(" ", 2)[2])["url"] for line in lines}
    for text in package.read("pages/pages.jsonl").decode().splitlines()[1:]:
        if json.loads(text)["url"] not in known:
            yield f"the page {json.loads(text)['url']} is not in the index."


def _index_lines(package: zipfile.ZipFile) -> tuple[list[str], list[str]]:
    """The lines of all blocks, each block held against its hash, and what was wrong with that."""
    blocks = package.read("indexes/index.cdx.gz")
    faults, lines, end = [], [], 0
    for text in package.read("indexes/index.idx").decode().splitlines()[1:]:
        place = json.loads(text[text.index("{") :])
        block = blocks[place["offset"] : place["offset"] + place["length"]]
        if place["offset"] != end or len(block) != place["length"] or _hash(block) != place["digest"]:
            faults.append(f"the index block at {place['offset']} is not what index.idx says.")
            continue
        end += place["length"]
        some = gzip.decompress(block).decode().splitlines(keepends=True)
        if not some or not some[0].startswith(text[: text.index("{")].strip()):
            faults.append(f"the index block at {place['offset']} begins with another line than index.idx says.")
        lines += some
    if end != len(blocks):
        faults.append(f"index.idx names {end} bytes of index.cdx.gz, which has {len(blocks)}.")
    if lines != sorted(lines):
        faults.append("the lines of the index are not sorted.")
    return lines, faults


def _index_faults(package: zipfile.ZipFile, lines: list[str]) -> Iterator[str]:
    """Lines without their record, and records without their line."""
    expected: Counter[str] = Counter()
    for name in package.namelist():
        if name.startswith("archive/"):
            with package.open(name) as stream:
                for member in members(stream):
                    record = parsed(member.data)
                    if not record.digest_holds() and record.header("WARC-Block-Digest"):
                        yield f"{name}: the record at byte {member.offset} has another digest."
                    if record.kind in ("response", "revisit"):
                        expected[cdxj_line(record, name.rpartition("/")[2], member.offset, member.length)] += 1
    found = Counter(lines)
    yield from (f"the index has a line that lands on no record: {line.strip()}" for line in sorted(found - expected))
    yield from (f"the index lacks a record: {line.strip()}" for line in sorted(expected - found))


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _hash_of(package: zipfile.ZipFile, name: str) -> str:
    with package.open(name) as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"  # type: ignore[arg-type]  # as above
