"""Keep the monitor's open alerts beside what it looks at, and say what three older columns are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COMMENTS = {
    ("models", "id"): "sha256 of the description",
    ("predictions", "customer"): "the caller's name for whom the row is about",
    ("predictions", "latency_ms"): "from the request's arrival to the answer, writing it excluded",
}


def upgrade() -> None:
    """Apply; a monitor of an earlier version made the table itself."""
    op.create_table(
        "monitor_alerts",
        sa.Column("bundle_sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="end of the window that raised it"),
        if_not_exists=True,
    )
    if op.get_bind().dialect.supports_comments:  # SQLite's does not
        for (table, column), comment in _COMMENTS.items():
            op.alter_column(table, column, comment=comment)


def downgrade() -> None:
    """Undo; comments harm nobody."""
    op.drop_table("monitor_alerts")
