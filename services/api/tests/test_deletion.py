"""Predictions are deleted by customer and by age, with all that belongs to them."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

from services.api.app.store import deletion
from services.common.store import database
from services.common.store.schema import actuals, models, predictions, replays
from services.common.tests import toy
from services.common.tests.running import ROOT
from services.conftest import make_key

NOW = datetime.now(UTC)


def fill(engine: Engine, count: int, customer: str, age: timedelta = timedelta(0), key_id: str = "k1") -> None:
    """Store predictions about a customer; each has an actual."""
    database.migrate(engine)
    name = f"{customer}-{key_id}-{age.days}"
    rows = [
        {"id": f"{name}-{number}", "key_id": key_id, "created_at": NOW - age, "model_id": f"m{hash(name)}",
         "input": "{}", "prediction": 2.0, "lower": 1.0, "upper": 3.0, "customer": customer}
        for number in range(count)
    ]  # fmt: skip
    model = {"id": f"m{hash(name)}", "name": "toy", "description": "{}", "first_seen": NOW, "bundle_sha256": "b"}
    recorded = [{"prediction_id": row["id"], "value": 2.5, "recorded_at": NOW} for row in rows]
    with engine.begin() as connection:
        connection.execute(insert(models), model)
        connection.execute(insert(predictions), rows)
        connection.execute(insert(actuals), recorded)


def count(engine: Engine, table) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def retention(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.api.app.retention", *arguments]
    environment = os.environ | {"API_STORE_URL": url}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


def test_a_customer_is_forgotten_and_others_are_kept(url, tmp_path):
    engine = database.connect(url, writes=True)
    fill(engine, deletion.GROUP + 1, "anna")
    fill(engine, 3, "bert")

    done = retention(url, "--customer", "anna")

    assert done.stdout == f"deleted {deletion.GROUP + 1} predictions\n"
    assert (count(engine, predictions), count(engine, actuals)) == (3, 3)
    engine.dispose()
    assert b"anna" not in b"".join(path.read_bytes() for path in tmp_path.glob("store.db*") if "wal" not in path.name)


def test_what_is_older_than_the_limit_is_deleted(url):
    engine = database.connect(url, writes=True)
    fill(engine, 4, "anna", timedelta(days=400))
    fill(engine, 2, "anna", timedelta(days=300))

    done = retention(url, "--older-than", "365d")

    assert done.stdout == "deleted 4 predictions\n"
    assert count(engine, predictions) == count(engine, actuals) == 2


def test_a_deletion_that_was_cut_off_is_finished_by_the_next(url):
    engine = database.connect(url, writes=True)
    fill(engine, deletion.GROUP + 5, "anna")
    with engine.begin() as connection:  # one transaction, then the process is gone
        deletion.of_customer(connection, "anna")
    assert count(engine, predictions) == count(engine, actuals) == 5

    assert retention(url, "--customer", "anna").stdout == "deleted 5 predictions\n"
    assert retention(url, "--customer", "anna").stdout == "deleted 0 predictions\n"


@pytest.mark.parametrize("arguments", [[], ["--older-than", "365"], ["--older-than", "-1d"]])
def test_says_how_it_is_used(url, arguments):
    done = retention(url, *arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_caller_deletes_only_its_own(start_api, bundle, tmp_path):
    service = start_api(require_key="true")
    url = f"sqlite:///{tmp_path}/store.db"
    body = {"input": toy.row(bundle.data)}
    for name, options in (("mine", ["--scopes", "predict", "delete"]), ("other", [])):
        service.authorize(make_key(url, *options))
        headers = {"customer-reference": "anna", "idempotency-key": name}
        assert service.client.post("/v1/predictions", json=body, headers=headers).status_code == 201
    refused = service.client.delete("/v1/customers/anna")
    service.authorize(make_key(url, "--scopes", "delete"))
    nothing = service.client.delete("/v1/customers/anna")

    assert (refused.status_code, nothing.json()) == (403, {"deleted": 0})


def test_the_inputs_and_the_kept_answers_are_gone_too(start_api, bundle, tmp_path):
    service = start_api(require_key="true")
    service.authorize(make_key(f"sqlite:///{tmp_path}/store.db", "--scopes", "predict", "delete"))
    body = {"inputs": [toy.row(bundle.data, number) for number in range(3)]}
    headers = {"customer-reference": "anna", "idempotency-key": "order-1"}
    service.client.post("/v1/predictions", json=body, headers=headers)

    answer = service.client.delete("/v1/customers/anna")

    assert answer.json() == {"deleted": 3}
    with sqlite3.connect(tmp_path / "store.db") as connection:
        for table in (predictions, replays):
            assert connection.execute(f"SELECT count(*) FROM {table.name}").fetchone() == (0,)


def test_the_latency_of_each_prediction_is_stored(start_api, bundle, tmp_path):
    service = start_api()
    service.client.post("/v1/predictions", json={"input": toy.row(bundle.data)})

    with sqlite3.connect(tmp_path / "store.db") as connection:
        (latency,) = connection.execute("SELECT latency_ms FROM predictions").fetchone()
    assert latency > 0


@pytest.mark.parametrize("reference", ["", "a b", "x" * 129, "-a", "a/b"])
def test_refuses_what_is_no_reference(api, bundle, reference):
    headers = {"customer-reference": reference}

    answer = api.client.post("/v1/predictions", json={"input": toy.row(bundle.data)}, headers=headers)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (400, "bad-customer-reference")
