from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz.fuzz import ratio

from demo.chance import Chance
from demo.names import county_name
from demo.truth import digest
from demo.world import World
from reports.form import FORMS

ROOT = Path(__file__).parents[2]


def test_the_same_seed_gives_the_same_truth_on_every_machine() -> None:
    """Pinned: another machine or another Python must come to the same."""
    assert digest(World.build(1)) == "67753a6dafb5f0bb"


def test_the_truth_does_not_depend_on_the_hash_seed() -> None:
    program = "from demo.truth import digest; from demo.world import World; print(digest(World.build(3, counties=1)))"
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1


def test_another_seed_gives_other_reports() -> None:
    first, second = World.build(1, counties=1), World.build(2, counties=1)
    assert first.counties[0].reports != second.counties[0].reports


def test_the_default_world_has_about_250_reports(world: World) -> None:
    assert len(world.counties) == 3
    assert 230 <= sum(len(county.reports) for county in world.counties) <= 252


def test_every_organ_year_is_published_or_named_absent(world: World) -> None:
    for county in world.counties:
        published = {report.key for report in county.reports}
        expected = {(organ.name, year) for organ in county.organs for year in range(2019, 2026)}
        assert county.absent
        assert published | set(county.absent) == expected
        assert not published & set(county.absent)


def test_a_world_can_be_large_and_a_county_can_hold_200_reports() -> None:
    large = World.build(1, counties=70, townships=2, departments=2)
    assert sum(len(county.reports) for county in large.counties) > 2000
    assert len({county.name for county in large.counties}) == 70
    assert len({region.code for region in large.regions}) == len(large.regions)
    single = World.build(1, counties=1, townships=15, departments=15)
    assert len(single.counties[0].reports) >= 195


def test_counties_are_invented() -> None:
    areas = ROOT / "../shared/data/regions/areas.csv"
    if not areas.exists():
        pytest.skip("the list of real divisions is not beside the project")
    real = areas.read_text(encoding="utf-8")
    assert not [name for name in map(county_name, range(153)) if f'"{name[:-1]}' in real]


def test_two_thousand_counties_have_names_and_codes_of_their_own() -> None:
    world = World.build(1, counties=2000, townships=0, departments=0, years=(2024,))
    assert len({county.name for county in world.counties}) == 2000
    assert len({region.code for region in world.regions}) == len(world.regions)
    assert len({region.name for region in world.regions}) == len(world.regions)


def test_region_codes_have_the_shape_of_real_ones(world: World) -> None:
    lengths = {"province": 2, "city": 4, "county": 6, "town": 9}
    known = {region.code for region in world.regions}
    for region in world.regions:
        assert len(region.code) == lengths[region.level]
        assert region.parent is None or (region.parent in known and region.code.startswith(region.parent))


def test_reports_follow_the_edition_of_their_year(world: World) -> None:
    for county in world.counties:
        for report in county.reports:
            outdated = any(planted.rule == "FORM" for planted in report.planted)
            assert report.edition.value == ("2021" if report.year >= 2021 and not outdated else "2019")
            expected = set(FORMS[report.edition].keys)
            if report.dress.other_as_one_row and not outdated:
                expected = {key for key in expected if not key.startswith("requests.other.")}
                expected |= {key for key in report.figures if key.startswith("requests.other.all.")}
            assert set(report.figures) == expected


def test_texts_are_no_clones(world: World) -> None:
    """Two organs' sections of one year are never the same, unless one was planted as a copy."""
    for county in world.counties:
        sound = [report for report in county.reports if not report.planted and report.year == 2023]
        texts = ["".join(report.section("problems").paragraphs) for report in sound]
        for index, text in enumerate(texts):
            assert all(ratio(text, other) < 85 for other in texts[:index])


def test_sizes_that_the_names_cannot_fill_are_refused() -> None:
    with pytest.raises(ValueError, match="ask for fewer"):
        World.build(1, departments=99)
    with pytest.raises(ValueError, match="from 2019 on"):
        World.build(1, years=(2018, 2019))


def test_draws_are_within_their_bounds_and_use_all_of_them() -> None:
    chance = Chance("test")
    drawn = Counter(chance.number(3, 6) for _ in range(400))
    assert set(drawn) == {3, 4, 5, 6}
    assert sorted(chance.several("abc", 5)) == ["a", "b", "c"]
    assert {chance.weighted((("often", 9), ("never", 0), ("rare", 1))) for _ in range(200)} == {"often", "rare"}
