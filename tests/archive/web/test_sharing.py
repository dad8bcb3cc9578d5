"""Of several processes each gets as many readers as the others."""

from __future__ import annotations

import os
import socket
from threading import Thread

from archive.web.sharing import hand_out


def test_connections_go_to_each_in_turn() -> None:
    pairs = [socket.socketpair() for _ in range(3)]
    ended, end = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=hand_out, args=(listener, [outbox for outbox, _ in pairs], [ended]))
        thread.start()
        readers = [socket.create_connection(listener.getsockname()) for _ in range(12)]
        for _, inbox in pairs:
            inbox.settimeout(60)
            for _ in range(4):
                _, numbers, _, _ = socket.recv_fds(inbox, 1, 1)
                for number in numbers:
                    os.close(number)
        os.write(end, b".")
        thread.join(60)
        assert not thread.is_alive()
    for one in (*readers, *(half for pair in pairs for half in pair)):
        one.close()
    os.close(ended)
    os.close(end)
