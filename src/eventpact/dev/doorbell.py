"""A ring at the mock cluster's door: its thread looks at its requests at once, instead of within a second.

The thread sleeps until a socket stirs or a second is over. A request of ours stirs a pipe, but the thread empties that
pipe right after its look at the requests: one that comes in between is found at the next wake-up, up to a second later.
A connection that is opened *and closed before* the request wakes it twice more, when it is accepted and when its end is
seen. The second time is after the pipe was emptied, so no request is left lying.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Final

__all__ = ["Doorbell"]

PATIENCE: Final = 1.0
# Closing sends a reset, which leaves no socket in TIME_WAIT: a test run rings thousands of times.
RESET: Final = struct.pack("ii", 1, 0)


class Doorbell:
    """Rings at the first of `servers` (`host:port`, separated by commas) that lets us in; they answer on loopback."""

    def __init__(self, servers: str) -> None:
        self._doors: list[tuple[str, int]] = []
        for server in servers.split(","):
            host, _, port = server.rpartition(":")
            self._doors.append((host, int(port)))

    def ring(self) -> bool:
        """The thread wakes up after this. False where every door is shut: then it is as slow as ever, and as right."""
        for door in self._doors:
            with suppress(OSError), socket.create_connection(door, PATIENCE) as visitor:
                visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return True
        return False
