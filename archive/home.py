"""The index, the home's WARC folder and the setting `store` in, the store out: what every process that opens the archive begins with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from archive import decisions
from archive.folders import Folder
from archive.places import Depot, place_of
from archive.warc import WarcStore


def open_store(engine: Engine, folder: Path, store: str) -> WarcStore:
    """The store in this folder, with its journal listening to the index; sealed files rest at the place that `store` names, when it names one."""
    decisions.keep(engine, folder)
    there = place_of(store)
    return WarcStore(folder, files=None if there is None else Depot(Folder(folder), there))
