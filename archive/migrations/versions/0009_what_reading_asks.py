"""What reading asks of each report is found by an index: whether it came to its address by a move, and the files under its page.

The first looked at every change there is. The second is an index of those that have a page above them alone: by the many that have none
SQLite thought that many share one, and would have looked at every address.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("moved_to_id IS NOT NULL")
    op.create_index("ix_changes_moved_to_id", "changes", ["moved_to_id"], sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_sightings_parent_id", "sightings")
    where = sa.text("parent_id IS NOT NULL")
    op.create_index("ix_sightings_parent_id", "sightings", ["parent_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_sightings_parent_id", "sightings")
    op.create_index("ix_sightings_parent_id", "sightings", ["parent_id"])
    op.drop_index("ix_changes_moved_to_id", "changes")
