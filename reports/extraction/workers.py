"""A file's bytes and the name of its reader in, Document out, read in a process of its own with bounded memory and time.

For readers that run C++ over hostile bytes or may cost much. One process serves file after file, because starting it costs more than
reading; it is ended when a file takes too long or kills it, and after so many files. It reads its files from a pipe and dies with its parent.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, NoReturn

from reports.errors import MissingReader, UnreadableFile
from reports.extraction.limits import SECONDS, SECONDS_A_SCAN, WORKER_DATA, WORKER_MEMORY
from reports.extraction.transport import dump_document, load_document
from reports.model import Document

_HEAD = struct.Struct(">I")
_FILES_A_WORKER = 200  # then its memory is given back
_ERRORS = {"UnreadableFile": UnreadableFile, "MissingReader": MissingReader}
_MAY_BE_SCANNED = {"pdf", "image", "zip", "rar", "7z"}
_MOST_ANSWER = 256 << 20
_SECONDS_TO_END = 2.0


class Worker:
    """One reading process. Files are read one at a time; threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._served = 0

    def read(
        self, kind: str, payload: bytes, media_type: str | None, url: str | None, seconds: float = SECONDS
    ) -> Document:
        request = json.dumps({"kind": kind, "media_type": media_type, "url": url}).encode()
        with self._turn:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                deadline = time.monotonic() + seconds
                _send(process.stdin, request, payload)
                answer = _receive(process.stdout, deadline)
            except (OSError, EOFError, TimeoutError) as error:
                self._end()
                raise UnreadableFile(_what_happened(kind, error, seconds)) from error
            self._served += 1
            if self._served >= _FILES_A_WORKER:
                self._end()
        if answer[:1] == b"!":
            name, message = json.loads(answer[1:])
            raise _ERRORS.get(name, UnreadableFile)(message)
        return load_document(answer[1:])

    def close(self) -> None:
        with self._turn:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (self._process.poll() is not None or self._owner != os.getpid()):
            self._end()
        if self._process is None:
            command = [sys.executable, "-m", "reports.extraction.workers"]
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "OMP_NUM_THREADS": "2",
            }
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
            self._owner, self._served = os.getpid(), 0
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # it is already gone
                    pipe.close()
        if self._owner == os.getpid():
            process.terminate()  # so that it ends the programs that it runs
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:  # in the middle of C++
                process.kill()
                process.wait()


_worker = Worker()
atexit.register(_worker.close)


def read_apart(kind: str, payload: bytes, media_type: str | None, url: str | None) -> Document:
    """Raises UnreadableFile also when the reading process dies or takes longer than `limits.SECONDS`."""
    return _worker.read(kind, payload, media_type, url, SECONDS_A_SCAN if kind in _MAY_BE_SCANNED else SECONDS)


def _what_happened(kind: str, error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"expected a {kind} file that can be read in {seconds:.0f} seconds; reading was stopped then"
    return f"expected a {kind} file of ordinary size; reading it needed more than {WORKER_DATA >> 20} MB or broke the reader"


def _send(pipe: IO[bytes], request: bytes, payload: bytes) -> None:
    pipe.write(_HEAD.pack(len(request)) + request + _HEAD.pack(len(payload)))
    pipe.write(payload)
    pipe.flush()


def _receive(pipe: IO[bytes], deadline: float | None) -> bytes:
    (length,) = _HEAD.unpack(_read_exactly(pipe, _HEAD.size, deadline))
    if length > _MOST_ANSWER:
        raise EOFError(f"an answer of {length} bytes")
    return _read_exactly(pipe, length, deadline)


def _read_exactly(pipe: IO[bytes], length: int, deadline: float | None) -> bytes:
    parts = []
    number = pipe.fileno()
    while length:
        if deadline is not None and not select.select([number], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        part = os.read(number, min(length, 1 << 20))
        if not part:
            raise EOFError("the reading process ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _serve() -> None:
    """The worker's loop: a request and a payload in, an answer out, until its input ends."""
    import resource
    import signal

    from reports.extraction.readers import read_kind

    resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, WORKER_MEMORY))
    resource.setrlimit(resource.RLIMIT_DATA, (WORKER_DATA, WORKER_DATA))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides

    def end(*_: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # who is on the way out needs not be told
        sys.exit()

    signal.signal(signal.SIGTERM, end)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not break the answers
    while True:
        try:
            request = json.loads(_receive(source, None))
            payload = _receive(source, None)
        except EOFError:
            end()
        try:
            answer = b"=" + dump_document(read_kind(request["kind"], payload, request["media_type"], request["url"]))
        except UnreadableFile as problem:
            answer = b"!" + json.dumps([type(problem).__name__, str(problem)]).encode()
        except (MemoryError, RecursionError) as problem:
            name = f"expected a file of ordinary size, found one that needs too much memory ({type(problem).__name__})"
            answer = b"!" + json.dumps(["UnreadableFile", name]).encode()
        except Exception as problem:  # any failure over hostile bytes is this file's, not the archive's
            name = f"expected a whole {request['kind']} file, found one that breaks its reader: {type(problem).__name__}: {problem}"
            answer = b"!" + json.dumps(["UnreadableFile", name]).encode()
        target.write(_HEAD.pack(len(answer)) + answer)
        target.flush()


if __name__ == "__main__":
    _serve()
