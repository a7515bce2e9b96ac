"""Round trips to a server, counted where they pass: a socket between a client and PostgreSQL."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_NAME = ".s.PGSQL.5432"


class Turns:
    """Stands between one client and a server, and counts how often the client speaks after the server has answered.

    Args:
        folder: Where its own socket is made.
        server: The folder of the server's socket.
    """

    def __init__(self, folder: str, server: Path) -> None:
        self.count = 0
        self._server = str(server / _NAME)
        self._heard = True
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(folder) / _NAME))
        self._listener.listen()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()

    def of(self, act: Callable[[], object]) -> int:
        """Give the round trips of an act."""
        before = self.count
        act()
        return self.count - before

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_question: bool) -> None:
        with source, contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self.count += is_question and self._heard
                self._heard = not is_question
                target.sendall(data)
