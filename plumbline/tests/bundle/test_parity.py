import pytest

from plumbline.bundle import BundleError, parity
from plumbline.bundle.contract import PROBABILITIES, Column, Contract, Interval, PredictionSet, Target
from plumbline.bundle.files import Golden

COLUMNS = (Column(name="a", type="boolean"),)
NUMBER = Contract(2, model="toy", target=Target("y", "m"), columns=COLUMNS, json_schema={}, interval=Interval(0.8))
CLASSES = Contract(
    2,
    model="toy",
    task="binary",
    target=Target("y", categories=("no", "yes"), positive="yes"),
    columns=COLUMNS,
    json_schema={},
    outputs=PROBABILITIES,
    prediction_set=PredictionSet(0.9, 0.5, "cases"),
)
NUMBERS = Golden(2, 1e-6, [{"a": True}], [{"prediction": 0.0, "lower": -1.0, "upper": 1.0}], 1e-9)
SHARES = Golden(2, 1e-6, [{"a": True}], [{"probabilities": [0.25, 0.75]}])


def test_an_answer_is_compared_by_the_first_output() -> None:
    parity.check(NUMBER, NUMBERS, 0, {"prediction": 5e-10})
    parity.check(CLASSES, SHARES, 0, {"probabilities": {"yes": 0.75, "no": 0.25}})


@pytest.mark.parametrize(
    ("contract", "golden", "answer"),
    [
        (NUMBER, NUMBERS, {"prediction": 2e-9}),
        (NUMBER, NUMBERS, {"prediction": float("nan")}),
        (NUMBER, NUMBERS, {"detail": "no"}),
        (CLASSES, SHARES, {"probabilities": {"yes": 0.25, "no": 0.75}}),
        (CLASSES, SHARES, {"probabilities": {"yes": 0.75}}),
        (CLASSES, SHARES, {"prediction": "yes"}),
    ],
)
def test_another_answer_is_refused(contract: Contract, golden: Golden, answer: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="for golden row 0 the service says"):
        parity.check(contract, golden, 0, answer)
