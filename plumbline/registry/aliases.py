"""The aliases of a registered model: what its readers find, made to say what the ledger says.

The ledger decides. Whoever has told it of a promotion or a rollback then moves the aliases, and so does the next
command if that process died, or moved them while another told of something later. A reader sees the old champion or
the new one, and never none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import history
from plumbline.registry.ledger import Entry, Ledger

_UNKNOWN = "RESOURCE_DOES_NOT_EXIST"


@dataclass(frozen=True)
class Aliases:
    """The aliases of one registered model."""

    model: str
    server: MlflowClient
    ledger: Ledger

    def read(self) -> dict[str, str]:
        """Give the version of each alias.

        Raises:
            PlumblineError: The registry does not know the model.
        """
        try:
            found = self.server.get_registered_model(self.model)
        except MlflowException as error:
            if error.error_code != _UNKNOWN:
                raise
            raise PlumblineError(f"the registry holds no model {self.model!r}: run `plumb release register`") from None
        return {alias: str(version) for alias, version in found.aliases.items()}

    def champions(self, entries: Sequence[Entry]) -> list[str]:
        """Give the versions that a rollback goes back through, the present champion last.

        A ledger that began after its model, because the one before was lost, knows them from the aliases alone.
        """
        found, aliases = history.champions(entries, self.model), self.read()
        return found or [aliases[alias] for alias in ("previous", "champion") if alias in aliases]

    def settle(self) -> bool:
        """Make the aliases what the ledger says; tell whether another version was champion until now.

        Raises:
            PlumblineError: The champion is gone from the registry.
        """
        moved = False
        while True:
            entries = self.ledger.entries()
            moved = self._move(self.champions(entries)) or moved
            if self.ledger.entries()[-1:] == entries[-1:]:  # else another has told of more meanwhile
                return moved

    def _move(self, champions: Sequence[str]) -> bool:
        before = self.read()
        champion, previous = [*champions[::-1], None, None][:2]
        if previous != before.get("previous"):
            self._set("previous", previous)
        moved = champion is not None and champion != before.get("champion")
        if moved and not self._set("champion", champion):
            raise PlumblineError(
                f"the ledger says that version {champion} of {self.model} is champion, and the registry holds no such"
                " version: `plumb release rollback`, or promote another"
            )
        if champion is not None and before.get("challenger") == champion:
            self._set("challenger", None)
        return moved

    def _set(self, alias: str, version: str | None) -> bool:
        """Let an alias name a version, or nothing; tell whether there is such a version."""
        try:
            if version is not None:
                self.server.set_registered_model_alias(self.model, alias, version)
                return True
            self.server.delete_registered_model_alias(self.model, alias)
        except MlflowException as error:
            if error.error_code != _UNKNOWN:
                raise
        return False
