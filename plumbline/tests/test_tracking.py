"""One MLflow run for one execution, found by the model's bytes."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import onnx
import pytest
from onnx import TensorProto, helper

from plumbline import tracking
from plumbline.bundle import SCHEMA_VERSION, files
from plumbline.kernel import hashing, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT


@pytest.fixture
def execution(tmp_path: Path, mlflow_uri: str) -> tracking.Execution:
    """What a small pipeline left."""
    assert mlflow_uri
    for folder in ("evaluation", "bundle"):
        (tmp_path / folder).mkdir()
    (tmp_path / "train.parquet").write_text("rows")
    (tmp_path / "model.joblib").write_text("one")
    (tmp_path / "evaluation/slices.csv").write_text("slice\n")
    jsonfile.write(tmp_path / "metrics.json", {"mae": 2.5})
    lineage = files.Lineage(
        SCHEMA_VERSION,
        data={"data/raw/a.tsv": files.Data("0" * 32, rows=7)},
        artifacts={},
        parameters={},
        metrics={},
        packages={"onnxruntime": "1.31.1", "onnx": "1.23.2"},
    )
    (tmp_path / "bundle" / files.LINEAGE).write_bytes(msgspec.json.encode(lineage))
    ends = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "toy", ends[:1], ends[1:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10),
        tmp_path / "bundle/model.onnx",
    )
    return tracking.Execution(
        (tmp_path / "train.parquet",),
        {"seed": 1, "spread": {"max_iter": 5}},
        tmp_path / "model.joblib",
        tmp_path / "metrics.json",
        tmp_path / "evaluation",
        tmp_path / "bundle",
        1e-15,
    )


def test_the_newest_run_that_trained_the_same_bytes_is_found(execution: tracking.Execution) -> None:
    first = tracking.record(execution)
    execution.model.write_text("two")
    second = tracking.record(execution)
    assert tracking.run_of(execution.model) == second != first
    execution.model.write_text("one")
    assert tracking.run_of(execution.model) == first


def test_a_run_holds_all_that_the_execution_left(execution: tracking.Execution) -> None:
    server = tracking.client()
    run = server.get_run(tracking.record(execution))
    assert run.info.status == "FINISHED"
    assert run.data.params == {"seed": "1", "spread.max_iter": "5"}
    assert run.data.metrics == {"mae": 2.5, "parity": 1e-15}
    inputs = {item.dataset.name: item.dataset.digest for item in run.inputs.dataset_inputs}
    assert inputs == {"train.parquet": hashing.digest(execution.inputs[0], "md5"), "a.tsv": "0" * 32}
    assert "mlflow.source.git.commit" in run.data.tags
    kept = [item.path for folder in ("evaluation", "bundle") for item in server.list_artifacts(run.info.run_id, folder)]
    assert kept == ["evaluation/slices.csv", "bundle/lineage.json", "bundle/model.onnx"]
    assert run.data.tags[tracking.MODEL_URI].startswith("models:/")


def test_a_recording_that_fails_leaves_a_failed_run(execution: tracking.Execution) -> None:
    with pytest.raises(FileNotFoundError):
        tracking.record(replace(execution, metrics=execution.metrics.with_name("absent.json")))
    (run,) = tracking.client().search_runs([tracking.experiment()])
    assert run.info.status == "FAILED"


def test_a_model_that_was_trained_elsewhere_gets_a_run_that_says_so(execution: tracking.Execution) -> None:
    execution.model.write_text("pulled")
    run = tracking.client().get_run(tracking.run_of(execution.model))
    assert run.data.tags["trained"] == "elsewhere"
    assert tracking.run_of(execution.model) == run.info.run_id


def test_a_run_that_is_given_is_the_one_that_is_used(
    execution: tracking.Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tracking.client().create_run(tracking.experiment()).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    assert tracking.record(execution) == given
    assert tracking.run_of(execution.model) == given


def test_without_a_server_the_artifacts_lie_beside_the_database(execution: tracking.Execution, tmp_path: Path) -> None:
    run = tracking.client().get_run(tracking.record(execution))
    assert run.info.artifact_uri.startswith((tmp_path / "mlartifacts").as_uri())


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://127.0.0.1:9", "http://127.0.0.1:9 does not answer"),
        ("postgresql+psycopg://me:secret@127.0.0.1:9/mlflow", "postgresql.*://127.0.0.1:9/mlflow does not answer"),
        ("sqlite:////proc/nowhere/mlflow.db", "does not answer.*nowhere"),
    ],
)
def test_a_server_that_does_not_answer_is_named_within_seconds(
    monkeypatch: pytest.MonkeyPatch, uri: str, reason: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    begin = time.monotonic()
    with pytest.raises(PlumblineError, match=reason) as caught:
        tracking.client()
    assert time.monotonic() - begin < 8
    assert len(str(caught.value).splitlines()) == 1
    assert "secret" not in str(caught.value)


def test_a_deleted_experiment_says_how_to_restore_it(execution: tracking.Execution) -> None:
    identity = tracking.experiment()
    tracking.client().delete_experiment(identity)
    with pytest.raises(PlumblineError, match=f"mlflow experiments restore --experiment-id {identity}"):
        tracking.record(execution)
    tracking.client().restore_experiment(identity)
    assert tracking.experiment() == identity


def test_a_stage_says_in_a_sentence_what_mlflow_refuses(
    execution: tracking.Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)
    with pytest.raises(PlumblineError, match=r"^MLflow at sqlite:.*: Run with id=0+ not found$"):
        tracking.record(execution)


def test_two_first_starts_at_once_make_one_store(tmp_path: Path) -> None:
    code = "from plumbline import tracking; print(tracking.experiment())"
    variables = os.environ | {"PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/new/mlflow.db"}
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=pipe, stderr=pipe, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in said] == ["1\n", "1\n"], said
