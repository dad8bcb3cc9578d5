"""The gazetteer: imported with its source and date, found by name only together with its path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from archive.counties import county_of
from archive.database import reading, writing
from archive.errors import NoSuchRegion, WrongRegion
from archive.models import Site
from archive.regions import ImportedRegions, find_regions, import_regions, region_by_code, regions_under, short_code

SHARED = Path(__file__).parents[2] / "../shared/data/regions"
DAY = date(2023, 6, 30)
LINES = [
    "code,name,cityCode",
    "41,河南省,",
    "4116,周口市,",
    "411625,郸城县,",
    "411625201,胡集乡,",
    "4114,商丘市,",
    "411421,民权县,",
    "411421208,胡集乡,",
]


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("110000", "11"),
        ("500000", "50"),
        ("50", "50"),
        ("110100", "1101"),
        ("110101", "110101"),
        ("110101001000", "110101001"),
        ("110101000000", "110101"),
        ("410000000000", "41"),
        ("demo-00", "demo-00"),
    ],
)
def test_codes_lose_the_zeros_that_only_fill_them(code: str, short: str) -> None:
    assert short_code(code) == short


def test_a_region_is_shown_with_its_path_and_source(engine: Engine) -> None:
    with writing(engine) as session:
        assert import_regions(session, LINES, "a table", DAY) == ImportedRegions(7, 0, 0)
    with reading(engine) as session:
        found = region_by_code(session, "411625201000")
        assert (found.code, found.level, found.parent_code) == ("411625201", "township", "411625")
        assert found.path == ("河南省", "周口市", "郸城县", "胡集乡")
        assert (found.source, found.source_date) == ("a table", DAY)
        with pytest.raises(NoSuchRegion, match="regions find"):
            region_by_code(session, "99")


def test_a_name_alone_gives_all_that_bear_it_and_words_before_it_choose(engine: Engine) -> None:
    with writing(engine) as session:
        import_regions(session, LINES, "a table", DAY)
    with reading(engine) as session:
        assert [region.code for region in find_regions(session, "胡集乡")] == ["411421208", "411625201"]
        assert [region.code for region in find_regions(session, "郸城 胡集")] == ["411625201"]
        assert find_regions(session, "无此乡") == []


def test_a_renamed_region_keeps_its_old_name_as_an_alias(engine: Engine) -> None:
    with writing(engine) as session:
        import_regions(session, LINES, "a table", DAY)
    renamed = ["code,name", "41,河南省", "4116,周口市", "411625,郸城区"]
    with writing(engine) as session:
        assert import_regions(session, renamed, "a newer table", date(2026, 1, 1)) == ImportedRegions(0, 1, 2)
    with reading(engine) as session:
        (found,) = find_regions(session, "郸城县")
        assert (found.name, found.aliases, found.source) == ("郸城区", ("郸城县",), "a newer table")


def test_codes_of_ones_own_need_level_and_parent(engine: Engine) -> None:
    lines = ["code,name,level,parent,aliases", "d1,示例市,city,,", "d2,示例县,county,d1,示例;小县"]
    with writing(engine) as session:
        import_regions(session, lines, "demo", DAY)
    with reading(engine) as session:
        assert region_by_code(session, "d2").path == ("示例市", "示例县")
        assert set(session.scalars(regions_under("d1"))) == {"d1", "d2"}
        assert [region.code for region in find_regions(session, "小县")] == ["d2"]


def test_a_table_may_say_from_when_to_when_a_region_was_there(engine: Engine) -> None:
    towns = ["411625201,胡集乡,,", "411625299,新设镇,2023-06-30,", "411625298,并入乡,,2022-05-01"]
    lines = ["code,name,valid_from,valid_to", "41,河南省,,", "4116,周口市,,", "411625,郸城县,,", *towns]
    with writing(engine) as session:
        import_regions(session, lines, "a table", DAY)
    with reading(engine) as session:
        assert region_by_code(session, "411625298").valid_to == date(2022, 5, 1)
        site = Site(region_code="411625")
        county = county_of(session, [site])
        years = {
            name: [year for year in range(2020, 2025) if county.organs[name].expected(year)]
            for name in ("新设镇", "并入乡", "胡集乡")
        }
    assert years == {"新设镇": [2023, 2024], "并入乡": [2020, 2021], "胡集乡": [2020, 2021, 2022, 2023, 2024]}


def test_an_end_before_the_beginning_that_is_known_is_refused(engine: Engine) -> None:
    with writing(engine) as session:
        import_regions(session, ["code,name,valid_from", "41,河南省,2021-06-30"], "a table", DAY)
    later = ["code,name,valid_to", "41,河南省,2020-01-01"]
    with pytest.raises(WrongRegion, match="41 河南省: expected valid_to on or after"), writing(engine) as session:
        import_regions(session, later, "a table", DAY)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["code,name,valid_to", "41,河南省,soon"], "line 2: expected a day"),
        (["code,name,valid_from,valid_to", "41,河南省,2021-06-30,2021-06-29"], "line 2: expected valid_to on or after"),
        (["name,code2"], "expected a first line"),
        (["code,name", "d1,示例市"], "line 2: expected a code, a name and a level"),
        (["code,name", "41,"], "line 2"),
        (["code,name", "41,河南省", "410000,湖南省"], "line 3: 41 is 湖南省, and 河南省 in a line above"),
        (["code,name", "411625,郸城县"], "Import the level above"),
    ],
)
def test_lines_that_are_no_regions_are_refused(engine: Engine, lines: list[str], words: str) -> None:
    with pytest.raises(WrongRegion, match=words), writing(engine) as session:
        import_regions(session, lines, "", DAY)
    with reading(engine) as session:
        assert list(session.scalars(select(regions_under("41").subquery()))) == []


@pytest.mark.skipif(not SHARED.exists(), reason=f"the table of all regions is not there: {SHARED}")
def test_the_whole_country_is_taken_in(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        counts = []
        for name in ("provinces", "cities", "areas", "streets"):
            with (SHARED / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
                counts.append(import_regions(session, lines, "Administrative-divisions-of-China", DAY).added)
    # Three cities without counties stand among the counties as well, and one county (金门县) among the townships.
    assert counts == [31, 342, 2975, 41351]
    with reading(sqlite_engine) as session:
        assert len(find_regions(session, "城关镇", limit=200)) >= 88
        assert [region.path for region in find_regions(session, "河南 郸城 胡集乡")] == [
            ("河南省", "周口市", "郸城县", "胡集乡")
        ]
