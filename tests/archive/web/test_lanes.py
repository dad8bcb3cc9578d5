"""Quick pages are made one at a time; what takes long holds none of them up."""

from __future__ import annotations

import asyncio
import threading

import pytest
from fastapi import Request
from starlette.responses import Response

from archive.web.lanes import SLOW, SUMMED, Lanes, Turns
from tests.loops import run_apart


def asked(number: int = 0) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "path_params": {"number": number}})


@pytest.mark.parametrize(("lane", "threads"), [("slow", SLOW), ("summed", SUMMED)])
def test_long_work_holds_no_page_up(lane: str, threads: int) -> None:
    gate, lanes = threading.Event(), Lanes()

    def long(request: Request, number: int) -> Response:
        assert gate.wait(60)
        return Response()

    async def work() -> None:
        under_way = [asyncio.create_task(lanes.endpoint(long, getattr(lanes, lane))(asked())) for _ in range(threads)]
        await asyncio.sleep(0)
        answer = await lanes.endpoint(lambda request, number: Response("page"), lanes.quick)(asked())
        assert answer.body == b"page" and not any(task.done() for task in under_way)
        gate.set()
        await asyncio.gather(*under_way)

    run_apart(work())


def test_pages_are_made_one_at_a_time() -> None:
    lanes, lock, most, busy = Lanes(), threading.Lock(), list[int](), list[int]()

    def made(request: Request, number: int) -> Response:
        with lock:
            busy.append(number)
            most.append(len(busy))
        with lock:
            busy.remove(number)
        return Response()

    async def work() -> None:
        page = lanes.endpoint(made, lanes.quick)
        await asyncio.gather(*(page(asked(number)) for number in range(40)))

    run_apart(work())
    assert most == [1] * 40


def test_a_page_that_takes_long_lets_the_next_begin() -> None:
    gate, lanes = threading.Event(), Lanes()

    def made(request: Request, number: int) -> Response:
        assert number or gate.wait(60)
        return Response()

    async def work() -> None:
        page = lanes.endpoint(made, lanes.quick)
        first = asyncio.create_task(page(asked(0)))
        await asyncio.sleep(0)
        await asyncio.gather(*(page(asked(number)) for number in range(1, 40)))
        assert not first.done()
        gate.set()
        await first

    run_apart(work())


def test_the_page_that_goes_ahead_is_made_before_all_that_wait() -> None:
    gate, lanes, made = threading.Event(), Lanes(), list[int]()

    def make(request: Request, number: int) -> Response:
        assert number or gate.wait(60)
        made.append(number)
        return Response()

    async def work() -> None:
        page, first_page = lanes.endpoint(make, lanes.quick), lanes.endpoint(make, lanes.quick, ahead=True)
        pages = [asyncio.create_task(page(asked(number))) for number in range(4)]
        await asyncio.sleep(0)
        pages += [asyncio.create_task(first_page(asked(number))) for number in (10, 11)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*pages)

    run_apart(work())
    assert [number for number in made if number] == [10, 11, 1, 2, 3]


def test_who_leaves_while_waiting_keeps_nobody_else_from_the_turn() -> None:
    """Whether the turn was given to them already or not."""

    async def work() -> None:
        turns = Turns()
        await turns.take()
        left, given, last = (asyncio.create_task(turns.take()) for _ in range(3))
        await asyncio.sleep(0)
        left.cancel()
        turns.give()
        given.cancel()  # it has the turn now, and does not know it yet
        await asyncio.gather(left, given, return_exceptions=True)
        assert left.cancelled() and given.cancelled()
        await asyncio.wait_for(last, 60)
        turns.give()
        await asyncio.wait_for(turns.take(), 60)

    run_apart(work())
