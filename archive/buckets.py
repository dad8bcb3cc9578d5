"""A bucket of any S3-compatible store as a place that keeps whole files by their names. The one file that knows the S3 client."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from archive.errors import StoreUnusable
from archive.folders import BLOCK_BYTES, not_as_promised

if TYPE_CHECKING:
    from obstore.store import S3Store

RETRY = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


def bucket_of(setting: str) -> Bucket:
    """The bucket of `s3://bucket/prefix`. Keys and endpoint come from the AWS_* variables, as every S3 tool reads them."""
    bucket, _, prefix = setting.removeprefix("s3://").partition("/")
    try:
        from obstore.store import S3Store
    except ModuleNotFoundError:
        raise StoreUnusable(f"{setting!r} needs the S3 client: pip install 'nianbao[s3]' brings it.") from None
    options: dict[str, Any] = {"client_options": {"allow_http": _is_plain()}, "retry_config": RETRY}
    return Bucket(S3Store(bucket, prefix=prefix.strip("/") or None, **options), setting.rstrip("/"))


def _is_plain() -> bool:
    """Whether the endpoint that the operator named is plain http, as an S3 server in the house often is."""
    return os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", "")).startswith("http://")


class Bucket:
    """A bucket, or what lies under a prefix of it. Keys and endpoint come from the AWS_* variables, as every S3 tool reads them."""

    def __init__(self, store: S3Store, title: str) -> None:
        self._store = store
        self._title = title

    def names(self) -> set[str]:
        with _translated(self._title):
            found = [entry["path"] for batch in self._store.list() for entry in batch]
        return {name for name in found if not name.startswith("damaged/")}

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        from obstore.exceptions import BaseError

        with _translated(self.address(name)):
            try:
                yield from self._ranged(name, offset, length)
            except BaseError:
                # A server refuses to give what lies beyond the end; a file gives nothing.
                if not offset or self._store.head(name)["size"] > offset:
                    raise

    def _ranged(self, name: str, offset: int, length: int | None) -> Iterator[bytes]:
        stretch: Any = {"offset": offset} if length is None else (offset, offset + length)
        asked = self._store.get(name, options={"range": stretch} if offset or length is not None else None)
        yield from map(bytes, asked.stream(min_chunk_size=BLOCK_BYTES))

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        import obstore

        digest = hashlib.sha256()
        with _translated(self.address(name)):
            writer = obstore.open_writer(self._store, name)
            for block in blocks:
                digest.update(block)
                writer.write(block)
            if digest.hexdigest() != sha256:
                raise StoreUnusable(not_as_promised(name))  # the upload is never completed
            writer.close()

    def remove(self, name: str) -> None:
        with _translated(self.address(name)), suppress(FileNotFoundError):
            self._store.delete(name)

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
