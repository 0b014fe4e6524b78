"""The predict service, as the api sees it: connections kept, a deadline, one retry, a breaker."""

import asyncio
import time

import aiohttp
import msgspec

from services.api.app.breaker import Breaker
from services.api.app.served import ServedModel
from services.api.app.settings import Settings
from services.common import logs
from services.common.answers import KNOWN_HEADER, Answered, Explanations, Identity
from services.common.problems import Problem, Violation, unavailable

_RETRY_AFTER = 2  # seconds
_REMEMBERED = 4  # models: during a canary two versions answer in turn
_PAUSE = 0.05  # seconds, before the second attempt
_JSON = {"content-type": "application/json"}


class _Refusal(msgspec.Struct):
    """A problem of the predict service's."""

    type: str = ""
    detail: str = ""
    errors: list[Violation] = []


class Predictor:
    """Asks the predict service, and knows the contract of the model it serves."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = settings.predict_url.rstrip("/")
        self._breaker = Breaker()
        self._answers = msgspec.json.Decoder(Answered)
        self._session: aiohttp.ClientSession | None = None
        self._served: ServedModel | None = None
        self._known: dict[Identity, ServedModel] = {}
        self._refreshing = asyncio.Lock()

    async def start(self) -> None:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256, keepalive_timeout=5),  # before predict ends them itself
            auto_decompress=False,
        )

    async def stop(self) -> None:
        """Close the connection pool."""
        if self._session:
            await self._session.close()

    async def watch(self) -> None:
        """Ask for the contract again and again, so that a new model's form is shown soon."""
        while True:
            try:
                await self.refresh()
            except Problem as problem:
                logs.get().debug("predict_unready", why=problem.detail)
            await asyncio.sleep(self._settings.model_seconds)

    async def model(self) -> ServedModel:
        """Give the model that is served.

        Raises:
            Problem: 503; the predict service has not yet said which one that is.
        """
        return self._served or await self.refresh()

    async def refresh(self) -> ServedModel:
        """Ask which model is served now.

        Raises:
            Problem: 503; the predict service does not answer or is not ready.
        """
        async with self._refreshing:
            raw = await self._call("GET", "/v1/model", None, {})
            if self._served is None or raw != self._served.raw:
                self._served = self._meet(raw)
            return self._served

    def author(self, answer: Answered) -> ServedModel | None:
        """Give the model that answered, however seldom its version is met; None if it has not told of itself.

        Raises:
            Problem: 503; what it told of itself cannot be read.
        """
        if answer.description:
            return self._meet(bytes(answer.description))
        return self._known.get(answer.model)

    def _meet(self, raw: bytes) -> ServedModel:
        for model in self._known.values():
            if model.raw == raw:
                return model
        try:
            met = ServedModel(raw, self._settings.max_rows)
        except msgspec.MsgspecError as error:
            raise unusable(error) from None
        self._known.pop(met.identity, None)
        self._known[met.identity] = met
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return met

    async def predict(self, body: bytes, traceparent: str) -> Answered:
        """Score the rows of a body that is valid for the served contract.

        Raises:
            Problem: 503 if there is no answer within the deadline; 422 if the predict service
                refuses the rows, which means that it serves another contract by now.
        """
        known = ",".join(model.id for model in self._known.values())
        headers = _JSON | {"traceparent": traceparent, KNOWN_HEADER: known}
        raw = await self._call("POST", "/v1/predict", body, headers)
        try:
            return self._answers.decode(raw)
        except msgspec.MsgspecError as error:
            raise unusable(error) from None

    async def explain(self, body: bytes, traceparent: str) -> Explanations:
        """Explain the rows of a body.

        Raises:
            Problem: As `predict` does.
        """
        headers = _JSON | {"traceparent": traceparent}
        raw = await self._call("POST", "/v1/explain", body, headers)
        try:
            return msgspec.json.decode(raw, type=Explanations)
        except msgspec.MsgspecError as error:
            raise unusable(error) from None

    async def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        """Ask, and ask once more if there is time; asking twice changes nothing over there."""
        if not self._breaker.allows():
            raise unavailable("predict-unavailable", "The predict service is not answering.", _RETRY_AFTER)
        deadline = time.monotonic() + self._settings.predict_seconds
        for attempt in (1, 2):
            # The first attempt leaves time for a second one.
            share = (deadline - time.monotonic()) / (2 if attempt == 1 else 1)
            try:
                status, raw = await asyncio.wait_for(self._send(method, path, body, headers), max(share, 0.001))
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                self._breaker.failed()
                why, said = "The predict service does not answer.", str(error) or "it takes too long"
                await asyncio.sleep(_PAUSE)
            else:
                if status < 500:
                    self._breaker.succeeded()
                    return _accept(status, raw)
                why, said = "The predict service cannot answer.", _refusal(raw).detail
        logs.get().warning("predict_failed", path=path, why=said)  # strangers are not told hosts and paths
        raise unavailable("predict-unavailable", why, _RETRY_AFTER)

    async def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the predictor is not started")
        request = self._session.request(method, self._url + path, data=body, headers=headers)
        async with request as response:
            return response.status, await response.read()


def _accept(status: int, raw: bytes) -> bytes:
    if status == 200:
        return raw
    refusal = _refusal(raw)
    if status in {413, 422}:
        raise Problem(status, refusal.type.rpartition(":")[2], refusal.detail, refusal.errors)
    logs.get().warning("predict_failed", status=status, why=refusal.type)
    raise unavailable("predict-unavailable", "The predict service answered with a refusal.", _RETRY_AFTER)


def _refusal(raw: bytes) -> _Refusal:
    try:
        return msgspec.json.decode(raw, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Refusal()


def unusable(error: msgspec.MsgspecError) -> Problem:
    """Say that what the predict service answered is none of its answers."""
    text = f"The predict service's answer cannot be read: {error}."
    return unavailable("predict-unavailable", text, _RETRY_AFTER)
