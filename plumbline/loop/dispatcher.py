"""Turns alerts into starts of the model pipeline."""

import threading
import time
from dataclasses import dataclass, field

from plumbline.ci import dispatch
from plumbline.ci.github import Repository
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.alerts import Alert
from plumbline.loop.state import State

EVENT = "drift"  # the type that .github/workflows/model-pipeline.yml waits for


class LimitedError(Exception):
    """There were as many dispatches as there may be; `wait` seconds have to pass."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait:.0f} s")
        self.wait = wait


@dataclass(frozen=True)
class Dispatcher:
    """Starts the model pipeline.

    Attributes:
        repository: Whose pipeline.
        state: What was dispatched before.
        limit: The most dispatches in `window` seconds.
        again: Seconds in which the same alert is dispatched once, however often it ends and begins.
        attempts: How often GitHub is asked.
        pause: Seconds before the second attempt; it doubles with each.
    """

    repository: Repository
    state: State
    limit: int
    window: float
    again: float
    attempts: int = 3
    pause: float = 1.0
    _one: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def dispatch(self, alerts: list[Alert]) -> list[Alert]:
        """Start the pipeline for those alerts that were not dispatched lately, once for all of them.

        It is recorded after it was done: whoever is killed in between does it twice, rather than never.

        Returns:
            Those alerts.

        Raises:
            LimitedError: The limit is reached; nothing was done.
            PlumblineError: GitHub cannot be reached or refuses; nothing was recorded.
        """
        with self._one:
            unknown = self.state.unknown((alert.fingerprint for alert in alerts), self.again)
            new = [alert for alert in alerts if alert.fingerprint in unknown]
            if not new:
                return []
            wait = self.state.wait(self.limit, self.window)
            if wait > 0:
                raise LimitedError(wait)
            self._send({"alerts": [alert.payload() for alert in new[:10]]})
            self.state.record(unknown, keep=max(self.again, self.window))
        log.get("loop").info("dispatched", event_type=EVENT, alerts=[alert.payload()["alert"] for alert in new])
        return new

    def _send(self, payload: dict[str, object]) -> None:
        for attempt in range(1, self.attempts):
            try:
                dispatch.event(self.repository, EVENT, payload)
            except PlumblineError as error:
                log.get("loop").warning("asking again", why=str(error))
                time.sleep(self.pause * 2 ** (attempt - 1))
            else:
                return
        dispatch.event(self.repository, EVENT, payload)
