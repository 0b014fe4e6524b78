"""What follows from the probabilities of the classes: the decided class, and the classes that are not ruled out."""

from collections.abc import Sequence

from plumbline.bundle.contract import Contract


class Decider:
    """Decides by a contract, the same way in the gate and in every service.

    Costs: the class of the least expected cost, Elkan (2001), "The Foundations of Cost-Sensitive Learning", IJCAI.
    The set: Sadinle, Lei, Wasserman (2019), "Least Ambiguous Set-Valued Classifiers with Bounded Error Levels", Journal
    of the American Statistical Association 114(525); the decided class is in it always, so that it is never empty.

    Attributes:
        classes: In the order of the probabilities.
    """

    def __init__(self, contract: Contract) -> None:
        """Read what the contract says of the decision.

        Args:
            contract: Of a classification.

        Raises:
            ValueError: The decision names a class that there is not.
        """
        self.classes = contract.target.categories
        self._least = 1.0 - (contract.prediction_set.threshold if contract.prediction_set else 1.0)
        self._threshold = contract.decision.threshold
        self._positive = self.classes.index(contract.target.positive) if contract.task == "binary" else -1
        costs = contract.decision.costs
        unknown = {name for true, row in (costs or {}).items() for name in (true, *row)} - set(self.classes)
        if unknown:
            raise ValueError(f"the costs name {', '.join(sorted(unknown))}, none of the target's categories")
        # costs[said][true], so that one row holds what saying a class may cost.
        self._costs = costs and [[costs.get(true, {}).get(said, 0.0) for true in self.classes] for said in self.classes]

    def decide(self, probabilities: Sequence[float]) -> int:
        """Give the position of the decided class; of equal ones the first."""
        if self._costs:
            expected = [sum(map(float.__mul__, row, map(float, probabilities))) for row in self._costs]
            return expected.index(min(expected))
        if self._threshold is not None:
            return self._positive if probabilities[self._positive] >= self._threshold else 1 - self._positive
        return max(range(len(probabilities)), key=probabilities.__getitem__)

    def keep(self, probabilities: Sequence[float], decided: int) -> list[int]:
        """Give the positions of the classes that are not ruled out, in their order."""
        return [i for i, value in enumerate(probabilities) if value >= self._least or i == decided]
