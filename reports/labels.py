"""A figure's key goes in, its name in the form's own words comes out."""

from __future__ import annotations

from collections.abc import Iterator

from reports.form import DISPUTE_COLUMNS, DISPUTE_GROUPS, FORMS, OTHER_ALL, REQUEST_COLUMNS, REQUEST_GROUPS


def figure_label(key: str) -> str:
    """A figure's name in the form's own words, from the widest heading to the narrowest."""
    return _LABELS.get(key, key)


def _labels() -> Iterator[tuple[str, str]]:
    groups = {group.key: group.text for group in REQUEST_GROUPS if group.key != "results"}
    for form in FORMS.values():
        for block in form.disclosure:
            for row in block.rows:
                yield from ((f"disclosure.{row.key}.{c.key}", f"{row.text} · {c.text}") for c in block.columns)
        for row in (*form.request_rows, OTHER_ALL):
            words = [groups[row.group]] if row.group in groups else []
            name = " · ".join([*words, row.text.split("（")[0]])
            for column in REQUEST_COLUMNS:
                printed = f"法人或其他组织（{column.text}）" if column.group else column.text
                yield f"requests.{row.key}.{column.key}", f"{name} · {printed}"
    for group in DISPUTE_GROUPS:
        name = f"行政诉讼 · {group.text}" if group.group else group.text
        yield from ((f"disputes.{group.key}.{c.key}", f"{name} · {c.text}") for c in DISPUTE_COLUMNS)


_LABELS = dict(_labels())
