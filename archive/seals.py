"""A finished WARC file becomes a seal: its hash, size, record count and last record id, the hash of the seal before it, and a signature.

A seal is a JSON file beside its WARC file (`NAME.seal.json`). Each names the SHA-256 of the one before it, so none can be taken out or put in
unseen; `chain.json` in the store's folder names the newest. The key is made at first use; to verify, the public key and the files are enough.
What is hashed and signed is the seal as JSON with sorted keys and no spaces, in UTF-8.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from archive.bodies import PART, sha256
from archive.errors import DamagedSeal, StoreUnusable
from archive.records import warc_date

SUFFIX = ".seal.json"
CHAIN = "chain.json"
STAMPS = "stamps"  # time stamps of other services, beside the seals
ELSEWHERE = "elsewhere"  # a folder in a part of an archive: the seals of the files that are not in it
NO_SEAL_BEFORE = "0" * 64


@dataclass(frozen=True, slots=True)
class Seal:
    """What is promised of one WARC file. `number` counts from 1 without a gap; `previous` is the hash of the seal before."""

    number: int
    file: str
    size: int
    sha256: str
    records: int
    first_record_id: str
    last_record_id: str
    sealed_at: str
    previous: str
    public_key: str
    members_sha256: str = (
        ""  # over the SHA-256 of each member, a line each: what is left can be proved when one is taken down
    )
    journal_sha256: str = ""  # of the journal's newest line then (archive.journal); empty when it had none
    signature: str = ""

    def signed_bytes(self) -> bytes:
        return canonical(asdict(replace(self, signature="")))

    @property
    def own_sha256(self) -> str:
        """The hash that the next seal names."""
        return sha256(self.signed_bytes())

    def signature_holds(self) -> bool:
        return holds(self.public_key, self.signature, self.signed_bytes())


def holds(public_key: str, signature: str, signed: bytes) -> bool:
    """Whether the owner of this key signed these bytes. Key and signature are hex; what is no hex holds nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of a store."""

    number: int = 0
    sha256: str = NO_SEAL_BEFORE
    file: str = ""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What the store counted while it wrote a file."""

    file: str
    size: int
    sha256: str
    records: int
    first_record_id: str
    last_record_id: str
    members_sha256: str = ""


def signed(counted: SealedFile, head: Head, now: datetime, key: Ed25519PrivateKey, journal_sha256: str = "") -> Seal:
    """The next seal of the chain."""
    seal = Seal(
        number=head.number + 1,
        file=counted.file,
        size=counted.size,
        sha256=counted.sha256,
        records=counted.records,
        first_record_id=counted.first_record_id,
        last_record_id=counted.last_record_id,
        sealed_at=warc_date(now),
        previous=head.sha256,
        public_key=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        members_sha256=counted.members_sha256,
        journal_sha256=journal_sha256,
    )
    return replace(seal, signature=key.sign(seal.signed_bytes()).hex())


def key_in(folder: Path, sealed: int = 0) -> Ed25519PrivateKey:
    """The signing key of this home, made at first use, readable by its owner alone. A chain of so many seals has its key already."""
    path = folder / "seal.pem"
    if not path.exists():
        if sealed:
            words = f"is gone, and {sealed} seals were signed with it: put it back from its copy. A chain has one key"
            raise StoreUnusable(f"{path} {words}; without it, go on in a new home.")
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_whole(folder / "seal.pub", public_pem(key))
        write_whole(path, pem, mode=0o600)  # last: a key without its public half would never be noticed
    try:
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise StoreUnusable(f"expected an Ed25519 key in {path}: {error}. Put the key back from its copy.") from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise StoreUnusable(f"expected an Ed25519 key in {path}, found another kind. Put the key back from its copy.")
    return loaded


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_seal(folder: Path, seal: Seal) -> None:
    write_whole(folder / (seal.file + SUFFIX), bytes_of(seal))


def write_head(folder: Path, seal: Seal) -> None:
    write_whole(folder / CHAIN, bytes_of(Head(seal.number, seal.own_sha256, seal.file)))


def bytes_of(written: Seal | Head) -> bytes:
    """A seal or a head as it stands in its file."""
    return pretty(asdict(written))


def digest_of_members(digests: Iterable[str]) -> str:
    """What a seal names of the hashes of its file's members, in their order."""
    return sha256("".join(f"{digest}\n" for digest in digests).encode())


def read_seal(folder: Path, file: str) -> Seal | None:
    """The seal of a WARC file, None when it has none. Raises DamagedSeal when what lies there is not a seal."""
    path = folder / (file + SUFFIX)
    try:
        return seal_in(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None


def seal_in(data: bytes, where: str) -> Seal:
    try:
        return Seal(**json.loads(data))
    except (TypeError, ValueError) as error:
        raise DamagedSeal(f"{where} is not a seal: {error}. Put it back from the second copy.") from None


def read_head(folder: Path) -> Head:
    path = folder / CHAIN
    try:
        return head_in(path.read_bytes(), str(path))
    except FileNotFoundError:
        return Head()


def head_in(data: bytes, where: str) -> Head:
    try:
        return Head(**json.loads(data))
    except (TypeError, ValueError) as error:
        raise DamagedSeal(f"{where} is not the head of a chain: {error}. Put it back from the second copy.") from None


def seal_files(folder: Path) -> Iterator[str]:
    """The names of the WARC files that have a seal, in the order of the folder."""
    for path in sorted(folder.rglob("*" + SUFFIX)):
        yield str(path.relative_to(folder))[: -len(SUFFIX)]


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that after any crash it is there whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + PART)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {error.strerror}. Make room or give this user the right, then start again."
        ) from None


def remove_parts(folder: Path) -> None:
    """Remove files that were being written when the process ended: they were never given their names."""
    for path in folder.rglob("*" + PART):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def canonical(values: dict[str, object]) -> bytes:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def pretty(values: dict[str, object]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
