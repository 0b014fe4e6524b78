"""What is remembered, outside of a ledger, of the newest entry about a model."""

from collections.abc import Sequence
from typing import NamedTuple

from plumbline.kernel.errors import PlumblineError

_ADVICE = (
    "or this is not the team's ledger, which PLUMBLINE_LEDGER names. Restore it from a copy; see docs/registry.md if"
    " there is none"
)


class Head(NamedTuple):
    """The newest entry about a model.

    Attributes:
        number: Its line, from 1.
        ledger: The identity of the ledger that it stands in; None if it was remembered before ledgers had one.
    """

    model: str
    number: int
    sha256: str
    ledger: str | None

    def check(self, where: str, hashes: Sequence[str]) -> None:
        """Check that a ledger holds this entry.

        Args:
            where: The ledger, as messages call it.
            hashes: Those of all its entries, in order.

        Raises:
            PlumblineError: It ends before, or holds another entry there.
        """
        if len(hashes) < self.number:
            raise PlumblineError(
                f"{where} ends at line {len(hashes)} and the model registry has seen line {self.number}, about"
                f" {self.model}: lines were removed, {_ADVICE}"
            )
        if hashes[self.number - 1] != self.sha256:
            raise PlumblineError(
                f"{where}, line {self.number}: the model registry has seen another, about {self.model}: it was"
                f" replaced, {_ADVICE}"
            )
