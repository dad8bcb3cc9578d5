"""The index's choice of files or reports in, copies for elsewhere out: the files for a WACZ, CDXJ or BagIt, a WARC file for each organ and year.

What was taken down by order leaves the house in no form: a file that holds such a record is copied with an empty one in its place.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from archive import seals, tombstones
from archive.bodies import PART, blocks_of, sha256
from archive.captures import location_of
from archive.database import reading
from archive.errors import ArchiveError, StoreUnusable
from archive.folders import Folder, not_as_promised
from archive.listings import Filters, reports_held
from archive.models import Capture, Sighting, Site, SiteRun, WarcFile
from archive.places import Place, sha256_of
from archive.records import FIELDS, packed, parsed, plain_fields, warc_date
from archive.seals import write_whole
from archive.tombstones import Filler, Removal
from archive.wacz import Page
from archive.warc import WarcStore


@dataclass(frozen=True, slots=True)
class Chosen:
    """Sealed files in the order they were sealed, and what a reader may want to open first."""

    files: tuple[str, ...]
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class OrganYear:
    """One WARC file made of what is held of an organ's year."""

    organ: str | None
    year: int | None
    file: Path
    captures: int


def choose(session: Session, site: str | None = None, run: int | None = None) -> Chosen:
    """The sealed files of a site, of one run, or all; the pages are the articles in them that a list named."""
    runs = select(SiteRun.id).join(Site, Site.id == SiteRun.site_id)
    if site is not None:
        runs = runs.where(Site.code == site)
    if run is not None:
        runs = runs.where(SiteRun.id == run)
    files = select(WarcFile).where(WarcFile.sealed_at.is_not(None), WarcFile.site_run_id.in_(runs))
    rows = session.scalars(files.order_by(WarcFile.seal_number)).all()
    listed = (
        select(Capture.url, Capture.fetched_at, Sighting.title)
        .join(Sighting, (Sighting.site_id == Capture.site_id) & (Sighting.url_key == Capture.url_key))
        .where(Capture.site_run_id.in_(runs), Capture.status == 200, Capture.takedown_number.is_(None))
        .where(Sighting.parent_id.is_(None))
        .order_by(Capture.id)
    )
    pages = tuple(Page(url, at, title) for url, at, title in session.execute(listed))
    return Chosen(tuple(row.name for row in rows), pages)


@contextmanager
def publishable(engine: Engine, store: WarcStore, files: Sequence[str]) -> Iterator[WarcStore]:
    """The store, or one that gives these files with what is hidden emptied: nothing hidden is handed out."""
    with reading(engine) as session:
        hidden = session.execute(
            select(Capture, WarcFile.name)
            .join(WarcFile, WarcFile.id == Capture.warc_file_id)
            .where(Capture.takedown_number.is_not(None), WarcFile.name.in_(files))
        ).all()
    by_file: dict[str, dict[int, Filler]] = {}
    for row, name in hidden:
        date = warc_date(row.fetched_at)
        one = Removal(name, row.warc_offset, row.warc_length, row.record_id, row.url, date, {})
        by_file.setdefault(name, {})[one.offset] = tombstones.filler(one, row.takedown_number or 0)
    if not by_file:
        yield store
        return
    yield WarcStore(store.folder, store.keys, files=_Emptied(store.files, by_file))


class _Emptied:
    """The sealed files of a store, with an empty record where one is hidden. For reading alone."""

    def __init__(self, files: Place, hidden: Mapping[str, Mapping[int, Filler]]) -> None:
        self._files = files
        self._hidden = hidden

    def names(self) -> set[str]:
        return self._files.names()

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        return tombstones.without(self._files.blocks(name, offset, length), self._hidden.get(name, {}), offset)

    def address(self, name: str) -> str:
        return self._files.address(name)

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        raise StoreUnusable(f"{name} is shown with what is hidden taken out: it is for reading alone.")

    def remove(self, name: str) -> None:
        self.write(name, (), "")

    def set_aside(self, name: str, now: datetime) -> None:
        self.write(name, (), "")


def write_organ_years(
    engine: Engine, store: WarcStore, filters: Filters, folder: Path, about: dict[str, str], now: datetime
) -> Iterator[OrganYear]:
    """A WARC file for each organ and year of the reports held: every version of its pages and files, and the originals of their revisits.

    The records are those of the archive, byte for byte; only the file around them is new.
    """
    with reading(engine) as session:
        groups: dict[tuple[str | None, str | None, int | None], list[int]] = {}
        for line in reports_held(session, filters):
            groups.setdefault((line.region, line.organ, line.year), []).append(line.sighting_id)
        taken: set[str] = set()
        for (region, organ, year), sightings in groups.items():
            rows = _captures_of(session, sightings)
            if rows:
                path = folder / _free_name(taken, region, organ, year)
                write_captures(session, store, rows, path, {**about, "isPartOf": f"{organ or '?'} {year or '?'}"}, now)
                yield OrganYear(organ, year, path, len(rows))


def _captures_of(session: Session, sightings: Iterable[int]) -> list[Capture]:
    """All versions of these reports and of their attachments, originals before the revisits that need them."""
    ids = list(sightings)
    named = select(Sighting).where(Sighting.id.in_(ids) | Sighting.parent_id.in_(ids))
    wanted: dict[int, Capture] = {}
    for sighting in session.scalars(named.order_by(Sighting.id)):
        here = (Capture.site_id == sighting.site_id) & (Capture.url_key == sighting.url_key)
        shown = Capture.takedown_number.is_(None)
        for row in session.scalars(select(Capture).where(here, shown).order_by(Capture.id)):
            if row.same_as_id is not None and row.same_as_id not in wanted:
                wanted[row.same_as_id] = session.get_one(Capture, row.same_as_id)
            wanted[row.id] = row
    return list(wanted.values())


