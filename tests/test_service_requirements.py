"""The serving images stay small: what a service requires is decided here, not by a transitive dependency."""

import re

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


def test_a_training_library_among_the_requirements_is_found() -> None:
    assert pinned("msgspec==0.22.0 \\\n    --hash=sha256:00\npandas==3.1.1 \\\n") & TRAINING == {"pandas"}
