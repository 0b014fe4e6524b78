"""The form of the answers, whether a prediction is new or read from the store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from sqlalchemy.engine import RowMapping

from services.api.app import identifiers
from services.api.app.scoring import Scored
from services.api.app.served import ServedModel
from services.common.answers import Identity

Id = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Input = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]  # of the contract of its time


class PredictionInterval(msgspec.Struct, frozen=True):
    """Where the true value lies, with the probability `coverage`."""

    lower: float
    upper: float
    coverage: float


class Item(msgspec.Struct, frozen=True):
    """The answer for one row of several, in the target's unit."""

    id: Id
    prediction: float
    interval: PredictionInterval


class Origin(msgspec.Struct, frozen=True):
    """What is the same for all rows of a request."""

    target: str
    unit: str
    created_at: Moment
    model: Identity
    lineage: dict[str, Any]


class Prediction(Origin, frozen=True, kw_only=True):
    """The answer for one row."""

    id: Id
    prediction: float
    interval: PredictionInterval


class Predictions(Origin, frozen=True, kw_only=True):
    """The answer for several rows, in the order of the request."""

    predictions: list[Item]


class StoredPrediction(Prediction, frozen=True, kw_only=True):
    """A prediction read from the store; `actual` is what turned out to be true."""

    input: Input
    actual: float | None


class Summary(msgspec.Struct, frozen=True):
    """A prediction in a list."""

    id: Id
    created_at: Moment
    prediction: float
    lower: float
    upper: float
    model: Identity
    input: Input
    actual: float | None


class Page(msgspec.Struct, frozen=True):
    """A page of predictions; `next` is the cursor of the page behind it, if there is one."""

    predictions: Sequence[Summary]
    next: Id | None


class Recorded(msgspec.Struct, frozen=True):
    """What turned out to be true of a prediction."""

    id: Id
    actual: float


class Deleted(msgspec.Struct, frozen=True):
    """How many predictions were deleted."""

    deleted: Annotated[int, msgspec.Meta(ge=0)]


def compose(scored: Scored) -> Prediction | Predictions:
    """Give a new answer its identifiers, time, unit and lineage."""
    coverage = scored.served.contract.coverage
    items = [
        Item(identifiers.new(), item.prediction, PredictionInterval(item.lower, item.upper, coverage))
        for item in scored.answer.predictions
    ]
    origin = _origin(scored.served, datetime.now(UTC))
    if scored.one:
        return Prediction(**origin, **msgspec.structs.asdict(items[0]))
    return Predictions(**origin, predictions=items)


def items_of(answer: Prediction | Predictions) -> list[Item]:
    """Give the items of an answer of either form."""
    if isinstance(answer, Predictions):
        return answer.predictions
    return [Item(answer.id, answer.prediction, answer.interval)]


def restore(row: RowMapping) -> StoredPrediction:
    """Make a prediction of what the store holds, with the lineage of the model that made it."""
    served = ServedModel(row["description"].encode(), max_rows=1)
    coverage = served.contract.coverage
    return StoredPrediction(
        **_origin(served, _utc(row["created_at"])),
        id=row["id"],
        prediction=row["prediction"],
        interval=PredictionInterval(row["lower"], row["upper"], coverage),
        input=msgspec.Raw(row["input"]),
        actual=row["actual"],
    )


def summarise(row: RowMapping) -> Summary:
    """Make an entry of a list of what the store holds."""
    return Summary(
        id=row["id"],
        created_at=_utc(row["created_at"]),
        prediction=row["prediction"],
        lower=row["lower"],
        upper=row["upper"],
        model=Identity(row["model_name"], row["model_version"], row["bundle_sha256"]),
        input=msgspec.Raw(row["input"]),
        actual=row["actual"],
    )


def _origin(served: ServedModel, created_at: datetime) -> dict[str, Any]:
    return {
        "target": served.contract.target.name,
        "unit": served.contract.target.unit,
        "created_at": created_at,
        "model": served.identity,
        "lineage": served.lineage,
    }


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