def write_captures(
    session: Session, store: WarcStore, rows: Sequence[Capture], path: Path, about: dict[str, str], now: datetime
) -> None:
    part = path.with_name(path.name + PART)
    name = f"<urn:uuid:{_uuid_of(path.name, now)}>"
    block = plain_fields({"format": "WARC File Format 1.1", **about})
    head = (
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", name),
        ("WARC-Date", warc_date(now)),
        ("WARC-Filename", path.name),
        ("Content-Type", FIELDS),
        ("WARC-Block-Digest", f"sha256:{sha256(block)}"),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as writer:
            writer.writelines(blocks_of(packed(head, block)))
            for row in rows:
                writer.writelines(_group(session, store, row))
        part.replace(path)
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be written: {error.strerror}. Make room or choose another place.") from None
    finally:
        with suppress(OSError):  # there only when something went wrong
            part.unlink(missing_ok=True)


def _group(session: Session, store: WarcStore, row: Capture) -> Iterator[bytes]:
    """The members of one exchange as they lie in the store, block by block."""
    location = location_of(session, row)
    store.record(location)  # raises DamagedRecord: nothing damaged leaves the house
    for member in store.members(location.file, location.offset):
        record = parsed(member.data)
        if location.record_id not in (record.record_id, record.header("WARC-Concurrent-To")):
            break
        yield from store.blocks(location.file, member.offset, member.length)
        if record.kind == "metadata":
            break  # it ends the group


def _free_name(taken: set[str], region: str | None, organ: str | None, year: int | None) -> str:
    stem = "-".join(re.sub(r"[^\w]+", "_", str(part)) for part in (region, organ or "organ", year or "year") if part)
    name, number = f"{stem}.warc.gz", 2
    while name in taken:
        name, number = f"{stem}-{number}.warc.gz", number + 1
    taken.add(name)
    return name


def _uuid_of(name: str, now: datetime) -> str:
    digest = hashlib.sha256(f"{name} {warc_date(now)}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def write_bag(store: WarcStore, original: WarcStore, files: Sequence[str], folder: Path, now: datetime) -> int:
    """A BagIt bag (RFC 8493): the WARC files, all seals, the chain's head, the tombstones and the public key, each with its SHA-256.

    The seals of files that are not in the bag lie apart: with them a stranger can follow the chain from end to end.

    The bag is there whole or not at all. Gives the number of payload files.
    """
    part = folder.with_name(folder.name + PART)
    try:
        part.mkdir(parents=True)
        manifest = {
            f"data/warc/{name}": _handed_out(store, original, name, part / "data/warc" / name) for name in files
        }
        beside = [f"{name}.seal.json" for name in files]
        beside += [str(path.relative_to(original.folder)) for path in original.folder.glob(f"{tombstones.FOLDER}/*")]
        beside += [str(path.relative_to(original.folder)) for path in original.folder.glob("stamps/**/*.tsr")]
        for name in seals.seal_files(original.folder):
            if name not in files:
                manifest[f"data/warc/{seals.ELSEWHERE}/{name}{seals.SUFFIX}"] = _copied(
                    Folder(original.folder).blocks(name + seals.SUFFIX),
                    part / "data/warc" / seals.ELSEWHERE / f"{name}{seals.SUFFIX}",
                )
        for name in (*beside, "chain.json"):
            manifest[f"data/warc/{name}"] = _copied(Folder(original.folder).blocks(name), part / "data/warc" / name)
        manifest["data/seal.pub"] = _copied(Folder(original.keys).blocks("seal.pub"), part / "data/seal.pub")
        size = sum((part / name).stat().st_size for name in manifest)
        tags = {
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": f"Bagging-Date: {now:%Y-%m-%d}\nBag-Software-Agent: nianbao\nPayload-Oxum: {size}.{len(manifest)}\n",
            "manifest-sha256.txt": "".join(f"{digest}  {name}\n" for name, digest in sorted(manifest.items())),
        }
        tags["tagmanifest-sha256.txt"] = "".join(f"{sha256(text.encode())}  {name}\n" for name, text in tags.items())
        for name, text in tags.items():
            write_whole(part / name, text.encode())
        part.replace(folder)
    except FileExistsError:
        raise StoreUnusable(
            f"{part} is there already: another export is under way, or was stopped. Remove it."
        ) from None
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise StoreUnusable(f"{folder} cannot be written: {error.strerror}. Choose an empty or new place.") from None
    except ArchiveError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return len(manifest)


def _handed_out(store: WarcStore, original: WarcStore, name: str, target: Path) -> str:
    """Copy a file, and give its hash. Raises StoreUnusable when the archive's own is not as its seal says."""
    digest = _copied(store.blocks(name), target)
    seal = seals.read_seal(original.folder, name)
    expected = tombstones.redacted_hashes(original.folder).get(name, seal.sha256 if seal else "")
    if (digest if store is original else sha256_of(original.files, name)) != expected:
        raise StoreUnusable(not_as_promised(name))
    return digest


def _copied(blocks: Iterable[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as writer:
        for block in blocks:
            digest.update(block)
            writer.write(block)
    return digest.hexdigest()
