"""A region's flags of a year are found by an index: a list of a prefecture looked at every flag there is, once for each loudness.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_flags_region_shown", "flags", ["region_shown", "year_shown", "severity", "id"])


def downgrade() -> None:
    op.drop_index("ix_flags_region_shown", "flags")
