"""Alembic's environment: the connection is given by services.common.store.database."""

from alembic import context

from services.common.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
