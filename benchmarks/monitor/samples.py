"""Windows made of the real sales."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import joblib
import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.src import reference
from plumbline.bundle import reading
from plumbline.bundle.reading import Bundle
from plumbline.kernel import contract, table
from services.monitor.app import findings
from services.monitor.app.findings import Seen
from services.monitor.app.settings import Settings
from services.monitor.app.store import Row, Window

FOLDER = Path("model/artifacts/bundle")
_MODEL = Path("model/artifacts/model.joblib")
_PREDICTIONS = Path("model/artifacts/evaluation/predictions.csv")
_UNTIL = datetime(2026, 2, 1, tzinfo=UTC)
_WINDOW = Window(_UNTIL - timedelta(days=30), _UNTIL)


class Samples:
    """The sales of both data files, and the model's predictions of those that it was not trained on.

    Attributes:
        sales: All sales.
        evaluated: Sales of the evaluation, with the columns prediction, lower and upper.
        bundle: The model's, as the monitor reads it.
        settings: The monitor's defaults.
    """

    def __init__(self) -> None:
        """Read what `make pipeline` leaves."""
        self._rules = contract.read(Path("data/contract.yaml"))
        files = [table.read_tsv(Path(f"data/raw/{name}_data.tsv"), self._rules) for name in ("training", "evaluation")]
        self.sales = pd.concat(files, ignore_index=True)
        predictions = pd.read_csv(_PREDICTIONS)[[self._rules.identifier, "prediction", "lower", "upper"]]
        self.evaluated = self.sales.merge(predictions, on=self._rules.identifier, validate="one_to_one")
        sha256 = hashlib.sha256((FOLDER / "manifest.json").read_bytes()).hexdigest()
        self.bundle = reading.read(FOLDER, sha256, public_key=None)
        self._model = joblib.load(_MODEL)
        self.settings = Settings(bundle_uri=str(FOLDER), bundle_sha256=sha256)

    @property
    def target(self) -> str:
        """The target's column."""
        return self._rules.target.name

    def numbers(self) -> list[str]:
        """Give the numeric columns."""
        return self._rules.numbers

    def categories(self) -> list[str]:
        """Give the categorical columns."""
        return self._rules.categories

    def split(self, size: int, generator: np.random.Generator) -> tuple[pd.DataFrame, Bundle]:
        """Draw a window, and describe all other sales as the reference: nothing has drifted between the two."""
        order = generator.permutation(len(self.sales))
        bins = len(self.bundle.reference.target.counts)
        described = reference.describe(self.sales.iloc[order[size:]], self._model, self._rules, bins)
        return self.sales.iloc[order[:size]].copy(), msgspec.structs.replace(self.bundle, reference=described)

    def resample(self, size: int, generator: np.random.Generator) -> pd.DataFrame:
        """Draw sales of the evaluation with replacement: the error in all of them is the one the bundle states."""
        return self.evaluated.iloc[generator.integers(len(self.evaluated), size=size)].copy()

    def alerts(self, predicted: pd.DataFrame | None, true: pd.DataFrame | None, bundle: Bundle) -> set[str]:
        """Let the monitor judge a window with these predictions and these actuals; give the names of its alerts."""
        seen = Seen(self._rows(predicted), self._rows(true), [], {})
        return {alert.name for alert in findings.judge(seen, bundle, self.settings, _WINDOW).alerts}

    def _rows(self, frame: pd.DataFrame | None) -> list[Row]:
        """Give the rows as the store gives them; a sale without a prediction gets its own price as one."""
        if frame is None:
            return []
        price = frame[self.target].to_numpy()
        prediction, lower, upper = (_column(frame, name, price) for name in ("prediction", "lower", "upper"))
        known = frame[list(self._rules.columns)].astype(object).where(frame.notna(), None)
        inputs = msgspec.convert(known.to_dict("records"), type=list[dict[str, Any]])
        numbers = zip(prediction.tolist(), lower.tolist(), upper.tolist(), price.tolist(), strict=True)
        since = _WINDOW.since
        return [Row(since, values, *four, since) for values, four in zip(inputs, numbers, strict=True)]


def _column(frame: pd.DataFrame, name: str, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    return frame[name].to_numpy() if name in frame else otherwise
