"""The ledger of a region goes in, an Excel work order for its disclosure office comes out: what is missing and why, and the whole matrix."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from archive.coverage import HELD, NOT_YET_DUE, OrganYear
from archive.errors import MissingLibrary
from archive.ledger_words import in_chinese

TITLES = ("机关", "层级", "年度", "状态", "应公布日期", "依据", "核实结果", "责任人", "办结日期")
STATES = {
    "held": "已存", "held, not readable": "已存，未能读出", "not yet due": "未到期", "overdue": "逾期", "not found": "未找到",
    "blocked by a challenge": "被验证拦截", "refused by robots.txt": "robots.txt 不允许", "unreachable from here": "无法访问",
    "moved": "已迁移", "removed": "已撤下",
}  # fmt: skip
_LEVELS = {"government": "政府", "department": "部门", "township": "乡镇街道"}
_COLOURS = {"held": "DDEFE0", "overdue": "F6D5D1", "removed": "F6D5D1", "not found": "F6D5D1"}


def work_order(rows: Iterable[OrganYear]) -> bytes:
    """Two sheets: a line for each organ and year that is not in order, with columns to fill in; and organs by years."""
    try:
        from openpyxl import Workbook  # type: ignore[import-untyped]
        from openpyxl.styles import Font, PatternFill  # type: ignore[import-untyped]
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise MissingLibrary("an Excel file needs openpyxl: pip install 'nianbao[tables]'.") from None
    known = list(rows)
    book = Workbook()
    todo, matrix = book.active, book.create_sheet("覆盖情况")
    todo.title = "待办"
    todo.append(TITLES)
    for row in known:
        if row.state not in (HELD, NOT_YET_DUE):
            todo.append(
                (_text(row.organ), _LEVELS.get(row.level, row.level), row.year, STATES[row.state], row.due_on, _text(in_chinese(row.evidence)))
            )  # fmt: skip
    todo.auto_filter.ref = todo.dimensions
    years = sorted({row.year for row in known})
    matrix.append(("机关", *years))
    by_organ: dict[str, dict[int, OrganYear]] = {}
    for row in known:
        by_organ.setdefault(row.organ, {})[row.year] = row
    for organ, cells in by_organ.items():
        matrix.append((_text(organ), *(STATES[cells[year].state] if year in cells else "" for year in years)))
        for place, year in enumerate(years, 2):
            colour = _COLOURS.get(cells[year].state) if year in cells else None
            if colour is not None:
                matrix.cell(matrix.max_row, place).fill = PatternFill("solid", fgColor=colour)
    for sheet, widths in ((todo, (24, 10, 8, 18, 14, 70, 20, 14, 14)), (matrix, (24, *(14 for _ in years)))):
        sheet.freeze_panes = "B2"
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
            sheet.cell(1, number).font = Font(bold=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: str) -> str:
    """A text is never a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@") else value
