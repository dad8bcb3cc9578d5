"""A CSV file that a person hands in goes in; its lines come out, and whatever is wrong with it is said with the file's name."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import WrongRegion, WrongSite
from console import Stop


@contextmanager
def lines_of(file: Path) -> Iterator[list[str]]:
    """Raises Stop for a file that cannot be read, and for what the block finds wrong in its lines."""
    try:
        yield file.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Stop(
            f"expected text in UTF-8 in {file}, found bytes that are none. Save the table as CSV UTF-8."
        ) from None
    except (WrongRegion, WrongSite, csv.Error) as error:
        raise Stop(f"{file}: {error}") from None
