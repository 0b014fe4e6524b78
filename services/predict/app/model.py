"""A model that is ready to answer."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle import BundleError, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.reading import Bundle
from services.common.answers import Identity
from services.common.rows import RowReader
from services.predict.app import golden, metrics, outcomes, scorer


class Model:
    """A verified bundle with all that is needed to answer.

    Attributes:
        identity: Which model this is.
        released_at: When it was released; None for a bundle that nobody registered.
        contract: What a row may hold.
        reader: Decodes and validates a request's body.
        scorer: Scores what the reader gives.
        outcome: Reads what the scorer gives.
        golden_rows: A sample of the data, in the form that the reader gives.
        description: The body of `GET /v1/model`.
        id: Its sha256: another registration of the same bundle is another model.
    """

    def __init__(self, source: Bundle, max_rows: int) -> None:
        """Build the model and verify it on the golden rows.

        Args:
            source: The verified bundle.
            max_rows: The most rows in one request.

        Raises:
            BundleError: The model cannot be loaded or fails its golden rows.
        """
        self.contract: Contract = source.contract
        self.identity = Identity(self.contract.model, source.version, source.sha256)
        self.released_at = source.release.released_at if source.release else None
        try:
            self.reader = RowReader(self.contract, max_rows)
            self.outcome = outcomes.of(self.contract)
        except ValueError as error:
            raise BundleError(f"contract.json cannot be served: {error}") from None
        self._open = _open_columns(self.contract)
        self.scorer = scorer.make(source.files["model.onnx"], self.contract, self.reader.row_type)
        self.golden_rows = golden.verify(self.scorer, self.contract, self.reader.row_type, source.golden)
        parts = {
            name: msgspec.Raw(source.files.get(f"{name}.json", b"null")) for name in ("contract", "lineage", "release")
        }
        self.description = msgspec.json.encode({"model": self.identity, **parts})
        self.id = hashlib.sha256(self.description).hexdigest()
        # A prediction's answer up to the predictions themselves; a caller that has not met the model is told of it.
        self.head = b'{"model":' + msgspec.json.encode(self.identity) + b',"predictions":'
        self.introduction = b'{"description":' + self.description + b"," + self.head[1:]

    def score(self, rows: list[Any]) -> NDArray[np.float64]:
        """Score the rows of a request; they and the labels that training did not know are counted."""
        scores = self.scorer.score(rows)
        metrics.ROWS.inc(len(rows))
        for column, field, known in self._open:
            labels = (getattr(row, field) for row in rows)
            unknown = sum(label is not None and label not in known for label in labels)
            if unknown:
                metrics.UNKNOWN.labels(column).inc(unknown)
        return scores


def _open_columns(contract: Contract) -> list[tuple[str, str, frozenset[str]]]:
    """Give name, field in a row and known labels of each open category."""
    return [
        (column.name, f"c{i}", frozenset(column.categories)) for i, column in enumerate(contract.columns) if column.open
    ]


def load(folder: Path, sha256: str, max_rows: int, public_key: Path | None) -> Model:
    """Read, verify and load the bundle in `folder`; see `plumbline.bundle.reading.read`.

    Raises:
        BundleError: The bundle cannot be served; the message says why.
    """
    return Model(reading.read(folder, sha256, public_key), max_rows)
