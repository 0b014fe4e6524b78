"""Classifications: two classes and three, decided by a threshold and by costs."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tritonclient.http as triton

from plumbline.bundle import BundleError
from services.common.tests import toy
from services.common.tests.running import ROOT, Running
from services.predict.app import model


def test_answers_with_class_probabilities_and_set(classifier, classes):
    rows = [toy.row(classes.data, number) for number in range(100)]

    answer = classifier.client.post("/v1/predict", json={"inputs": rows}).json()

    for found, row in zip(answer["predictions"], rows, strict=True):
        wanted = toy.expected(classes.data, row)
        assert (found["prediction"], found["prediction_set"]) == (wanted["prediction"], wanted["prediction_set"])
        assert found["probabilities"] == pytest.approx(wanted["probabilities"])
        assert list(found["probabilities"]) == classes.data["target"]["categories"]
    decided = [found["prediction"] for found in answer["predictions"]]
    assert len(set(decided)) > 1


def test_decides_otherwise_than_by_the_most_probable_class(classifier, classes):
    rows = [toy.row(classes.data, number) for number in range(300)]

    answer = classifier.client.post("/v1/predict", json={"inputs": rows}).json()

    likeliest = [max(found["probabilities"], key=found["probabilities"].get) for found in answer["predictions"]]
    assert likeliest != [found["prediction"] for found in answer["predictions"]]


def test_describes_its_outputs_to_tritons_client_and_gives_them(classifier, classes):
    client = triton.InferenceServerClient(classifier.url.removeprefix("http://"))
    rows = [toy.row(classes.data, 2 * number) for number in range(3)]
    names = classes.data["target"]["categories"]

    metadata = client.get_model_metadata(classes.data["model"])
    answer = client.infer(classes.data["model"], [_tensor(column, rows) for column in classes.data["columns"]])
    client.close()

    assert metadata["outputs"] == [
        {"name": "probabilities", "datatype": "FP64", "shape": [-1, len(names)]},
        {"name": "prediction", "datatype": "BYTES", "shape": [-1, 1]},
    ]
    wanted = [toy.expected(classes.data, row) for row in rows]
    assert answer.as_numpy("probabilities") == pytest.approx(
        np.array([[item["probabilities"][name] for name in names] for item in wanted])
    )
    assert answer.as_numpy("prediction")[:, 0].tolist() == [item["prediction"] for item in wanted]


def _tensor(column, rows):
    kind = {"number": ("FP64", float), "boolean": ("BOOL", bool)}.get(column["type"], ("BYTES", object))
    array = np.array([[row[column["name"]]] for row in rows], dtype=kind[1])
    return triton.InferInput(column["name"], array.shape, kind[0]).set_data_from_numpy(array)


def test_serves_a_label_that_training_did_not_know_and_counts_it(tmp_path):
    sha256 = toy.build(tmp_path / "bundle", toy.LOANS)
    row = toy.row(toy.LOANS) | {"trade": "weaver"}

    with Running("predict", tmp_path / "log", bundle_uri=tmp_path / "bundle", bundle_sha256=sha256) as service:
        answer = service.client.post("/v1/predict", json={"inputs": [row, row, toy.row(toy.LOANS)]}).json()
        counted = service.client.get("/metrics").text

    wanted = toy.expected(toy.LOANS, row)["probabilities"]
    assert answer["predictions"][0]["probabilities"] == pytest.approx(wanted)
    assert 'predict_unknown_labels_total{column="trade"} 2.0' in counted


def test_passes_the_parity_check(classifier, classes):
    command = [sys.executable, "-m", "services.predict.app.parity", classifier.url, str(classes.folder)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (0, "5 golden rows answered as the training pipeline did\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [(1e-5, "the probability of"), (1e-12, None)],
    ids=["beyond the tolerance", "near zero, within the absolute tolerance"],
)
def test_holds_probabilities_against_both_tolerances(classes, tmp_path, change, message):
    sha256 = toy.build(tmp_path, classes.data)
    golden = json.loads((tmp_path / "golden.json").read_text())
    golden["predictions"][1]["probabilities"][-1] += change
    (tmp_path / "golden.json").write_text(json.dumps(golden))
    (tmp_path / "release.json").unlink()
    sha256 = toy.seal(tmp_path)

    if message is None:
        assert model.load(tmp_path, sha256, 10, None).identity.bundle_sha256 == sha256
        return
    with pytest.raises(BundleError, match=message):
        model.load(tmp_path, sha256, 10, None)


def test_refuses_a_decision_about_a_class_that_there_is_not(tmp_path):
    toy.build(tmp_path, toy.PETS)
    content = json.loads((tmp_path / "contract.json").read_text())
    content["decision"] = {"costs": {"cow": {"cat": 1.0}}}
    (tmp_path / "contract.json").write_text(json.dumps(content))
    (tmp_path / "release.json").unlink()

    with pytest.raises(BundleError, match="the costs name cow"):
        model.load(tmp_path, toy.seal(tmp_path), 10, None)
