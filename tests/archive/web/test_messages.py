"""The words of the interface: the same in both languages, and none missing or left over."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from archive import audit, events, flag_lists, flags, harvests, listings, reviews
from archive.measures import MEASURES
from archive.models import CHANGE_STATES, PURPOSES, READING_STATES, ROLES, SITE_RUN_STATES
from archive.web import matrix
from archive.web.evidence import STEPS
from archive.web.messages import LANGUAGES, chosen_language, glosses, messages
from archive.web.pages.exports import FORMATS
from archive.web.pages.worklists import CHANGE_KINDS, EVERY, OUTCOMES, SEVERITIES
from archive.web.replay import VIEW_KINDS
from reports.checks import RULES
from reports.form import (
    DISPUTE_COLUMNS,
    DISPUTE_GROUPS,
    FORMS,
    FREE_SECTIONS,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_GROUPS,
)
from reports.model import ChangeKind, Edition, State

WEB = Path(__file__).parents[3] / "archive" / "web"
SOURCES = [*WEB.glob("templates/*.html"), *WEB.glob("**/*.py")]
# A key in quotes: handed to t(…) or words(…) or to an error, or chosen by an expression.
PLAIN_KEY = re.compile(
    r"""(?:\bt|\bwords|words_of\(request\)|NoSuchPage|_shown\(request,|_refused\(request,)\s*\(?\s*["']([a-z][a-z_.]*[a-z])["']"""
    r"""|["']((?:refused|broken|review)\.(?!html)[a-z_]+)["']"""
)
ERRORS = (
    "DatabaseOutdated", "DatabaseUnusable", "DamagedRecord", "DamagedSeal", "HomeInUse", "MissingLibrary", "NoSuchCapture", "StoreUnusable", "TakenDown",
)  # fmt: skip
MADE_KEYS = {  # keys that the pages put together: the table, and all values that it may be asked for
    "nav": ("regions", "sites", "organs", "reports", "search", "flags", "changes", "findings", "harvests"),
    "theme": ("light", "dark", "system"),
    "totals": ("sites", "organs", "reports", "captures", "changes", "failures"),
    "health": ("well", "running", "troubled"),
    "compare": ("before", "after"),
    "evidence": tuple(f"step_{step}" for step in STEPS),
    "exports": (*FORMATS, *(f"about_{kind}" for kind in FORMATS)),
    "organ": ("renamed", "merged"),
    "table": ("disclosure", "requests", "disputes"),
    "measure": tuple(measure.name for measure in MEASURES),
    "state": (*listings.REPORT_STATES, *matrix.CELL_STATES),
    "run_state": SITE_RUN_STATES,
    "why": harvests.WHYS,
    "trouble": harvests.TROUBLES,
    "reading_state": READING_STATES,
    "harvest_kind": ("harvest", "recrawl", "confirm", "import"),
    "change_kind": (*CHANGE_KINDS, *(rule.kind.value for rule in flags.RULES if isinstance(rule.kind, ChangeKind))),
    "outcome": OUTCOMES,
    "severity": SEVERITIES,
    "edition": tuple(edition.value for edition in Edition),
    "edition_short": tuple(edition.value for edition in Edition),
    "figure_state": tuple(state.value for state in State),
    "level": ("government", "department", "township"),
    "region_level": ("province", "city", "county", "township"),
    "section": tuple(section.key for section in FREE_SECTIONS),
    "flag_rule": tuple(rule.name for rule in flags.RULES if rule.kind is not flags.Cause.FINDING),
    "standing": (*flag_lists.STANDINGS, EVERY),
    "verdict": (*reviews.VERDICTS, reviews.WITHDRAWN),
    "verdict_why": reviews.VERDICTS,
    "role": ROLES,
    "role_may": ROLES,
    "act": audit.ACTS,
    "purpose": PURPOSES,
    "user_rule": ("name", "taken", "role", "password", "guessable", "last", "unknown", "differs"),
    "refused": ROLES,
    "broken": (*ERRORS, "other"),
    "event": events.KINDS,
    "fact": ("family", "family_was", "troubles", "tally", "robots", "organs", "foreign_hosts", "kinds"),
    "digest": ("subject", "no_region", "more"),
    "rule": tuple(RULES),
    "rule_why": tuple(RULES),
}  # fmt: skip


def used_keys() -> set[str]:
    found = {key for path in SOURCES for groups in PLAIN_KEY.findall(path.read_text("utf-8")) for key in groups if key}
    made = {f"{table}.{value}" for table, values in MADE_KEYS.items() for value in values}
    return found | made | {f"capture.view_{kind}" for kind in VIEW_KINDS}


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = (set(messages(language).words) for language in LANGUAGES)
    assert chinese ^ english == set()


def test_every_key_that_a_page_uses_exists() -> None:
    assert used_keys() - set(messages("zh").words) == set()


def test_no_word_is_left_over() -> None:
    open_tables = {
        "date_source",
        "meaning",
        "blocked",
        "outcome",
        "change_kind",
        "section",
        "state",
        "api_says",
        "api_parameter",
        "event_kind",
        "noted",
    }  # values of the data
    left = {key for key in set(messages("zh").words) - used_keys() if key.split(".", 1)[0] not in open_tables}
    assert left == set()


def test_both_languages_fill_in_the_same_values() -> None:
    def holes(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    chinese, english = (messages(language).words for language in LANGUAGES)
    assert [key for key in chinese if not key.startswith("rule") and holes(chinese[key]) != holes(english[key])] == []


def test_english_has_no_chinese_but_names() -> None:
    named = {"overview.lead"}  # says what the reports are called
    chinese = {key for key, text in messages("en").words.items() if re.search(r"[\u4e00-\u9fff]", text)}
    assert {key for key in chinese if not key.startswith("rule")} == named


def test_every_heading_of_the_form_has_an_english_gloss() -> None:
    names = {f"disclosure.{row.key}" for form in FORMS.values() for block in form.disclosure for row in block.rows}
    names |= {f"columns.{c.key}" for form in FORMS.values() for block in form.disclosure for c in block.columns}
    names |= {f"requests.{row.key}" for form in FORMS.values() for row in (*form.request_rows, OTHER_ALL)}
    names |= {f"columns.{column.key}" for column in REQUEST_COLUMNS}
    names |= {f"groups.{group.key}" for group in REQUEST_GROUPS if group.key != "results"}
    names |= {f"disputes.{group.key}" for group in DISPUTE_GROUPS} | {
        f"dispute_columns.{c.key}" for c in DISPUTE_COLUMNS
    }
    assert names - set(glosses()) == set()


def test_every_state_of_a_change_that_is_listed_is_known() -> None:
    assert "raised" in CHANGE_STATES


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "chosen"),
    [
        (None, None, "", "zh"),
        (None, None, "en-US,en;q=0.9,zh;q=0.1", "en"),
        (None, None, "zh;q=0.2,en;q=0.8", "en"),
        (None, None, "fr-FR,en;q=0", "zh"),
        (None, None, "de;q=x,en", "en"),
        (None, "en", "zh-CN", "en"),
        ("zh", "en", "en", "zh"),
        ("xx", None, "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_chosen_then_accepted(
    asked: str | None, cookie: str | None, accepted: str, chosen: str
) -> None:
    assert chosen_language(asked, cookie, accepted) == chosen
