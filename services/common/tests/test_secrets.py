"""No key and nothing of a customer's is written down, whatever fails."""

import json
import socket
import sqlite3
import subprocess
import sys

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT, Running
from services.conftest import make_key

CUSTOMERS = "XcustomersX"  # in all that the customer sends but the key
KEYS_SECRET = "XsecretX"
HEADS = {
    "breaks off": b"content-length: 500\r\n\r\n",
    "no chunks": b"transfer-encoding: chunked\r\n\r\nZZ\r\n",
    "type": b"content-type: " + CUSTOMERS.encode() + b"\r\ncontent-length: 40\r\n\r\n",
    "encoding": b"content-encoding: " + CUSTOMERS.encode() + b"\r\ncontent-length: 40\r\n\r\n",
    "not utf-8": b"x-request-id: \xff" + CUSTOMERS.encode() + b"\r\ncontent-length: 2\r\n\r\n",
    "length": b"content-length: +5" + CUSTOMERS.encode() + b"\r\n\r\n",
    "not JSON": b"content-length: 21\r\n\r\n",
}


@pytest.fixture
def services(plants, tmp_path):
    store = tmp_path / "store.db"
    with (
        Running("predict", tmp_path / "predict.log", bundle_uri=plants.folder, bundle_sha256=plants.sha256,
                log_requests="true") as predict,
        Running("api", tmp_path / "api.log", predict_url=predict.url, predict_seconds=1, store_seconds=1,
                store_url=f"sqlite:///{store}", requests_per_minute=10**6) as api,
    ):  # fmt: skip
        yield predict, api, store


def send(service, path, key, head):
    """Send a head and the beginning of a body; give the status of the answer, or 0 if there is none."""
    request = f"POST {path}?q={CUSTOMERS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n".encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(request + head + b'{"inputs":[{"' + CUSTOMERS.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)
    return int(answer.split()[1]) if answer else 0


def test_nothing_that_fails_writes_a_key_or_an_input(services, plants):
    predict, api, store = services
    key = make_key(f"sqlite:///{store}")
    api.authorize(key)
    secret = key.split("_", 2)[2]
    body = {"input": toy.row(plants.data)}

    made = api.client.post("/v1/predictions", json=body, headers={"customer-reference": CUSTOMERS})
    statuses = {
        (path, name): send(service, path, key, head)
        for service, path in ((api, "/v1/predictions"), (predict, "/v1/predict"))
        for name, head in HEADS.items()
    }
    wrong = [api.client.request(f"X{CUSTOMERS}", "/livez"), api.client.get(f"/{CUSTOMERS}"),
             predict.client.get(f"/{CUSTOMERS}"), api.client.delete(f"/v1/customers/{CUSTOMERS}")]  # fmt: skip
    with sqlite3.connect(store) as database:
        database.execute("UPDATE models SET description = ?", [f'{{"model": "{CUSTOMERS}"}}'])
    failed = api.client.get(f"/v1/predictions/{made.json()['id']}")
    with sqlite3.connect(store) as database:
        database.execute("DROP TABLE predictions")
    unstored = api.client.post("/v1/predictions", json=body, headers={"customer-reference": CUSTOMERS})
    predict.stop()
    unanswered = api.client.post("/v1/predictions", json=body)

    assert made.status_code == 201
    assert {status for status in statuses.values() if status >= 500} == set()
    assert [
        statuses[path, name] for path in ("/v1/predictions", "/v1/predict") for name in ("breaks off", "no chunks")
    ] == [400] * 4
    assert [answer.status_code for answer in wrong] == [405, 404, 404, 403]
    assert [answer.status_code for answer in (failed, unstored, unanswered)] == [500, 503, 503]
    assert "request_failed" in api.log.read_text()
    for written in (api.log.read_text(), predict.log.read_text(), api.client.get("/metrics").text,
                    failed.text, unstored.text, unanswered.text):  # fmt: skip
        assert CUSTOMERS not in written
        assert secret not in written


def test_a_failure_is_counted_and_answered_like_all_else(services, plants):
    _, api, store = services
    api.authorize(make_key(f"sqlite:///{store}"))
    made = api.client.post("/v1/predictions", json={"input": toy.row(plants.data)}).json()
    with sqlite3.connect(store) as database:
        database.execute("UPDATE models SET description = '{}'")

    failed = api.client.get(f"/v1/predictions/{made['id']}")

    assert failed.status_code == 500
    assert failed.headers["x-content-type-options"] == "nosniff"
    assert failed.headers["x-request-id"] == failed.json()["request_id"]
    assert 'api_requests_total{route="/v1/predictions/{id}",status="500"} 1.0' in api.client.get("/metrics").text


PROGRAM = f"""
import asyncio, logging
from services.common import logs

def fail(body, key):
    raise ValueError(body)

async def later():
    fail("{CUSTOMERS}", "{KEYS_SECRET}")

async def main():
    lost = asyncio.create_task(later())
    await asyncio.sleep(0)
    try:
        fail("{CUSTOMERS}", "{KEYS_SECRET}")
    except ValueError:
        logs.get().exception("ours")
        logging.getLogger("library").exception("theirs")
    del lost

logs.configure("test")
asyncio.run(main())
"""


def test_an_exception_is_logged_by_its_type_and_place():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.strip().split("\n")]

    assert [line["event"] for line in lines] == ["ours", "theirs", "Task exception was never retrieved"]
    assert {line["exception"][0]["exc_type"] for line in lines} == {"ValueError"}
    assert {line["exception"][0]["frames"][-1]["name"] for line in lines} == {"fail"}
    assert CUSTOMERS not in done.stderr
    assert KEYS_SECRET not in done.stderr
