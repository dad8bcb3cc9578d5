"""The errors of the archive.

ArchiveError
├── HomeInUse             another process of this project is writing into the same home
├── DatabaseOutdated      the database was made by another version; the message names the command that brings it up to date
├── NoSuchSite            a site code that is not in the archive; the message lists what is
├── DamagedRecord         a WARC record that does not read back as it was written; the message says which and where
└── StoreUnusable         the folder cannot be written or has no room
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Something about the archive; the message is written for the person who runs it and names the next step."""


class HomeInUse(ArchiveError):
    pass


class DatabaseOutdated(ArchiveError):
    pass


class NoSuchSite(ArchiveError):
    pass


class DamagedRecord(ArchiveError):
    pass


class StoreUnusable(ArchiveError):
    pass
