"""Protection against CSV injection: cells that a spreadsheet would compute as a formula are escaped."""

from __future__ import annotations

import re

SIGNED_NUMBER_PATTERN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?: ?%)?", re.ASCII)
FORMULA_STARTS = tuple("=+-@＝＋－＠")


def escape_formula(cell: str) -> str:
    """Return a cell, with an apostrophe before what a spreadsheet would compute (OWASP, "CSV Injection").

    Signed numbers are left unchanged. Leading tabs and line ends must have been removed.
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not SIGNED_NUMBER_PATTERN.fullmatch(cell) else cell
