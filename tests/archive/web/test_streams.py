"""A download begins with its first line, and ends with its reader."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from archive.web.streams import streamed


def test_the_first_line_goes_out_before_the_next_is_made_and_nothing_is_made_for_who_has_left() -> None:
    made, ended = list[int](), list[bool]()

    def lines() -> Iterator[str]:
        try:
            for number in range(100_000):
                made.append(number)
                yield f"{number}\n"
        finally:
            ended.append(True)

    async def look() -> None:
        body = streamed(lines(), "text/csv", "numbers.csv").body_iterator
        assert await anext(body) == "0\n"
        assert made == [0]
        await anext(body)
        await body.aclose()  # type: ignore[attr-defined]

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop running in this one
        thread.submit(lambda: asyncio.run(look())).result()
    assert ended == [True]
    assert len(made) < 1000


def test_all_lines_arrive_in_their_order() -> None:
    wanted = [f"{number}年报\n" for number in range(30_000)]

    async def taken() -> str:
        return "".join([str(block) async for block in streamed(iter(wanted), "text/csv", "numbers.csv").body_iterator])

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(taken())).result() == "".join(wanted)
