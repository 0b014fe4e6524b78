"""API keys: made once, shown once, kept as hashes, revoked at any time."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from services.common.store.schema import keys

PREFIX = "plk"
DEFAULT_SCOPES = ("predict", "read", "actuals")
SCOPES = (*DEFAULT_SCOPES, "delete")


class Key(msgspec.Struct, frozen=True):
    """A key as the service knows it.

    Attributes:
        scopes: What it may do; see `SCOPES`.
        requests_per_minute: None for the service's default.
    """

    id: str
    name: str
    secret_sha256: bytes
    scopes: frozenset[str]
    requests_per_minute: int | None

    def matches(self, secret: str) -> bool:
        """Say whether `secret` is the key's, in a time that does not depend on how much is right.

        A fast hash is enough: the secret has 256 random bits and cannot be guessed.
        """
        return hmac.compare_digest(_hash(secret), self.secret_sha256)


def create(connection: Connection, name: str, scopes: Sequence[str], per_minute: int | None) -> str:
    """Make a key and give its token, which nobody can give again.

    Raises:
        ValueError: A scope is unknown, or the rate is none.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"the scopes are {', '.join(SCOPES)}")
    if per_minute is not None and per_minute < 1:
        raise ValueError("a key must be allowed at least 1 request a minute")
    identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = {
        "id": identifier,
        "name": name,
        "secret_sha256": _hash(secret),
        "scopes": " ".join(scopes),
        "requests_per_minute": per_minute,
        "created_at": datetime.now(UTC),
        "revoked": False,
    }
    connection.execute(insert(keys), row)
    return f"{PREFIX}_{identifier}_{secret}"


def revoke(connection: Connection, identifier: str) -> bool:
    """Revoke a key; say whether there was one."""
    done = connection.execute(update(keys).where(keys.c.id == identifier).values(revoked=True))
    return done.rowcount > 0


def find(connection: Connection, identifier: str) -> Key | None:
    """Give a key that is not revoked."""
    row = connection.execute(select(keys).where(keys.c.id == identifier, keys.c.revoked.is_(False))).first()
    if row is None:
        return None
    scopes = frozenset(row.scopes.split())
    return Key(row.id, row.name, row.secret_sha256, scopes, row.requests_per_minute)


def listed(connection: Connection) -> Sequence[RowMapping]:
    """Give all keys, without their hashes."""
    columns = [keys.c.id, keys.c.name, keys.c.scopes, keys.c.created_at, keys.c.revoked]
    return connection.execute(select(*columns).order_by(keys.c.created_at)).mappings().all()


def split(token: str) -> tuple[str, str] | None:
    """Split a token into the key's identifier and its secret."""
    parts = token.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == PREFIX else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()
