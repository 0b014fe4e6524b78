"""The tables. A change here needs a migration in migrations/versions, and HEAD."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0005"  # the newest migration

metadata = MetaData()

models = Table(
    "models",
    metadata,
    Column("id", String(64), primary_key=True, comment="sha256 of the description"),
    Column("name", Text, nullable=False),
    Column("version", Text),
    Column("description", Text, nullable=False, comment="contract, lineage and release as JSON"),
    Column("first_seen", DateTime(timezone=True), nullable=False),
    Column("bundle_sha256", String(64), nullable=False, server_default=""),
)

predictions = Table(
    "predictions",
    metadata,
    Column("id", String(36), primary_key=True, comment="UUID of version 7: in order of time"),
    Column("key_id", String(16), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("model_id", String(64), ForeignKey("models.id"), nullable=False),
    Column("input", Text, nullable=False, comment="the row as JSON"),
    # Of a class all three are its probability: a reader of an earlier version finds numbers.
    Column("prediction", Double, nullable=False),
    Column("lower", Double, nullable=False),
    Column("upper", Double, nullable=False),
    Column("customer", String(128), comment="the caller's name for whom the row is about"),
    Column("latency_ms", Double, comment="from the request's arrival to the answer, writing it excluded"),
    Column("label", Text, comment="the decided class; null where a number is predicted"),
    Column("probabilities", Text, comment="by class, in the contract's order, as JSON"),
    Column("prediction_set", Text, comment="the classes that are not ruled out, as JSON"),
    Index("ix_predictions_key_id_id", "key_id", "id"),
    Index("ix_predictions_customer", "customer"),
    Index("ix_predictions_created_at", "created_at"),
)

actuals = Table(
    "actuals",
    metadata,
    Column("prediction_id", String(36), ForeignKey("predictions.id"), primary_key=True),
    Column("value", Double, nullable=False),  # of a class its position in the contract
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("label", Text, comment="the true class; null where a number is predicted"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("scopes", Text, nullable=False, comment="separated by spaces"),
    Column("requests_per_minute", Integer, comment="null: the service's default"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
)

replays = Table(
    "replays",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("idempotency_key", String(128), primary_key=True),
    Column("body_sha256", LargeBinary(32), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("customer", String(128)),
)

monitor_alerts = Table(
    "monitor_alerts",
    metadata,
    Column("bundle_sha256", String(64), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, comment="end of the window that raised it"),
)
