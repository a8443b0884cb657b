"""What alembic runs: migrations on the connection, and in the transaction, that `migrate.py` hands over."""

from alembic import context

from tidegate.storage import risk_schema

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=risk_schema.risk_limits.metadata,  # All tables have the one; this module names the last of them.
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
