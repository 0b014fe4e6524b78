"""The newest ledger entry as the model registry remembers it: a tag on the registered model."""

import re

from mlflow import MlflowClient

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import ledger
from plumbline.registry.ledger import Entry, Ledger

TAG = "ledger_head"
_HEAD = re.compile(r"([0-9]+):([0-9a-f]{64})")  # number and sha256 of an entry


class RegistryAnchor:
    """Keeps, for each registered model, the number and hash of the newest entry that was about it."""

    def __init__(self, server: MlflowClient) -> None:
        self._server = server

    def read(self) -> list[tuple[int, str]]:
        """Give what the tags of all registered models say.

        Raises:
            PlumblineError: A tag is not of the form that `write` gives it.
        """
        heads = [model.tags[TAG] for model in self._server.search_registered_models() if TAG in model.tags]
        found = [_HEAD.fullmatch(head) for head in heads]
        if None in found:
            raise PlumblineError(f"the tag {TAG} of a registered model is not as it was written: {', '.join(heads)}")
        return [(int(match[1]), match[2]) for match in found if match]

    def write(self, entry: Entry) -> None:
        """Tag the entry's model."""
        self._server.set_registered_model_tag(entry.model, TAG, f"{entry.number}:{entry.sha256}")


def open_ledger() -> Ledger:
    """Open the ledger of this clone, anchored in the registry that `MLFLOW_TRACKING_URI` names."""
    return Ledger(ledger.path(), RegistryAnchor(tracking.client()))
