import math

import numpy as np
import pytest
import tritonclient.http as triton

from services.common.tests import toy

MAX_ROWS = 10_000  # the default of PREDICT_MAX_ROWS


@pytest.fixture(scope="module")
def client(predict):
    client = triton.InferenceServerClient(predict.url.removeprefix("http://"))
    yield client
    client.close()


def tensors(data, rows, binary):
    made = []
    for column in data["columns"]:
        values = [row.get(column["name"]) for row in rows]
        if column["type"] in {"category", "date", "timestamp"}:
            array = np.array([[(value or "").encode()] for value in values], dtype=object)
            kind = "BYTES"
        elif column["type"] == "boolean":
            array, kind = np.array([[value] for value in values], dtype=bool), "BOOL"
        else:
            array = np.array([[math.nan if value is None else value] for value in values], dtype=float)
            kind = "FP64"
        tensor = triton.InferInput(column["name"], array.shape, kind)
        made.append(tensor.set_data_from_numpy(array, binary_data=binary))
    return made


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("binary", [True, False])
def test_answers_tritons_own_client(client, bundle, count, binary):
    rows = [toy.row(bundle.data, number) for number in range(count)]
    if not binary:  # JSON has no NaN
        rows = [toy.row(bundle.data, 2 * number) for number in range(count)]

    answer = client.infer(bundle.data["model"], tensors(bundle.data, rows, binary), request_id="7")

    expected = [toy.expected(bundle.data, row)["upper"] for row in rows]
    assert answer.as_numpy("upper")[:, 0] == pytest.approx(expected)
    assert answer.get_response()["id"] == "7"


@pytest.mark.parametrize(("over", "status"), [(0, 200), (3, 422)])
def test_takes_as_many_rows_as_any_other_form_of_a_request(predict, bundle, over, status):
    count = MAX_ROWS + over
    row = toy.row(bundle.data)
    inputs = [
        {"name": column["name"], "shape": [count], "datatype": tensor.datatype(), "data": [row[column["name"]]] * count}
        for column, tensor in zip(bundle.data["columns"], tensors(bundle.data, [row], True), strict=True)
    ]

    response = predict.client.post(f"/v2/models/{bundle.data['model']}/infer", json={"inputs": inputs})

    assert response.status_code == status
    assert over or len(response.json()["outputs"][0]["data"]) == MAX_ROWS


def test_describes_itself_to_tritons_client(client, bundle):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(bundle.data["model"], "3")
    metadata = client.get_model_metadata(bundle.data["model"])
    assert [item["name"] for item in metadata["inputs"]] == [column["name"] for column in bundle.data["columns"]]


def test_knows_no_other_model_and_no_other_version(client, bundle):
    assert not client.is_model_ready("other")
    assert not client.is_model_ready(bundle.data["model"], "99")


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": []},
        {"inputs": [{"name": "x", "shape": [3], "datatype": "FP64", "data": [1.0]}]},
        {"inputs": [{"name": "x", "shape": [1], "datatype": "FP64",
                     "parameters": {"binary_data_size": 99}}]},
        {"inputs": "x"},
        {},
    ],
)  # fmt: skip
def test_refuses_malformed_tensors(predict, bundle, body):
    response = predict.client.post(f"/v2/models/{bundle.data['model']}/infer", json=body)

    assert response.status_code == 400
    assert response.json()["errors"]


def test_checks_tensors_against_the_contract(predict, bundle):
    row = toy.row(bundle.data) | {"unknown": 5}
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "data": [value]} for name, value in row.items()]

    response = predict.client.post(f"/v2/models/{bundle.data['model']}/infer", json={"inputs": inputs})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "/inputs/0/unknown"


def test_the_documents_example_works(predict, bundle):
    path = f"/v2/models/{bundle.data['model']}/infer"
    operation = predict.client.get("/openapi.json").json()["paths"][path]["post"]

    response = predict.client.post(path, json=operation["requestBody"]["content"]["application/json"]["example"])

    assert response.status_code == 200
    assert len(response.json()["outputs"][0]["data"]) == 1


def test_gives_the_outputs_that_are_asked_for_in_their_order(client, bundle):
    asked = [triton.InferRequestedOutput(name, binary_data=False) for name in ("upper", "prediction")]

    answer = client.infer(bundle.data["model"], tensors(bundle.data, [toy.row(bundle.data)], True), outputs=asked)

    assert [item["name"] for item in answer.get_response()["outputs"]] == ["upper", "prediction"]


def test_refuses_an_output_that_there_is_not(predict, bundle):
    path = f"/v2/models/{bundle.data['model']}/infer"
    example = predict.client.get("/openapi.json").json()["paths"][path]["post"]["requestBody"]["content"]
    body = example["application/json"]["example"] | {"outputs": [{"name": "median"}]}

    response = predict.client.post(path, json=body)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "/outputs/0/name")
