"""The newest ledger entry as the model registry remembers it: a tag on the registered model."""

from mlflow import MlflowClient

from model.src import ledger, tracking
from model.src.ledger import Entry, Ledger

TAG = "ledger_head"  # NUMBER:SHA256


class RegistryAnchor:
    """Keeps, for each registered model, the number and hash of the newest entry that was about it."""

    def __init__(self, server: MlflowClient) -> None:
        self._server = server

    def read(self) -> list[tuple[int, str]]:
        """Give what the tags of all registered models say."""
        heads = [model.tags[TAG] for model in self._server.search_registered_models() if TAG in model.tags]
        return [(int(number), sha256) for number, _, sha256 in (head.partition(":") for head in heads)]

    def write(self, entry: Entry) -> None:
        """Tag the entry's model."""
        self._server.set_registered_model_tag(entry.model, TAG, f"{entry.number}:{entry.sha256}")


def open_ledger() -> Ledger:
    """Open the ledger of this clone, anchored in the registry that `MLFLOW_TRACKING_URI` names."""
    return Ledger(ledger.path(), RegistryAnchor(tracking.client()))
