import datetime
import json
import os
import subprocess
import sys

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT, Running


def ask(service, rows, **options):
    return service.client.post("/v1/predict", json={"inputs": rows}, **options)


@pytest.mark.parametrize("count", [1, 2, 100, 10_000])
def test_answers_with_the_training_pipelines_numbers(predict, bundle, count):
    rows = [toy.row(bundle.data, number) for number in range(count)]

    answer = ask(predict, rows).json()

    expected = [toy.expected(bundle.data, row) for row in rows]
    assert answer["model"]["bundle_sha256"] == bundle.sha256
    assert len(answer["predictions"]) == count
    assert all(
        found == pytest.approx(wanted, rel=1e-12) for found, wanted in zip(answer["predictions"], expected, strict=True)
    )


def test_describes_the_model_with_contract_lineage_and_release(predict, bundle):
    description = predict.client.get("/v1/model").json()

    assert description["model"] == {
        "name": bundle.data["model"], "version": "3", "bundle_sha256": bundle.sha256,
    }  # fmt: skip
    assert description["contract"]["target"] == bundle.data["target"]
    assert description["lineage"]["data"]["data/raw/toy.tsv"]["rows"] == 5
    assert description["release"]["git_commit"] == "c" * 40


def test_documents_the_contract_as_openapi(predict, bundle):
    document = predict.client.get("/openapi.json").json()
    example = document["paths"]["/v1/predict"]["post"]["requestBody"]["content"]["application/json"]["example"]

    assert list(document["components"]["schemas"]["Row"]["properties"]) == [
        column["name"] for column in bundle.data["columns"]
    ]
    assert predict.client.post("/v1/predict", json=example).status_code == 200


def test_refuses_bad_rows_with_problem_details(predict):
    response = ask(predict, [{"nonsense": 1}], headers={"x-request-id": "request-0001"})

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["x-request-id"] == "request-0001"
    assert response.json()["errors"][0]["field"] == "/inputs/0/nonsense"


def test_refuses_more_rows_than_the_limit(predict, bundle):
    response = ask(predict, [toy.row(bundle.data)] * 10_001)

    assert response.status_code == 422
    assert [error["rule"] for error in response.json()["errors"]] == ["maxItems"]


@pytest.mark.parametrize("chunked", [False, True])
def test_refuses_a_body_over_the_limit(predict, chunked):
    body = b" " * (16 * 1024 * 1024 + 1)
    content = iter([body[: 1 << 20]] * 17) if chunked else body

    response = predict.client.post("/v1/predict", content=content)

    assert response.status_code == 413
    assert response.json()["errors"][0]["rule"] == "maxBytes"
    assert response.headers["connection"] == "close"  # what follows on it would be the unread body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/csv"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 400),
    ],
)
def test_reads_nothing_but_plain_json(predict, headers, status):
    response = predict.client.post("/v1/predict", content=b"{", headers=headers)

    assert response.status_code == status


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/predict", 405), ("GET", "/nothing", 404)])
def test_answers_a_wrong_path_or_method_with_problem_details(predict, method, path, status):
    response = predict.client.request(method, path)

    assert response.status_code == response.json()["status"] == status


def test_counts_requests_and_rows(predict, bundle):
    ask(predict, [toy.row(bundle.data)])

    text = predict.client.get("/metrics").text

    assert 'predict_requests_total{route="/v1/predict",status="200"}' in text
    assert bundle.sha256 in text
    assert "predict_rows_total" in text


def test_stays_up_and_says_why_it_is_not_ready(plants, tmp_path):
    wrong = "f" * 64
    settings = {"bundle_uri": plants.folder, "bundle_sha256": wrong, "wait_for": "/livez"}
    with Running("predict", tmp_path / "log", **settings) as service:
        service.wait("/readyz", 503, said="was asked for")
        prediction = ask(service, [toy.row(toy.PLANTS)])

    assert prediction.status_code == 503
    assert prediction.headers["retry-after"]


def test_becomes_ready_when_a_bundle_arrives(tmp_path):
    folder = tmp_path / "later"
    settings = {"bundle_uri": folder, "allow_any_bundle": "true", "wait_for": "/livez"}
    with Running("predict", tmp_path / "log", retry_seconds=0.1, **settings) as service:
        service.wait("/readyz", 503)
        toy.build(folder, toy.PLANTS)

        assert service.wait("/readyz").json()["models"]["default"]["name"] == "plants"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "set either PREDICT_BUNDLE_URI or PREDICT_VARIANTS_FILE"),
        ({"PREDICT_BUNDLE_URI": "b"}, "PREDICT_BUNDLE_SHA256 is not set"),
        ({"PREDICT_BUNDEL": "b"}, "PREDICT_BUNDEL is not a setting"),
        ({"PREDICT_PORT": "http"}, "PREDICT_PORT is 'http'"),
    ],
)
def test_refuses_wrong_settings_with_one_clear_message(settings, message):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PREDICT_")}
    done = subprocess.run(
        [sys.executable, "-m", "services.predict.app"],
        cwd=ROOT, env=clean | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_logs_one_json_object_a_line(predict):
    predict.client.get("/nothing", headers={"x-request-id": "request-0002"})

    lines = [json.loads(line) for line in predict.log.read_text().strip().split("\n")]

    assert any(line.get("request_id") == "request-0002" for line in lines)
    assert {line["service"] for line in lines} == {"predict"}


def test_counts_when_its_model_was_released(predict):
    metrics = predict.client.get("/metrics").text

    released = datetime.datetime.fromisoformat("2026-01-02T03:04:05+00:00").timestamp()
    line = next(line for line in metrics.splitlines() if line.startswith("predict_model_released_timestamp_seconds{"))
    assert float(line.split()[-1]) == released
