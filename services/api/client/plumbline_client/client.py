"""The client: deadlines, retries that repeat nothing, and typed answers."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from .answers import Explanation, Prediction, Violation, WhatIf

Row = Mapping[str, str | bool | float | None]
_AGAIN = frozenset({429, 502, 503, 504})
_FIRST_PAUSE = 0.2  # seconds; doubled with each attempt unless the service says otherwise


class RefusedError(Exception):
    """The service refuses the request as it is.

    Attributes:
        status: HTTP status code.
        violations: The fields that are at fault, if the input is.
    """

    def __init__(self, status: int, detail: str, violations: Sequence[Violation]) -> None:
        lines = [f"{item.field}: {item.message}" for item in violations]
        super().__init__("\n  ".join([detail, *lines]))
        self.status = status
        self.violations = tuple(violations)


class UnavailableError(Exception):
    """The service gave no answer within the deadline; the message says what it said last."""


class Client:
    """Asks the api service."""

    def __init__(self, url: str, key: str | None = None, deadline: float = 30.0) -> None:
        """Make a client.

        Args:
            url: Where the service listens.
            key: API key.
            deadline: Seconds for a call, its repetitions included.
        """
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url, headers=headers)
        self._deadline = deadline

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def predict(self, row: Row, idempotency_key: str | None = None, customer: str | None = None) -> Prediction:
        """Predict one row.

        Args:
            row: Values by column.
            idempotency_key: A repetition with the same key is given the same answer.
            customer: Your own reference to whom the row is about, by which `forget_customer` finds it.

        Raises:
            RefusedError: The row breaks the contract, or the key is not allowed to ask.
            UnavailableError: There is no answer within the deadline.
        """
        return Prediction.parse(self._create({"input": row}, idempotency_key, customer))

    def predict_many(
        self, rows: Sequence[Row], idempotency_key: str | None = None, customer: str | None = None
    ) -> list[Prediction]:
        """Predict rows, in their order; all of them about the same customer, if one is named.

        Raises:
            RefusedError: A row breaks the contract, or the key is not allowed to ask.
            UnavailableError: There is no answer within the deadline.
        """
        answer = self._create({"inputs": rows}, idempotency_key, customer)
        items = answer.pop("predictions")
        return [Prediction.parse(item, answer) for item in items]

    def what_if(self, row: Row) -> WhatIf:
        """Ask what the model says of a row, and why; nothing is stored.

        Raises:
            RefusedError: The row breaks the contract, or the key is not allowed to ask.
            UnavailableError: There is no answer within the deadline.
        """
        return WhatIf.parse(self._call("POST", "/v1/what-if", json={"input": row}))

    def prediction(self, identifier: str) -> Prediction:
        """Read a prediction again, with its lineage and what turned out to be true."""
        return Prediction.parse(self._call("GET", f"/v1/predictions/{identifier}"))

    def predictions(self, page: int = 50) -> Iterator[Prediction]:
        """Read all predictions of this key, the newest first, a page at a time."""
        query: dict[str, Any] = {"limit": page}
        while True:
            answer = self._call("GET", "/v1/predictions", params=query)
            yield from map(Prediction.parse, answer["predictions"])
            if answer["next"] is None:
                return
            query["cursor"] = answer["next"]

    def explain(self, identifier: str) -> Explanation:
        """Say which fields moved a prediction."""
        return Explanation(**self._call("GET", f"/v1/predictions/{identifier}/explanation"))

    def record_actual(self, identifier: str, value: float | str) -> None:
        """Record what turned out to be true: a number in the target's unit, or a class."""
        self._call("POST", f"/v1/predictions/{identifier}/actual", json={"value": value})

    def forget_customer(self, reference: str) -> int:
        """Delete this key's predictions about a customer, with their actuals; give how many there were.

        Raises:
            RefusedError: The key lacks the scope delete, or this is no reference.
            UnavailableError: There is no answer within the deadline; ask again, which does no harm.
        """
        answer = self._call("DELETE", f"/v1/customers/{quote(reference, safe='')}")
        return int(answer["deleted"])

    def model(self) -> dict[str, Any]:
        """Give the contract, the lineage and the release of the model that is served."""
        return self._call("GET", "/v1/model")

    def _create(self, body: dict[str, Any], key: str | None, customer: str | None) -> dict[str, Any]:
        # With a key a repetition is given the same answer, so that retrying is safe.
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        headers |= {"customer-reference": customer} if customer else {}
        return self._call("POST", "/v1/predictions", json=body, headers=headers)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        end = time.monotonic() + self._deadline
        pause = _FIRST_PAUSE
        while True:
            left = max(end - time.monotonic(), 0.001)
            try:
                response = self._client.request(method, path, timeout=left, **options)
            except httpx.TransportError as error:
                why, wait = repr(error), pause
            else:
                if response.is_success:
                    found: dict[str, Any] = response.json()
                    return found
                problem = _problem(response)
                why = str(problem.get("detail", response.reason_phrase))
                if response.status_code not in _AGAIN:
                    violations = [Violation(**item) for item in problem.get("errors", [])]
                    raise RefusedError(response.status_code, why, violations)
                wait = float(response.headers.get("retry-after", pause))
            if time.monotonic() + wait > end:
                raise UnavailableError(f"{method} {path}: {why}")
            time.sleep(wait)
            pause *= 2


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
