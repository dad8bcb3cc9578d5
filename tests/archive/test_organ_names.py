"""Organs by a part of their names: from memory the same as from the database."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine, event

from archive import organ_names
from archive.database import reading, writing
from archive.models import Organ

CHARACTERS = "财政教育卫生局办公室县Aa%_"


def add(engine: Engine, *names: str, first: int = 1) -> None:
    with writing(engine) as session:
        session.add_all(Organ(id=first + at, name=name, level="department") for at, name in enumerate(names))


def named(engine: Engine, words: str, most: int = 99, above: int = 0) -> list[int]:
    with reading(engine) as session:
        return organ_names.first_named(session, words, most, above)


def test_memory_and_database_find_the_same(engine: Engine) -> None:
    chance = random.Random(1)
    names = sorted({"".join(chance.choices(CHARACTERS, k=chance.randint(1, 6))) for _ in range(200)}, key=hash)
    add(engine, *names)
    asked = [*("".join(chance.choices(CHARACTERS, k=chance.randint(1, 3))) for _ in range(150)), "局\n办", "无此名"]
    wishes = [(words, chance.choice((1, 5, 99)), chance.choice((0, 50, 500))) for words in asked]
    from_database = [named(engine, *wish) for wish in wishes]
    organ_names.hold(engine)
    assert [named(engine, *wish) for wish in wishes] == from_database
    assert sum(map(len, from_database)) > 300


def test_organs_that_come_later_are_found_also_when_the_higher_number_was_seen_first(engine: Engine) -> None:
    add(engine, "财政局")
    organ_names.hold(engine)
    assert named(engine, "局") == [1]
    add(engine, "教育局", first=5)
    assert named(engine, "局") == [1, 5]
    add(engine, "卫生局", first=3)
    assert named(engine, "局") == [1, 3, 5]


@pytest.mark.parametrize(("most", "found"), [(1, None), (2, [1, 2])])
def test_of_too_many_none_are_given(engine: Engine, most: int, found: list[int] | None) -> None:
    add(engine, "财政局", "教育局")
    organ_names.hold(engine)
    with reading(engine) as session:
        assert organ_names.organs_named(session, "局", most) == found


def test_the_names_are_read_before_anybody_asks_for_one(engine: Engine) -> None:
    """A nation's take half a second: whoever asked first waited for that."""
    add(engine, "财政局", "教育局")
    organ_names.hold(engine)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert named(engine, "局") == [1, 2]
    assert not [statement for statement in asked if "organs.name" in statement]
