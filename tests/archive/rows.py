"""A session in, rows of one county's archive out, with what no test cares about filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.database import writing
from archive.models import (
    Capture,
    ChangeRow,
    FindingRow,
    Harvest,
    Organ,
    Reading,
    Region,
    Sighting,
    Site,
    SiteRun,
    WarcFile,
)

NOON = datetime(2026, 2, 1, 4, 0, tzinfo=UTC)
# As ANALYZE notes them of a million reports: the rows of a table, then how many share the first column of the index, the first two, …
WEIGHTS = (
    ("sites", "ix_sites_region_code", "1000 1"),
    ("sightings", "ix_sightings_parent_id", "300000 2"),
    ("sightings", "ix_sightings_site", "1000000 1000"),
    ("readings", "ix_readings_sighting", "1000000 1 1 1 1 1 1"),
    ("findings", "ix_findings_reading", "3000000 2 1"),
    ("findings", "ix_findings_rule", "3000000 50001 1 1"),
    ("captures", "ix_captures_site_url_time", "3000000 3000 3 1"),
    ("organs", "ix_organs_region_code", "200000 200"),
    ("readings", "ix_readings_organ_year", "1000000 5 1 1 1 1"),
    ("changes", "ix_changes_state", "40000 40000"),
    ("changes", "ix_changes_sighting_id", "40000 1"),
)


@dataclass
class Rows:
    session: Session
    site: Site
    run: SiteRun
    file: WarcFile
    organ: Organ
    count: int = 0

    def capture(self, url: str, **more: Any) -> Capture:
        self.count += 1
        digest = f"{self.count:064x}"
        values = {
            "site_id": self.site.id, "site_run_id": self.run.id, "url": url, "url_key": url, "purpose": "article",
            "fetched_at": NOON + timedelta(minutes=self.count), "status": 200, "size": 1, "payload_sha256": digest,
            "body_sha256": digest, "warc_file_id": self.file.id, "warc_offset": self.count, "warc_length": 1, "record_id": digest,
        }  # fmt: skip
        return self._added(Capture(**(values | more)))

    def sighting(self, url: str, **more: Any) -> Sighting:
        values = {
            "site_id": self.site.id, "url": url, "url_key": url, "first_seen_at": NOON, "last_seen_at": NOON, "last_run_id": self.run.id,
        }  # fmt: skip
        return self._added(Sighting(**(values | more)))

    def reading(self, sighting: Sighting, page: Capture, **more: Any) -> Reading:
        values = {
            "sighting_id": sighting.id, "page_capture_id": page.id, "capture_id": page.id, "reader_version": 1, "read_at": NOON,
            "state": "read", "kind": "annual_report", "organ_id": self.organ.id, "organ_name": "柳林镇人民政府", "year": 2024, "form": "2021",
        }  # fmt: skip
        return self._added(Reading(**(values | more)))

    def report(self, url: str, **more: Any) -> Reading:
        return self.reading(self.sighting(url), self.capture(url), **more)

    def change(self, sighting_id: int, kind: str = "figures changed", state: str = "raised", **more: Any) -> ChangeRow:
        return self._added(
            ChangeRow(sighting_id=sighting_id, kind=kind, state=state, suspected_at=NOON, raised_at=NOON, **more)
        )

    def finding(self, row: Reading, rule: str = "T3-BAL", outcome: str = "fail", severity: str = "error") -> FindingRow:
        return self._added(
            FindingRow(
                reading_id=row.id,
                rule=rule,
                place="total",
                outcome=outcome,
                severity=severity,
                message="不相符。",
                keys=[],
            )
        )

    def _added(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row


def county(session: Session) -> Rows:
    """With a site, an organ and a harvest in it."""
    session.add(Region(code="990121", name="岚溪县", level="county"))
    session.flush()
    site = Site(code="lanxi", name="岚溪县人民政府", url="http://a/", region_code="990121", added_at=NOON)
    organ = Organ(name="柳林镇", level="township", region_code="990121")
    harvest = Harvest(kind="harvest", started_at=NOON)
    session.add_all((site, organ, harvest))
    session.flush()
    run = SiteRun(harvest_id=harvest.id, site_id=site.id)
    session.add(run)
    session.flush()
    file = WarcFile(name="lanxi/1.warc.gz", site_run_id=run.id, opened_at=NOON)
    session.add(file)
    session.flush()
    return Rows(session, site, run, file, organ)


def tell_a_nations_weights(engine: Engine) -> None:
    """SQLite goes about a question as it would in an archive of a million reports."""
    with writing(engine) as session:
        connection = session.connection()
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", list(WEIGHTS))
    engine.dispose()  # a connection reads the weights when it opens
