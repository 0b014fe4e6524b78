"""What the predict service says about the model it serves."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from services.common.answers import Classes, Description, Scores
from services.common.rows import RowReader


class ServedModel:
    """A described model with the decoder made from its contract.

    Attributes:
        lineage: What an answer says about the model's origin: commit, run and data hashes.
        raw: The description's bytes.
        id: Their sha256: another registration of the same bundle is another model.
    """

    def __init__(self, raw: bytes, max_rows: int) -> None:
        """Parse a description.

        Args:
            raw: The body of `GET /v1/model`.
            max_rows: The most rows in one request.

        Raises:
            msgspec.MsgspecError: It is not a description.
        """
        description = msgspec.json.decode(raw, type=Description)
        self.raw = raw
        self.id = hashlib.sha256(raw).hexdigest()
        self.identity = description.model
        self.contract = description.contract
        self.reader = RowReader(description.contract, max_rows)
        kind: Any = list[Scores] if description.contract.task == "regression" else list[Classes]
        self._predictions = msgspec.json.Decoder(kind)
        release = description.release or {}
        keys = ("git_commit", "git_dirty", "dvc_lock_sha256", "run_id", "released_at")
        self.lineage = {key: release.get(key) for key in keys} | {"data": description.lineage.get("data", {})}

    def predictions(self, raw: msgspec.Raw) -> Sequence[Scores | Classes]:
        """Read what this model answered.

        Raises:
            msgspec.MsgspecError: It is no answer of a model of this task.
        """
        found: Sequence[Scores | Classes] = self._predictions.decode(raw)
        return found
