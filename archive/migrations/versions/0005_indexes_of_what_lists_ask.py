"""Indexes hold what lists ask of an address and of its reading, so that neither is read for it; a site's addresses are found newest first.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FEW = (
    ("unread", "unread = 1", "unread"),
    ("gone", "gone_at IS NOT NULL", "gone_at IS NOT NULL"),
    ("moved", "moved_to_id IS NOT NULL", "moved_to_id IS NOT NULL"),
)
_OF_FEW = ["id", "parent_id", "moved_to_id", "gone_at", "year", "site_id"]
_OF_READING = ["sighting_id", "current", "year", "state", "organ_id", "page_capture_id"]


def upgrade() -> None:
    _few(_OF_FEW)
    op.create_index("ix_sightings_site", "sightings", ["site_id", "id"])
    op.create_index("ix_readings_sighting", "readings", _OF_READING)
    op.drop_index("ix_readings_sighting_id", "readings")


def downgrade() -> None:
    op.create_index("ix_readings_sighting_id", "readings", ["sighting_id"])
    op.drop_index("ix_readings_sighting", "readings")
    op.drop_index("ix_sightings_site", "sightings")
    _few(["id"])


def _few(columns: list[str]) -> None:
    for name, here, there in _FEW:
        op.drop_index(f"ix_sightings_{name}", "sightings")
        op.create_index(
            f"ix_sightings_{name}", "sightings", columns, sqlite_where=sa.text(here), postgresql_where=sa.text(there)
        )
