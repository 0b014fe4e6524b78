"""The form of the answers, whether a prediction is new or read from the store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.engine import RowMapping

from services.api.app import identifiers
from services.api.app.scoring import Scored
from services.api.app.served import ServedModel
from services.common.answers import Classes, Explanation, Identity, Scores

Id = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Input = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]  # of the contract of its time


class PredictionInterval(msgspec.Struct, frozen=True):
    """Where the true value lies, with the probability `coverage`."""

    lower: float
    upper: float
    coverage: float


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one row of several: a number in the target's unit and its interval, or a class."""

    id: Id
    prediction: float | str
    interval: PredictionInterval | UnsetType = UNSET
    probabilities: dict[str, float] | UnsetType = UNSET
    prediction_set: list[str] | UnsetType = UNSET


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says of a row that is not stored."""

    prediction: float | str
    interval: PredictionInterval | UnsetType = UNSET
    probabilities: dict[str, float] | UnsetType = UNSET
    prediction_set: list[str] | UnsetType = UNSET


class Origin(msgspec.Struct, frozen=True):
    """What is the same for all rows of a request."""

    target: str
    unit: str
    created_at: Moment
    model: Identity
    lineage: dict[str, Any]


class Prediction(Origin, frozen=True, kw_only=True):
    """The answer for one row: a number and its interval, or a class."""

    id: Id
    prediction: float | str
    interval: PredictionInterval | UnsetType = UNSET
    probabilities: dict[str, float] | UnsetType = UNSET
    prediction_set: list[str] | UnsetType = UNSET


class Predictions(Origin, frozen=True, kw_only=True):
    """The answer for several rows, in the order of the request."""

    predictions: list[Item]


class WhatIf(Origin, frozen=True, kw_only=True):
    """What the model says of rows, in the order of the request; one row is explained."""

    predictions: list[Said]
    explanation: Explanation | None


class StoredPrediction(Prediction, frozen=True, kw_only=True):
    """A prediction read from the store; `actual` is what turned out to be true."""

    input: Input
    actual: float | str | None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A prediction in a list: a number from `lower` to `upper`, or a class."""

    id: Id
    created_at: Moment
    prediction: float | str
    lower: float | UnsetType = UNSET
    upper: float | UnsetType = UNSET
    probabilities: dict[str, float] | UnsetType = UNSET
    prediction_set: list[str] | UnsetType = UNSET
    model: Identity
    input: Input
    actual: float | str | None


class Page(msgspec.Struct, frozen=True):
    """A page of predictions; `next` is the cursor of the page behind it, if there is one."""

    predictions: Sequence[Summary]
    next: Id | None


class Recorded(msgspec.Struct, frozen=True):
    """What turned out to be true of a prediction."""

    id: Id
    actual: float | str


class Deleted(msgspec.Struct, frozen=True):
    """How many predictions were deleted."""

    deleted: Annotated[int, msgspec.Meta(ge=0)]


def compose(scored: Scored) -> tuple[Prediction | Predictions, list[Item]]:
    """Give a new answer its identifiers, time, unit and lineage; give its items, too."""
    coverage = scored.served.contract.coverage
    items = [Item(id=identifiers.new(), **_parts(said, coverage)) for said in scored.predictions]
    origin = _origin(scored.served, datetime.now(UTC))
    if scored.one:
        return Prediction(**origin, **msgspec.structs.asdict(items[0])), items
    return Predictions(**origin, predictions=items), items


def imagine(scored: Scored, explanation: Explanation | None) -> WhatIf:
    """Make an answer that is not stored."""
    coverage = scored.served.contract.coverage
    said = [Said(**_parts(item, coverage)) for item in scored.predictions]
    return WhatIf(**_origin(scored.served, datetime.now(UTC)), predictions=said, explanation=explanation)


def columns(item: Item) -> dict[str, Any]:
    """Give what the store keeps of an item."""
    if item.interval is not UNSET:
        numbers = {"prediction": item.prediction, "lower": item.interval.lower, "upper": item.interval.upper}
        return numbers | {"label": None, "probabilities": None, "prediction_set": None}
    likely = dict(item.probabilities or {})[str(item.prediction)]
    return {
        "prediction": likely,
        "lower": likely,
        "upper": likely,
        "label": item.prediction,
        "probabilities": msgspec.json.encode(item.probabilities).decode(),
        "prediction_set": msgspec.json.encode(item.prediction_set).decode(),
    }


def restore(row: RowMapping) -> StoredPrediction:
    """Make a prediction of what the store holds, with the lineage of the model that made it."""
    served = ServedModel(row["description"].encode(), max_rows=1)
    bounds = {"interval": PredictionInterval(row["lower"], row["upper"], served.contract.coverage)}
    return StoredPrediction(
        **_origin(served, _utc(row["created_at"])),
        **(_class(row) or {"prediction": row["prediction"], "actual": row["actual"]} | bounds),
        id=row["id"],
        input=msgspec.Raw(row["input"]),
    )


def summarise(row: RowMapping) -> Summary:
    """Make an entry of a list of what the store holds."""
    return Summary(
        id=row["id"],
        created_at=_utc(row["created_at"]),
        **(_class(row) or {name: row[name] for name in ("prediction", "lower", "upper", "actual")}),
        model=Identity(row["model_name"], row["model_version"], row["bundle_sha256"]),
        input=msgspec.Raw(row["input"]),
    )


def _parts(said: Scores | Classes, coverage: float) -> dict[str, Any]:
    if isinstance(said, Scores):
        return {
            "prediction": said.prediction,
            "interval": PredictionInterval(said.lower, said.upper, coverage),
        }
    return msgspec.structs.asdict(said)


def _class(row: RowMapping) -> dict[str, Any]:
    """Give what the store holds about a class; nothing of a number."""
    if row["label"] is None:
        return {}
    parts = {name: msgspec.json.decode(row[name]) for name in ("probabilities", "prediction_set")}
    return parts | {"prediction": row["label"], "actual": row["actual_label"]}


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
