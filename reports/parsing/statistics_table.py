"""The tables of a file in, the rows of its 政府信息公开情况统计表 out: labels and cells as printed, nothing interpreted.

The State Council made the table in 2014; provinces and departments added rows, dropped rows and renumbered them until 2018.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.model import ExtraRow
from reports.parsing.grid import Grid, Line
from reports.parsing.numbers import looks_like_value
from reports.wording import squeeze

STATISTICS = "statistics"
_HEADINGS = re.compile(r"统计指标|指标名称|统计数|情况统计表")
_TOPICS = re.compile(
    r"主动公开|依申请公开|回应(?:公众|社会)关注|回应解读|政策解读|行政复议数量|行政诉讼数量|举报投诉|机构建设|会议和培训"
)
_UNIT = re.compile(r"^(?:条|件|次|篇|人次|人|个|场次|场|期|万元|元|份|起|名|[-—/]+)$")
_FEWEST_ROWS = 5
_HEAD_ROWS = 6  # in which the headings of the columns stand


def read_statistics(grids: Sequence[Grid]) -> list[ExtraRow]:
    """The rows in printed order. A table cut in two by a page goes on without headings: the one after it with as many columns is its rest."""
    rows: list[ExtraRow] = []
    width: int | None = None
    for grid in grids:
        if is_statistics_table(grid):
            width = _width(grid)
        elif width is None or _width(grid) != width:
            width = None
            continue
        rows += [row for line in grid if (row := _row(line)) is not None]
    return rows


def is_statistics_table(grid: Grid) -> bool:
    if len(grid) < _FEWEST_ROWS:
        return False
    head = "".join([squeeze(cell.text) for line in grid[:_HEAD_ROWS] for cell in line])
    if not _HEADINGS.search(head):
        return False
    topics = {topic for line in grid for cell in line[:2] for topic in _TOPICS.findall(squeeze(cell.text))}
    return len(topics) >= 2


def _width(grid: Grid) -> int:
    return max(map(len, grid))


def _row(line: Line) -> ExtraRow | None:
    """The words before the first unit or figure are the label, all after it the cells. Headings of columns and blank lines are no rows."""
    filled = [cell for cell in line if not cell.blank or _UNIT.match(squeeze(cell.text))]
    first = next(
        (
            index
            for index, cell in enumerate(line)
            if _UNIT.match(squeeze(cell.text)) or (not cell.blank and index > 0 and looks_like_value(cell.text))
        ),
        len(line),
    )
    label = " ".join(" ".join(cell.text.split()) for cell in line[:first] if not cell.blank)
    if not filled or not label or _HEADINGS.search(squeeze(label)):
        return None
    return ExtraRow(STATISTICS, label, tuple(" ".join(cell.text.split()) for cell in line[first:]), line[0].place)
