"""The contract: what one row means. Every check of a row, here and in the services, is derived from it."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from plumbline.kernel.column import Column
from plumbline.kernel.config import Strict, parse, read_yaml

Task = Literal["regression", "binary", "multiclass"]


class Target(Column):
    """What to predict: a number, or one of the categories.

    Attributes:
        positive: The class of a binary target whose probability is its score; the last one if nothing is said.
    """

    name: str
    type: Literal["integer", "number", "category"]
    positive: str | None = None


class Decision(Strict):
    """How a class follows from its probabilities: the most probable one, unless something else is said.

    Attributes:
        threshold: Of the positive class of a binary target, from which on it is chosen.
        costs: What it costs to say the inner class where the outer is true; what is absent costs nothing.
    """

    threshold: float | None = Field(default=None, ge=0, le=1)
    costs: dict[str, dict[str, Annotated[float, Field(ge=0)]]] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.threshold is not None and self.costs is not None:
            raise ValueError("a decision is by `threshold` or by `costs`, not by both")
        return self


class Contract(Strict):
    """The whole contract, with its columns in the order the file gives them.

    Attributes:
        task: What the target asks for.
        identifier: The column that tells rows apart, of type `identifier_type`.
    """

    task: Task = "regression"
    identifier: str
    identifier_type: Literal["integer", "string"] = "integer"
    target: Target
    decision: Decision = Decision()
    columns: dict[str, Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for name in (self.identifier, self.target.name):
            if name in self.columns:
                raise ValueError(f"{name} is the identifier or the target and cannot be a column too")
        return self

    @model_validator(mode="after")
    def _task_fits(self) -> Self:
        target, decision = self.target, self.decision
        if (self.task == "regression") == (target.type == "category"):
            wanted = "a number" if self.task == "regression" else "a category"
            raise ValueError(f"the target of a {self.task} task is {wanted}; `task` says what is predicted")
        if target.optional or target.open:
            raise ValueError("the target can be neither `optional` nor `open`")
        count = len(target.categories)
        if (self.task == "binary" and count != 2) or (self.task == "multiclass" and count < 3):
            raise ValueError(f"a {self.task} target has {count} categories: binary has two, multiclass more")
        if target.positive is not None and (self.task != "binary" or target.positive not in target.categories):
            raise ValueError("`positive` names one of the two categories of a binary target")
        if decision.threshold is not None and self.task != "binary":
            raise ValueError("a `threshold` decides a binary target; for more classes name `costs`")
        named = {name for true, row in (decision.costs or {}).items() for name in (true, *row)}
        if named - set(target.categories):
            raise ValueError(
                f"the costs name {', '.join(sorted(named - set(target.categories)))}, which is no category"
            )
        return self

    @property
    def positive(self) -> str:
        """The class that a binary model's score is the probability of; empty for all other tasks."""
        return (self.target.positive or self.target.categories[-1]) if self.task == "binary" else ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the model's outputs: in the target's unit, or the probabilities of its categories."""
        return ("prediction", "lower", "upper") if self.task == "regression" else ("probabilities",)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the model's inputs, in the order of the columns."""
        return tuple(f"c{number}" for number in range(len(self.columns)))

    @property
    def numbers(self) -> list[str]:
        """Names of the columns that are numbers, booleans, dates and timestamps, in order."""
        return [name for name, column in self.columns.items() if column.type != "category"]

    @property
    def categories(self) -> list[str]:
        """Names of the categorical columns, in order."""
        return [name for name, column in self.columns.items() if column.type == "category"]

    def json_schema(self) -> dict[str, Any]:
        """Give the JSON Schema (draft 2020-12) of one input row; unknown properties are refused."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {name: column.json_schema() for name, column in self.columns.items()},
            "required": [name for name, column in self.columns.items() if not column.optional],
            "additionalProperties": False,
        }


def read(path: Path) -> Contract:
    """Read a contract.

    Raises:
        PlumblineError: The file is absent or is not a contract; the message names each violation.
    """
    return parse(Contract, read_yaml(path), str(path))
