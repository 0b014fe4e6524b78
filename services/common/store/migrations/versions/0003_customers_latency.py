"""Know whom a prediction is about, so that it can be deleted, and how long its answer took."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply; what is stored already has neither."""
    op.add_column("predictions", sa.Column("customer", sa.String(128)))
    op.add_column("predictions", sa.Column("latency_ms", sa.Double))
    op.add_column("replays", sa.Column("customer", sa.String(128)))
    op.create_index("ix_predictions_customer", "predictions", ["customer"])
    op.create_index("ix_predictions_created_at", "predictions", ["created_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_predictions_created_at", "predictions")
    op.drop_index("ix_predictions_customer", "predictions")
    op.drop_column("replays", "customer")
    op.drop_column("predictions", "latency_ms")
    op.drop_column("predictions", "customer")
