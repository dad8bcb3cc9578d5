"""What a row of a list says of a report, a change or a finding goes in, its small piece of HTML comes out.

A page has hundreds of these: as macros of a template they take most of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from archive.reviews import Standing
from archive.web.messages import Messages


def filters(words: Messages) -> Mapping[str, Callable[..., object]]:
    """By the names under which the templates of a language know them."""
    spoken = (rule_name, state, change_words, verdict, standing, to_review, compare_link)
    return {
        "in_region": in_region,
        "organ_of": organ_of,
        "report_link": report_link,
        **{draw.__name__: partial(draw, words) for draw in spoken},
    }


def in_region(name: str, region: str | None) -> str:
    """A name with its region before it, unless it begins with that."""
    return name if not region or name.startswith(region) else region + name


def organ_of(line: Any) -> str:
    return in_region(line.organ, line.region) if line.organ else line.title or line.url


def report_link(line: Any) -> Markup:
    year = f" {line.year}" if line.year else ""
    return _made(
        f'<a href="/reports/{line.sighting_id}"><span lang="zh-Hans">{escape(organ_of(line))}</span>{year}</a>'
    )


def rule_name(words: Messages, rule: str) -> str:
    name = words.word("flag_rule", rule)
    return name if name != rule else words.word("rule", rule)


def state(words: Messages, value: str) -> Markup:
    return _made(f'<span class="state state-{_class(value)}">{escape(words.word("state", value))}</span>')


def change_words(words: Messages, line: Any) -> Markup:
    kind = f'<span class="kind kind-{_class(line.kind)}">{escape(words.word("change_kind", line.kind))}</span>'
    if not line.silent:
        return _made(kind)
    why, said = escape(words("changes.silent_why")), escape(words("changes.silent"))
    return _made(f'{kind} <span class="silent" title="{why}">{said}</span>')


def verdict(words: Messages, finding: Any) -> Markup:
    said = words.word("outcome", finding.outcome)
    if finding.outcome == "fail":
        said += f" · {words.word('severity', finding.severity)}"
    kinds = f"state outcome-{_class(finding.outcome)} severity-{_class(finding.severity)}"
    return _made(f'<span class="{kinds}">{escape(said)}</span>')


def standing(words: Messages, said: Standing | None) -> Markup:
    if said is None or not said.verdict:
        return Markup("")
    given, title = escape(f"{words.word('verdict', said.verdict)} · {said.who}"), escape(said.text)
    return _made(f'<span class="state verdict-{_class(said.verdict)}" title="{title}">{given}</span>')


def to_review(words: Messages, mark: str, said: Standing | None, back: str) -> Markup:
    """`back` is where who reviewed comes back to."""
    notes = ""
    if said is not None and said.notes:
        notes = f' <span class="count">{escape(words("review.notes", count=said.notes))}</span>'
    address = f"/review?mark={quote(mark)}&amp;back={quote(back)}"
    return _made(f'<a href="{address}">{escape(words("review.open"))}{notes}</a>')


def compare_link(words: Messages, sighting_id: int | None, before: int | None, after: int | None) -> Markup:
    if not (sighting_id and before and after) or before == after:
        return Markup("")
    address = f"/reports/{sighting_id}/compare?before={before}&amp;after={after}"
    return _made(f'<a href="{address}">{escape(words("changes.compare"))}</a>')


def _class(value: str) -> str:
    return str(escape(value.replace(",", "").replace(" ", "-")))


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - each part is escaped
