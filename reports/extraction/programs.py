"""A command in, what it printed out. It and all that it started are ended when it takes too long or whoever asked is ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass


class TookTooLong(Exception):
    """The program was stopped, with everything that it had started."""


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    printed: str
    complaint: str  # the end of what it said of errors


def run(command: Sequence[str], seconds: float, folder: str | None = None) -> Ended:
    """Raises TookTooLong. The program leads a group of its own: LibreOffice's command starts others that outlive it."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        process_group=0,
    )
    with process:  # waits for it, and closes its pipes, after its group was ended
        try:
            printed, complaint = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise TookTooLong from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return Ended(process.returncode, printed.decode("utf-8", "replace"), complaint.decode("utf-8", "replace")[-200:])
