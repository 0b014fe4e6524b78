"""Who asks: API keys, their scopes, and how often each may ask."""

import time

import msgspec
from starlette.requests import Request

from services.api.app.settings import Settings
from services.api.app.store import keys
from services.api.app.store.keys import Key
from services.api.app.store.store import Store
from services.common.problems import Problem

_KNOWN_SECONDS = 5.0  # how long a key is trusted before the store is asked again
_MOST_KNOWN = 10_000
ANYONE = Key("anyone", "anyone", b"", frozenset(keys.DEFAULT_SCOPES), None)


class _Bucket(msgspec.Struct):
    """A token bucket: one token a request, refilled steadily, full after a minute."""

    tokens: float
    at: float


class Access:
    """Checks keys and counts their requests. Every worker counts for itself."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._known: dict[str, tuple[float, Key | None]] = {}
        self._buckets: dict[str, _Bucket] = {}

    async def check(self, request: Request, scope: str) -> Key:
        """Give the key of a request.

        Args:
            request: Carries the key in `Authorization: Bearer …`.
            scope: What the request needs.

        Raises:
            Problem: 401 without a valid key, 403 without the scope, 429 if it asks too often.
        """
        key = await self._identify(request) if self._settings.require_key else ANYONE
        if scope not in key.scopes:
            raise Problem(403, "scope-missing", f"This key lacks the scope {scope!r}.")
        self._count(key)
        return key

    async def _identify(self, request: Request) -> Key:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        parts = keys.split(token.strip()) if scheme.lower() == "bearer" else None
        if parts is None:
            raise _unauthorized("Send your API key as 'Authorization: Bearer plk_…'.")
        identifier, secret = parts
        key = await self._find(identifier)
        if key is None or not key.matches(secret):
            raise _unauthorized("This API key is unknown or revoked.")
        return key

    async def _find(self, identifier: str) -> Key | None:
        found = self._known.get(identifier)
        now = time.monotonic()
        if found is None or found[0] < now:
            key = await self._store.read(keys.find, identifier)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[identifier] = now + _KNOWN_SECONDS, key
        return found[1]

    def _count(self, key: Key) -> None:
        limit = max(1, key.requests_per_minute or self._settings.requests_per_minute)
        share = limit / self._settings.workers
        most = max(1.0, share)  # a request takes a whole token, however small the share is
        now = time.monotonic()
        bucket = self._buckets.get(key.id)
        if bucket is None:
            bucket = self._buckets[key.id] = _Bucket(most, now)
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * share / 60)
        bucket.at = now
        if bucket.tokens < 1:
            wait = str(max(1, round((1 - bucket.tokens) * 60 / share)))
            text = f"This key may ask {limit} times a minute."
            raise Problem(429, "too-many-requests", text, headers={"retry-after": wait})
        bucket.tokens -= 1


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"www-authenticate": "Bearer"})
