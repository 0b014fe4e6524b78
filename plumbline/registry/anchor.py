"""The newest ledger entry as the model registry remembers it: a tag on the registered model."""

import re

from mlflow import MlflowClient

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import ledger, search
from plumbline.registry.head import Head
from plumbline.registry.ledger import Ledger

TAG = "ledger_head"
# Number and sha256 of an entry, and the identity of its ledger, which tags of version 0.2.0 and before lack.
_HEAD = re.compile(r"([0-9]+):([0-9a-f]{64})(?::([0-9a-f]{64}))?")


class RegistryAnchor:
    """Keeps, for each registered model, the newest entry that was about it, and whose ledger's it is."""

    def __init__(self, server: MlflowClient) -> None:
        self._server = server

    def read(self) -> list[Head]:
        """Give what the tags of all registered models say.

        Raises:
            PlumblineError: A tag is not of the form that `write` gives it.
        """
        # The server picks: it may hold thousands of models, and each command asks.
        tagged = search.every(self._server.search_registered_models, f"tags.{TAG} LIKE '%'")
        return [_head(model.name, model.tags[TAG]) for model in tagged]

    def write(self, head: Head) -> None:
        """Tag the entry's model."""
        self._server.set_registered_model_tag(head.model, TAG, f"{head.number}:{head.sha256}:{head.ledger}")


def open_ledger(model: str) -> Ledger:
    """Open the ledger of this clone and its model, anchored in the registry that `MLFLOW_TRACKING_URI` names."""
    return Ledger(ledger.path(), RegistryAnchor(tracking.client()), model)


def _head(model: str, tag: str) -> Head:
    found = _HEAD.fullmatch(tag)
    if not found:
        raise PlumblineError(f"the tag {TAG} of the registered model {model} is not as it was written: {tag}")
    return Head(model, int(found[1]), found[2], found[3])
