"""Servers of tests on the loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, TypeVar

S = TypeVar("S", bound=HTTPServer)


class JSONHandler(BaseHTTPRequestHandler):
    """Speaks JSON, and logs nothing."""

    def asked(self) -> Any:
        """Read the body; None if there is none."""
        return json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "null")

    def answer(self, status: int, body: object = None) -> None:
        """Send a status, and a body unless it is None."""
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"" if body is None else json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(server: S) -> Iterator[S]:
    """Let a server answer in a thread for as long as the context lasts."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
