"""A web server and a mail server on loopback that take digests, and remember what they took."""

from __future__ import annotations

import asyncio
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class Received:
    """What came in, and how the web server answers: the first of `answers` that is left, then 204."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    drops: bool = False  # takes it, and ends the connection
    silent: bool = False  # takes it, and says nothing until the other side has gone

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def web_server() -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.posts.append((dict(self.headers), body))
            if got.silent:
                self.rfile.read(1)
                return
            self.send_response(got.answers.pop(0) if got.answers else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    got = Received(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield got
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def mail_server() -> Iterator[Received]:
    """A mail server in a thread, of the few commands that a letter needs (RFC 5321)."""
    got = Received(0)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 loopback\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                text = await reader.readuntil(b"\r\n.\r\n")
                message = BytesParser(policy=email.policy.default).parsebytes(text[:-5].replace(b"\r\n..", b"\r\n."))
                assert isinstance(message, EmailMessage)
                got.mails.append(message)
                if got.silent:
                    await reader.read()
                if got.silent or got.drops:
                    break
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()

    def shut() -> None:
        server.close()
        loop.stop()

    # The loop runs in the thread alone: the browser of other tests keeps one running in this one.
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(talk, "127.0.0.1", 0), loop).result()
    got.port = server.sockets[0].getsockname()[1]
    yield got
    loop.call_soon_threadsafe(shut)
    thread.join()
    loop.close()
