"""Keep classes beside numbers: the decided one with all probabilities, and the true one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_COLUMNS = (
    ("predictions", "label", "the decided class; null where a number is predicted"),
    ("predictions", "probabilities", "by class, in the contract's order, as JSON"),
    ("predictions", "prediction_set", "the classes that are not ruled out, as JSON"),
    ("actuals", "label", "the true class; null where a number is predicted"),
)


def upgrade() -> None:
    """Apply; what is there is about numbers, and stays as it is."""
    for table, name, comment in _COLUMNS:
        op.add_column(table, sa.Column(name, sa.Text, comment=comment))


def downgrade() -> None:
    """Undo."""
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
