import json
import math

import msgspec
import pytest

from services.common import rows
from services.common.tests import toy
from services.predict.app import model
from services.predict.app.explain import explain


@pytest.fixture(scope="module")
def loaded(plants):
    return model.load(plants.folder, plants.sha256, 10, None)


def test_contributions_and_baseline_add_up_to_the_prediction(loaded):
    for row in loaded.golden_rows:
        found = explain(loaded.scorer, loaded.outcome, row, loaded.golden_rows)

        assert (found.unit, found.category) == ("centimetres", None)
        assert found.baseline + sum(found.contributions.values()) == pytest.approx(found.prediction)
        assert found.prediction == pytest.approx(toy.expected(toy.PLANTS, msgspec.to_builtins(row))["prediction"])


def test_credits_each_field_of_an_additive_model_with_its_own_term(loaded):
    row = loaded.golden_rows[0]
    golden = [msgspec.to_builtins(item) for item in loaded.golden_rows]
    # 32 orders over 5 background rows: the mean that the estimate uses weighs the first two more.
    weights = [7, 7, 6, 6, 6]
    mean = sum(w * item["water"] for w, item in zip(weights, golden, strict=True)) / 32

    found = explain(loaded.scorer, loaded.outcome, row, loaded.golden_rows)

    assert found.contributions["water"] == pytest.approx(0.25 * (golden[0]["water"] - mean))


def test_answers_over_http_with_the_fields_of_the_contract(predict, bundle):
    response = predict.client.post("/v1/explain", json={"inputs": [toy.row(bundle.data)]})

    (found,) = response.json()["explanations"]
    assert set(found["contributions"]) == {column["name"] for column in bundle.data["columns"]}


def test_explains_no_more_than_ten_rows_at_once(predict, bundle):
    response = predict.client.post("/v1/explain", json={"inputs": [toy.row(bundle.data)] * 11})

    assert response.status_code == 422


@pytest.mark.parametrize(("data", "category"), [(toy.LOANS, "lost"), (toy.PETS, None)], ids=["loans", "pets"])
def test_explains_the_log_odds_of_a_class(tmp_path, data, category):
    loaded = model.load(tmp_path, toy.build(tmp_path, data), 10, None)

    for row in loaded.golden_rows:
        found = explain(loaded.scorer, loaded.outcome, row, loaded.golden_rows)

        wanted = toy.expected(data, json.loads(rows.encode(row)))
        probability = wanted["probabilities"][category or wanted["prediction"]]
        assert (found.unit, found.category) == ("log odds", category or wanted["prediction"])
        assert found.prediction == pytest.approx(math.log(probability / (1 - probability)))
        assert found.baseline + sum(found.contributions.values()) == pytest.approx(found.prediction)


def test_credits_each_field_of_a_logistic_model_with_its_own_term(tmp_path):
    loaded = model.load(tmp_path, toy.build(tmp_path, toy.LOANS), 10, None)
    row = loaded.golden_rows[0]
    incomes = [item.c0 for item in loaded.golden_rows]
    mean = sum(w * income for w, income in zip([7, 7, 6, 6, 6], incomes, strict=True)) / 32

    found = explain(loaded.scorer, loaded.outcome, row, loaded.golden_rows)

    assert found.contributions["income"] == pytest.approx(-0.0005 * (row.c0 - mean))
