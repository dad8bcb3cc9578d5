"""A query that is kept was put together by one thread alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from archive.statements import once


def test_queries_are_put_together_one_after_the_other_and_once() -> None:
    barrier, pause, busy, most, built = Barrier(8), Event(), list[str](), list[int](), list[str]()

    def slowly(name: str) -> str:
        busy.append(name)
        most.append(len(busy))
        pause.wait(0.02)
        busy.remove(name)
        built.append(name)
        return name

    first, second = once(slowly), once(slowly)

    def asked(number: int) -> str:
        barrier.wait()
        return (first, second)[number % 2](f"query {number % 2}")

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(asked, range(8))) == [f"query {number % 2}" for number in range(8)]
    assert sorted(built) == ["query 0", "query 1"]
    assert max(most) == 1
