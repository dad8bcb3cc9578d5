from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from archive.database import writing
from archive.models import Organ, OrganAlias, Region, Site
from archive.organs import organ_of


@pytest.fixture
def site(engine: Engine) -> Site:
    with writing(engine) as session:
        session.add(Region(code="9901", name="栖云市", level="city"))
        session.flush()
        session.add(Region(code="990121", name="岚溪县", level="county", parent_code="9901"))
        session.flush()
        made = Site(
            code="lanxi",
            name="岚溪县",
            url="http://a/",
            region_code="990121",
            added_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        session.add(made)
    return made


def name(session: Session, site: Site, printed: list[str], publisher: str | None = None) -> str | None:
    organ = organ_of(session, site, printed, publisher)
    return organ and organ.name


def test_one_organ_goes_by_many_names_in_its_county(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        for printed in ("栖云市岚溪县柳林镇人民政府", "岚溪县柳林镇", "柳林镇人民政府", "柳林镇"):
            assert name(session, site, [printed]) == "柳林镇"
        assert session.scalars(select(Organ.name)).all() == ["柳林镇"]


def test_a_short_name_beside_the_full_one_is_learnt(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        assert name(session, site, ["岚溪县发改局"], "岚溪县发展和改革局") == "发展和改革局"
        assert name(session, site, ["岚溪县发改局"]) == "发展和改革局"
        assert session.scalars(select(OrganAlias.name)).all() == ["发改局"]


def test_the_full_name_known_first_takes_the_short_one(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        assert name(session, site, ["岚溪县发展和改革局"]) == "发展和改革局"
        assert name(session, site, ["发改局"], "发展和改革局") == "发展和改革局"
        assert len(session.scalars(select(Organ)).all()) == 1


def test_a_publisher_that_is_somebody_else_is_not_the_organ(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        assert name(session, site, ["岚溪县人民政府办公室"]) == "岚溪县人民政府办公室"
        assert name(session, site, ["柳林镇"], "岚溪县人民政府办公室") == "柳林镇"


def test_the_same_name_in_another_county_is_another_organ(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        session.add(Region(code="990122", name="桐原县", level="county", parent_code="9901"))
        session.flush()
        other = Site(
            code="tongyuan",
            name="桐原县",
            url="http://b/",
            region_code="990122",
            added_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        session.add(other)
        session.flush()
        first, second = organ_of(session, site, ["城关镇"], None), organ_of(session, other, ["城关镇"], None)
        assert first and second and first.id != second.id


def test_without_a_name_there_is_no_organ(engine: Engine, site: Site) -> None:
    with writing(engine) as session:
        assert organ_of(session, site, [], "岚溪县财政局") is None
