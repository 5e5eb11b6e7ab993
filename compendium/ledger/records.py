"""Rows of a DataFrame as plain dictionaries, converted column by column (faster than `DataFrame.to_dict`)."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one dictionary a row, as `frame.to_dict("records")` does; an empty number is `None`."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*map(_values, frame.items()), strict=True)]


def keyed(frame: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """Return the rows by the text in one column; of several rows with the same text, the first."""
    found: dict[str, dict[str, Any]] = {}
    for row in records(frame):
        found.setdefault(row[column], row)
    return found


def _values(column: tuple[Any, pd.Series[Any]]) -> list[Any]:
    _, values = column
    if isinstance(values.dtype, pd.Int64Dtype | pd.Float64Dtype):
        return [None if value is pd.NA else value for value in values.tolist()]
    if isinstance(values.dtype, pd.StringDtype):  # `tolist` is slow for text
        return list(values.to_numpy(dtype=object))
    return values.tolist()
