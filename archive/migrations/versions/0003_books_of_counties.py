"""A county's ledger is kept as a book, and whatever is written of a site leaves a mark by which its book is known to be out of date.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_READING = (
    "SELECT sightings.site_id FROM readings JOIN sightings ON sightings.id = readings.sighting_id "
    "WHERE readings.id = {row}.reading_id"
)
# A report counts in the sums of its organ's region, wherever it was found.
_ITS_ORGAN = "SELECT sites.id FROM organs JOIN sites ON sites.region_code = organs.region_code WHERE organs.id = {row}.organ_id"  # fmt: skip
_ITS_ORGANS = (
    "SELECT sites.id FROM readings JOIN organs ON organs.id = readings.organ_id JOIN sites ON sites.region_code = organs.region_code "
    "WHERE readings.{column} = {{row}}.{key}"
)
_OF_REGION = "SELECT sites.id FROM sites WHERE sites.region_code {same} {row}.region_code"
_OF_ORGAN = "SELECT sites.id FROM organs JOIN sites ON sites.region_code {{same}} organs.region_code WHERE organs.id = {{row}}.{key}"
# What is written, and whose site's book it is in; 0 stands for every site.
TOUCHING = {
    "captures": ("SELECT {row}.site_id",),
    "sightings": ("SELECT {row}.site_id", _ITS_ORGANS.format(column="sighting_id", key="id")),
    "site_runs": ("SELECT {row}.site_id",),
    "sites": ("SELECT {row}.id",),
    "changes": ("SELECT site_id FROM sightings WHERE id = {row}.sighting_id",),
    "readings": ("SELECT site_id FROM sightings WHERE id = {row}.sighting_id", _ITS_ORGAN),
    "figures": (_OF_READING, _ITS_ORGANS.format(column="id", key="reading_id")),
    "findings": (_OF_READING,),
    "organs": (_OF_REGION, _OF_ORGAN.format(key="successor_id")),
    "organ_aliases": (_OF_ORGAN.format(key="organ_id"),),
    "regions": ("SELECT 0",),
}
_EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def upgrade() -> None:
    op.create_table(
        "touched_sites",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "by_transaction", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("site_id", "by_transaction", name=op.f("pk_touched_sites")),
    )
    op.create_table(
        "books",
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sites", name=op.f("pk_books")),
    )
    op.create_index(op.f("ix_books_region_code"), "books", ["region_code"])
    if op.get_bind().dialect.name == "sqlite":
        for table, queries in TOUCHING.items():
            for event, rows in _EVENTS.items():
                op.execute(_sqlite_trigger(table, event, [q.format(row=row, same="IS") for row in rows for q in queries]))  # fmt: skip
        return
    for table, queries in TOUCHING.items():
        marks = {row: "".join(_postgresql_mark(q.format(row=row, same="IS NOT DISTINCT FROM")) for q in queries) for row in ("OLD", "NEW")}  # fmt: skip
        op.execute(
            f"CREATE FUNCTION touch_by_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'INSERT' THEN {marks['OLD']} END IF; IF TG_OP <> 'DELETE' THEN {marks['NEW']} END IF; "
            "RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER touch_site AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION touch_by_{table}()"
        )


def _sqlite_trigger(table: str, event: str, queries: list[str]) -> str:
    marks = " ".join(
        f"INSERT INTO touched_sites (site_id, by_transaction) SELECT found.*, 0 FROM ({query}) AS found WHERE true ON CONFLICT DO NOTHING;"  # noqa: S608 - constants
        for query in dict.fromkeys(queries)
    )
    return f"CREATE TRIGGER touch_by_{table}_{event} AFTER {event.upper()} ON {table} BEGIN {marks} END"


def _postgresql_mark(query: str) -> str:
    return (
        f"INSERT INTO touched_sites (site_id, by_transaction) SELECT found.*, pg_current_xact_id()::text::bigint FROM ({query}) AS found "  # noqa: S608 - constants
        "ON CONFLICT DO NOTHING;"
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name != "sqlite"
    for table in TOUCHING:
        if postgresql:
            op.execute(f"DROP TRIGGER touch_site ON {table}")
            op.execute(f"DROP FUNCTION touch_by_{table}()")
            continue
        for event in _EVENTS:
            op.execute(f"DROP TRIGGER touch_by_{table}_{event}")
    op.drop_index(op.f("ix_books_region_code"), "books")
    op.drop_table("books")
    op.drop_table("touched_sites")
