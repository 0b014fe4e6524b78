"""Tell apart the registrations of one bundle: a model is known by the hash of its description."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep what is stored: a bundle's hash stays the identifier of the model that was described first."""
    op.execute("ALTER TABLE models RENAME COLUMN bundle_sha256 TO id")
    op.execute("ALTER TABLE predictions RENAME COLUMN bundle_sha256 TO model_id")
    op.add_column("models", sa.Column("bundle_sha256", sa.String(64), nullable=False, server_default=""))
    op.execute("UPDATE models SET bundle_sha256 = id")


def downgrade() -> None:
    """Undo, for stores that hold one registration of each bundle."""
    op.drop_column("models", "bundle_sha256")
    op.execute("ALTER TABLE models RENAME COLUMN id TO bundle_sha256")
    op.execute("ALTER TABLE predictions RENAME COLUMN model_id TO bundle_sha256")
