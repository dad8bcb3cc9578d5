"""Alembic runs this file: the connection comes from archive.database.migrate, the tables from archive.models."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from archive.models import Base, Utc


def _plain_types(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A revision names the database's own types: it must read the same when the model has moved on."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_plain_types,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
