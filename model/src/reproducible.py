"""Estimators of libraries that a team may add, set so that the same rows give the same bytes.

None of them is installed unless requirements/pipeline.in names it; requirements/boosters.in has the versions.
"""

import importlib
from typing import Any

from plumbline.kernel.errors import PlumblineError

Positions = list[int]


def lightgbm(task: str, _numbers: Positions, categories: Positions, seed: int, **parameters: Any) -> Any:
    """Build LightGBM's trees; with `categorical` they split by sets of labels, not by ranks."""
    library, kind = _library("lightgbm"), "LGBMRegressor" if task == "regression" else "LGBMClassifier"
    labels = categories if parameters.pop("categorical", False) else []
    # Which histogram is built is otherwise measured, and the sums differ.
    fixed = {"deterministic": True, "force_row_wise": True, "n_jobs": 1, "verbosity": -1}
    return getattr(library, kind)(random_state=seed, categorical_feature=labels, **fixed, **parameters)


def xgboost(task: str, _numbers: Positions, _categories: Positions, seed: int, **parameters: Any) -> Any:
    """Build XGBoost's trees, whose leaves are added in double precision."""
    _library("xgboost")
    kind = _kind("model.src.xgboost_sums", task)
    return kind(random_state=seed, n_jobs=1, tree_method="hist", **parameters)


def catboost(task: str, _numbers: Positions, _categories: Positions, seed: int, **parameters: Any) -> Any:
    """Build CatBoost's symmetric trees."""
    _library("catboost")
    kind = _kind("model.src.catboost_bytes", task)
    return kind(random_seed=seed, thread_count=1, allow_writing_files=False, verbose=False, **parameters)


def _kind(module: str, task: str) -> Any:
    return getattr(importlib.import_module(module), "Regressor" if task == "regression" else "Classifier")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise PlumblineError(
            f"the estimator {name} needs a library that is not installed: copy its line of requirements/boosters.in to"
            " requirements/pipeline.in, then run `make requirements setup`"
        ) from None
