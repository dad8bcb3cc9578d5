"""A process that sends digests: python -m tests.archive.delivering DATABASE_URL NOTIFY SMTP_URL. Says that it is ready, delivers for each
line that comes, and says how many went out."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from archive.database import open_database
from archive.notices import deliver
from configuration import Configuration

if __name__ == "__main__":
    url, notify, smtp_url = sys.argv[1:]
    engine = open_database(url)
    with engine.connect():
        print("ready", flush=True)
    settings = Configuration(notify=notify, smtp_url=smtp_url, mail_from="nianbao@example.org")
    for _ in sys.stdin:
        print(deliver(engine, settings, lambda: datetime.now(UTC)), flush=True)
