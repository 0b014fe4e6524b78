"""The newest ledger entry as the model registry remembers it: a tag on the registered model."""

import re
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import RegisteredModel
from mlflow.exceptions import MlflowException

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import search, team
from plumbline.registry.head import Head
from plumbline.registry.ledger import Ledger
from plumbline.registry.ledger_branch import LedgerBranch
from plumbline.registry.ledger_file import Keeper, LedgerFile

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
        """Tag the entry's model, unless it bears a later entry of the same ledger already."""
        known = self._model(head.model).tags.get(TAG)
        before = _head(head.model, known) if known else None
        if before and before.ledger == head.ledger and before.number > head.number:
            return
        self._server.set_registered_model_tag(head.model, TAG, f"{head.number}:{head.sha256}:{head.ledger}")

    def _model(self, name: str) -> RegisteredModel:
        """Give the registered model, made where none of its versions is registered yet: the first one is judged."""
        try:
            return self._server.get_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
        try:
            return self._server.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another process was first
                raise
        return self._server.get_registered_model(name)


def open_ledger(model: str) -> Ledger:
    """Open the ledger of this clone's team and its model, anchored in the registry that `MLFLOW_TRACKING_URI` names."""
    return Ledger(_keeper(team.read().ledger), RegistryAnchor(tracking.client()), model)


def _keeper(place: str) -> Keeper:
    branch = place.removeprefix(team.BRANCH)
    return LedgerBranch(branch) if branch != place else LedgerFile(Path(place))


def _head(model: str, tag: str) -> Head:
    found = _HEAD.fullmatch(tag)
    if not found:
        raise PlumblineError(f"the tag {TAG} of the registered model {model} is not as it was written: {tag}")
    return Head(model, int(found[1]), found[2], found[3])
