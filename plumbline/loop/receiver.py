"""Receive the alerts of Alertmanager's webhook and start the model pipeline on GitHub for them.

Answers 202 to what is dispatched now or was lately, 400 to what is no message of Alertmanager, 401 without the token,
429 when the limit is reached and 502 when GitHub fails; Alertmanager sends again what was not answered with 2xx.
"""

import hmac
import json
import math
import signal
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from plumbline.ci.github import Repository
from plumbline.kernel import config, log
from plumbline.kernel.errors import PlumblineError
from plumbline.loop import alerts
from plumbline.loop.dispatcher import Dispatcher, LimitedError
from plumbline.loop.state import State

_LARGEST = 1 << 20  # bytes of a message


class Receiver(ThreadingHTTPServer):
    """The server.

    Args:
        address: Host and port to listen on; port 0 chooses one.
        token: Whoever sends alerts has it.
        dispatcher: What is done with them.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], token: str, dispatcher: Dispatcher) -> None:
        super().__init__(address, _Handler)
        self.token = token
        self.dispatcher = dispatcher


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    timeout = 10  # seconds that a client may be silent

    def do_GET(self) -> None:
        known = self.path == "/livez"
        self._answer(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND, "alive" if known else "POST /alerts")

    def do_POST(self) -> None:
        if self.path != "/alerts":
            return self._answer(HTTPStatus.NOT_FOUND, "POST /alerts")
        given = self.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.server.token}".encode()):
            return self._answer(HTTPStatus.UNAUTHORIZED, "the bearer token is absent or wrong")
        length = self.headers.get("content-length", "")
        if not length.isdecimal():
            return self._answer(HTTPStatus.LENGTH_REQUIRED, "there is no content-length")
        if int(length) > _LARGEST:
            return self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the limit is {_LARGEST} bytes")
        try:
            firing = alerts.firing(self.rfile.read(int(length)))
        except PlumblineError as error:
            return self._answer(HTTPStatus.BAD_REQUEST, str(error))
        return self._dispatch(firing)

    def _dispatch(self, firing: list[alerts.Alert]) -> None:
        try:
            new = self.server.dispatcher.dispatch(firing)
        except LimitedError as limited:
            seconds = str(math.ceil(limited.wait))
            return self._answer(HTTPStatus.TOO_MANY_REQUESTS, f"again in {seconds} s", {"retry-after": seconds})
        except PlumblineError as error:
            log.get("loop").error("not dispatched", why=str(error))
            return self._answer(HTTPStatus.BAD_GATEWAY, "GitHub failed; the log says how")
        return self._answer(HTTPStatus.ACCEPTED, f"{len(new)} new of {len(firing)}")

    def _answer(self, status: HTTPStatus, message: str, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"message": message}).encode()
        self.send_response(status)
        always = {"content-type": "application/json", "content-length": str(len(body))}
        for name, value in (always | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text: str, *values: Any) -> None:
        """Log a request as everything else is logged."""
        log.get("loop").info("request", line=text % values)


def listen(
    *,
    host: str = "127.0.0.1",
    port: int = 8003,
    limit: int = 2,
    window: float = 86_400,
    again: float = 7 * 86_400,
    state: Path = Path(".plumbline/loop.db"),
) -> None:
    """Start the model pipeline for alerts that Alertmanager sends.

    Args:
        host: The address to listen on.
        port: Its port.
        limit: The most dispatches within the window.
        window: Seconds.
        again: Seconds in which an alert is dispatched once.
        state: What was dispatched.

    Raises:
        PlumblineError: The token is not set, or a number is out of its range.
    """
    token = config.settings().loop_token
    if not token:
        raise PlumblineError("PLUMBLINE_LOOP_TOKEN is not set: it is the secret that Alertmanager sends")
    if limit < 1 or window <= 0 or again <= 0:
        raise PlumblineError("--limit must be at least 1, and --window and --again more than 0")
    dispatcher = Dispatcher(Repository.of_environment(), State(state), limit, window, again)
    with Receiver((host, port), token, dispatcher) as server:
        log.get("loop").info("listening", host=host, port=server.server_port)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the platform stops it
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.get("loop").info("stopped")
