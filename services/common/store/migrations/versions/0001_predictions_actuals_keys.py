"""Create the tables of predictions, actuals, models, keys and replays."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "models",
        sa.Column("bundle_sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("description", sa.Text, nullable=False, comment="contract, lineage and release as JSON"),
        sa.Column("first_seen", moment, nullable=False),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.String(36), primary_key=True, comment="UUID of version 7: in order of time"),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("bundle_sha256", sa.String(64), sa.ForeignKey("models.bundle_sha256"), nullable=False),
        sa.Column("input", sa.Text, nullable=False, comment="the row as JSON"),
        sa.Column("prediction", sa.Double, nullable=False),
        sa.Column("lower", sa.Double, nullable=False),
        sa.Column("upper", sa.Double, nullable=False),
    )
    op.create_index("ix_predictions_key_id_id", "predictions", ["key_id", "id"])
    op.create_table(
        "actuals",
        sa.Column("prediction_id", sa.String(36), sa.ForeignKey("predictions.id"), primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False, comment="separated by spaces"),
        sa.Column("requests_per_minute", sa.Integer, comment="null: the service's default"),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "replays",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("idempotency_key", sa.String(128), primary_key=True),
        sa.Column("body_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("replays", "keys", "actuals", "predictions", "models"):
        op.drop_table(table)
