"""A folder in, a command line that a person would have there out: the real command in a real process."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FOR_GOOD = {"harvest", "read", "recrawl"}  # their process computes after all others from then on


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        done = self.typed(*words, **settings)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def typed(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """However it ends."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
        environment |= {f"NIANBAO_{name.upper()}": value for name, value in settings.items()}
        environment["PYTHONPATH"] = str(ROOT)
        return self._run(words, environment)

    def _run(self, words: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *words],
            check=False,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )


class SameProcess(Shell):
    """The same command from its entry point to its exit code, in this process: a start costs a second, and some files try dozens of lines.
    Those that change their process for good still have one of their own."""

    def _run(self, words: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        if _FOR_GOOD.intersection(words[:1]):
            return super()._run(words, environment)
        import cli

        before, arguments = dict(os.environ), sys.argv
        out, err, code = io.StringIO(), io.StringIO(), 0
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["nianbao", *words]
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(before)
            sys.argv = arguments
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())
