"""A number goes in, out comes how a page writes it."""

from __future__ import annotations

from decimal import Decimal


def number(value: Decimal | int | None) -> str:
    """Grouped by thousands, with no zeros behind the point that nobody printed. Unknown is a question mark, never 0."""
    if value is None:
        return "?"
    if isinstance(value, Decimal):
        value = value.normalize()
        return f"{value:,f}"
    return f"{value:,}"


def signed(difference: Decimal | int) -> str:
    """With a sign in front, and the minus that is as wide as the plus."""
    return f"+{number(difference)}" if difference > 0 else number(difference).replace("-", "−")
