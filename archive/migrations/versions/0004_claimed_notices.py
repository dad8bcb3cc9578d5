"""A digest is claimed before it is sent, and one that may have gone out is known. The settings of a timer that are kept nowhere any more go.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("DROP TABLE IF EXISTS timer_jobs")  # made by the timer of an earlier scheduler, never by a revision


def downgrade() -> None:
    op.drop_column("notices", "doubted_at")
    op.drop_column("notices", "claimed_at")
