"""Clients that openapi-python-client generates from both services' documents, used as a customer's program does."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import openapi_spec_validator
import pytest

from services.common.tests import toy

# What the generator knows of a type of body; nothing is formatted behind it.
CONFIG = {"content_type_overrides": {"text/csv": "application/octet-stream"}, "post_hooks": []}


def generated(running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType, ModuleType]:
    """Give the package that is made without one warning from a service's document, its calls and its models."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    text = running.client.get("/openapi.json").text
    openapi_spec_validator.validate(json.loads(text))
    document.write_text(text)
    config.write_text(json.dumps(CONFIG))
    name = f"generated_{tmp_path.name}"
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--fail-on-warning"]
    command += [
        "--path",
        str(document),
        "--config",
        str(config),
        "--meta",
        "none",
        "--output-path",
        str(tmp_path / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    package, calls, models = (importlib.import_module(f"{name}{part}") for part in ("", ".api.default", ".models"))
    return package, calls, models


def test_a_program_stores_finds_and_corrects_predictions(api, bundle, tmp_path, monkeypatch):
    package, calls, models = generated(api, tmp_path, monkeypatch)
    client = package.AuthenticatedClient(api.url, api.key, raise_on_unexpected_status=True)
    row = models.Row.from_dict(toy.row(bundle.data))

    one = call(calls, "create_predictions", client, body=models.OneRow(row))
    two = call(calls, "create_predictions", client, body=models.Rows([row, row]))
    call(calls, "record_actual", client, one.id, body=models.Actual.from_dict({"value": 12.0}))
    found = call(calls, "get_prediction", client, one.id)
    page = call(calls, "list_predictions", client, limit=2)

    assert one.prediction == pytest.approx(toy.expected(bundle.data, toy.row(bundle.data))["prediction"])
    assert [item.prediction for item in two.predictions] == [one.prediction] * 2
    assert (found.id, found.prediction, found.actual) == (one.id, one.prediction, 12.0)
    assert len(page.predictions) == 2


def test_a_refusal_has_its_type(api, bundle, tmp_path, monkeypatch):
    package, calls, models = generated(api, tmp_path, monkeypatch)
    client = package.AuthenticatedClient(api.url, "wrong")

    problem = call(calls, "create_predictions", client, body=models.OneRow(models.Row.from_dict(toy.row(bundle.data))))

    assert isinstance(problem, models.Details)
    assert problem.status == 401


def test_a_program_scores_rows_and_tensors(predict, bundle, tmp_path, monkeypatch):
    package, calls, models = generated(predict, tmp_path, monkeypatch)
    client = package.Client(predict.url, raise_on_unexpected_status=True)
    row = toy.row(bundle.data)
    kinds = {int: "INT64", float: "FP64", bool: "BOOL", str: "BYTES"}
    tensors = [models.Tensor(name, [1], kinds[type(value)], data=[value]) for name, value in row.items()]

    scored = call(calls, "predict", client, body=models.Rows([models.Row.from_dict(row)]))
    inferred = call(calls, "infer", client, body=models.InferenceRequest(tensors))

    expected = toy.expected(bundle.data, row)["prediction"]
    assert scored.predictions[0].prediction == pytest.approx(expected)
    assert {tensor.name: tensor.data for tensor in inferred.outputs}["prediction"] == [pytest.approx(expected)]


def call(calls: ModuleType, operation: str, client, *values, **named):
    """Call an operation; give the decoded answer."""
    return importlib.import_module(f"{calls.__name__}.{operation}").sync(*values, client=client, **named)
