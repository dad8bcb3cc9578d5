"""The setting `second_copy` in, a place out that keeps whole files by their names: a folder, or a bucket of any S3-compatible store.

A file is there whole or not at all: a folder gets it under its name when it is synced, a bucket when its upload is complete. What is
written is hashed on its way and refused when it is not what was promised.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from archive import seals
from archive.errors import StoreUnusable

if TYPE_CHECKING:
    from obstore.store import S3Store

BLOCK_BYTES = 1 << 20
RETRY = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


class Place(Protocol):
    """Whole files by their names. What cannot be reached or written raises StoreUnusable."""

    def names(self) -> set[str]: ...
    def blocks(self, name: str) -> Iterator[bytes]: ...  # raises FileNotFoundError
    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None: ...
    def set_aside(self, name: str, now: datetime) -> None: ...
    def address(self, name: str) -> str: ...


def place_of(setting: str) -> Place | None:
    """The second copy that the setting names; None when it is empty."""
    if not setting:
        return None
    if not setting.startswith("s3://"):
        return Folder(Path(setting))
    bucket, _, prefix = setting.removeprefix("s3://").partition("/")
    try:
        from obstore.store import S3Store
    except ModuleNotFoundError:
        raise StoreUnusable(
            f"second_copy = {setting!r} needs the S3 client: pip install 'nianbao[s3]' brings it."
        ) from None
    options: dict[str, Any] = {"client_options": {"allow_http": _is_plain()}, "retry_config": RETRY}
    return Bucket(S3Store(bucket, prefix=prefix.strip("/") or None, **options), setting.rstrip("/"))


def _is_plain() -> bool:
    """Whether the endpoint that the operator named is plain http, as an S3 server in the house often is."""
    return os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", "")).startswith("http://")


def sha256_of(place: Place, name: str) -> str:
    """The hash of a file as it is read back from the place. Raises FileNotFoundError."""
    digest = hashlib.sha256()
    for block in place.blocks(name):
        digest.update(block)
    return digest.hexdigest()


class Folder:
    """A folder, such as a mounted disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def blocks(self, name: str) -> Iterator[bytes]:
        try:
            with (self.folder / name).open("rb") as stream:
                while block := stream.read(BLOCK_BYTES):
                    yield block
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreUnusable(f"{self.address(name)} cannot be read: {error.strerror}.") from None

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        target = self.folder / name
        part = target.with_name(target.name + seals.PART)
        digest = hashlib.sha256()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as writer:
                for block in blocks:
                    digest.update(block)
                    writer.write(block)
                writer.flush()
                os.fsync(writer.fileno())
            if digest.hexdigest() != sha256:
                part.unlink()
                raise StoreUnusable(_not_as_promised(name))
            part.replace(target)
            seals.sync_folder(target.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StoreUnusable(
                f"{target} cannot be written: {error.strerror}. Make room or give this user the right."
            ) from None

    def set_aside(self, name: str, now: datetime) -> None:
        path = self.folder / name
        if path.exists():
            aside = self.folder.parent / "damaged" / f"{name}.{now:%Y%m%dT%H%M%SZ}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.replace(aside)

    def address(self, name: str) -> str:
        return str(self.folder / name)


class Bucket:
    """A bucket, or what lies under a prefix of it. Keys and endpoint come from the AWS_* variables, as every S3 tool reads them."""

    def __init__(self, store: S3Store, title: str) -> None:
        self._store = store
        self._title = title

    def names(self) -> set[str]:
        with _translated(self._title):
            found = [entry["path"] for batch in self._store.list() for entry in batch]
        return {name for name in found if not name.startswith("damaged/")}

    def blocks(self, name: str) -> Iterator[bytes]:
        with _translated(self.address(name)):
            yield from map(bytes, self._store.get(name).stream(min_chunk_size=BLOCK_BYTES))

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        import obstore

        digest = hashlib.sha256()
        with _translated(self.address(name)):
            writer = obstore.open_writer(self._store, name)
            for block in blocks:
                digest.update(block)
                writer.write(block)
            if digest.hexdigest() != sha256:
                raise StoreUnusable(_not_as_promised(name))  # the upload is never completed
            writer.close()

    def set_aside(self, name: str, now: datetime) -> None:
        with _translated(self.address(name)), suppress(FileNotFoundError):
            self._store.rename(name, f"damaged/{name}.{now:%Y%m%dT%H%M%SZ}")

    def address(self, name: str) -> str:
        return f"{self._title}/{name}"


class _translated:  # noqa: N801 - reads as a word in a with statement
    """What the S3 client says of a server leaves as StoreUnusable; a file that is not there as FileNotFoundError."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from obstore.exceptions import BaseError, NotFoundError

        if isinstance(error, FileNotFoundError | NotFoundError):
            raise FileNotFoundError(self._address) from None
        if isinstance(error, BaseError | OSError):
            words = str(error).splitlines()[0]
            raise StoreUnusable(f"{self._address} cannot be reached or written: {words}") from None


def _not_as_promised(name: str) -> str:
    return f"{name} is not as its seal says and is not carried over: `nianbao repair` first."
