"""Move the aliases of a registered model so that a reader always finds a champion.

A move is several calls to the registry, and the process can die between any two. So the whole move is first written
down, as a tag of the registered model; then `previous` is set, then `champion` in one step; then the ledger is told,
and the tag is taken away. Whoever comes next and finds a tag completes that move before anything else. A reader
therefore sees the old champion or the new one, and never none.
"""

import json
from dataclasses import dataclass
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import RegisteredModel
from mlflow.exceptions import MlflowException

from plumbline.kernel.errors import PlumblineError
from plumbline.registry.ledger import Entry, Fact, Ledger

_MOVE = "alias_move"  # the tag of a registered model while its aliases are being moved


@dataclass(frozen=True)
class Aliases:
    """The aliases of one registered model; whoever moves them holds the ledger's lock."""

    model: str
    server: MlflowClient
    ledger: Ledger

    def read(self) -> dict[str, str]:
        """Give the version of each alias.

        Raises:
            PlumblineError: The registry does not know the model.
        """
        return {alias: str(version) for alias, version in self._registered().aliases.items()}

    def move(self, fact: Fact, previous: str | None) -> Entry:
        """Make the version of `fact` champion, and tell the ledger.

        Args:
            fact: The promotion or the rollback.
            previous: The version that a rollback would bring back from now on; None if there is none.
        """
        move = {"fact": fact.model_dump(), "previous": previous, "after": len(self.ledger.entries())}
        self.server.set_registered_model_tag(self.model, _MOVE, json.dumps(move))
        return self._complete(move)

    def recover(self) -> Entry | None:
        """Complete the move of a process that died in the middle of one; give its entry, None if there was none.

        Raises:
            PlumblineError: It cannot be completed, as its version is gone, say; the message says how to end it.
        """
        written = self._registered().tags.get(_MOVE)
        if not written:
            return None
        try:
            return self._complete(_readable(json.loads(written)))
        except (KeyError, TypeError, ValueError, MlflowException) as error:
            if isinstance(error, MlflowException) and error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            raise PlumblineError(
                f"a move of {self.model}'s aliases was begun and cannot be completed: {_line(error)}.\nIt is written in"
                f" the tag {_MOVE} of that model: {written}\nSee to whom `champion` belongs, then delete the tag in"
                " MLflow's interface, or with `MlflowClient().delete_registered_model_tag`"
            ) from None

    def _complete(self, move: dict[str, Any]) -> Entry:
        # Every step can be taken twice, so that it does not matter where the move was left.
        fact = Fact.model_validate(move["fact"])
        version = str(fact.version)
        if move["previous"]:
            self.server.set_registered_model_alias(self.model, "previous", move["previous"])
        else:
            self._drop("previous")
        self.server.set_registered_model_alias(self.model, "champion", version)
        if self.read().get("challenger") == version:
            self._drop("challenger")
        later = self.ledger.entries()[move["after"] :]
        told = [entry for entry in later if (entry.event, entry.version) == (fact.event, version)]
        entry = told[0] if told else self.ledger.append(fact)
        self.server.delete_registered_model_tag(self.model, _MOVE)
        return entry

    def _drop(self, alias: str) -> None:
        if alias in self.read():
            self.server.delete_registered_model_alias(self.model, alias)

    def _registered(self) -> RegisteredModel:
        try:
            return self.server.get_registered_model(self.model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            raise PlumblineError(f"the registry holds no model {self.model!r}: run `plumb release register`") from None


def _readable(move: dict[str, Any]) -> dict[str, Any]:
    """Replace what could not be written to the ledger: moves were begun before text was checked."""
    fact = {
        name: value.encode(errors="replace").decode() if isinstance(value, str) else value
        for name, value in move["fact"].items()
    }
    return move | {"fact": fact}


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
