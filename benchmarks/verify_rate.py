"""How fast `verify` reads, beside `sha256sum` on the same file: whole files only, and every record with its row.

    python -m benchmarks.verify_rate [--megabytes 400]

The promise is at least 0.8 of the rate of sha256sum when only whole files are checked. Each is run three times, in turn; the best counts.

Measured with `--megabytes 200` on x86-64, 2 cores (alone), CPython 3.11.7, coreutils 9.1: sha256sum 345 MB/s, `verify --fast` 1,194 (3.46 of it:
sha256sum does not use the processor's SHA instructions here), `verify` 188 (0.54: each byte is unpacked, and hashed three times, as file,
block and body, and each row is held against its records in every column).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.database import migrate, open_database, writing
from archive.exchange import Exchange
from archive.fixity import verify
from archive.harvests import site_runs, start_harvest
from archive.recorder import Recorder
from archive.sites import NewSite, add_site
from archive.warc import WarcStore

START = datetime(2026, 3, 31, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--megabytes", type=int, default=400)
    megabytes = arguments.parse_args().megabytes
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/index.sqlite"
        migrate(url)
        engine = open_database(url)
        store = WarcStore(Path(folder) / "warc")
        recorder = Recorder(engine, store, lambda: datetime.now(UTC), "nianbao", "bench@example.org")
        with writing(engine) as session:
            site = add_site(session, NewSite("http://www.shili.gov.cn/"), START)
            (run,) = site_runs(session, start_harvest(session, "harvest", [site.id], START))
        recorder.begin(run.id)
        for number in range(megabytes * 2):
            asked = f"GET /{number}.pdf HTTP/1.1\r\nHost: www.shili.gov.cn\r\n\r\n".encode()
            page = Exchange(f"http://www.shili.gov.cn/{number}.pdf", START, asked, HEAD, chance.randbytes(500_000))
            recorder.record(run.id, page, purpose="attachment", url_key=str(number))
        recorder.finish(run.id, "done", None, {})
        (path,) = store.folder.rglob("*.warc.gz")
        size = path.stat().st_size / 1e6
        best = {"sha256sum": 1e9, "verify --fast": 1e9, "verify": 1e9}
        for _ in range(3):
            for name, work in (
                ("sha256sum", lambda: subprocess.run(["sha256sum", path], check=True, capture_output=True)),
                ("verify --fast", lambda: list(verify(engine, store, deep=False))),
                ("verify", lambda: list(verify(engine, store))),
            ):
                best[name] = min(best[name], seconds(work))
        engine.dispose()
    for name, taken in best.items():
        print(f"{name:14} {size / taken:7.0f} MB/s   {best['sha256sum'] / taken:.2f} of sha256sum   ({size:.0f} MB)")


if __name__ == "__main__":
    main()
