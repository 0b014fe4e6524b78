"""POST /v1/what-if: answers as a prediction does, explains one row, and stores nothing."""

import pytest

from services.common.tests import toy


def ask(service, row):
    return service.client.post("/v1/what-if", json={"input": row})


def newest(service):
    return service.client.get("/v1/predictions?limit=1").json()["predictions"]


def test_says_what_a_prediction_would_and_stores_nothing(api, bundle):
    before = newest(api)

    answer = ask(api, toy.row(bundle.data, 2)).json()

    wanted = toy.expected(bundle.data, toy.row(bundle.data, 2))
    (said,) = answer["predictions"]
    assert said["prediction"] == pytest.approx(wanted["prediction"])
    assert said["interval"] == pytest.approx({"lower": wanted["lower"], "upper": wanted["upper"], "coverage": 0.8})
    assert "id" not in said
    assert answer["lineage"]["git_commit"] == "c" * 40
    assert newest(api) == before


def test_the_explanation_adds_up_to_the_answer(api, bundle):
    answer = ask(api, toy.row(bundle.data, 2)).json()

    explained = answer["explanation"]
    total = explained["baseline"] + sum(explained["contributions"].values())
    assert set(explained["contributions"]) == {column["name"] for column in bundle.data["columns"]}
    assert total == pytest.approx(answer["predictions"][0]["prediction"])


def test_says_the_class_with_its_probabilities(class_api, classes):
    answer = ask(class_api, toy.row(classes.data, 2)).json()

    wanted = toy.expected(classes.data, toy.row(classes.data, 2))
    (said,) = answer["predictions"]
    assert (said["prediction"], said["prediction_set"]) == (wanted["prediction"], wanted["prediction_set"])
    assert said["probabilities"] == pytest.approx(wanted["probabilities"])
    assert answer["explanation"]["unit"] == "log odds"


def test_takes_several_rows_and_tables_without_explaining_them(api, bundle):
    content = api.client.get("/openapi.json").json()["paths"]["/v1/what-if"]["post"]["requestBody"]["content"]
    table = content["text/csv"]["example"]

    several = api.client.post("/v1/what-if", json={"inputs": [toy.row(bundle.data, number) for number in range(4)]})
    tabled = api.client.post("/v1/what-if", content=table, headers={"content-type": "text/csv"})

    assert [len(answer.json()["predictions"]) for answer in (several, tabled)] == [4, 1]
    assert [answer.json()["explanation"] for answer in (several, tabled)] == [None, None]


def test_refuses_what_breaks_the_contract_and_who_has_no_key(api):
    wrong = api.client.post("/v1/what-if", json={"input": {}})
    stranger = api.client.post("/v1/what-if", json={"input": {}}, headers={"authorization": ""})

    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (422, "required")
    assert stranger.status_code == 401
