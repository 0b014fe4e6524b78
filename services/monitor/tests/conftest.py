"""A bundle made of numbers, and a store with the api service's own schema, filled as it fills it."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sqlalchemy import Engine, insert

from services.api.app import answers
from services.api.app.store.records import Batch
from services.common.store import database
from services.common.store.schema import actuals
from services.common.tests import toy

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


class Store(NamedTuple):
    """A bundle, and a store of what it predicted."""

    folder: Path
    sha256: str
    url: str
    engine: Engine
    fill: Callable[..., None]


def sample(generator: np.random.Generator, rows: int, shift: float = 0.0) -> list[dict[str, Any]]:
    """Rows of the toy; `shift` moves the light by so many standard deviations."""
    light = np.clip(generator.normal(12 + 2 * shift, 2, rows), 0, 24)
    water = generator.integers(10, 500, rows)
    species = generator.choice(["fern", "moss", "rosé"], rows)
    items = zip(light, water, species, strict=True)
    return [{"light": float(a), "water": int(b), "species": str(c)} for a, b, c in items]


def usual(count: int = 500) -> list[dict[str, Any]]:
    """Rows like those of the training."""
    return sample(np.random.default_rng(2), count)


def drifted() -> list[dict[str, Any]]:
    """Rows with more light than those of the training, and no other difference."""
    return sample(np.random.default_rng(2), 500, shift=1.0)


def describe(rows: list[dict[str, Any]], target: list[float]) -> dict[str, Any]:
    """The reference.json of rows, with ten bins a number."""

    labels = [row["species"] for row in rows]
    features = {name: bins([row[name] for row in rows]) for name in ("light", "water")}
    features["species"] = {"counts": {label: labels.count(label) for label in sorted(set(labels))}, "missing": 0}
    return {"schema_version": 1, "rows": len(rows), "features": features, "target": bins(target)}


def bins(values: list[float]) -> dict[str, Any]:
    """Ten bins of equal frequency."""
    edges = np.quantile(values, np.linspace(0, 1, 11)[1:-1])
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=10)
    return {"edges": edges.tolist(), "counts": counts.tolist(), "missing": 0}


def build(folder: Path) -> str:
    """Write the toy's bundle with a reference and an error, and give the sha256 of its manifest."""
    generator = np.random.default_rng(1)
    toy.build(folder, toy.PLANTS)
    training = sample(generator, 2000)
    price = [toy.expected(toy.PLANTS, row)["prediction"] + generator.normal(0, 10) for row in training]
    (folder / "reference.json").write_text(json.dumps(describe(training, price)))
    _alter(folder / "lineage.json", {"metrics": {"mae": 8.0}})
    sha256 = toy.seal(folder)
    _alter(folder / "release.json", {"bundle_sha256": sha256})
    return sha256


