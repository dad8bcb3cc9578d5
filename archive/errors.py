"""The errors of the archive.

ArchiveError
├── HomeInUse             another process of this project is writing into the same home
├── DatabaseUnusable      the database cannot be reached, written or read; the message names the remedy
├── DatabaseOutdated      the database was made by another version; the message names the command that brings it up to date
├── IndexNotEmpty         an index that has rows already and was to be made anew
├── NoSuchSite            a site code that is not in the archive; the message lists what is
├── WrongSite             an address, code or line that cannot be a site; the message says what was expected
├── NoSuchRegion          a region that is not in the gazetteer
├── WrongRegion           a line that cannot be a region; the message says what was expected
├── WrongSearch           a condition on a figure that cannot be meant; the message says what was expected
├── MissingLibrary        an optional library that a kind of file needs; the message names the extra that brings it
├── NoSuchCapture         a capture that is not in the index
├── TakenDown             a capture whose bytes were deleted by order; the tombstone says who ordered it and why
├── NotTakenIn            a file of another program that cannot be imported; the message says why and what to do
├── DamagedRecord         a WARC record that does not read back as it was written; the message says which and where
├── DamagedSeal           a seal that is not what was signed, or does not follow the one before it
└── StoreUnusable         the folder cannot be written or has no room
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Something about the archive; the message is written for the person who runs it and names the next step."""


class HomeInUse(ArchiveError):
    pass


class DatabaseUnusable(ArchiveError):
    pass


class DatabaseOutdated(ArchiveError):
    pass


class IndexNotEmpty(ArchiveError):
    pass


class NoSuchSite(ArchiveError):
    pass


class WrongSite(ArchiveError):
    pass


class NoSuchRegion(ArchiveError):
    pass


class WrongRegion(ArchiveError):
    pass


class WrongSearch(ArchiveError):
    pass


class MissingLibrary(ArchiveError):
    pass


class NoSuchCapture(ArchiveError):
    pass


class TakenDown(ArchiveError):
    pass


class NotTakenIn(ArchiveError):
    pass


class DamagedRecord(ArchiveError):
    pass


class DamagedSeal(ArchiveError):
    pass


class StoreUnusable(ArchiveError):
    pass
