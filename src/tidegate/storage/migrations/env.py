"""What alembic runs: migrations on the connection, and in the transaction, that `migrate.py` hands over."""

from alembic import context

from tidegate.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
