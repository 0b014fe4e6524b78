"""One schema for who writes and who reads: a column is added once, and only a known store is read."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from plumbline.testing.postgresql import Server
from services.common.store import database
from services.common.store.schema import HEAD, metadata
from services.common.tests.running import ROOT

STORE = Path("services/common/store")
MIGRATION = """
from alembic import op
import sqlalchemy as sa

revision = "9000"
down_revision = "{before}"


def upgrade():
    op.add_column("predictions", sa.Column("channel", sa.Text))
"""
WRITE = """
import sys
from datetime import UTC, datetime
from services.api.app.store.records import Batch
from services.common.store import database

engine = database.connect(sys.argv[1], writes=True)
database.migrate(engine)
now = datetime.now(UTC)
row = {"id": "p1", "key_id": "k", "created_at": now, "model_id": "m", "input": "{}", "channel": "branch"}
model = {"id": "m", "name": "toy", "description": "{}", "first_seen": now, "bundle_sha256": "b"}
with engine.begin() as connection:
    Batch([row | {"prediction": 2.0, "lower": 1.0, "upper": 3.0}], model)(connection)
"""
READ = """
import sys
from services.monitor.app import store

engine = store.connect(sys.argv[1])
with engine.connect() as connection:
    print(*connection.execute(store.predictions.select().with_only_columns(store.predictions.c.channel)).scalars())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: Server = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the services in which the predictions have one more column, added where the tables stand."""
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copytree(ROOT / "plumbline/bundle", tmp_path / "plumbline/bundle")
    shutil.copy(ROOT / "plumbline/__init__.py", tmp_path / "plumbline")
    schema = tmp_path / STORE / "schema.py"
    old, latency = schema.read_text(), '    Column("latency_ms"'
    assert old.count(latency) == 1
    new = old.replace(latency, f'    Column("channel", Text),\n{latency}').replace(f'HEAD = "{HEAD}"', 'HEAD = "9000"')
    schema.write_text(new)
    (tmp_path / STORE / "migrations/versions/9000_channel.py").write_text(MIGRATION.format(before=HEAD))
    return tmp_path


def run(root: Path, program: str, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, url]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_a_column_that_is_added_to_the_schema_is_there_for_the_api_and_for_the_monitor(tree: Path, url: str) -> None:
    database.migrate(database.connect(url, writes=True))

    early = run(tree, READ, url)
    wrote, read = run(tree, WRITE, url), run(tree, READ, url)

    assert f"revision {HEAD}, older than 9000" in early.stderr
    assert (wrote.returncode, wrote.stdout) == (0, ""), wrote.stderr
    assert (read.returncode, read.stdout) == (0, "branch\n"), read.stderr


def test_the_migrations_lead_to_the_schema(url: str) -> None:
    engine = database.connect(url, writes=True)
    database.migrate(engine)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_services_ask_for() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / STORE / "migrations"))

    assert ScriptDirectory.from_config(configuration).get_heads() == [HEAD]


def test_a_store_in_which_an_earlier_monitor_made_its_table_keeps_its_alerts(url: str) -> None:
    engine = database.connect(url, writes=True)
    with engine.begin() as connection:
        metadata.tables["monitor_alerts"].create(connection)
        connection.execute(text("INSERT INTO monitor_alerts VALUES ('b', 'error', '2026-01-01')"))

    database.migrate(engine)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM monitor_alerts")).scalars().all() == ["error"]


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("0003", "older than"),
        ("5f2a9c0d1e", "none of this product's"),
        (None, "has stored nothing yet"),
    ],
)
def test_refuses_to_read_a_store_that_it_does_not_know(tmp_path: Path, revision: str | None, message: str) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/store.db", writes=True)
    if revision:
        database.migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    with pytest.raises(database.StoreError, match=message):
        database.require(engine)


def test_reads_a_store_of_a_later_version(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/store.db", writes=True)
    database.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    database.require(engine)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://"])
def test_refuses_a_store_of_another_kind(url: str) -> None:
    with pytest.raises(database.StoreError, match="MONITOR_STORE_URL"):
        database.connect(url, "MONITOR_STORE_URL", writes=True)
