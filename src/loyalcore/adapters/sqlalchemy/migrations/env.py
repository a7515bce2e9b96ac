"""How Alembic runs the migrations: on the connection that `SqlStore.upgrade` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from loyalcore.adapters.sqlalchemy._schema import METADATA, REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=REVISION_TABLE,
)
context.run_migrations()
