import http.server
import itertools
import json
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from services.common.tests import toy
from services.common.tests.running import Running


def ask(service, rows, **options):
    return service.client.post("/v1/predictions", json={"inputs": rows}, **options)


def test_answers_with_prediction_interval_unit_and_lineage(api, bundle):
    row = toy.row(bundle.data)

    response = api.client.post("/v1/predictions", json={"input": row})

    assert response.status_code == 201
    answer = response.json()
    wanted = toy.expected(bundle.data, row)
    assert answer["id"]
    assert answer["prediction"] == pytest.approx(wanted["prediction"])
    assert answer["interval"] == pytest.approx({"lower": wanted["lower"], "upper": wanted["upper"], "coverage": 0.8})
    assert answer["unit"] == bundle.data["target"]["unit"]
    assert answer["model"]["bundle_sha256"] == bundle.sha256
    assert answer["lineage"]["git_commit"] == "c" * 40
    assert answer["lineage"]["data"]["data/raw/toy.tsv"]["md5"]


def test_gives_every_row_an_identifier_of_its_own(api, bundle):
    rows = [toy.row(bundle.data, number) for number in range(50)]

    answer = ask(api, rows).json()

    assert [item["prediction"] for item in answer["predictions"]] == pytest.approx(
        [toy.expected(bundle.data, row)["prediction"] for row in rows]
    )
    identifiers = [item["id"] for item in answer["predictions"]]
    assert len(set(identifiers)) == 50


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'{"inputs": []}', 422),
        (b'{"inputs": [{"nonsense": NaN}]}', 422),
        (b'{"inputs": [' + b"{}," * 10_000 + b"{}]}", 422),
        (b" " * (16 * 1024 * 1024 + 1), 413),
    ],
    ids=["cut", "list", "empty", "nan", "many", "long"],
)
def test_refuses_bad_input_and_names_the_place(api, body, status):
    response = api.client.post("/v1/predictions", content=body)

    assert response.status_code == response.json()["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {"field", "rule", "message"} == set(response.json()["errors"][0])


def test_shows_the_predict_services_description_of_the_model(api, predict):
    assert api.client.get("/v1/model").json() == predict.client.get("/v1/model").json()


def test_documents_the_contract_as_openapi(api):
    document = api.client.get("/openapi.json").json()
    content = document["paths"]["/v1/predictions"]["post"]["requestBody"]["content"]

    for example in content["application/json"]["examples"].values():
        answer = api.client.post("/v1/predictions", json=example["value"])
        assert answer.status_code == 201


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/livez/", 404)])
def test_answers_a_wrong_path_with_problem_details(api, path, status):
    response = api.client.get(path)

    assert response.status_code == response.json()["status"] == status


def test_answers_a_wrong_method_with_problem_details(api):
    response = api.client.delete("/v1/model")

    assert response.status_code == response.json()["status"] == 405


def test_sends_security_headers_with_every_answer(api):
    headers = api.client.get("/nothing").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_passes_the_trace_on_to_the_predict_service(api, predict, bundle):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    ask(api, [toy.row(bundle.data)], headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})

    deadline = time.monotonic() + 60
    while trace not in api.log.read_text():  # the line is written behind the answer
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # Paths that other tests made up are among the lines: `splitlines` would break at a U+0085 in one.
    lines = [json.loads(line) for line in api.log.read_text().strip().split("\n")]
    assert any(line.get("trace_id") == trace for line in lines)


@pytest.fixture
def own_pair(plants, tmp_path):
    settings = {"bundle_uri": plants.folder, "bundle_sha256": plants.sha256}
    with (
        Running("predict", tmp_path / "predict.log", **settings) as predict,
        Running(
            "api",
            tmp_path / "api.log",
            predict_url=predict.url,
            predict_seconds=0.5,
            model_seconds=60,
            store_url=f"sqlite:///{tmp_path}/store.db",
            require_key="false",
        ) as api,
    ):
        yield predict, api


