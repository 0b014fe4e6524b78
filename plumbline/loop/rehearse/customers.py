"""The customers: they ask `api` for predictions, tell it later what came true, and ask on while bundles change."""

import itertools
import math
import sqlite3
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse.past import Case
from plumbline.loop.rehearse.serving import FROZEN, STORE, Services

_CLIENTS = 4
_AFTERWARDS = 50  # answers that are awaited after a change
_PAUSE = 0.005  # seconds between two requests of a client, which leaves the CPU to the rest


@dataclass(frozen=True)
class Answered:
    """A case and what was answered for it.

    Attributes:
        loss: Of the answer: its absolute error, or its log loss.
        frozen: Of the answer that the model gives which is never trained again.
    """

    id: str
    version: str
    case: Case
    loss: float
    frozen: float


def ask(services: Services, cases: list[Case]) -> list[Answered]:
    """Ask for each case's prediction, one request each.

    Raises:
        PlumblineError: A request was not answered with a prediction.
    """
    features = [case.features for case in cases]
    with _client(services) as client:
        answers = [_checked(client.post("/v1/predictions", json={"input": row})) for row in features]
        headers = {"x-model-variant": FROZEN}
        url = f"{services.predict}/v1/predict"
        frozen = _checked(httpx.post(url, json={"inputs": features}, headers=headers, timeout=10))["predictions"]
    return [
        Answered(
            answer["id"], str(answer["model"]["version"]), case, _loss(answer, case.actual), _loss(other, case.actual)
        )
        for case, answer, other in zip(cases, answers, frozen, strict=True)
    ]


def _loss(answer: dict[str, Any], actual: float | str) -> float:
    """Give the absolute error of a number, or minus the logarithm of the probability of the true class."""
    if "probabilities" in answer:
        return -math.log(max(answer["probabilities"][actual], sys.float_info.epsilon))
    return abs(float(answer["prediction"]) - float(actual))


def tell(services: Services, answered: list[Answered]) -> None:
    """Tell what came true.

    Raises:
        PlumblineError: What came true was refused.
    """
    with _client(services) as client:
        for item in answered:
            _checked(client.post(f"/v1/predictions/{item.id}/actual", json={"value": item.case.actual}))


@dataclass
class Load:
    """Clients that ask all the time, in threads; none repeats a request, so that a lost one is seen.

    Attributes:
        answers: By identifier, the prediction and the version that gave it.
        lost: What was answered, or what broke, instead of a prediction.
    """

    services: Services
    cases: list[Case]
    answers: dict[str, tuple[float | str, str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(_CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def await_answers(self) -> None:
        """Wait until more has been asked.

        Raises:
            PlumblineError: A client has stopped.
        """
        seen = len(self.answers) + len(self.lost)
        while len(self.answers) + len(self.lost) < seen + _AFTERWARDS:
            if not all(thread.is_alive() for thread in self._threads):
                raise PlumblineError("a client of the load has stopped")
            self._stop.wait(0.05)

    def check(self, before: str, after: str) -> str:
        """Check, once it is over, that one of two versions answered every request, and that the store holds all.

        Returns:
            What was seen.

        Raises:
            PlumblineError: Something was lost, or a version did not answer or should not have.
        """
        if self.lost:
            raise PlumblineError(f"{len(self.lost)} requests were lost while bundles changed, first: {self.lost[0]}")
        counts = dict.fromkeys((before, after), 0)
        for _, version in self.answers.values():
            counts[version] = counts.get(version, 0) + 1
        if set(counts) != {before, after} or not all(counts.values()):
            raise PlumblineError(
                f"versions {before} and {after} should have answered; the answers by version: {counts}"
            )
        with sqlite3.connect(f"file:{STORE}?mode=ro", uri=True) as store:
            stored = dict(store.execute("select id, coalesce(label, prediction) from predictions"))
        absent = [name for name, (prediction, _) in self.answers.items() if stored.get(name) != prediction]
        if absent:
            raise PlumblineError(f"{len(absent)} answers are not in the store as they were given, first: {absent[0]}")
        return (
            f"{len(self.answers)} requests under load: {counts[before]} answered by version {before},"
            f" {counts[after]} by version {after}, 0 lost, all stored"
        )

    def _run(self, number: int) -> None:
        with _client(self.services) as client:
            for case in itertools.cycle(self.cases[number::_CLIENTS]):
                if self._stop.wait(_PAUSE):
                    return
                try:
                    response = client.post("/v1/predictions", json={"input": case.features})
                except httpx.HTTPError as error:
                    self.lost.append(f"{type(error).__name__}: {error}")
                    continue
                if response.status_code == httpx.codes.CREATED:
                    answer = response.json()
                    self.answers[answer["id"]] = (answer["prediction"], str(answer["model"]["version"]))
                else:
                    self.lost.append(f"{response.status_code}: {response.text[:300]}")


def _client(services: Services) -> httpx.Client:
    return httpx.Client(base_url=services.api, headers={"authorization": f"Bearer {services.key}"}, timeout=15)


def _checked(response: httpx.Response) -> Any:
    if not response.is_success:
        raise PlumblineError(f"{response.url} answered {response.status_code}: {response.text[:1000]}")
    return response.json()
