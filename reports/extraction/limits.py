"""How much one file may cost. A report is a few pages; what goes far beyond that is refused with a clear message."""

from __future__ import annotations

from reports.errors import UnreadableFile

MOST_BYTES = 64 << 20  # of any file; scans of forty pages stay below
ORDINARY_BYTES = (
    2 << 20
)  # of a page or text; the largest real one has less; what a hostile one below this costs: tests/drills/hostile.py
MOST_MARKUP = 16 << 20  # of HTML, XML and plain text, unpacked; the largest real page seen has 2 MB
MOST_UNPACKED = 128 << 20  # of a compressed file in all
MOST_RATIO = 200  # of a compressed member to its packed size, once it is larger than 1 MB
MOST_MEMBERS = 2_000  # of a compressed file
MOST_CELLS = 50_000  # of all tables of a file; the official three have 600
MOST_BLOCKS = 20_000
MOST_PAGES = 300
MOST_CHARACTERS = 1_000_000  # of all pages
MOST_PIXELS = 40_000_000  # of one page's picture: A4 at 600 dots to the inch has 35 million
MOST_SCANNED_PAGES = 30
SECONDS_A_SCAN = 240.0  # pages read by OCR take seconds each
SECONDS = 60.0  # for a reader in a worker process
WORKER_MEMORY = 4 << 30  # of addresses, of which OCR's libraries reserve more the more cores there are
WORKER_DATA = 5 << 29  # of memory of its own: a picture of 40 megapixels read by OCR needs half of it


def refuse_beyond(count: float, most: float, what: str) -> None:
    if count > most:
        raise UnreadableFile(f"expected at most {most:,} {what}, found {count:,}: this is not a report of a few pages")
