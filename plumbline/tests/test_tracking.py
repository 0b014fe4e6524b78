"""One MLflow run for one execution, found by the model's bytes."""

from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from plumbline import tracking
from plumbline.kernel import hashing, jsonfile


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
    packages = {"onnxruntime": "1.31.1", "onnx": "1.23.2"}
    jsonfile.write(
        tmp_path / "bundle/lineage.json", {"data": {"data/raw/a.tsv": {"md5": "0" * 32}}, "packages": packages}
    )
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
