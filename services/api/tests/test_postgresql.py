"""The store on PostgreSQL, if its server is installed."""

import os
import subprocess
import sys
import time

import httpx
from sqlalchemy import text

from services.api.tests.test_deletion import retention
from services.common.store import database as stores
from services.common.store.schema import HEAD
from services.common.tests import toy
from services.common.tests.running import ROOT
from services.conftest import make_key


def test_keeps_predictions_keys_and_actuals(database, start_api, bundle):
    service = start_api(store_url=database, require_key="true")
    service.authorize(make_key(database))
    row, key = toy.row(bundle.data), {"idempotency-key": f"pg-{bundle.data['model']}"}

    made = service.client.post("/v1/predictions", json={"input": row}, headers=key)
    again = service.client.post("/v1/predictions", json={"input": row}, headers=key)
    url = f"/v1/predictions/{made.json()['id']}"
    recorded = service.client.post(f"{url}/actual", json={"value": 3})

    assert (made.status_code, recorded.status_code) == (201, 201)
    assert again.content == made.content
    assert service.client.get(url).json()["actual"] == 3
    assert len(service.client.get("/v1/predictions").json()["predictions"]) == 1


def test_forgets_a_customer_and_what_is_old(database, start_api, bundle):
    service = start_api(store_url=database)
    headers = {"customer-reference": "anna"}
    made = service.client.post("/v1/predictions", json={"input": toy.row(bundle.data)}, headers=headers).json()
    service.client.post(f"/v1/predictions/{made['id']}/actual", json={"value": 3})

    old, customer = (retention(database, *arguments) for arguments in (["--older-than", "1d"], ["--customer", "anna"]))

    assert (old.stdout, customer.stdout) == ("deleted 0 predictions\n", "deleted 1 predictions\n")
    assert service.client.get(f"/v1/predictions/{made['id']}").status_code == 404


def test_two_processes_that_start_together_migrate_once(postgresql):
    url = postgresql.database()
    engine = stores.connect(url, writes=True)
    command = [sys.executable, "-m", "services.api.app.keys", "list"]
    environment = os.environ | {"API_STORE_URL": url}

    with engine.begin() as connection:  # both wait behind this lock
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": stores.MIGRATION_LOCK})
        started = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)
        ]
        wait_until(engine, "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        # They wait for longer than the statement_timeout of a request.
        waited = "SELECT min(now() - query_start) > interval '6 s' FROM pg_stat_activity WHERE wait_event = 'advisory'"
        wait_until(engine, waited)
    errors = [process.communicate(timeout=60)[1] for process in started]

    assert ([process.returncode for process in started], errors) == ([0, 0], ["", ""])
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def wait_until(engine, query):
    deadline = time.monotonic() + 60
    while True:
        with engine.connect() as connection:
            if connection.execute(text(query)).scalar():
                return
        assert time.monotonic() < deadline, query
        time.sleep(0.1)


def test_answers_503_while_the_server_is_gone_and_recovers(postgresql, database, start_api, bundle):
    service = start_api(store_url=database)
    body = {"input": toy.row(bundle.data)}
    postgresql.stop()
    gone = service.client.post("/v1/predictions", json=body)
    postgresql.start()

    assert gone.status_code == 503
    assert httpx.post(f"{service.url}/v1/predictions", json=body, timeout=60).status_code == 201
