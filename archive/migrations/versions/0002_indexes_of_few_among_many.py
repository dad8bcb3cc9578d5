"""What few rows have is found by an index: changes after which nothing could be read, and answers that may hide a site.

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
    where = sa.text("(blocked IS NOT NULL OR status >= 500)")
    op.create_index("ix_captures_hiding", "captures", ["site_run_id"], sqlite_where=where, postgresql_where=where)
    where = sa.text("after_reading_id IS NULL")
    op.create_index("ix_changes_not_read", "changes", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_changes_not_read", "changes")
    op.drop_index("ix_captures_hiding", "captures")
