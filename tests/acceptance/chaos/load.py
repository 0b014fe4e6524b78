"""Clients that never give up: each request is repeated with its idempotency key until it is answered."""

import threading
import time
import uuid
from typing import Any

import httpx

_PAUSE = 0.02  # seconds, between a refusal and the next attempt


class Load:
    """Some clients in threads; start it, break something, stop it, look at what it saw.

    Attributes:
        answers: By idempotency key, the identifier and the prediction that were answered.
        refusals: How many attempts were answered with a 503 that says when to try again.
        losses: How many attempts ended without an answer: the connection broke.
        faults: What no client may ever see.
        times: When each answer came, by the monotonic clock.
    """

    def __init__(self, url: str, row: dict[str, Any], clients: int) -> None:
        self.answers: dict[str, tuple[str, float]] = {}
        self.refusals = self.losses = 0
        self.faults: list[str] = []
        self.times: list[float] = []
        self._url = f"{url}/v1/predictions"
        self._body = {"input": row}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def repeat(self, client: httpx.Client, key: str) -> tuple[str, float] | None:
        """Send a request once; give its answer, or None if there was none."""
        try:
            response = client.post(self._url, json=self._body, headers={"idempotency-key": key})
        except httpx.TransportError:
            with self._lock:
                self.losses += 1
            return None
        if response.status_code == 201:
            answer = response.json()
            return answer["id"], answer["prediction"]
        with self._lock:
            if response.status_code == 503 and "retry-after" in response.headers:
                self.refusals += 1
            else:
                self.faults.append(f"{response.status_code}: {response.text[:200]}")
        return None

    def _run(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self._stop.is_set():
                key = str(uuid.uuid4())
                while (answer := self.repeat(client, key)) is None and not self._stop.is_set():
                    time.sleep(_PAUSE)
                if answer is not None:
                    with self._lock:
                        self.answers[key] = answer
                        self.times.append(time.monotonic())