def _alter(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tmp_path / "bundle"
    sha256 = build(folder)
    url = f"sqlite:///{tmp_path}/store.db"
    engine = database.connect(url, writes=True)
    database.migrate(engine)

    def fill(
        rows: list[dict[str, Any]], days_ago: float = 5, actual_after: float | None = 1, error: float = 10
    ) -> None:
        """Store predictions; their actuals so many days later, with a normal error."""
        made = UNTIL - timedelta(days=days_ago)
        identity = {"id": sha256, "name": "plants", "version": "3", "description": "{}", "first_seen": made}
        noise = np.random.default_rng(7)
        values, true = [], []
        for number, row in enumerate(rows):
            name = hashlib.md5(f"{days_ago}-{number}-{row}".encode()).hexdigest()
            middle = toy.expected(toy.PLANTS, row)["prediction"]
            same = {"id": name, "key_id": "k", "created_at": made, "model_id": sha256, "input": json.dumps(row)}
            values.append(same | {"prediction": middle, "lower": middle - 12.8, "upper": middle + 12.8})
            recorded = made + timedelta(days=actual_after or 0)
            true.append({"prediction_id": name, "value": middle + noise.normal(0, error), "recorded_at": recorded})
        with engine.begin() as connection:
            Batch(values, identity | {"bundle_sha256": sha256})(connection)
            if actual_after is not None:
                connection.execute(insert(actuals), true)

    return Store(folder, sha256, url, engine, fill)


def applicants(count: int = 600, richer: float = 0.0) -> list[dict[str, Any]]:
    """Rows of the toy whose target is one of two classes; `richer` moves the income."""
    generator = np.random.default_rng(3)
    income = np.clip(generator.normal(2500 + richer, 900, count), 0, 9000)
    owner, trade = generator.random(count) < 0.4, generator.choice(["baker", "smith"], count)
    items = zip(income, owner, trade, strict=True)
    return [{"income": float(a), "owner": bool(b), "trade": str(c)} for a, b, c in items]


def build_loans(folder: Path) -> str:
    """Write that toy's bundle with the reference of a training, and give the sha256 of its manifest."""
    toy.build(folder, toy.LOANS)
    training = applicants(3000)
    lost = np.array([toy.expected(toy.LOANS, row)["probabilities"]["lost"] for row in training])
    happened = np.random.default_rng(4).random(len(lost)) < lost
    owners = sum(row["owner"] for row in training)
    trades = [row["trade"] for row in training]
    features = {
        "income": bins([row["income"] for row in training]),
        "owner": {"edges": [np.nextafter(0.0, 1.0)], "counts": [len(training) - owners, owners], "missing": 0},
        "trade": {"counts": {name: trades.count(name) for name in ("baker", "smith")}, "missing": 0},
    }
    target = {"counts": {"repaid": int((~happened).sum()), "lost": int(happened.sum())}}
    outputs = {"repaid": bins((1 - lost).tolist()), "lost": bins(lost.tolist())}
    reference = {"schema_version": 2, "rows": len(training), "features": features, "target": target, "outputs": outputs}
    (folder / "reference.json").write_text(json.dumps(reference))
    loss = float(-np.log(np.where(happened, lost, 1 - lost)).mean())
    _alter(folder / "lineage.json", {"metrics": {"log_loss": loss}})
    sha256 = toy.seal(folder)
    _alter(folder / "release.json", {"bundle_sha256": sha256})
    return sha256


def fill_loans(engine: Engine, sha256: str, rows: list[dict[str, Any]], made: datetime, worse: float = 0.0) -> None:
    """Store predictions with the true classes a day later; `worse` adds to the log odds of the loss."""
    generator = np.random.default_rng(5)
    identity = {"id": sha256, "name": "loans", "version": "3", "description": "{}", "first_seen": made}
    values, true = [], []
    for number, row in enumerate(rows):
        name = hashlib.md5(f"{number}-{row}".encode()).hexdigest()
        item = answers.Item(id=name, **toy.expected(toy.LOANS, row))
        same = {"id": name, "key_id": "k", "created_at": made, "model_id": sha256, "input": json.dumps(row)}
        values.append(same | answers.columns(item))
        odds = np.log(item.probabilities["lost"] / item.probabilities["repaid"]) + worse
        lost = bool(generator.random() < 1 / (1 + np.exp(-odds)))
        label = "lost" if lost else "repaid"
        recorded = made + timedelta(days=1)
        true.append({"prediction_id": name, "value": int(lost), "label": label, "recorded_at": recorded})
    with engine.begin() as connection:
        Batch(values, identity | {"bundle_sha256": sha256})(connection)
        connection.execute(insert(actuals), true)


@pytest.fixture
def loans(tmp_path: Path) -> Store:
    """A bundle with two classes, and a store of what it predicted."""
    folder = tmp_path / "loans"
    sha256 = build_loans(folder)
    url = f"sqlite:///{tmp_path}/loans.db"
    engine = database.connect(url, writes=True)
    database.migrate(engine)

    def fill(rows: list[dict[str, Any]], worse: float = 0.0) -> None:
        fill_loans(engine, sha256, rows, UNTIL - timedelta(days=5), worse)

    return Store(folder, sha256, url, engine, fill)
