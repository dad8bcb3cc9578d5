"""The organs of a level are found by an index, in the place of one of the regions alone: the organs' names, which are once in a region, have another.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_organs_level_region_code", "organs", ["level", "region_code"])
    op.drop_index("ix_organs_region_code", "organs")


def downgrade() -> None:
    op.create_index("ix_organs_region_code", "organs", ["region_code"])
    op.drop_index("ix_organs_level_region_code", "organs")
