"""A model that is ready to answer."""

from pathlib import Path

import msgspec

from plumbline.bundle import BundleError, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.reading import Bundle
from services.common.answers import Identity
from services.common.rows import RowReader
from services.predict.app import golden, scorer


class Model:
    """A verified bundle with all that is needed to answer.

    Attributes:
        identity: Which model this is.
        released_at: When it was released; None for a bundle that nobody registered.
        contract: What a row may hold.
        reader: Decodes and validates a request's body.
        scorer: Scores what the reader gives.
        golden_rows: A sample of the data, in the form that the reader gives.
        description: The body of `GET /v1/model`.
    """

    def __init__(self, source: Bundle, max_rows: int) -> None:
        """Build the model and verify it on the golden rows.

        Args:
            source: The verified bundle.
            max_rows: The most rows in one request.

        Raises:
            BundleError: The model cannot be loaded, fails its golden rows, or predicts no number.
        """
        self.contract: Contract = source.contract
        if self.contract.task != "regression":
            raise BundleError(f"the bundle's task is {self.contract.task}; this service answers a regression only")
        self.identity = Identity(self.contract.model, source.version, source.sha256)
        self.released_at = source.release.released_at if source.release else None
        self.reader = RowReader(self.contract, max_rows)
        self.scorer = scorer.make(source.files["model.onnx"], self.contract, self.reader.row_type)
        self.golden_rows = golden.verify(self.scorer, self.contract, self.reader.row_type, source.golden)
        parts = {
            name: msgspec.Raw(source.files.get(f"{name}.json", b"null")) for name in ("contract", "lineage", "release")
        }
        self.description = msgspec.json.encode({"model": self.identity, **parts})
        # A prediction's answer up to the predictions themselves.
        self.head = b'{"model":' + msgspec.json.encode(self.identity) + b',"predictions":'


def load(folder: Path, sha256: str, max_rows: int, public_key: Path | None) -> Model:
    """Read, verify and load the bundle in `folder`; see `plumbline.bundle.reading.read`.

    Raises:
        BundleError: The bundle cannot be served; the message says why.
    """
    return Model(reading.read(folder, sha256, public_key), max_rows)
