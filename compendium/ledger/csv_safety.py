"""Cells of a CSV file that no spreadsheet computes as a formula.

It changes the text of a cell and writes no file.
"""

from __future__ import annotations

import re

SIGNED_NUMBER_PATTERN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?: ?%)?", re.ASCII)

FORMULA_STARTS = tuple("=+-@＝＋－＠")


def escape_formula(cell: str) -> str:
    """Return a text that no spreadsheet computes: an apostrophe stands before what would begin a formula.

    Texts of a table come from anywhere; opened in a spreadsheet, one that begins with `=`, `+`, `-` or `@` would run
    there (OWASP, "CSV Injection"; a tab or line end before these is taken away with all others). Numbers with a sign
    are left alone.
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not SIGNED_NUMBER_PATTERN.fullmatch(cell) else cell
