"""What predict answers and the api reads; both documents are made from these."""

from typing import Any, Literal

import msgspec

from plumbline.bundle.contract import Contract


class Identity(msgspec.Struct, frozen=True):
    """Which model answers.

    Attributes:
        version: In the model registry; None for a bundle that nobody registered.
        bundle_sha256: sha256 of the bundle's manifest.
    """

    name: str
    version: str | None
    bundle_sha256: str


class Scores(msgspec.Struct, frozen=True, gc=False):
    """The answer for one row, in the target's unit."""

    prediction: float
    lower: float
    upper: float


class Scored(msgspec.Struct, frozen=True):
    """The answer for rows, in the same order."""

    model: Identity
    predictions: list[Scores]


class Explanation(msgspec.Struct, frozen=True):
    """A prediction as a sum.

    Attributes:
        prediction: In the target's unit.
        baseline: The mean prediction of the rows it is compared with.
        contributions: By field, the largest first; with the baseline they add up to the prediction.
    """

    prediction: float
    baseline: float
    contributions: dict[str, float]


class Explanations(msgspec.Struct, frozen=True):
    """An explanation for each row, in the same order."""

    model: Identity
    explanations: list[Explanation]


class Description(msgspec.Struct, frozen=True):
    """The contract, the lineage and the release of a model; no release if nobody registered it."""

    model: Identity
    contract: Contract
    lineage: dict[str, Any]
    release: dict[str, Any] | None


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"] = "alive"
