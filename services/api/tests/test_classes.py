"""Classes through the public service: answers, history, tables, true classes, the client."""

import csv
import io
import sys

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT

sys.path.insert(0, str(ROOT / "services/api/client"))
from plumbline_client import Client, RefusedError


def create(service, data, number=0, **headers):
    return service.client.post("/v1/predictions", json={"input": toy.row(data, number)}, headers=headers)


def check(found, wanted):
    assert (found["prediction"], found["prediction_set"]) == (wanted["prediction"], wanted["prediction_set"])
    assert found["probabilities"] == pytest.approx(wanted["probabilities"])
    assert not {"interval", "lower", "upper"} & set(found)


def test_answers_and_keeps_class_probabilities_and_set(class_api, classes):
    wanted = toy.expected(classes.data, toy.row(classes.data))

    created = create(class_api, classes.data)
    read = class_api.client.get(f"/v1/predictions/{created.json()['id']}").json()
    (listed, *_) = class_api.client.get("/v1/predictions?limit=1").json()["predictions"]

    assert created.status_code == 201
    for found in (created.json(), read, listed):
        check(found, wanted)
        assert list(found["probabilities"]) == classes.data["target"]["categories"]
    assert read["actual"] is listed["actual"] is None


def test_answers_for_many_rows_in_their_order(class_api, classes):
    rows = [toy.row(classes.data, number) for number in range(40)]

    answer = class_api.client.post("/v1/predictions", json={"inputs": rows}).json()

    for found, row in zip(answer["predictions"], rows, strict=True):
        check(found, toy.expected(classes.data, row))


def test_records_a_true_class_once(class_api, classes):
    url = f"/v1/predictions/{create(class_api, classes.data).json()['id']}/actual"
    first, second, *_ = classes.data["target"]["categories"]

    answers = [class_api.client.post(url, json={"value": value}) for value in (first, first, second)]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json()["actual"] == first
    assert f"is recorded as {first}" in answers[2].json()["detail"]
    assert class_api.client.get(url.removesuffix("/actual")).json()["actual"] == first


@pytest.mark.parametrize("value", ["no such class", 1, True, None, ["repaid"]])
def test_refuses_what_is_none_of_the_classes(class_api, classes, value):
    url = f"/v1/predictions/{create(class_api, classes.data).json()['id']}/actual"

    response = class_api.client.post(url, json={"value": value})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "/value")


def test_a_repeated_request_is_given_the_same_class(class_api, classes):
    key = {"idempotency-key": f"classes-{classes.data['model']}"}

    first, second = (create(class_api, classes.data, **key) for _ in range(2))

    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"


def test_gives_a_table_with_a_column_for_each_probability(class_api, classes):
    rows = [toy.row(classes.data, number) for number in range(4)]

    response = class_api.client.post("/v1/predictions", json={"inputs": rows}, headers={"accept": "text/csv"})

    for found, row in zip(csv.DictReader(io.StringIO(response.text)), rows, strict=True):
        wanted = toy.expected(classes.data, row)
        assert found["prediction"] == wanted["prediction"]
        for name, value in wanted["probabilities"].items():
            assert float(found[f"probability of {name}"]) == pytest.approx(value)


def test_explains_in_log_odds_of_a_class(class_api, classes):
    created = create(class_api, classes.data).json()

    found = class_api.client.get(f"/v1/predictions/{created['id']}/explanation").json()

    assert (found["unit"], found["category"]) == (
        "log odds",
        classes.data["target"].get("positive", created["prediction"]),
    )


def test_the_client_reads_classes(class_api, classes):
    key = class_api.key
    wanted = toy.expected(classes.data, toy.row(classes.data))
    true = classes.data["target"]["categories"][0]
    with Client(class_api.url, key) as client:
        made = client.predict(toy.row(classes.data))
        client.record_actual(made.id, true)
        read = client.prediction(made.id)
        explained = client.explain(made.id)
        with pytest.raises(RefusedError, match="what was predicted is one of"):
            client.record_actual(client.predict(toy.row(classes.data)).id, "nonsense")

    assert (read.prediction, read.prediction_set, read.interval) == (
        wanted["prediction"],
        wanted["prediction_set"],
        None,
    )
    assert read.probabilities == pytest.approx(wanted["probabilities"])
    assert read.actual == true
    assert explained.unit == "log odds"
