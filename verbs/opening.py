"""The environment's settings in, the opened archive out: what every verb that touches the archive begins with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console import Exit, Stop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from archive.desk import Desk
    from configuration import Loaded


def loaded() -> Loaded:
    from configuration import load

    return load(os.environ, Path.cwd())


@contextmanager
def opened(tell: Callable[[str], None] = lambda line: None) -> Iterator[tuple[Loaded, Desk]]:
    """The configuration and the archive, its tables made when this is the first time. `tell` is shown how far reading is."""
    from archive.database import migrate as bring_up_to_date
    from archive.database import open_database, require_current
    from archive.desk import Desk
    from archive.home import open_store

    found = loaded()
    configuration = found.configuration
    url = configuration.effective_database_url
    engine = open_database(url)
    try:
        if url.startswith("sqlite") and not (configuration.home / "index.sqlite").exists():
            bring_up_to_date(url)
        require_current(engine)
        yield (
            found,
            Desk(
                engine,
                open_store(engine, configuration.warc_folder, configuration.store),
                lambda: datetime.now(UTC),
                workers=os.cpu_count() or 1,
                progress=lambda p: tell(f"Reading {p.site}: {p.read} of {p.of}"),
            ),
        )
    except KeyboardInterrupt:
        raise Stop(
            "Stopped. What was captured is kept; the same command goes on from here.", Exit.INTERRUPTED
        ) from None
    finally:
        engine.dispose()


@contextmanager
def reading_session() -> Iterator[Session]:
    from archive.database import reading

    with opened() as (_, desk), reading(desk.engine) as found:
        yield found
