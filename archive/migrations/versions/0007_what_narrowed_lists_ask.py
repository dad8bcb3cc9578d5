# ruff: noqa: S608 - all that is put together here are constants
"""What narrowed lists and a server's first pages ask for, so that neither looks at all there is: current readings by their site, changes by site and year,
flags by region and year, findings by what they say, the years of each book, and what was summed up last.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = "reading_id, site_id, year, sighting_id, is_read, region"
_PLACED = (
    "{row}.id, sightings.site_id, {row}.year, {row}.sighting_id, {row}.state = 'read', "
    "coalesce((SELECT organs.region_code FROM organs WHERE organs.id = {row}.organ_id), sites.region_code)"
)
_SITES = "sightings JOIN sites ON sites.id = sightings.site_id"
_PLACE = f"INSERT INTO current_readings ({_COLUMNS}) SELECT {_PLACED.format(row='NEW')} FROM {_SITES} WHERE sightings.id = NEW.sighting_id AND NEW.current"
_DISPLACE = "DELETE FROM current_readings WHERE reading_id = OLD.id"
# What a list says of a change and of a flag, which it finds them by. Of two readings that are current for a moment the newer is taken.
_READ = "(SELECT readings.{column} FROM readings WHERE readings.sighting_id = flags.sighting_id AND readings.current ORDER BY readings.id DESC LIMIT 1)"
_SEEN = "(SELECT sightings.{column} FROM sightings WHERE sightings.id = {table}.sighting_id)"
_CHANGE = (
    f"site_id = {_SEEN.format(column='site_id', table='changes')}, year_shown = coalesce("
    "(SELECT readings.year FROM readings WHERE readings.id = changes.after_reading_id), "
    "(SELECT readings.year FROM readings WHERE readings.id = changes.before_reading_id), "
    f"{_SEEN.format(column='year', table='changes')})"
)
_FLAG = (
    "region_shown = coalesce(region_code, "
    f"(SELECT organs.region_code FROM organs WHERE organs.id = coalesce(flags.organ_id, {_READ.format(column='organ_id')})), "
    "(SELECT sites.region_code FROM sightings JOIN sites ON sites.id = sightings.site_id WHERE sightings.id = flags.sighting_id)), "
    f"year_shown = coalesce(year, {_READ.format(column='year')}, {_SEEN.format(column='year', table='flags')})"
)
_REGION = (
    "region = (SELECT coalesce(organs.region_code, sites.region_code) FROM readings JOIN sites ON sites.id = current_readings.site_id "
    "LEFT JOIN organs ON organs.id = readings.organ_id WHERE readings.id = current_readings.reading_id)"
)
_OF_ORGAN = "SELECT readings.sighting_id FROM readings WHERE readings.organ_id = NEW.id"
_OF_SITE = "SELECT sightings.id FROM sightings WHERE sightings.site_id = NEW.id"
# What is written, and the flags and changes whose words follow from it.
_FOLLOWING = (
    ("change_made", "changes", "INSERT", "changes", "id = NEW.id"),
    ("change_moved", "changes", "UPDATE OF sighting_id, before_reading_id, after_reading_id", "changes", "id = NEW.id"),
    ("seen_year_of_changes", "sightings", "UPDATE OF year, site_id", "changes", "sighting_id = NEW.id"),
    ("read_year_of_changes", "readings", "UPDATE OF year", "changes", "sighting_id = NEW.sighting_id"),
    ("flag_made", "flags", "INSERT", "flags", "id = NEW.id"),
    ("flag_moved", "flags", "UPDATE OF sighting_id, organ_id, region_code, year", "flags", "id = NEW.id"),
    ("reading_made", "readings", "INSERT", "flags", "sighting_id = NEW.sighting_id"),
    ("reading_of_flags", "readings", "UPDATE OF current, organ_id, year", "flags", "sighting_id = NEW.sighting_id"),
    ("reading_gone", "readings", "DELETE", "flags", "sighting_id = OLD.sighting_id"),
    ("seen_year_of_flags", "sightings", "UPDATE OF year, site_id", "flags", "sighting_id = NEW.id"),
    (
        "organ_of_flags",
        "organs",
        "UPDATE OF region_code",
        "flags",
        f"organ_id = NEW.id OR sighting_id IN ({_OF_ORGAN})",
    ),
    ("site_of_flags", "sites", "UPDATE OF region_code", "flags", f"sighting_id IN ({_OF_SITE})"),
    (
        "organ_of_readings",
        "organs",
        "UPDATE OF region_code",
        "current_readings",
        "reading_id IN (SELECT readings.id FROM readings WHERE readings.organ_id = NEW.id)",
    ),
    ("site_of_readings", "sites", "UPDATE OF region_code", "current_readings", "site_id = NEW.id"),
)
_SETTING = {"changes": _CHANGE, "flags": _FLAG, "current_readings": _REGION}
_SAID = ["outcome", "severity", "rule", "reading_id", "id"]
_SAYING = sa.text("id > 0")  # a query has to say so: no other takes this index


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "current_readings",
        sa.Column("reading_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("site_id", _NUMBER, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sighting_id", _NUMBER, nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_current_readings")),
    )
    op.execute(
        f"INSERT INTO current_readings ({_COLUMNS}) SELECT {_PLACED.format(row='readings')} "
        "FROM readings JOIN sightings ON sightings.id = readings.sighting_id JOIN sites ON sites.id = sightings.site_id WHERE readings.current"
    )
    op.create_index("ix_current_readings_site", "current_readings", ["site_id", "reading_id"])
    op.create_index("ix_current_readings_year", "current_readings", ["site_id", "year", "reading_id"])
    op.create_index("ix_current_readings_region", "current_readings", ["region", "reading_id"])
    op.create_index("ix_current_readings_region_year", "current_readings", ["region", "year", "reading_id"])
    op.create_index("ix_current_readings_seen", "current_readings", ["site_id", "year", "sighting_id"])
    not_read = sa.text("is_read = 0" if sqlite else "NOT is_read")
    op.create_index("ix_current_readings_not_read", "current_readings", ["site_id", "sighting_id"], sqlite_where=not_read, postgresql_where=not_read)  # fmt: skip
    op.add_column("changes", sa.Column("site_id", _NUMBER, nullable=True))
    op.add_column("changes", sa.Column("year_shown", sa.Integer(), nullable=True))
    op.add_column("flags", sa.Column("region_shown", sa.String(length=12), nullable=True))
    op.add_column("flags", sa.Column("year_shown", sa.Integer(), nullable=True))
    for table in ("changes", "flags"):
        op.execute(f"UPDATE {table} SET {_SETTING[table]}")
    op.create_index("ix_changes_site_id_id", "changes", ["site_id", "id"])
    op.create_index("ix_changes_site_id_year_shown_id", "changes", ["site_id", "year_shown", "id"])
    op.create_index("ix_changes_year_shown_id", "changes", ["year_shown", "id"])
    op.create_index("ix_findings_said", "findings", _SAID, sqlite_where=_SAYING, postgresql_where=_SAYING)
    hidden = sa.text("takedown_number IS NOT NULL")
    op.create_index("ix_captures_taken_down", "captures", ["id"], sqlite_where=hidden, postgresql_where=hidden)
    op.execute("DELETE FROM books")  # they are made anew, with their years
    op.add_column("books", sa.Column("years", sa.JSON(), nullable=True))
    op.create_table(
        "sums",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sums")),
    )
    for name, table, event, then in _triggers():
        if sqlite:
            op.execute(f"CREATE TRIGGER follow_{name} AFTER {event} ON {table} BEGIN {then}; END")
            continue
        op.execute(
            f"CREATE FUNCTION follow_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {then}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER follow_{name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION follow_{name}()"
        )


def _triggers() -> list[tuple[str, str, str, str]]:
    return [
        ("reading_placed", "readings", "INSERT", _PLACE),
        (
            "reading_placed_anew",
            "readings",
            "UPDATE OF current, year, sighting_id, state, organ_id",
            f"{_DISPLACE}; {_PLACE}",
        ),
        ("reading_displaced", "readings", "DELETE", _DISPLACE),
        *(
            (name, table, event, f"UPDATE {following} SET {_SETTING[following]} WHERE {where}")
            for name, table, event, following, where in _FOLLOWING
        ),
    ]


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, _, _ in _triggers():
        op.execute(f"DROP TRIGGER follow_{name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION follow_{name}()")
    op.drop_table("sums")
    op.drop_column("books", "years")
    op.drop_index("ix_findings_said", "findings")
    op.drop_index("ix_captures_taken_down", "captures")
    for name in ("ix_changes_site_id_id", "ix_changes_site_id_year_shown_id", "ix_changes_year_shown_id"):
        op.drop_index(name, "changes")
    for table, column in (
        ("flags", "year_shown"),
        ("flags", "region_shown"),
        ("changes", "year_shown"),
        ("changes", "site_id"),
    ):
        op.drop_column(table, column)
    op.drop_table("current_readings")
