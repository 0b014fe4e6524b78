"""What is said of the model's outputs: numbers as they are, or what follows from the probabilities of the classes."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle.contract import Contract
from plumbline.bundle.decision import Decider
from services.common.answers import Classes, Scores
from services.predict.app.tensors import TensorMetadata

_LEAST = 1e-12  # a probability of 0 would have infinite log odds

Matrix = NDArray[np.float64]


class Scale(msgspec.Struct, frozen=True):
    """What an explanation adds up to.

    Attributes:
        of: Gives the explained number of each row of the model's outputs.
        unit: Its unit.
        category: The class that it is about, if there are classes.
    """

    of: Callable[[Matrix], NDArray[np.float64]]
    unit: str
    category: str | None


class Outcome(Protocol):
    """Reads the model's outputs, which lie side by side, of shape (rows, width).

    Attributes:
        tensors: What the Open Inference Protocol is given.
    """

    tensors: list[TensorMetadata]

    def answers(self, scores: Matrix) -> list[Any]:
        """Give the answer for each row."""

    def columns(self, scores: Matrix) -> dict[str, list[Any]]:
        """Give the values of each tensor, row by row."""

    def scale(self, own: Matrix) -> Scale:
        """Give what an explanation of a row with these outputs, of shape (1, width), adds up to."""


class Numbers:
    """Of a regression: prediction, lower and upper, in the target's unit."""

    def __init__(self, contract: Contract) -> None:
        self._unit = contract.target.unit
        self.tensors = [TensorMetadata(output.name, "FP64", [-1, 1]) for output in contract.outputs]

    def answers(self, scores: Matrix) -> list[Scores]:
        """Give the answer for each row."""
        return [Scores(*row) for row in scores.tolist()]

    def columns(self, scores: Matrix) -> dict[str, list[Any]]:
        """Give the values of each tensor, row by row."""
        names = [tensor.name for tensor in self.tensors]
        return {name: column.tolist() for name, column in zip(names, scores.T, strict=True)}

    def scale(self, _: Matrix) -> Scale:
        """Explain the prediction itself."""
        return Scale(lambda scores: scores[:, 0], self._unit, None)


class Categories:
    """Of a classification: the probability of each class, and what the contract has follow from them."""

    def __init__(self, contract: Contract) -> None:
        """Read the classes and the decision.

        Raises:
            ValueError: The decision names a class that there is not.
        """
        self._decider = Decider(contract)
        self._classes = contract.target.categories
        self._positive = contract.target.positive
        self.tensors = [
            TensorMetadata("probabilities", "FP64", [-1, len(self._classes)]),
            TensorMetadata("prediction", "BYTES", [-1, 1]),
        ]

    def answers(self, scores: Matrix) -> list[Classes]:
        """Give the answer for each row."""
        return [self._answer(row) for row in scores.tolist()]

    def columns(self, scores: Matrix) -> dict[str, list[Any]]:
        """Give the values of each tensor, row by row."""
        decided = [self._classes[self._decider.decide(row)] for row in scores.tolist()]
        return {"probabilities": scores.ravel().tolist(), "prediction": decided}

    def scale(self, own: Matrix) -> Scale:
        """Explain the log odds of the positive class of two, of the decided one of more.

        Log odds, because models of classes are made of effects that add up there; a probability has no room for sums.
        """
        category = self._positive or self._classes[self._decider.decide(own[0].tolist())]
        place = self._classes.index(category)

        def log_odds(scores: Matrix) -> NDArray[np.float64]:
            probability = np.clip(scores[:, place], _LEAST, 1 - _LEAST)
            odds: NDArray[np.float64] = np.log(probability) - np.log1p(-probability)
            return odds

        return Scale(log_odds, "log odds", category)

    def _answer(self, row: list[float]) -> Classes:
        decided = self._decider.decide(row)
        kept = [self._classes[place] for place in self._decider.keep(row, decided)]
        return Classes(self._classes[decided], dict(zip(self._classes, row, strict=True)), kept)


def of(contract: Contract) -> Outcome:
    """Give what reads the outputs of the contract's model.

    Raises:
        ValueError: The contract's decision names a class that there is not.
    """
    return Numbers(contract) if contract.task == "regression" else Categories(contract)
