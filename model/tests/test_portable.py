"""The portable form answers as scikit-learn does, whatever the estimator and whatever the row lacks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.preprocessing import OrdinalEncoder

from model import housing_models
from model.src import portable, scoring, trees
from model.src.interval import IntervalRegressor
from tools.contract import Column, Contract, Target
from tools.errors import PlumblineError

COLORS = ("red", "green", "blue")
Fitted = tuple[ColumnTransformer, IntervalRegressor]
TYPES = {"size": "number", "age": "integer", "color": "category"}
BOOSTED = {"max_iter": 20, "max_leaf_nodes": 6, "min_samples_leaf": 3}
ESTIMATORS: dict[str, dict[str, Any]] = {
    "dummy": {},
    "linear": {"alpha": 1.0},
    "hist_gradient_boosting": BOOSTED,
}
SINGLE_LEAF = {"max_iter": 3, "min_samples_leaf": 10_000}  # no split leaves that many rows on both sides


@pytest.fixture(scope="module")
def rules() -> Contract:
    number = {"description": "A number.", "unit": "m", "minimum": -1000, "maximum": 1000, "optional": True}
    return Contract(
        identifier="id",
        target=Target(name="price", type="number", description="Price.", unit="$", minimum=0, maximum=1e9),
        columns={
            "size": Column(type="number", **number),
            "age": Column(type="integer", **number),
            "color": Column(type="category", description="Color.", categories=COLORS, optional=True),
        },
    )


def rows(count: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": random.normal(0, 30, count),
            "age": random.integers(0, 90, count).astype(float),
            "color": random.choice(COLORS, count).astype(object),
        }
    )
    frame.loc[random.random(count) < 0.1, "size"] = np.nan
    frame.loc[random.random(count) < 0.1, "color"] = ""
    return frame


def fit(
    estimator: str, own: dict[str, Any], scale: str, count: int = 200
) -> tuple[ColumnTransformer, IntervalRegressor]:
    frame = rows(count, seed=1)
    preprocessor = ColumnTransformer(
        [
            ("numbers", "passthrough", ["size", "age"]),
            (
                "categories",
                OrdinalEncoder(
                    categories=[list(COLORS)], handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float64
                ),
                ["color"],
            ),
        ]
    ).fit(frame.assign(color=frame["color"].replace("", "red")))
    target = np.exp(0.01 * frame["size"].fillna(0) + 0.02 * frame["age"] + (frame["color"] == "blue"))
    noise = np.random.default_rng(2).lognormal(0, 0.2, 200)
    model = IntervalRegressor(
        point=housing_models.build(estimator, own, [0, 1], [2], seed=1),
        spread=housing_models.build("hist_gradient_boosting", BOOSTED, [0, 1], [2], seed=1),
        target_scale=scale,
    )
    return preprocessor, model.fit(preprocessor.transform(frame), (target * noise).to_numpy())


def difference(fitted: Fitted, frame: pd.DataFrame, session: Any) -> float:
    """Give the largest relative difference between scikit-learn and the portable form."""
    answers = scoring.answers(session, scoring.feed(frame, TYPES))
    wanted = fitted[1].predict_interval(fitted[0].transform(frame))
    assert answers.shape == (len(frame), 3)
    return float(np.max(np.abs(answers - wanted) / np.maximum(np.abs(wanted), 1e-3)))


def export(fitted: Fitted, rules: Contract) -> bytes:
    return portable.export(*fitted, rules, "toy").SerializeToString(deterministic=True)


@pytest.mark.parametrize("scale", ["log", "identity"])
@pytest.mark.parametrize("estimator", list(ESTIMATORS))
def test_every_estimator_agrees_on_new_rows_with_gaps_and_unseen_labels(
    estimator: str, scale: str, rules: Contract
) -> None:
    frame = rows(300, seed=3)
    frame.loc[:20, "color"] = "never seen"
    if estimator == "linear":  # imputed with values that single precision holds
        frame["size"] = frame["size"].fillna(0)
    fitted = fit(estimator, ESTIMATORS[estimator], scale)
    assert difference(fitted, frame, scoring.session(export(fitted, rules))) < 1e-9


def test_trees_of_a_single_leaf_agree(rules: Contract) -> None:
    fitted = fit("hist_gradient_boosting", SINGLE_LEAF, "log")
    assert all(len(tree.nodes) == 1 for step in fitted[1].point_._predictors for tree in step)
    assert difference(fitted, rows(50, seed=4), scoring.session(export(fitted, rules))) < 1e-12


@pytest.fixture(scope="module")
def boosted() -> Fitted:
    return fit("hist_gradient_boosting", BOOSTED, "log")


@pytest.fixture(scope="module")
def session(boosted: Fitted, rules: Contract) -> Any:
    return scoring.session(export(boosted, rules))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-1e6, 1e6) | st.just(float("nan")),
            st.integers(-5, 200).map(float) | st.just(float("nan")),
            st.sampled_from([*COLORS, "", "violet", "RED", "grün"]),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_boosted_trees_agree_on_any_row(boosted: Fitted, session: Any, cells: list[tuple[float, float, str]]) -> None:
    frame = pd.DataFrame(cells, columns=list(TYPES)).astype({"color": object})
    assert difference(boosted, frame, session) < 1e-12


def test_rows_that_lie_on_a_threshold_go_the_same_way(boosted: Fitted, session: Any) -> None:
    nodes = np.concatenate([tree.nodes for step in boosted[1].point_._predictors for tree in step])
    edges = np.unique(nodes["num_threshold"][(nodes["is_leaf"] == 0) & (nodes["feature_idx"] == 0)])
    near = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)])
    frame = pd.DataFrame({"size": near, "age": 40.0, "color": "red"}).astype({"color": object})
    assert len(edges) > 3
    assert difference(boosted, frame, session) < 1e-12


def test_the_same_model_gives_the_same_bytes(boosted: Fitted, rules: Contract) -> None:
    assert export(boosted, rules) == export(boosted, rules)


def test_a_split_on_a_set_of_categories_is_refused() -> None:
    random = np.random.default_rng(5)
    codes = random.integers(0, 5, (200, 1)).astype(float)
    target = np.array([3.0, 9.0, 1.0, 8.0, 2.0])[codes[:, 0].astype(int)]
    model = HistGradientBoostingRegressor(max_iter=2, categorical_features=[0]).fit(codes, target)
    with pytest.raises(PlumblineError, match="leave categorical_features unset"):
        trees.ensemble(model)
