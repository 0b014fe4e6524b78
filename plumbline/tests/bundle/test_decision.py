import msgspec
import pytest

from plumbline.bundle.contract import PROBABILITIES, Column, Contract, Decision, PredictionSet, Target
from plumbline.bundle.decision import Decider

PROBABLE = Decision()
COLUMN = Column(name="a", type="boolean")


def contract(*classes: str, task: str = "multiclass", decision: Decision = PROBABLE, **values: object) -> Contract:
    made = Contract(
        2,
        model="toy",
        task=task,  # type: ignore[arg-type]
        target=Target("y", categories=classes, positive=classes[-1] if task == "binary" else ""),
        columns=(COLUMN,),
        json_schema={},
        outputs=PROBABILITIES,
        prediction_set=PredictionSet(0.9, 0.7, "cases"),
        decision=decision,
    )
    return msgspec.structs.replace(made, **values)


def test_the_most_probable_class_is_said_and_of_equal_ones_the_first() -> None:
    decider = Decider(contract("a", "b", "c"))
    assert decider.decide([0.2, 0.5, 0.3]) == 1
    assert decider.decide([0.4, 0.4, 0.2]) == 0


@pytest.mark.parametrize(("probability", "said"), [(0.3, "yes"), (0.29999, "no")])
def test_a_threshold_says_the_positive_class_from_there_on(probability: float, said: str) -> None:
    decider = Decider(contract("no", "yes", task="binary", decision=Decision(threshold=0.3)))
    assert decider.classes[decider.decide([1 - probability, probability])] == said


def test_costs_say_the_class_of_the_least_expected_cost() -> None:
    costs = {"ill": {"well": 10.0}, "well": {"ill": 1.0}}
    decider = Decider(contract("ill", "well", task="binary", decision=Decision(costs=costs)))
    # 10 p(ill) is what saying `well` costs, 1 - p(ill) what saying `ill` costs: equal at 1/11.
    assert decider.classes[decider.decide([0.1, 0.9])] == "ill"
    assert decider.classes[decider.decide([0.09, 0.91])] == "well"


def test_the_set_holds_what_is_not_ruled_out_and_what_is_said() -> None:
    decider = Decider(contract("a", "b", "c"))
    assert decider.keep([0.35, 0.33, 0.32], 0) == [0, 1, 2]
    assert decider.keep([0.8, 0.15, 0.05], 0) == [0]
    strict = PredictionSet(0.5, 0.1, "cases")
    assert Decider(contract("a", "b", "c", prediction_set=strict)).keep([0.5, 0.3, 0.2], 0) == [0]


def test_costs_of_a_class_that_there_is_not_are_refused() -> None:
    with pytest.raises(ValueError, match="the costs name z"):
        Decider(contract("a", "b", "c", decision=Decision(costs={"a": {"z": 1.0}})))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"task": "regression"}, "a regression needs an interval"),
        ({"target": Target("y", categories=("a",))}, "two categories"),
        ({"prediction_set": None}, "needs a prediction_set"),
        ({"task": "binary"}, "two categories"),
    ],
)
def test_a_contract_that_contradicts_its_task_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contract("a", "b", "c", **values)


def test_the_positive_class_is_one_of_the_two() -> None:
    with pytest.raises(ValueError, match="positive is none"):
        contract("a", "b", task="binary", target=Target("y", categories=("a", "b"), positive="c"))
