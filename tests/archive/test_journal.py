"""The journal keeps every line that was acknowledged, and no change of it goes unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive import journal
from archive.errors import DamagedSeal, StoreUnusable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(4):
        journal.append(tmp_path, {"sites": [{"id": number, "name": "示例县"}], "orders": [{"id": number}]})
    return tmp_path


def faults(folder: Path, *named: str) -> list[str]:
    return list(journal.faults(journal.content(folder), named))


def test_lines_come_back_in_their_order_table_by_table(folder: Path) -> None:
    assert [row["id"] for row in journal.rows(folder, "sites")] == [0, 1, 2, 3]
    assert [row["name"] for row in journal.rows(folder, "sites")] == ["示例县"] * 4
    assert list(journal.rows(folder, "regions")) == []
    assert faults(folder, journal.head(folder), "") == []


def test_many_rows_are_many_lines(tmp_path: Path) -> None:
    journal.append(tmp_path, {"regions": [{"code": str(number)} for number in range(1001)]})
    assert journal.content(tmp_path).count(b"\n") == 6
    assert [row["code"] for row in journal.rows(tmp_path, "regions")] == [str(number) for number in range(1001)]
    assert faults(tmp_path, journal.head(tmp_path)) == []


def test_a_folder_without_a_journal_has_an_empty_one(tmp_path: Path) -> None:
    assert (journal.head(tmp_path), list(journal.rows(tmp_path, "sites")), faults(tmp_path)) == ("", [], [])
    journal.mend(tmp_path)
    assert faults(tmp_path, "0" * 64) != []


def test_every_flipped_bit_is_found(folder: Path) -> None:
    path = folder / journal.NAME
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert faults(folder), place


def test_whatever_is_cut_off_or_put_in_is_found(folder: Path) -> None:
    path, newest = folder / journal.NAME, journal.head(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (
        lines[:-1],
        lines[1:],
        [],
        [*lines[:3], *lines[4:]],
        [*lines, lines[-1]],
        [lines[1], lines[0], *lines[2:]],
        [*lines, bytes(40)],
        [*lines[:-1], lines[-1][:-9]],
    ):
        path.write_bytes(b"".join(damaged))
        assert faults(folder, newest), damaged


def test_a_line_half_written_is_cut_and_the_next_follows_the_last_whole_one(folder: Path) -> None:
    path = folder / journal.NAME
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    assert [row["id"] for row in journal.rows(folder, "orders")] == [0, 1, 2, 3]
    journal.mend(folder)
    assert path.read_bytes() == whole
    path.write_bytes(whole + whole[:50])
    journal.append(folder, {"orders": [{"id": 4}]})
    assert [row["id"] for row in journal.rows(folder, "orders")] == [0, 1, 2, 3, 4]
    assert faults(folder, journal.head(folder)) == []


def test_nothing_is_added_to_a_damaged_journal(folder: Path) -> None:
    path = folder / journal.NAME
    path.write_bytes(path.read_bytes()[:-30] + b"\n")
    with pytest.raises(DamagedSeal, match="nianbao repair"):
        journal.append(folder, {"orders": [{"id": 4}]})
    with pytest.raises(DamagedSeal, match="line 8"):
        list(journal.rows(folder, "orders"))


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / journal.NAME).mkdir()
    with pytest.raises(StoreUnusable, match=r"cannot be written.*Nothing was changed"):
        journal.append(tmp_path, {"orders": [{"id": 1}]})


def test_processes_that_speak_at_once_lose_no_line(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from archive import journal\n"
        "for n in range(50): journal.append(Path(sys.argv[1]), {'orders': [{'id': n, 'by': sys.argv[2]}]})"
    )
    said = [subprocess.Popen([sys.executable, "-c", code, tmp_path, name], cwd=ROOT) for name in ("a", "b", "c")]
    assert [process.wait(60) for process in said] == [0, 0, 0]
    rows = list(journal.rows(tmp_path, "orders"))
    for name in ("a", "b", "c"):
        assert [row["id"] for row in rows if row["by"] == name] == list(range(50))
    assert faults(tmp_path, journal.head(tmp_path)) == []
