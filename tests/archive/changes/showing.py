"""What a site shows from run to run, recorded as real WARC files as the crawler would; and what the archive made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from archive.database import reading, writing
from archive.desk import Desk
from archive.exchange import Exchange
from archive.harvests import finish_harvest, start_harvest
from archive.models import ChangeRow, FlagRow, Reading, Sighting, SiteRun, figures
from archive.readings import read_new
from archive.recorder import Recorder
from archive.sightings import FoundReport
from archive.warc import WarcStore

HOME = "http://www.lanxi.gov.cn/"
REPORT = HOME + "nb/1.html"
GROUP = "".join(f"<td>{name}</td>" for name in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计"))


def page(
    upheld: int = 1,
    text: str = "本年度工作平稳。",
    shown: str = "2025-01-20",
    total: int | None = None,
    frame: str = "",
) -> bytes:
    """A short report whose only table is the one on disputes."""
    cells = (upheld, 0, 0, 0, upheld if total is None else total, *[0] * 10)
    return f"""<html><head><meta charset="utf-8"><title>柳林镇2024年政府信息公开工作年度报告</title></head><body>
<div>访问量 {frame}</div><h1>岚溪县柳林镇2024年政府信息公开工作年度报告</h1><p>发布日期：{shown}</p><div id="zoom">
<p>一、总体情况</p><p>{text}</p><p>二、主动公开政府信息情况</p><p>详见附表。</p><p>三、收到和处理政府信息公开申请情况</p><p>无。</p>
<p>四、政府信息公开行政复议、行政诉讼情况</p>
<table border="1"><tr><td colspan="5">行政复议</td><td colspan="10">行政诉讼</td></tr>
<tr><td rowspan="2">结果维持</td><td rowspan="2">结果纠正</td><td rowspan="2">其他结果</td><td rowspan="2">尚未审结</td><td rowspan="2">总计</td>
<td colspan="5">未经复议直接起诉</td><td colspan="5">复议后起诉</td></tr><tr>{GROUP}{GROUP}</tr>
<tr>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr></table>
<p>五、存在的主要问题及改进情况</p><p>仍有不足。</p><p>六、其他需要报告的事项</p><p>无。</p></div></body></html>""".encode()


@dataclass
class Portal:
    """What the site would answer: address → status and body. Each run asks for the home page and every report known or listed."""

    engine: Engine
    store: WarcStore
    site_id: int
    clock: datetime = datetime(2025, 2, 1, tzinfo=UTC)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=lambda: {HOME: (200, b"<html>home</html>")})
    blocked: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)  # gives no answer at all
    attachments: dict[str, str] = field(default_factory=dict)  # attachment → its article
    listed: dict[str, str] = field(default_factory=dict)  # article → title

    def now(self) -> datetime:
        return self.clock

    def show(self, url: str, body: bytes, title: str = "岚溪县柳林镇2024年政府信息公开工作年度报告") -> None:
        self.answers[url] = (200, body)
        self.listed[url] = title

    def run(self, kind: str = "recrawl") -> None:
        """Record one site run as the crawler would, and read it."""
        self.clock += timedelta(hours=1)
        with writing(self.engine) as session:
            harvest_id = start_harvest(session, kind, [self.site_id], self.clock)
            run_id = session.scalars(select(SiteRun.id).where(SiteRun.harvest_id == harvest_id)).one()
        recorder = Recorder(self.engine, self.store, self.now, "test/1", "test@example.org")
        recorder.begin(run_id)
        known = {sighting.url for sighting in recorder.known(self.site_id)}
        self.clock += timedelta(seconds=1)
        for url in sorted({*self.answers, *known} - self.silent):
            status, body = self.answers.get(url, (404, b"not found"))
            purpose = "home" if url == HOME else "attachment" if url in self.attachments else "article"
            head = f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n\r\n".encode()
            exchange = Exchange(url, self.clock, f"GET {url} HTTP/1.1\r\n\r\n".encode(), head, body)
            recorder.record(run_id, exchange, purpose=purpose, url_key=url, blocked=self.blocked.get(url))
        for url, title in self.listed.items():
            recorder.sight(run_id, FoundReport(url, url, title, None, title.split("2024")[0], 2024, HOME))
        for url, article in self.attachments.items():
            recorder.sight(run_id, FoundReport(url, url, "附件", None, None, None, None, parent_url_key=article))
        recorder.finish(run_id, "done", None, {})
        with writing(self.engine) as session:
            finish_harvest(session, harvest_id, self.clock)
        self.read()

    def read(self) -> None:
        read_new(Desk(self.engine, self.store, self.now))


def states(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(row.kind, row.state) for row in session.scalars(select(ChangeRow).order_by(ChangeRow.id))]


def flagged(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(FlagRow.rule).order_by(FlagRow.id)))


def count(engine: Engine, table: type) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def current_value(engine: Engine, url: str = REPORT) -> int | None:
    with reading(engine) as session:
        return session.scalar(
            select(figures.c.disputes_review_upheld)
            .join(Reading, Reading.id == figures.c.reading_id)
            .join(Sighting, Sighting.id == Reading.sighting_id)
            .where(Reading.current, Sighting.url == url)
        )


def kinds(engine: Engine) -> dict[str, int]:
    """How many reports the newest run saw in each kind of change."""
    with reading(engine) as session:
        facts = session.scalars(select(SiteRun.facts).order_by(SiteRun.id.desc()).limit(1)).one()
    return dict(facts["kinds"])