def test_tells_the_registrations_of_one_bundle_apart(plants, tmp_path):
    made = {}
    for version in ("3", "4"):
        folder = tmp_path / version
        sha256 = toy.build(folder, toy.PLANTS, version)
        store = f"sqlite:///{tmp_path}/store.db"
        with (
            Running("predict", tmp_path / "predict.log", bundle_uri=folder, bundle_sha256=sha256) as predict,
            Running("api", tmp_path / "api.log", predict_url=predict.url, store_url=store, require_key="false") as api,
        ):
            answer = ask(api, [toy.row(toy.PLANTS)])
            assert answer.status_code == 201, answer.text
            made[version] = answer.json()["predictions"][0]["id"]
            stored = {name: api.client.get(f"/v1/predictions/{made[name]}").json() for name in made}

    assert sha256 == plants.sha256
    assert {name: prediction["model"]["version"] for name, prediction in stored.items()} == {"3": "3", "4": "4"}


def test_is_up_but_unready_while_predict_is_gone(own_pair):
    predict, api = own_pair
    predict.stop()

    response = ask(api, [toy.row(toy.PLANTS)])

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert "does not answer" in response.json()["detail"]
    assert api.client.get("/readyz").status_code == 503
    assert api.client.get("/livez").status_code == 200


def test_does_not_hang_when_predict_hangs(own_pair):
    predict, api = own_pair
    workers = _children(predict.process.pid)
    for worker in workers:
        worker.send_signal(signal.SIGSTOP)

    response = ask(api, [toy.row(toy.PLANTS)])

    for worker in workers:
        worker.send_signal(signal.SIGCONT)
    assert response.status_code == 503
    assert "does not answer" in response.json()["detail"]


def _children(pid):
    import psutil

    return psutil.Process(pid).children(recursive=True)


class _InTurn(http.server.BaseHTTPRequestHandler):
    """Passes each request to the next of the services, as a Service with two versions behind it may."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.pass_on(None)

    def do_POST(self):
        self.pass_on(self.rfile.read(int(self.headers["content-length"])))

    def pass_on(self, body):
        request = urllib.request.Request(
            next(self.server.urls[self.command]) + self.path,  # type: ignore[attr-defined]
            body,
            dict(self.headers),
            method=self.command,
        )
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def two_versions(tmp_path):
    """An api before two versions: gives it, what its requests meet in turn, and the URLs of the versions."""
    hashes = {version: toy.build(tmp_path / version, toy.PLANTS, version) for version in ("3", "4")}
    with (
        Running("predict", tmp_path / "3.log", bundle_uri=tmp_path / "3", bundle_sha256=hashes["3"]) as stable,
        Running("predict", tmp_path / "4.log", bundle_uri=tmp_path / "4", bundle_sha256=hashes["4"]) as canary,
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), _InTurn) as turns,
    ):
        turns.urls = {"GET": itertools.repeat(stable.url), "POST": itertools.repeat(stable.url)}  # type: ignore[attr-defined]
        threading.Thread(target=turns.serve_forever, daemon=True).start()
        url, store = f"http://127.0.0.1:{turns.server_port}", f"sqlite:///{tmp_path}/store.db"
        with Running("api", tmp_path / "api.log", predict_url=url, store_url=store, require_key="false") as api:
            yield api, turns, stable.url, canary.url
        turns.shutdown()


def test_answers_while_two_versions_are_served_in_turn(tmp_path):
    with two_versions(tmp_path) as (api, turns, stable, canary):
        urls = itertools.cycle([stable, stable, canary])
        turns.urls = {"GET": urls, "POST": urls}  # type: ignore[attr-defined]
        answers = [ask(api, [toy.row(toy.PLANTS)]) for _ in range(40)]
        made = [(one.json()["predictions"][0]["id"], one.json()["model"]["version"]) for one in answers]
        stored = [api.client.get(f"/v1/predictions/{name}").json()["model"]["version"] for name, _ in made]

    assert [one.status_code for one in answers] == [201] * 40
    assert {version for _, version in made} == {"3", "4"}
    assert stored == [version for _, version in made]


def test_answers_for_a_version_that_is_hard_to_meet(tmp_path):
    with two_versions(tmp_path) as (api, turns, stable, canary):
        # Its pod takes one request, and whoever asks for the model is led to the other.
        turns.urls = {"GET": itertools.repeat(stable), "POST": itertools.chain([canary], itertools.repeat(stable))}  # type: ignore[attr-defined]
        answers = [ask(api, [toy.row(toy.PLANTS)]) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201], answers[0].text
    assert [one.json()["model"]["version"] for one in answers] == ["4", "3"]
