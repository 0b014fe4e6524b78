"""The connection to the store, and its schema's version: the api brings it up to date, the monitor asks for it."""

import logging
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError

from services.common.store.schema import HEAD

_MIGRATIONS = Path(__file__).with_name("migrations")
_BUSY_SECONDS = 4  # how long SQLite waits for another process that writes
MIGRATION_LOCK = 7_526_001  # PostgreSQL's advisory lock, any number that nothing else in this database takes

_log = logging.getLogger(__name__)  # on standard error, for commands too whose output somebody reads


class StoreError(Exception):
    """The store cannot be used; the message says why."""


def connect(url: str, setting: str = "API_STORE_URL", *, writes: bool, seconds: int = 5) -> Engine:
    """Make an engine; nothing is connected yet.

    Args:
        url: Of SQLAlchemy's form: `sqlite:///folder/file.db` or `postgresql://user@host/name`.
        setting: Where the URL was set, for the message.
        writes: Whether it writes; SQLite's writers wait for one another when they begin.
        seconds: How long PostgreSQL may work on a statement; 0 for no limit.

    Raises:
        StoreError: The URL is not one of these.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"{setting} is not the URL of a database") from None
    if parsed.drivername in {"postgresql", "postgres"}:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": 3, "options": f"-c statement_timeout={seconds}s"},
        )
    if parsed.drivername != "sqlite" or not parsed.database:
        raise StoreError(f"{setting} must be of the form sqlite:///file or postgresql://…")
    if writes:
        Path(parsed.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins and ends the transactions itself
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what was answered survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only forgotten


def migrate(engine: Engine) -> None:
    """Bring the schema up to date unless it is, or is newer: migrations only add, so that an older version can use it.

    Raises:
        SQLAlchemyError: The database cannot be reached or altered.
    """
    with engine.connect() as connection:
        found = _revision(connection)
    if _suffices(found):
        if found != HEAD:
            _log.warning("the store's schema is at revision %s, newer than %s, which this version knows", found, HEAD)
        return
    from alembic import command
    from alembic.config import Config

    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # The connection's limit is for requests: an index takes long, and so does waiting for who builds it.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        if _suffices(_revision(connection)):
            return  # another process was first
        configuration = Config()
        configuration.set_main_option("script_location", str(_MIGRATIONS))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def require(engine: Engine) -> None:
    """Refuse a store whose schema is not one that this version reads: its own, or a newer one, which only adds.

    Raises:
        StoreError: There is no schema, an older one, or somebody else's.
        SQLAlchemyError: The database cannot be reached.
    """
    with engine.connect() as connection:
        found = _revision(connection)
    if found is None:
        raise StoreError("the store has no schema: the api service has stored nothing yet")
    if not re.fullmatch("[0-9]{4}", found):
        raise StoreError(f"the store's schema is at revision {found}, which is none of this product's")
    if not _suffices(found):
        text = f"the store's schema is at revision {found}, older than {HEAD}, which this version reads"
        raise StoreError(f"{text}: start the api service of this version, which brings it up to date")


def _suffices(revision: str | None) -> bool:
    return revision is not None and revision >= HEAD  # numbers of four digits


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def touch(connection: Connection) -> None:
    """Have the transaction write something when it is committed, which shows whether the disk has room.

    Raises:
        SQLAlchemyError: It has none, or the database cannot be reached.
    """
    postgresql = connection.dialect.name == "postgresql"
    # A number of SQLite's header that nothing else uses; a transaction's number, which PostgreSQL logs with its commit.
    connection.execute(text("SELECT txid_current()" if postgresql else "PRAGMA user_version = 1"))


def reason(error: SQLAlchemyError) -> str:
    """Say in a few words why the store failed, without the statement and its values.

    What a driver says of a failed connection, disk or lock is told; what it says of data may quote them.
    """
    told = isinstance(error, OperationalError | InterfaceError) and error.orig
    return str(told or type(error).__name__).partition("\n")[0]
