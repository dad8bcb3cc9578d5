"""The tables of the first version."""

# ruff: noqa: PLR0915 - a revision is one list

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "harvests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'interrupted', 'stopped')",
            name=op.f("ck_harvests_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvests")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("deadlines", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regions_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "organs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_organs_region_code")),
        sa.ForeignKeyConstraint(["successor_id"], ["organs.id"], name=op.f("fk_organs_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organs")),
        sa.UniqueConstraint("region_code", "name", name=op.f("uq_organs_region_code_name")),
    )
    with op.batch_alter_table("organs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organs_region_code"), ["region_code"], unique=False)
    succeeded = sa.text("successor_id IS NOT NULL")
    op.create_index(
        "ix_organs_successor_id", "organs", ["successor_id"], sqlite_where=succeeded, postgresql_where=succeeded
    )

    op.create_table(
        "sites",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=True),
        sa.Column("delay_seconds", sa.Double(), nullable=True),
        sa.Column("allow_private", sa.Boolean(), nullable=False),
        sa.Column("window", sa.String(length=16), nullable=True),
        sa.Column("unverified_tls", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_sites_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("code", name=op.f("uq_sites_code")),
    )
    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sites_region_code"), ["region_code"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("harvest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["harvest_id"], ["harvests.id"], name=op.f("fk_events_harvest_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_events_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_kind"), ["kind"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("harvest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["harvest_id"], ["harvests.id"], name=op.f("fk_orders_harvest_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_orders_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_table(
        "organ_aliases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organ_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["organ_id"], ["organs.id"], name=op.f("fk_organ_aliases_organ_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organ_aliases")),
        sa.UniqueConstraint("organ_id", "name", name=op.f("uq_organ_aliases_organ_id_name")),
    )
    with op.batch_alter_table("organ_aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organ_aliases_name"), ["name"], unique=False)

    op.create_table(
        "site_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("harvest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requests", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reports_seen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'interrupted', 'stopped')",
            name=op.f("ck_site_runs_state"),
        ),
        sa.ForeignKeyConstraint(["harvest_id"], ["harvests.id"], name=op.f("fk_site_runs_harvest_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_runs_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_runs")),
        sa.UniqueConstraint("harvest_id", "site_id", name=op.f("uq_site_runs_harvest_id_site_id")),
    )
    with op.batch_alter_table("site_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_runs_site_id"), ["site_id"], unique=False)

    op.create_table(
        "sightings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("organ_name", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("list_url", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["last_run_id"], ["site_runs.id"], name=op.f("fk_sightings_last_run_id")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["sightings.id"], name=op.f("fk_sightings_moved_to_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["sightings.id"], name=op.f("fk_sightings_parent_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sightings_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("site_id", "url_key", name=op.f("uq_sightings_site_id_url_key")),
    )
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sightings_last_run_id"), ["last_run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sightings_parent_id"), ["parent_id"], unique=False)
    few = (
        ("unread", "unread = 1", "unread"),
        ("gone", "gone_at IS NOT NULL", "gone_at IS NOT NULL"),
        ("moved", "moved_to_id IS NOT NULL", "moved_to_id IS NOT NULL"),
    )
    for name, here, there in few:
        op.create_index(
            f"ix_sightings_{name}", "sightings", ["id"], sqlite_where=sa.text(here), postgresql_where=sa.text(there)
        )

    op.create_table(
        "warc_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("records", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_record_id", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("seal_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seal_sha256", sa.String(length=64), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_run_id"], ["site_runs.id"], name=op.f("fk_warc_files_site_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warc_files")),
        sa.UniqueConstraint("name", name=op.f("uq_warc_files_name")),
    )
    with op.batch_alter_table("warc_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warc_files_site_run_id"), ["site_run_id"], unique=False)

    op.create_table(
        "takedowns",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('hidden', 'deleted')", name=op.f("ck_takedowns_mode")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_takedowns")),
    )
    op.create_table(
        "captures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("truncated", sa.String(length=12), nullable=True),
        sa.Column("blocked", sa.String(length=32), nullable=True),
        sa.Column("warc_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warc_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warc_length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("same_as_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("takedown_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('home', 'robots', 'list', 'article', 'attachment', 'other')", name=op.f("ck_captures_purpose")
        ),
        sa.ForeignKeyConstraint(["same_as_id"], ["captures.id"], name=op.f("fk_captures_same_as_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_captures_site_id")),
        sa.ForeignKeyConstraint(["site_run_id"], ["site_runs.id"], name=op.f("fk_captures_site_run_id")),
        sa.ForeignKeyConstraint(["takedown_number"], ["takedowns.number"], name=op.f("fk_captures_takedown_number")),
        sa.ForeignKeyConstraint(["warc_file_id"], ["warc_files.id"], name=op.f("fk_captures_warc_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("warc_file_id", "warc_offset", name=op.f("uq_captures_warc_file_id_warc_offset")),
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_body_sha256"), ["body_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_captures_payload_sha256"), ["payload_sha256"], unique=False)
        batch_op.create_index("ix_captures_run_url", ["site_run_id", "url_key"], unique=False)
        batch_op.create_index("ix_captures_site_url_time", ["site_id", "url_key", "fetched_at"], unique=False)

    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("organ_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organ_name", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=4), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_rank", sa.Integer(), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=True),
        sa.Column("figures_sha256", sa.String(length=64), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'image only', 'not a report', 'unreadable', 'no reader')", name=op.f("ck_readings_state")
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_readings_capture_id")),
        sa.ForeignKeyConstraint(["organ_id"], ["organs.id"], name=op.f("fk_readings_organ_id")),
        sa.ForeignKeyConstraint(["page_capture_id"], ["captures.id"], name=op.f("fk_readings_page_capture_id")),
        sa.ForeignKeyConstraint(["sighting_id"], ["sightings.id"], name=op.f("fk_readings_sighting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint(
            "sighting_id",
            "capture_id",
            "reader_version",
            name=op.f("uq_readings_sighting_id_capture_id_reader_version"),
        ),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readings_capture_id"), ["capture_id"], unique=False)
        batch_op.create_index(
            "ix_readings_organ_year", ["organ_id", "year", "sighting_id", "state", "current"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_readings_sighting_id"), ["sighting_id"], unique=False)
        batch_op.create_index("ix_readings_year", ["year", "id"], unique=False)
        batch_op.create_index("ix_readings_year_sighting", ["year", "sighting_id"], unique=False)
    not_read = sa.text("state <> 'read'")
    op.create_index(
        "ix_readings_not_read", "readings", ["sighting_id"], sqlite_where=not_read, postgresql_where=not_read
    )

    op.create_table(
        "search_texts",
        sa.Column(
            "reading_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_search_texts_reading_id")),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_search_texts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        # No text, no places: which rows have a token is all that is asked.
        op.execute("CREATE VIRTUAL TABLE search_tokens USING fts5(tokens, content='', detail='none', tokenize='ascii')")
    else:
        op.execute(
            "CREATE TABLE search_tokens (id BIGINT PRIMARY KEY REFERENCES search_texts (reading_id), "
            "tokens TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_tokens_tokens ON search_tokens USING gin (tokens)")
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("before_reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("after_reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("after_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("moved_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("suspected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('suspected', 'raised', 'withdrawn')", name=op.f("ck_changes_state")),
        sa.ForeignKeyConstraint(["after_capture_id"], ["captures.id"], name=op.f("fk_changes_after_capture_id")),
        sa.ForeignKeyConstraint(["after_reading_id"], ["readings.id"], name=op.f("fk_changes_after_reading_id")),
        sa.ForeignKeyConstraint(["before_capture_id"], ["captures.id"], name=op.f("fk_changes_before_capture_id")),
        sa.ForeignKeyConstraint(["before_reading_id"], ["readings.id"], name=op.f("fk_changes_before_reading_id")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["sightings.id"], name=op.f("fk_changes_moved_to_id")),
        sa.ForeignKeyConstraint(["sighting_id"], ["sightings.id"], name=op.f("fk_changes_sighting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_changes_sighting_id"), ["sighting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_changes_state"), ["state"], unique=False)

    op.create_table(
        "masks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("before_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("after_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["after_capture_id"], ["captures.id"], name=op.f("fk_masks_after_capture_id")),
        sa.ForeignKeyConstraint(["before_capture_id"], ["captures.id"], name=op.f("fk_masks_before_capture_id")),
        sa.ForeignKeyConstraint(["sighting_id"], ["sightings.id"], name=op.f("fk_masks_sighting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masks")),
        sa.UniqueConstraint("sighting_id", "line", name=op.f("uq_masks_sighting_id_line")),
    )
    op.create_table(
        "figures",
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("disclosure_rules_issued", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_rules_repealed", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_rules_in_force", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_issued", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_repealed", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_in_force", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_licence_decisions", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_penalty_decisions", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_coercion_decisions", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_fees_amount_wan", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("requests_new_received_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_new_received_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_in_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_granted_part_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_secret_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_law_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_safety_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_third_party_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_internal_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_process_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_enforcement_file_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_refused_admin_query_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_not_held_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_must_create_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_unavailable_unclear_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_petition_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_repeat_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_publication_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_excessive_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_not_processed_confirm_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_no_correction_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_fee_unpaid_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_misc_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_result_total_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_carried_out_total", sa.BigInteger(), nullable=True),
        sa.Column("disputes_review_upheld", sa.BigInteger(), nullable=True),
        sa.Column("disputes_review_corrected", sa.BigInteger(), nullable=True),
        sa.Column("disputes_review_other", sa.BigInteger(), nullable=True),
        sa.Column("disputes_review_pending", sa.BigInteger(), nullable=True),
        sa.Column("disputes_review_total", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_direct_upheld", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_direct_corrected", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_direct_other", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_direct_pending", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_direct_total", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_after_upheld", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_after_corrected", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_after_other", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_after_pending", sa.BigInteger(), nullable=True),
        sa.Column("disputes_suit_after_total", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_natural", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_org_business", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_org_research", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_org_social", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_org_legal", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_org_other", sa.BigInteger(), nullable=True),
        sa.Column("requests_other_all_total", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_rules_new_made", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_rules_new_public", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_rules_total_public", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_new_made", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_new_public", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_normative_total_public", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_licence_prev_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_licence_delta", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_other_services_prev_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_other_services_delta", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_other_services_decisions", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_penalty_prev_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_penalty_delta", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_coercion_prev_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_coercion_delta", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_fees_prev_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_fees_delta", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_procurement_items", sa.BigInteger(), nullable=True),
        sa.Column("disclosure_procurement_amount", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("states", sa.String(length=226), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_figures_reading_id")),
        sa.PrimaryKeyConstraint("reading_id", name=op.f("pk_figures")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("left_value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("right_value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_findings_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index("ix_findings_reading", ["reading_id", "id"], unique=False)
        batch_op.create_index("ix_findings_rule", ["rule", "reading_id", "id"], unique=False)

    op.create_table(
        "flags",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organ_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("verdict_by", sa.Text(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_flags_change_id")),
        sa.ForeignKeyConstraint(["organ_id"], ["organs.id"], name=op.f("fk_flags_organ_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_flags_region_code")),
        sa.ForeignKeyConstraint(["sighting_id"], ["sightings.id"], name=op.f("fk_flags_sighting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("mark", name=op.f("uq_flags_mark")),
    )
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flags_organ_id"), ["organ_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_flags_region_code"), ["region_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_flags_rule"), ["rule"], unique=False)
        batch_op.create_index("ix_flags_severity_id", ["severity", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_flags_sighting_id"), ["sighting_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("channel", "mark", name=op.f("uq_notices_channel_mark")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_who"), ["who"], unique=False)

    op.create_table(
        "login_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempts_key_at", ["key", "at"], unique=False)

    op.create_table(
        "remarks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    with op.batch_alter_table("remarks", schema=None) as batch_op:
        batch_op.create_index("ix_remarks_mark_standing", ["mark", "standing"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'reviewer', 'operator')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_user_sessions")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_sessions_user_id"), ["user_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_no_{act.lower()} BEFORE {act} ON audit_log "
                "BEGIN SELECT RAISE(ABORT, 'audit_log only grows: its rows are neither changed nor deleted'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit_log only grows: its rows are neither changed nor deleted'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_only_grows()"
        )


def downgrade() -> None:
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_user_id"))

    op.drop_table("user_sessions")
    op.drop_table("users")
    with op.batch_alter_table("remarks", schema=None) as batch_op:
        batch_op.drop_index("ix_remarks_mark_standing")

    op.drop_table("remarks")
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempts_key_at")

    op.drop_table("login_attempts")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_log_who"))
        batch_op.drop_index(batch_op.f("ix_audit_log_at"))
        batch_op.drop_index(batch_op.f("ix_audit_log_act"))

    op.drop_table("audit_log")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_log_only_grows()")
    op.execute("DROP TABLE search_tokens")
    op.drop_table("search_texts")
    op.drop_table("notices")
    op.drop_table("leases")
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flags_sighting_id"))
        batch_op.drop_index("ix_flags_severity_id")
        batch_op.drop_index(batch_op.f("ix_flags_rule"))
        batch_op.drop_index(batch_op.f("ix_flags_region_code"))
        batch_op.drop_index(batch_op.f("ix_flags_organ_id"))

    op.drop_table("flags")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index("ix_findings_rule")
        batch_op.drop_index("ix_findings_reading")

    op.drop_table("findings")
    op.drop_table("figures")
    op.drop_table("masks")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changes_state"))
        batch_op.drop_index(batch_op.f("ix_changes_sighting_id"))
        batch_op.drop_index(batch_op.f("ix_changes_kind"))

    op.drop_table("changes")
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_index("ix_readings_not_read")
        batch_op.drop_index("ix_readings_year_sighting")
        batch_op.drop_index("ix_readings_year")
        batch_op.drop_index(batch_op.f("ix_readings_sighting_id"))
        batch_op.drop_index("ix_readings_organ_year")
        batch_op.drop_index(batch_op.f("ix_readings_capture_id"))

    op.drop_table("readings")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index("ix_captures_site_url_time")
        batch_op.drop_index("ix_captures_run_url")
        batch_op.drop_index(batch_op.f("ix_captures_payload_sha256"))
        batch_op.drop_index(batch_op.f("ix_captures_body_sha256"))

    op.drop_table("captures")
    op.drop_table("takedowns")
    with op.batch_alter_table("warc_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warc_files_site_run_id"))

    op.drop_table("warc_files")
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_index("ix_sightings_moved")
        batch_op.drop_index("ix_sightings_gone")
        batch_op.drop_index("ix_sightings_unread")
        batch_op.drop_index(batch_op.f("ix_sightings_parent_id"))
        batch_op.drop_index(batch_op.f("ix_sightings_last_run_id"))

    op.drop_table("sightings")
    with op.batch_alter_table("site_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_runs_site_id"))

    op.drop_table("site_runs")
    with op.batch_alter_table("organ_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organ_aliases_name"))

    op.drop_table("organ_aliases")
    op.drop_table("orders")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_kind"))
        batch_op.drop_index(batch_op.f("ix_events_at"))

    op.drop_table("events")
    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sites_region_code"))

    op.drop_table("sites")
    with op.batch_alter_table("organs", schema=None) as batch_op:
        batch_op.drop_index("ix_organs_successor_id")
        batch_op.drop_index(batch_op.f("ix_organs_region_code"))

    op.drop_table("organs")
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regions_parent_code"))

    op.drop_table("regions")
    op.drop_table("harvests")
