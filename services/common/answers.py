"""What predict answers and the api reads; both documents are made from these."""

from typing import Any, Literal

import msgspec

from plumbline.bundle.contract import Contract

# Of a request to predict: the models that the caller has met, by the sha256 of their descriptions, with commas between.
KNOWN_HEADER = "x-known-models"


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
    """The answer for one row of a regression, in the target's unit."""

    prediction: float
    lower: float
    upper: float


class Classes(msgspec.Struct, frozen=True):
    """The answer for one row of a classification.

    Attributes:
        prediction: The decided class.
        probabilities: By class, in the order of the contract.
        prediction_set: The classes that are not ruled out, the decided one among them.
    """

    prediction: str
    probabilities: dict[str, float]
    prediction_set: list[str]


class Scored(msgspec.Struct, frozen=True):
    """The answer for rows of a regression, in the same order."""

    model: Identity
    predictions: list[Scores]


class Classified(msgspec.Struct, frozen=True):
    """The answer for rows of a classification, in the same order."""

    model: Identity
    predictions: list[Classes]


class Answered(msgspec.Struct, frozen=True):
    """The answer of a model that is not met yet: how to read the predictions is in its contract.

    Attributes:
        description: The model's, as `GET /v1/model` gives it, if the request named models and not this one.
    """

    model: Identity
    predictions: msgspec.Raw
    description: msgspec.Raw = msgspec.Raw()


def kind_of(contract: Contract) -> type[Scored] | type[Classified]:
    """Give what a model answers by its contract."""
    return Scored if contract.task == "regression" else Classified


class Explanation(msgspec.Struct, frozen=True):
    """A prediction as a sum.

    Attributes:
        prediction: In `unit`.
        baseline: The mean prediction of the rows it is compared with.
        contributions: By field, the largest first; with the baseline they add up to the prediction.
        unit: The target's, or log odds of `category`.
        category: The class whose odds are explained: the positive one of two, the decided one of more; None of numbers.
    """

    prediction: float
    baseline: float
    contributions: dict[str, float]
    unit: str = ""
    category: str | None = None


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
