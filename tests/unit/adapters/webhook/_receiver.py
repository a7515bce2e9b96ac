"""A real receiver of webhooks in a thread of its own, which answers what a test says."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What came, and what is answered.

    Args:
        status: The code of the answer; 0 breaks the connection off, and -1 says nothing for a while.
        headers: Headers of the answer.
    """

    def __init__(self, status: int = 204, **headers: str) -> None:
        self.status = status
        self.headers = headers
        self.came: list[tuple[str, dict[str, str], bytes]] = []


@contextmanager
def served(receiver: Receiver, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a receiver, and give its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.came.append((self.path, dict(self.headers), body))
            if receiver.status == -1:
                time.sleep(2)
            if receiver.status <= 0:
                self.close_connection = True
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: some tests break off."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=20)
