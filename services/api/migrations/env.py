"""Alembic's environment: the connection is given by services.api.app.store.database."""

from alembic import context

from services.api.app.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
