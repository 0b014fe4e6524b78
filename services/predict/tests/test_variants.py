import json
import socket
import threading
import time
from collections import Counter

import pytest

from services.common.tests import toy
from services.common.tests.running import Running


@pytest.fixture
def two(tmp_path):
    """Two bundles of the same toy, and the file that says which one is served."""
    old = toy.build(tmp_path / "old", toy.PLANTS, version="1")
    new = toy.build(tmp_path / "new", toy.PLANTS, version="2", rows=7)
    assert old != new
    return {"old": (tmp_path / "old", old), "new": (tmp_path / "new", new)}, tmp_path / "variants"


def write(file, **variants):
    content = {name: {"uri": str(uri), "sha256": sha256} for name, (uri, sha256) in variants.items()}
    part = file.with_suffix(".part")
    part.write_text(json.dumps(content))
    part.rename(file)


def start(file, tmp_path, **settings):
    return Running(
        "predict", tmp_path / "log", variants_file=file, reload_seconds=0.05, retry_seconds=0.1,
        **settings,
    )  # fmt: skip


def ask(service, **headers):
    body = {"inputs": [toy.row(toy.PLANTS)]}
    return service.client.post("/v1/predict", json=body, headers=headers)


def begin(service, length):
    """Send the head of a request and wait until the service asks for its body."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=60)
    head = f"POST /v1/predict HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(65536).startswith(b"HTTP/1.1 100")
    return connection


def wait_for_version(service, version, seconds=60):
    deadline = time.monotonic() + seconds
    while ask(service).json()["model"]["version"] != version:
        assert time.monotonic() < deadline, service.log.read_text()
        time.sleep(0.01)


def test_replaces_a_model_without_losing_a_request(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"])
    with start(file, tmp_path) as service:
        answers, stop = [], threading.Event()

        def load():
            while not stop.is_set():
                answers.append(ask(service))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for name in ("new", "old", "new"):
            write(file, default=bundles[name])
            wait_for_version(service, {"old": "1", "new": "2"}[name])
        stop.set()
        for thread in threads:
            thread.join()

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["model"]["version"] for answer in answers} == {"1", "2"}


def test_a_bad_bundle_changes_nothing_and_is_reported(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"])
    with start(file, tmp_path) as service:
        (bundles["new"][0] / "model.onnx").write_bytes(b"tampered")
        write(file, default=bundles["new"])
        deadline = time.monotonic() + 60
        while not (refused := service.client.get("/readyz").json()["refused"]):
            assert time.monotonic() < deadline
            time.sleep(0.02)

        assert "model.onnx has" in refused["default"]
        assert ask(service).json()["model"]["version"] == "1"
        assert "predict_bundle_load_failures_total" in service.client.get("/metrics").text


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"canary": {"uri": "x", "sha256": "y"}}'])
def test_a_bad_variants_file_changes_nothing(two, tmp_path, content):
    bundles, file = two
    write(file, default=bundles["old"])
    with start(file, tmp_path) as service:
        file.write_text(content)
        deadline = time.monotonic() + 60
        while not service.client.get("/readyz").json()["refused"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)

        assert ask(service).json()["model"]["version"] == "1"


def test_a_header_chooses_the_variant(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"], canary=bundles["new"])
    with start(file, tmp_path) as service:
        service.wait("/readyz")
        deadline = time.monotonic() + 60
        while len(service.client.get("/readyz").json()["models"]) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)

        versions = [
            ask(service).json()["model"]["version"],
            ask(service, **{"x-model-variant": "canary"}).json()["model"]["version"],
            ask(service, **{"x-model-variant": "unknown"}).json()["model"]["version"],
        ]

    assert versions == ["1", "2", "1"]


def test_workers_share_their_metrics(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"])
    with start(file, tmp_path, workers=2) as service:
        answers = Counter()
        while answers[200] < 40:
            service.client.close()
            service.client.__init__(base_url=service.url, timeout=60)  # a new connection each time
            answers[ask(service).status_code] += 1  # the worker that started last may not be ready yet
            assert answers.total() < 10_000
        service.wait("/metrics", said='predict_requests_total{route="/v1/predict",status="200"} 40.0')

    assert set(answers) <= {200, 503}


def test_finishes_what_was_begun_before_it_stops(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"])
    body = json.dumps({"inputs": [toy.row(toy.PLANTS)]}).encode()
    with start(file, tmp_path) as service, begin(service, len(body)) as connection:
        connection.sendall(body[:10])
        service.process.terminate()
        time.sleep(0.2)
        connection.sendall(body[10:])
        answer = connection.recv(65536)
        status = service.process.wait(60)  # a second signal could meet the end of the interpreter

    assert answer.startswith(b"HTTP/1.1 200")
    assert status == 0


def test_refuses_what_is_beyond_its_queue(two, tmp_path):
    bundles, file = two
    write(file, default=bundles["old"])
    with start(file, tmp_path, max_in_flight=2, body_seconds=6) as service:
        slow = [begin(service, 99) for _ in range(2)]

        refused = ask(service)
        alive = service.client.get("/livez")
        late = slow[0].recv(65536)
        for connection in slow:
            connection.close()

    assert (refused.status_code, alive.status_code) == (503, 200)
    assert refused.headers["retry-after"]
    assert late.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("uri", ["http://[", "s3://[::1", "file://[x/y"])
def test_a_malformed_address_is_reported_and_the_next_one_loaded(two, tmp_path, uri):
    bundles, file = two
    write(file, default=(uri, "0" * 64))
    with start(file, tmp_path, wait_for="/livez") as service:
        service.wait("/readyz", 503, said="is no URI")
        write(file, default=bundles["old"])

        assert service.wait("/readyz").json()["models"]["default"]["version"] == "1"
