import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT


@pytest.fixture
def answering():
    """Serve one answer to every POST: what a service that loads only right bundles never gives."""
    servers = []

    def serve(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def parity(url, *folder):
    command = [sys.executable, "-m", "services.predict.app.parity", url, *map(str, folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_passes_a_service_that_answers_as_the_training_pipeline_did(predict, bundle):
    done = parity(predict.url, bundle.folder)

    assert (done.returncode, done.stdout) == (0, "5 golden rows answered as the training pipeline did\n")


def test_fails_a_service_that_serves_another_bundle(predict, bundle, tmp_path):
    other = toy.build(tmp_path / "other", bundle.data, rows=7)

    done = parity(predict.url, tmp_path / "other")

    assert done.returncode == 1
    assert f"serves the bundle {bundle.sha256}, not {other}" in done.stderr
    assert "Traceback" not in done.stderr


def test_fails_a_service_whose_numbers_differ(plants, tmp_path, answering):
    golden = json.loads((plants.folder / "golden.json").read_text())
    wrong = [dict(row) for row in golden["predictions"]]
    wrong[3]["upper"] += 1
    url = answering({"model": {"name": "plants", "version": "3", "bundle_sha256": plants.sha256}, "predictions": wrong})

    done = parity(url, plants.folder)

    assert done.returncode == 1
    assert done.stderr.startswith("error: golden row 3: upper is ")


def test_fails_an_answer_that_lacks_rows(plants, answering):
    model = {"name": "plants", "version": "3", "bundle_sha256": plants.sha256}

    done = parity(answering({"model": model, "predictions": []}), plants.folder)

    assert done.returncode == 1
    assert "answered 0 predictions for 5 golden rows" in done.stderr


def test_fails_something_that_is_no_predict_service(plants, answering):
    done = parity(answering({"hello": "world"}), plants.folder)

    assert done.returncode == 1
    assert "does not answer like a predict service" in done.stderr


def test_fails_when_nothing_listens(plants):
    done = parity("http://127.0.0.1:9", plants.folder)

    assert done.returncode == 1
    assert "cannot be asked" in done.stderr


def test_fails_without_a_bundle(predict, tmp_path):
    done = parity(predict.url, tmp_path)

    assert done.returncode == 1
    assert "holds no manifest.json" in done.stderr
