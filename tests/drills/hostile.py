"""The drill of hostile files: each is read as every caller reads; it must be read or refused in words, within bounded memory and time.

    python -m tests.drills.hostile [--only WORDS] [--seconds 260] [--megabytes 4200]

Every kind is read in a process of its own, so that its peak of memory is its own: `reader` is the process that asked, `worker` the limited one
that opens all but pages and texts. Ends with 1 when anything came out but a reading or one of the two named errors, or a bound was broken.

Measured on x86-64, 2 cores while others worked on it, CPython 3.11.7, reader 6: 71 kinds, none broke a bound; the longest took 8.69 s (2 MB of one-cell rows; 3.89
in a calmer hour, when RAR of 1,000,000 members took longest with 6.08), the reader 218 MB at most, the worker 2080.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import reports
from reports.extraction import workers
from tests.drills.malice import KINDS


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="the kinds whose name holds these words")
    options.add_argument("--seconds", type=float, default=260, help="that one file may take")
    options.add_argument("--megabytes", type=int, default=4200, help="that a process may need")
    options.add_argument("--read", help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.read:
        print(json.dumps(read_all(Path(wanted.read))))
        return 0
    print(f"{platform.platform()}, CPython {platform.python_version()}, reader {reports.READER_VERSION}")
    print(f"{'kind':32} {'MB':>6} {'seconds':>8} {'reader MB':>9} {'worker MB':>9}  what came of it")
    broken = [name for name in KINDS if wanted.only in name and not drill(name, wanted.seconds, wanted.megabytes)]
    for name in broken:
        print(f"BROKEN: {name}")
    return 1 if broken else 0


def drill(name: str, seconds: float, megabytes: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="nianbao-hostile-") as folder:
        size = 0
        for number, payload in enumerate(KINDS[name]()):
            (Path(folder) / f"{number:04}").write_bytes(payload)
            size = max(size, len(payload))
        command = [sys.executable, "-m", "tests.drills.hostile", "--read", folder]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        print(f"{name:32} {size / 1e6:6.1f} CRASHED {done.stderr.decode('utf-8', 'replace')[-600:]}")
        return False
    told = json.loads(done.stdout)
    print(
        f"{name:32} {size / 1e6:6.1f} {told['seconds']:8.2f} {told['reader']:9.0f} {told['worker']:9.0f}  {told['said']}",
        flush=True,
    )
    return bool(told["seconds"] <= seconds and max(told["reader"], told["worker"]) <= megabytes)


def read_all(folder: Path) -> dict[str, float | str]:
    """The slowest file's seconds, the peaks of memory, and what was said of the files."""
    said: Counter[str] = Counter()
    slowest = 0.0
    watch = _Watch()
    for path in sorted(folder.iterdir()):
        payload = path.read_bytes()
        started = time.perf_counter()
        said[_outcome(payload)] += 1
        slowest = max(slowest, time.perf_counter() - started)
    worker = watch.end()
    words = next(iter(said)) if len(said) == 1 else ""
    kinds = Counter(words.split(":")[0] for words in said.elements())
    told = words or ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return {"seconds": slowest, "reader": _peak("self"), "worker": worker, "said": told[:150]}


class _Watch:
    """Looks at the worker's peak of memory until it is ended: a worker that was killed leaves none behind."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.01):
            process = workers._worker._process
            if process is not None:
                self._peak = max(self._peak, _peak(process.pid))

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak


def _peak(process: int | str) -> float:
    """In megabytes, since the program was started."""
    try:
        words = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmHWM:\s*(\d+) kB", words)
    return int(found.group(1)) / 1024 if found else 0.0


def _outcome(payload: bytes) -> str:
    try:
        report = reports.parse(reports.extract(payload, None, None))
    except reports.UnreadableFile as error:
        return f"refused: {error}"
    except reports.NotAReport as error:
        return f"no report: {error.kind}"
    reports.check(report, report)
    reports.compare(report, report)
    reports.locate(payload)
    return "read"


if __name__ == "__main__":
    sys.exit(main())
