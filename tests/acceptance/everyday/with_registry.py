"""The registry: text that is not UTF-8, an MLflow that does not answer, an experiment that was deleted."""

import itertools
import os

from tests.acceptance.everyday.world import World

_READING = (("release", "history"), ("release", "verify"), ("release", "lineage", "--version", "1"), ("model", "gate"))
_WRITING = (("release", "promote", "1"), ("release", "rollback"), ("release", "register"), ("model", "check"))
_NOBODY = ("http://127.0.0.1:9", "postgresql+psycopg://me:secret@127.0.0.1:9/mlflow")
_NOT_UTF8 = b"caf\xe9"


def reason_that_is_not_utf8(world: World) -> None:
    """A reason or an actor that is not UTF-8 moves nothing, and what comes after works."""
    clone = world.built()
    assert "UTF-8" in clone.refused("plumb", "release", "promote", "1", "--reason", _NOT_UTF8)
    for name in ("PLUMBLINE_ACTOR", "LOGNAME", "GITHUB_WORKFLOW"):
        value = os.fsdecode(b"human:" + _NOT_UTF8)
        assert name in clone.refused("plumb", "release", "promote", "1", **{name: value})
    assert "promoted" not in clone.run("plumb", "release", "history")
    clone.run("plumb", "release", "promote", "1", "--reason", "café")
    assert "(café)" in clone.run("plumb", "release", "history")


def no_mlflow(world: World) -> None:
    """An MLflow that does not answer is one line from every command that needs it."""
    clone = world.built()
    for words, uri in zip((*_READING, *_WRITING), itertools.cycle(_NOBODY), strict=False):
        text = clone.refused("plumb", *words, MLFLOW_TRACKING_URI=uri)
        assert "does not answer" in text.splitlines()[-1], f"{words}: {text}"
        assert "secret" not in text, f"{words}: {text}"


def deleted_experiment(world: World) -> None:
    """A deleted experiment says how it is restored."""
    clone = world.built()
    uri = f"sqlite:///{clone.root}/.plumbline/mlflow.db"
    clone.run("mlflow", "experiments", "delete", "--experiment-id", "1", MLFLOW_TRACKING_URI=uri)
    text = clone.refused("dvc", "repro", "--force", "--single-item", "--no-run-cache", "bundle")
    assert "mlflow experiments restore --experiment-id 1" in text, text


CASES = (reason_that_is_not_utf8, no_mlflow, deleted_experiment)
