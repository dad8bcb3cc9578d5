"""A plan and a county's organs go in; every report that they publish comes out, sound but for the mistakes planted in some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from demo import prose, report
from demo.chance import Chance
from demo.figures import PROCUREMENT_AMOUNT, SIZES, facts_of_years, frozen, printed
from demo.mistakes import FIGURE_MISTAKES, TEXT_MISTAKES, Draft
from demo.report import AnnualReport, Organ, Planted
from reports.model import Edition

Key = tuple[str, int]  # an organ's name and a report year
REPORTS_PER_MISTAKE = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """What all counties of one world have in common."""

    seed: int
    townships: int
    departments: int
    years: tuple[int, ...]
    mistakes: bool


def edition_of(year: int) -> Edition:
    return Edition.FORM_2021 if year >= 2021 else Edition.FORM_2019


def reports_of(plan: Plan, county: str, organs: Sequence[Organ], absent: Sequence[Key]) -> tuple[AnnualReport, ...]:
    seed = plan.seed
    drafts = _drafts(plan, organs, absent)
    kinds = _rotated([*FIGURE_MISTAKES, *TEXT_MISTAKES], Chance(seed, county, "first mistake").number(0, 11))
    quota = len(drafts) // REPORTS_PER_MISTAKE if plan.mistakes else 0
    planned = [kinds[number % len(kinds)] for number in range(quota)]
    in_figures, in_text = dict(FIGURE_MISTAKES), dict(TEXT_MISTAKES)
    taken: set[Key] = set()
    for number, (rule, _) in enumerate(planned):
        if rule in in_figures:
            _plant_in_figures(Chance(seed, county, "mistake", number), drafts, taken, rule)
    shift = Chance(seed, county, "turns").number(0, 168)
    turns = {organ.name: shift + number for number, organ in enumerate(organs)}
    written = {
        key: _written(seed, draft, draft.organ.voice(county, turns[key[0]] + 60 * key[1]))
        for key, draft in drafts.items()
    }
    for number, (rule, _) in enumerate(planned):
        if rule in in_text:
            _plant_in_text(Chance(seed, county, "mistake", number), written, taken, rule)
    return tuple(written.values())


def _rotated(kinds: list[tuple[str, Callable[..., object]]], by: int) -> list[tuple[str, Callable[..., object]]]:
    return kinds[by:] + kinds[:by]


def _drafts(plan: Plan, organs: Sequence[Organ], absent: Sequence[Key]) -> dict[Key, Draft]:
    drafts: dict[Key, Draft] = {}
    for organ in organs:
        facts = facts_of_years(Chance(plan.seed, "figures", organ.name), SIZES[organ.level], plan.years)
        for year in plan.years:
            if (organ.name, year) in absent:
                continue
            edition = edition_of(year)
            one_row = report.dress(Chance(plan.seed, "dress", organ.name, year), edition).other_as_one_row
            figures = printed(facts[year], edition, one_row)
            before = drafts.get((organ.name, year - 1))
            drafts[organ.name, year] = Draft(
                organ, year, edition, facts[year], figures, before.figures if before is not None else None
            )
    return drafts


def _plant_in_figures(chance: Chance, drafts: dict[Key, Draft], taken: set[Key], rule: str) -> None:
    """Put one mistake into the first drawn report that has room for it; into none when none has."""
    plant = dict(FIGURE_MISTAKES)[rule]
    for key in chance.several([key for key in drafts if key not in taken], len(drafts)):
        planted = plant(drafts[key])
        if planted is not None:
            draft, where = planted
            drafts[key] = replace(draft, planted=(Planted(plant.__name__, rule, where),))
            taken.add(key)
            return


def _plant_in_text(chance: Chance, written: dict[Key, AnnualReport], taken: set[Key], rule: str) -> None:
    plant = dict(TEXT_MISTAKES)[rule]
    for key in chance.several([key for key in written if key not in taken], len(written)):
        neighbours = [other for (name, year), other in written.items() if year == key[1] and name != key[0]]
        for neighbour in chance.several([other for other in neighbours if other.key not in taken], len(neighbours)):
            planted = plant(written[key], neighbour)
            if planted is not None:
                changed, where = planted
                written[key] = replace(changed, planted=(Planted(plant.__name__, rule, where),))
                # The neighbour stays sound too: what was copied from it must remain to be found there.
                taken |= {key, neighbour.key}
                return


def _written(seed: int, draft: Draft, voice: prose.Voice) -> AnnualReport:
    organ, year = draft.organ, draft.year
    chance = Chance(seed, "report", organ.name, year)
    dress = report.dress(Chance(seed, "dress", organ.name, year), draft.edition)
    figures = dict(draft.figures)
    amount = figures.get(PROCUREMENT_AMOUNT)
    if amount is not None and dress.amount_unit == "万元":
        figures[PROCUREMENT_AMOUNT] = Decimal(amount) / 10000
    return AnnualReport(
        organ=organ,
        year=year,
        edition=draft.edition,
        title=report.title(chance, organ, year),
        published=report.published(chance, organ, year),
        figures=frozen(figures),
        text=prose.write(chance, voice, year, draft.edition, frozen(figures)),
        dress=dress,
        carriers=chance.weighted(report.CARRIER_WEIGHTS),
        planted=draft.planted,
    )
