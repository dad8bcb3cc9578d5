"""Years and values go in, a small bar chart comes out as SVG, made on the server: no script, no outside file. One bar a year, plain or in layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from archive.web.numerals import number

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 300.0, 110.0, 20.0, 20.0
_WIDEST_BAR = 34.0
_TALL = 200.0  # of a chart in layers, twice as wide


def bar_chart(
    title: str, years: Sequence[int], values: Sequence[Decimal | int | None], without: Collection[int] = ()
) -> Markup:
    """An unknown value is a question mark on the axis, never a bar of height 0; a year `without` has a dash: its form did not ask."""
    step = _WIDTH / max(len(years), 1)
    width = min(_WIDEST_BAR, step * 0.62)
    known = [float(value) for value in values if value is not None]
    highest = max([*known, 0.0]) or 1.0
    floor = _HEIGHT - _BOTTOM
    marks = []
    for position, (year, value) in enumerate(zip(years, values, strict=True)):
        middle = step * (position + 0.5)
        height = 0.0 if value is None else max(0.0, float(value)) / highest * (floor - _TOP)
        if value is not None:
            marks.append(
                f'<rect x="{middle - width / 2:.1f}" y="{floor - max(height, 1):.1f}" width="{width:.1f}" '
                f'height="{max(height, 1):.1f}" rx="1.5" class="bar"/>'
            )
        kind = "value" if value is not None else "unknown"
        said = _said(year, value, without)
        marks.append(f'<text x="{middle:.1f}" y="{floor - height - 5:.1f}" class="{kind}">{said}</text>')
        marks.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 5:.1f}" class="year">{year}</text>')
    spoken = "; ".join(f"{year}: {_said(year, value, without)}" for year, value in zip(years, values, strict=True))
    return Markup(  # noqa: S704 - every text in it is a number or escaped
        f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{escape(title)} – {spoken}">'
        f'<line x1="0" y1="{floor}" x2="{_WIDTH}" y2="{floor}" class="axis"/>{"".join(marks)}</svg>'
    )


def layer_chart(
    title: str,
    years: Sequence[int],
    layers: Sequence[tuple[str, Sequence[Decimal | int | None]]],
    without: Collection[int] = (),
) -> Markup:
    """Bars of layers, the first at the bottom. A year with one layer unknown has no bar: the rest of it would look like the whole."""
    step = _WIDTH * 2 / max(len(years), 1)
    width = min(_WIDEST_BAR * 1.6, step * 0.62)
    wholes = [_whole([values[at] for _, values in layers]) for at in range(len(years))]
    highest = max([float(whole) for whole in wholes if whole is not None] + [0.0]) or 1.0
    floor, tall = _TALL - _BOTTOM, _TALL - _BOTTOM - _TOP
    marks = []
    for at, (year, whole) in enumerate(zip(years, wholes, strict=True)):
        middle, top = step * (at + 0.5), floor
        for number_of_layer, (name, values) in enumerate(layers):
            value = values[at]
            if whole is None or not value:
                continue
            height = float(value) / highest * tall
            top -= height
            marks.append(
                f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
                f'class="layer-{number_of_layer}"><title lang="zh-Hans">{escape(name)} {year}: {number(value)}</title></rect>'
            )
        kind = "value" if whole is not None else "unknown"
        marks.append(f'<text x="{middle:.1f}" y="{top - 5:.1f}" class="{kind}">{_said(year, whole, without)}</text>')
        marks.append(f'<text x="{middle:.1f}" y="{_TALL - 5:.1f}" class="year">{year}</text>')
    spoken = "; ".join(f"{year}: {_said(year, whole, without)}" for year, whole in zip(years, wholes, strict=True))
    return Markup(  # noqa: S704 - every text in it is a number or escaped
        f'<svg class="chart" viewBox="0 0 {_WIDTH * 2:.0f} {_TALL:.0f}" role="img" aria-label="{escape(title)} – {spoken}">'
        f'<line x1="0" y1="{floor}" x2="{_WIDTH * 2}" y2="{floor}" class="axis"/>{"".join(marks)}</svg>'
    )


def _whole(values: Sequence[Decimal | int | None]) -> Decimal | int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _said(year: int, value: Decimal | int | None, without: Collection[int]) -> str:
    return "–" if value is None and year in without else number(value)
