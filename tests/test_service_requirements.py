"""The serving images stay small: what a service requires is decided here, not by a transitive dependency."""

import importlib.metadata
import re
import sys

import grimp
import pytest

from plumbline.testing.repository import ROOT

TRAINING = {"scikit-learn", "pandas", "polars", "mlflow", "mlflow-skinny", "dvc", "scipy", "joblib", "skl2onnx", "onnx"}
TRAINING |= {"pyarrow", "duckdb", "matplotlib", "optuna", "ray", "evidently", "pandera", "lightgbm", "xgboost", "torch"}


def pinned(text: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", text, flags=re.MULTILINE))


@pytest.mark.parametrize("service", ["api", "predict"])
def test_a_service_requires_no_training_library(service: str) -> None:
    packages = pinned((ROOT / f"services/{service}/requirements.txt").read_text())
    assert {"msgspec", "granian"} <= packages
    assert not packages & TRAINING


def test_the_monitor_requires_no_training_library_but_scipy() -> None:
    packages = pinned((ROOT / "services/monitor/requirements.txt").read_text())
    assert {"msgspec", "scipy"} <= packages
    assert not packages & TRAINING - {"scipy"}


def test_the_image_of_the_pipeline_holds_what_its_commands_import() -> None:
    """The environment of the tests has more than the image."""
    commands = ("plumbline.cli.__main__", "plumbline.loop.receiver", "plumbline.ingest.pipeline.__main__")
    graph = grimp.build_graph("plumbline", include_external_packages=True, cache_dir=None)
    imported = {name.partition(".")[0] for command in commands for name in graph.find_upstream_modules(command)}
    packages = importlib.metadata.packages_distributions()
    needed = {
        re.sub("[_.]", "-", packages[name][0]).lower() for name in imported - sys.stdlib_module_names - {"plumbline"}
    }
    assert "pydantic" in needed
    assert needed - pinned((ROOT / "requirements/pipeline.txt").read_text()) == set()


def test_a_training_library_among_the_requirements_is_found() -> None:
    assert pinned("msgspec==0.22.0 \\\n    --hash=sha256:00\npandas==3.1.1 \\\n") & TRAINING == {"pandas"}
