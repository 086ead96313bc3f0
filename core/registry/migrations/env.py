"""What alembic runs before the steps: it takes the connection and transaction that `core.registry.database` gives."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
