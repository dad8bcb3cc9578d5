"""The newest addresses of a site in their order, and the changes after which nothing could be read, found without looking at the others.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sightings_site_id", "sightings", ["site_id", "id"])
    where = sa.text("after_reading_id IS NULL")
    op.create_index("ix_changes_not_read", "changes", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_changes_not_read", "changes")
    op.drop_index("ix_sightings_site_id", "sightings")
