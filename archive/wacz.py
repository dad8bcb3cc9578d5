"""WARC files in, one WACZ out: a zip that ReplayWeb.page opens, with the files, their index, a list of pages and the hash of everything.

The WARC files are streamed into the zip unpacked and unchanged; only the index is held in memory. WACZ 1.1.1, which `wacz validate` knows.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from isal import igzip_lib

from archive import seals
from archive.bodies import PART
from archive.cdxj import sorted_cdxj
from archive.errors import StoreUnusable
from archive.warc import WarcStore

LINES_A_BLOCK = 300
VERSION = "1.1.1"


@dataclass(frozen=True, slots=True)
class Page:
    """A line of the page list: what a reader may want to open first."""

    url: str
    fetched_at: datetime
    title: str | None


def write_wacz(
    store: WarcStore, names: Iterable[str], pages: Iterable[Page], target: Path, title: str, now: datetime
) -> Path:
    """Write the WACZ of these sealed files. It is there whole or not at all."""
    names = list(names)
    part = target.with_name(target.name + PART)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
            resources = [_add_file(package, store, name, now) for name in names]
            blocks, index = _compressed_index(sorted_cdxj(store, names))
            for path, data in (
                ("indexes/index.cdx.gz", blocks),
                ("indexes/index.idx", index),
                ("pages/pages.jsonl", _page_list(pages)),
            ):
                resources.append(_add(package, path, data, now))
            package_file = _json(
                {
                    "profile": "data-package",
                    "resources": resources,
                    "title": title,
                    "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "wacz_version": VERSION,
                    "software": "nianbao",
                }
            )
            _add(package, "datapackage.json", package_file, now)
            digest = {"path": "datapackage.json", "hash": _hash(package_file)}
            _add(package, "datapackage-digest.json", _json(digest), now)
        part.replace(target)
    except OSError as error:
        raise StoreUnusable(
            f"{target} cannot be written: {error.strerror}. Make room or choose another place."
        ) from None
    finally:
        with suppress(OSError):  # there only when something went wrong
            part.unlink(missing_ok=True)
    return target


def _add_file(package: zipfile.ZipFile, store: WarcStore, name: str, now: datetime) -> dict[str, Any]:
    digest = hashlib.sha256()
    size = 0
    base = name.rpartition("/")[2]
    info = _info(f"archive/{base}", now)
    seal = seals.read_seal(store.folder, name)
    info.file_size = seal.size if seal else 0  # decides whether the zip needs its form for large files
    with package.open(info, "w") as writer:
        for block in store.blocks(name):
            digest.update(block)
            size += len(block)
            writer.write(block)
    return {"name": base.lower(), "path": info.filename, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}


def _add(package: zipfile.ZipFile, path: str, data: bytes, now: datetime) -> dict[str, Any]:
    package.writestr(_info(path, now), data)
    return {"name": path.rpartition("/")[2].lower(), "path": path, "hash": _hash(data), "bytes": len(data)}


def _info(path: str, now: datetime) -> zipfile.ZipInfo:
    moment = now.astimezone(UTC)
    return zipfile.ZipInfo(
        path, (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)
    )


def _compressed_index(lines: list[str]) -> tuple[bytes, bytes]:
    """Blocks of lines, each packed by itself, and the list of where each block begins."""
    blocks = bytearray()
    index = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    for first in range(0, len(lines), LINES_A_BLOCK):
        some = lines[first : first + LINES_A_BLOCK]
        packed = igzip_lib.compress("".join(some).encode(), 2, igzip_lib.COMP_GZIP)
        place = {"offset": len(blocks), "length": len(packed), "digest": _hash(packed)}
        index.append(f"{some[0].split('{', 1)[0].strip()} {json.dumps(place)}\n")
        blocks += packed
    return bytes(blocks), "".join(index).encode()


def _page_list(pages: Iterable[Page]) -> bytes:
    lines = ['{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}']
    for number, page in enumerate(pages, 1):
        moment = page.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        value = {"id": f"p{number}", "url": page.url, "ts": moment, "title": page.title or page.url}
        lines.append(json.dumps(value, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
