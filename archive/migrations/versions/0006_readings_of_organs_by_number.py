"""PostgreSQL's index of an organ's readings has their numbers, too, so that the newest of a region are found in it alone; in SQLite every index has them.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ["organ_id", "year", "sighting_id", "state", "current"]


def upgrade() -> None:
    _with(["id"])


def downgrade() -> None:
    _with([])


def _with(included: list[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_readings_organ_year", "readings")
        op.create_index("ix_readings_organ_year", "readings", _COLUMNS, postgresql_include=included)
