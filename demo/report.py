"""What one organ publishes for one year, as a value: its figures as printed, its text, its dress, and the mistakes planted in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from demo.arithmetic import Breach, breaches
from demo.chance import Chance
from demo.figures import PROCUREMENT_AMOUNT, Figures
from demo.prose import CELLS_BEHIND, Section, Text, Voice
from reports.form import OTHER_ALL
from reports.model import Edition

LAYOUT_WEIGHTS = (("plain", 4), ("styled", 2), ("word", 2), ("nested", 1), ("paragraphs", 2))
CARRIER_WEIGHTS = ((("html",), 70), (("html", "pdf"), 9), (("pdf",), 12), (("docx",), 9))


@dataclass(frozen=True, slots=True)
class Organ:
    """An authority that owes a report. `level` is county (the government itself), department or town."""

    name: str
    short: str
    level: str
    slug: str
    region: str

    def voice(self, county: str, turn: int) -> Voice:
        if self.level == "county":
            kind, scope = "县", "全县"
        elif self.level == "department":
            kind, scope = "局", "全局"
        else:
            kind = next(kind for kind in ("街道", "镇", "乡") if self.short.endswith(kind))
            scope = f"全{kind}"
        return Voice(self.name, f"我{kind}", scope, county, turn)


@dataclass(frozen=True, slots=True)
class Dress:
    """How a report looks, which says nothing about what it says."""

    layout: str  # a name of demo.layouts.LAYOUTS
    half_width: bool  # brackets and full stops of the row labels
    spaced: bool  # stray spaces inside labels
    other_as_one_row: bool
    own_words: bool  # some labels in words that the form does not print
    plus_signs: bool  # "+3" for a rise in the 2019 form's 本年增/减
    amount_unit: str  # what stands behind 采购总金额: "", "元" or "万元"


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake put in on purpose: its name, the rule that must notice it, and the place."""

    mistake: str
    rule: str
    where: str


@dataclass(frozen=True, slots=True)
class AnnualReport:
    organ: Organ
    year: int
    edition: Edition
    title: str
    published: date
    figures: Figures
    text: Text
    dress: Dress
    carriers: tuple[str, ...]  # of html, pdf, docx; the first is where the report's text stands
    planted: tuple[Planted, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        return self.organ.name, self.year

    @property
    def units(self) -> Mapping[str, str]:
        has_unit = self.figures.get(PROCUREMENT_AMOUNT) and self.dress.amount_unit
        return {PROCUREMENT_AMOUNT: self.dress.amount_unit} if has_unit else {}

    def section(self, key: str) -> Section:
        return next(section for section in self.text.sections if section.key == key)


_CHAINS = ("X-CARRY", "X-INFORCE")  # arithmetic.breaches finds those that can be seen


def findings(report: AnnualReport, earlier: AnnualReport | None) -> tuple[Breach, ...]:
    """Every rule that the report breaks, whether planted on the spot or the consequence of a planted mistake."""
    found = list(breaches(report.figures, earlier.figures if earlier is not None else None))
    for meaning, keys in CELLS_BEHIND.items():
        values = [report.figures[key] for key in keys]
        known = [value for value in values if value is not None]
        if len(known) == len(values) and sum(known) != report.text.stated[meaning]:
            found.append(Breach("TXT-NUM", meaning))
    if report.edition is Edition.FORM_2021 and f"requests.{OTHER_ALL.key}.total" in report.figures:
        found.append(Breach("FORM", f"requests.{OTHER_ALL.key}"))
    words = (*report.text.introduction, *(text for section in report.text.sections for text in section.paragraphs))
    if report.year >= 2021 and any("〔2019〕60号" in text for text in words):
        found.append(Breach("CITED", "60"))
    # A chain over two years is broken only where both years print it: the year before may use another form by a mistake of its own.
    planted_otherwise = [
        Breach(planted.rule, planted.where) for planted in report.planted if planted.rule not in _CHAINS
    ]
    return tuple(sorted({*found, *planted_otherwise}))


def dress(chance: Chance, edition: Edition) -> Dress:
    return Dress(
        layout=chance.weighted(LAYOUT_WEIGHTS),
        half_width=chance.happens(0.2),
        spaced=chance.happens(0.1),
        other_as_one_row=edition is Edition.FORM_2021 and chance.happens(0.06),
        own_words=chance.happens(0.1),
        plus_signs=chance.happens(0.5),
        amount_unit=chance.pick(("", "元", "万元")),
    )


def title(chance: Chance, organ: Organ, year: int) -> str:
    name = organ.name if organ.level == "county" or chance.happens(0.7) else organ.short
    return chance.pick(
        (
            f"{name}{year}年政府信息公开工作年度报告",
            f"{name}{year}年政府信息公开工作年度报告",
            f"{name}{year}年度政府信息公开工作年度报告",
            f"{name}{year}年政府信息公开年度报告",
            f"{year}年{name}政府信息公开工作年度报告",
            f"{name}关于{year}年政府信息公开工作年度报告",
            f"{name}{year}年政府信息公开年报",
        )
    )


def published(chance: Chance, organ: Organ, year: int) -> date:
    """A department and a town owe their report by 31 January, a county's government by 31 March; a few are late."""
    if organ.level == "county":
        return (
            date(year + 1, 3, chance.number(4, 31)) if chance.happens(0.9) else date(year + 1, 4, chance.number(1, 20))
        )
    if chance.happens(0.92):
        return date(year + 1, 1, chance.number(6, 31))
    return date(year + 1, 2, chance.number(1, 27))
