"""Whether an answer of the public service is the training pipeline's own."""

from collections.abc import Mapping
from typing import Any

from plumbline.bundle import BundleError
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden


def check(contract: Contract, golden: Golden, number: int, answer: Mapping[str, Any]) -> None:
    """Compare an answer for a golden row.

    Args:
        contract: Of the bundle.
        golden: The golden rows.
        number: Of the row that was asked.
        answer: What the service said: a number as `prediction`, or `probabilities` by class.

    Raises:
        BundleError: It says something else.
    """
    first = contract.outputs[0].name
    given = answer.get(first)
    listed = [given.get(name) for name in contract.target.categories] if isinstance(given, Mapping) else [given]
    said = [float(value) for value in listed if isinstance(value, int | float)]
    wanted = golden.values([first])[number]
    if len(said) != len(wanted) or not all(map(golden.allows, said, wanted)):
        raise BundleError(f"for golden row {number} the service says {given}, the training pipeline {wanted}")
