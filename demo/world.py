"""A seed and sizes go in, a World comes out: invented counties, their organs, and every report they publish. No addresses, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from demo import names
from demo.chance import Chance
from demo.drafting import Key, Plan, reports_of
from demo.report import AnnualReport, Organ

DEFAULT_YEARS = tuple(range(2019, 2026))
ABSENT_SHARE = 0.03
COUNTIES_PER_CITY = 60


@dataclass(frozen=True, slots=True)
class Region:
    """A row of the gazetteer: six digits for a county, nine for a town, as real codes have."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class County:
    """One county: who owes reports there, and what was published."""

    number: int
    region: Region
    towns: tuple[Region, ...]
    organs: tuple[Organ, ...]
    legacy: bool  # its portal labels its pages gb2312, though town names need GB18030
    reports: tuple[AnnualReport, ...]
    absent: tuple[Key, ...]  # organ-years that were never published
    held_back: tuple[int, ...] = ()  # years that are published later, by order
    hazards: tuple[str, ...] = ()  # names of demo.hazards.HAZARDS: what is wrong with its portal

    @property
    def name(self) -> str:
        return self.region.name


@dataclass(frozen=True, slots=True)
class World:
    seed: int
    regions: tuple[Region, ...]
    counties: tuple[County, ...]
    families: tuple[str, ...] = ()  # the portal families that the counties take in turn; none named: trs, jcms, vsb
    arrangements: tuple[str, ...] = ()  # ways to realise the reports' column, in turn; none named: tabs, mixed, years

    @classmethod
    def build(  # noqa: PLR0913 - all but the seed by name, each one property of the world
        cls,
        seed: int,
        *,
        counties: int = 3,
        townships: int = 5,
        departments: int = 6,
        years: Sequence[int] = DEFAULT_YEARS,
        mistakes: bool = True,
        families: Sequence[str] = (),
        arrangements: Sequence[str] = (),
        hazards: Mapping[int, Sequence[str]] | None = None,
        held_back: Sequence[int] = (),
    ) -> World:
        """The same seed and sizes give the same world on every machine. Each county also has its own government as an organ.

        `hazards` names what is wrong with a county's portal, by the county's number. `held_back` are years that nobody has published yet.
        Raises ValueError for sizes that the invented names cannot fill.
        """
        if list(years) != sorted(set(years)) or not years or years[0] < 2019:
            raise ValueError(
                f"expected rising report years from 2019 on, found {list(years)}: earlier years had no official form"
            )
        plan = Plan(seed, townships, departments, tuple(years), mistakes)
        if not set(held_back) < set(years):
            raise ValueError(f"expected held back years among {list(years)} and one left, found {list(held_back)}")
        wrong = hazards or {}
        made = tuple(
            replace(_county(plan, number), held_back=tuple(held_back), hazards=tuple(wrong.get(number, ())))
            for number in range(counties)
        )
        regions = [Region(names.PROVINCE_CODE, names.PROVINCE, "province", None)]
        for county in made:
            city = _city(county.number)
            regions += [county.region, *county.towns] if city in regions else [city, county.region, *county.towns]
        return cls(seed, tuple(regions), made, tuple(families), tuple(arrangements))


def _county(plan: Plan, number: int) -> County:
    name = names.county_name(number)
    city = _city(number)
    # The first county of a city is numbered 21, after its districts.
    region = Region(f"{city.code}{21 + number % COUNTIES_PER_CITY:02d}", name, "county", city.code)
    legacy = number % 3 == 2
    towns, organs = _organs(region, plan, number, rare=legacy)
    absent = _absent(Chance(plan.seed, name, "absent"), organs, plan.years)
    reports = reports_of(plan, name, organs, absent)
    return County(number, region, towns, organs, legacy, reports, absent)


def _city(county: int) -> Region:
    number = county // COUNTIES_PER_CITY
    return Region(f"{names.PROVINCE_CODE}{1 + number:02d}", names.city_name(number), "city", names.PROVINCE_CODE)


def _organs(county: Region, plan: Plan, number: int, rare: bool) -> tuple[tuple[Region, ...], tuple[Organ, ...]]:
    organs = [Organ(f"{county.name}人民政府", county.name, "county", "xzf", county.code)]
    for index in range(plan.departments):
        slug, full, short = names.department_names(index)
        organs.append(Organ(f"{county.name}{full}", f"{county.name}{short}", "department", slug, county.code))
    towns = []
    for index in range(plan.townships):
        area, short, full = names.town_names(index, number, rare)
        town = Region(f"{county.code}{100 + index:03d}", area, "town", county.code)
        towns.append(town)
        organs.append(Organ(f"{county.name}{full}", short, "town", f"xz{index + 1:02d}", town.code))
    return tuple(towns), tuple(organs)


def _absent(chance: Chance, organs: tuple[Organ, ...], years: tuple[int, ...]) -> tuple[Key, ...]:
    keys = [(organ.name, year) for organ in organs if organ.level != "county" for year in years]
    absent = [key for key in keys if chance.happens(ABSENT_SHARE)]
    if not absent and len(keys) >= 20:
        absent = [chance.pick(keys)]
    return tuple(absent)
