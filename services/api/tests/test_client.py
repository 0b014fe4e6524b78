import signal
import sys
import threading

import pytest

from services.common.tests import toy
from services.common.tests.running import ROOT, workers
from services.conftest import make_key

sys.path.insert(0, str(ROOT / "services/api/client"))
from plumbline_client import Client, RefusedError, UnavailableError


@pytest.fixture
def client(api):
    key = api.key
    with Client(api.url, key) as client:
        yield client


def test_predicts_reads_explains_and_records(client, bundle):
    row = toy.row(bundle.data)

    made = client.predict(row)
    client.record_actual(made.id, 12.5)
    read = client.prediction(made.id)
    explained = client.explain(made.id)

    assert made.prediction == pytest.approx(toy.expected(bundle.data, row)["prediction"])
    assert made.unit == bundle.data["target"]["unit"]
    assert read.actual == 12.5
    assert read.lineage["git_commit"] == "c" * 40
    assert explained.baseline + sum(explained.contributions.values()) == pytest.approx(made.prediction)


def test_asks_what_if_and_leaves_no_trace(client, bundle):
    row, kept = toy.row(bundle.data), [item.id for item in client.predictions()]

    said = client.what_if(row)

    assert said.prediction == pytest.approx(toy.expected(bundle.data, row)["prediction"])
    assert said.interval.lower < said.prediction < said.interval.upper
    assert said.explanation.baseline + sum(said.explanation.contributions.values()) == pytest.approx(said.prediction)
    assert (said.unit, said.lineage["git_commit"]) == (bundle.data["target"]["unit"], "c" * 40)
    assert [item.id for item in client.predictions()] == kept


def test_predicts_many_and_pages_through_them(client, bundle):
    rows = [toy.row(bundle.data, number) for number in range(5)]

    made = client.predict_many(rows)

    listed = [item.id for item in client.predictions(page=2)]
    assert {item.id for item in made} <= set(listed)
    assert listed == sorted(listed, reverse=True)


def test_repeats_nothing_with_the_same_idempotency_key(client, bundle):
    row = toy.row(bundle.data)

    assert client.predict(row, "client-1") == client.predict(row, "client-1")


def test_forgets_whom_predictions_are_about_and_no_one_else(start_api, bundle, tmp_path):
    service, row = start_api(require_key="true"), toy.row(bundle.data)
    key = make_key(f"sqlite:///{tmp_path}/store.db", "--scopes", "predict", "read", "delete")
    with Client(service.url, key) as client:
        made = client.predict(row, customer="anna")
        client.predict_many([row, row], customer="anna")
        other = client.predict(row, customer="ben")

        assert client.forget_customer("anna") == 3
        assert client.prediction(other.id).prediction == other.prediction
        with pytest.raises(RefusedError, match="There is no prediction of yours"):
            client.prediction(made.id)


def test_names_the_fields_that_are_refused(client):
    with pytest.raises(RefusedError, match="/input/nonsense: no such column") as caught:
        client.predict({"nonsense": 1})

    assert caught.value.status == 422
    assert caught.value.violations[0].rule == "additionalProperties"


def test_waits_for_a_service_that_is_away_for_a_while(start_api, bundle):
    service = start_api()
    stopped = workers(service)
    with Client(service.url, deadline=20) as client:
        client.predict(toy.row(bundle.data))
        for worker in stopped:
            worker.send_signal(signal.SIGSTOP)
        threading.Timer(1, lambda: [worker.send_signal(signal.SIGCONT) for worker in stopped]).start()

        assert client.predict(toy.row(bundle.data)).id


def test_gives_up_at_its_deadline():
    with (
        Client("http://127.0.0.1:9", deadline=0.5) as client,
        pytest.raises(UnavailableError, match="GET /v1/model"),
    ):
        client.model()
