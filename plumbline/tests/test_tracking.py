"""One MLflow run for one execution, found by the model's bytes."""

import time
from pathlib import Path

import pytest

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError


@pytest.fixture
def files(tmp_path: Path, mlflow_uri: str) -> tuple[Path, Path]:
    """The training data, and where the model will be."""
    assert mlflow_uri
    data = tmp_path / "train.parquet"
    data.write_text("rows")
    return data, tmp_path / "model.joblib"


def trained(files: tuple[Path, Path], content: str) -> str:
    data, model = files
    with tracking.training([data], {"seed": 1, "spread": {"max_iter": 5}}, model):
        model.write_text(content)
    return tracking.run_of(model)


def test_later_stages_find_the_run_that_trained_the_same_bytes(files: tuple[Path, Path]) -> None:
    first, second = trained(files, "one"), trained(files, "two")
    assert first != second
    files[1].write_text("one")
    assert tracking.run_of(files[1]) == first


def test_a_run_holds_dotted_parameters_the_data_and_the_commit(files: tuple[Path, Path]) -> None:
    run = tracking.client().get_run(trained(files, "one"))
    assert run.info.status == "FINISHED"
    assert run.data.params == {"seed": "1", "spread.max_iter": "5"}
    assert [item.dataset.name for item in run.inputs.dataset_inputs] == ["train.parquet"]
    assert "mlflow.source.git.commit" in run.data.tags


def test_a_training_that_fails_leaves_a_failed_run(files: tuple[Path, Path]) -> None:
    with pytest.raises(RuntimeError), tracking.training([files[0]], {}, files[1]):
        raise RuntimeError
    (run,) = tracking.client().search_runs([tracking.experiment()])
    assert run.info.status == "FAILED"


def test_a_model_that_was_trained_elsewhere_gets_a_run_that_says_so(files: tuple[Path, Path]) -> None:
    files[1].write_text("pulled")
    run = tracking.client().get_run(tracking.run_of(files[1]))
    assert run.data.tags["trained"] == "elsewhere"
    assert tracking.run_of(files[1]) == run.info.run_id


def test_a_run_that_is_given_is_the_one_that_is_used(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    given = tracking.client().create_run(tracking.experiment()).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", given)
    assert trained(files, "one") == given


def test_without_a_server_the_artifacts_lie_beside_the_database(files: tuple[Path, Path], tmp_path: Path) -> None:
    run = tracking.client().get_run(trained(files, "one"))
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


def test_a_deleted_experiment_says_how_to_restore_it(files: tuple[Path, Path]) -> None:
    identity = tracking.experiment()
    tracking.client().delete_experiment(identity)
    with pytest.raises(PlumblineError, match=f"mlflow experiments restore --experiment-id {identity}"):
        trained(files, "one")
    tracking.client().restore_experiment(identity)
    assert tracking.experiment() == identity
