"""The rows of a table as plain mappings, for those who look at every cell of many rows.

It gives what pandas gives, sooner: one list a column instead of one question a cell.
"""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one mapping a row, as `frame.to_dict("records")` does; an empty number is `None`."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*map(_values, frame.items()), strict=True)]


def keyed(frame: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by the text in one column; where it is there twice, the first row."""
    found: dict[str, dict[str, Any]] = {}
    for row in records(frame):
        found.setdefault(row[column], row)
    return found


def _values(column: tuple[Any, pd.Series[Any]]) -> list[Any]:
    _, values = column
    if isinstance(values.dtype, pd.Int64Dtype | pd.Float64Dtype):
        return [None if value is pd.NA else value for value in values.tolist()]
    if isinstance(values.dtype, pd.StringDtype):  # cell by cell, a column of text is slow
        return list(values.to_numpy(dtype=object))
    return values.tolist()
