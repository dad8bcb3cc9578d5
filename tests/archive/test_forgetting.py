"""What was read from a capture that is taken down goes with it: words, figures, findings, and what others said in comparison."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from archive.database import reading, writing
from archive.fixity import verify
from archive.models import ChangeRow, FindingRow, FlagRow, Reading, Region, SearchText, figures
from archive.panel import panel
from archive.search import search
from archive.sites import NewSite, add_site
from archive.takedown import BY_ORDER, take_down
from archive.tombstones import Order
from archive.warc import WarcStore
from archive.wishes import Search
from tests.archive.changes.showing import HOME, REPORT, Portal, page

OTHER = HOME + "nb/2.html"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def portal(engine: Engine, home: Path) -> Portal:
    """Two townships' reports; the first was edited, names a citizen, and breaks a rule."""
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        site = add_site(session, NewSite(HOME, region_code="990121"), NOW)
    portal = Portal(engine, WarcStore(home / "warc"), site.id)
    portal.show(REPORT, page(1))
    portal.show(OTHER, page(5, text="另有一事。").replace("柳林镇".encode(), "石桥镇".encode()), "岚溪县石桥镇2024年报")
    portal.run("harvest")
    portal.show(REPORT, page(4321, text="公民王小明的申请已答复。", total=9876))
    portal.run()
    portal.run("confirm")
    return portal


def told(engine: Engine) -> str:
    """Everything that the index says of reports, as one text."""
    with reading(engine) as session:
        parts = [str(row) for row in session.execute(select(figures))]
        parts += [f"{row.message} {row.left_value} {row.right_value}" for row in session.scalars(select(FindingRow))]
        parts += [f"{row.message} {row.closed_at}" for row in session.scalars(select(FlagRow))]
        parts += [f"{row.details} {row.reason}" for row in session.scalars(select(ChangeRow))]
        parts += [row.text for row in session.scalars(select(SearchText))]
        parts += [str(row) for row in panel(session, None, None)]
        parts += [hit.passage for hit in search(session, Search(words=("王小明",)))]
    return "\n".join(parts)


@pytest.mark.parametrize("mode", ["hidden", "deleted"])
def test_nothing_that_was_read_from_it_is_left(engine: Engine, portal: Portal, mode: str) -> None:
    before = told(engine)
    assert "王小明" in before and "4321" in before and "9876" in before
    take_down(engine, portal.store, Order(mode, "县法院", "个人信息", REPORT), NOW)
    after = told(engine)
    assert "王小明" not in after and "4321" not in after and "9876" not in after
    with reading(engine) as session:
        rows = session.scalars(select(Reading).where(Reading.report.is_(None))).all()
        assert {row.reason for row in rows} == {BY_ORDER}
        assert all(row.figures_sha256 and row.text_sha256 for row in rows)
        assert session.scalar(select(func.count()).select_from(figures)) == 1
        assert [row["organ"] for row in panel(session, None, None)] == ["石桥镇"]
        assert all(flag.closed_at for flag in session.scalars(select(FlagRow)) if flag.message == BY_ORDER)
    assert list(verify(engine, portal.store)) == []


def test_another_report_keeps_all_of_its_own(engine: Engine, portal: Portal) -> None:
    take_down(engine, portal.store, Order("deleted", "县法院", "个人信息", OTHER), NOW)
    after = told(engine)
    assert "王小明" in after and "4321" in after and "另有一事" not in after
