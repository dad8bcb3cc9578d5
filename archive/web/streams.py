"""Lines go in, an answer that sends them as they are made comes out: the first at once, then ever more at a time.

Each block is made by a thread and sent before the next is begun. When its reader has left, no more are made, and the database is let go of.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from urllib.parse import quote

from anyio import CancelScope, to_thread
from starlette.responses import StreamingResponse

from archive.web.lanes import part_in_turn

_LARGEST = 64 * 1024  # characters a block


def streamed(lines: Iterable[str], media_type: str, name: str) -> StreamingResponse:
    blocks = _blocks(lines)
    first = next(blocks, "")  # by whoever asks: it need not wait for another turn
    return StreamingResponse(_sent(first, blocks), media_type=media_type, headers=attached(name))


def attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


async def _sent(block: str, blocks: Generator[str, None, None]) -> AsyncIterator[str]:
    try:
        while block:
            yield block
            block = await part_in_turn(lambda: next(blocks, ""))
    finally:
        if block:  # its reader has left: the database is let go of, which the loop must not wait for
            with CancelScope(shield=True):
                await to_thread.run_sync(blocks.close)


def _blocks(lines: Iterable[str]) -> Generator[str, None, None]:
    waiting, size, wanted = list[str](), 0, 1
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= wanted:
            yield "".join(waiting)
            waiting.clear()
            size, wanted = 0, min(_LARGEST, max(wanted, 1024) * 2)
    if waiting:
        yield "".join(waiting)
