"""Tables and words on how long building takes: whether aims are met, how time grows with size; all from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from IPython.display import HTML

from compendium.display.outputs import captioned_table

BEYOND, TIMES = "seconds beyond the cells", "times"
"""Units of an aim, besides plain seconds."""


def _has(value: Any) -> bool:
    return value is not None and value != "" and not pd.isna(value)


def held(row: Mapping[str, Any]) -> float | None:
    """Return the measurement to compare with the aim of a row, in the aim's unit; none where it has no aim."""
    if not _has(row["aim"]):
        return None
    if row["aim_unit"] == TIMES:
        return float(row["ratio"])
    own = float(row["cells_seconds"]) if row["aim_unit"] == BEYOND else 0.0
    return float(row["seconds"]) - own


def met(row: Mapping[str, Any]) -> bool | None:
    """Return whether what was measured is within its aim; none where there is no aim."""
    found = held(row)
    return None if found is None else found <= float(row["aim"])


def aim(row: Mapping[str, Any]) -> str:
    """Return the aim of a row for a reader; `""` where it has none."""
    if not _has(row["aim"]):
        return ""
    amount = f"{float(row['aim']):g}"
    return f"{amount} ×" if row["aim_unit"] == TIMES else f"{amount} {row['aim_unit'].replace('seconds', 's')}"


def seconds(value: Any) -> str:
    """Return a time for a reader: to the tenth, below one second to the hundredth."""
    return f"{float(value):.2f} s" if float(value) < 1 else f"{float(value):.1f} s"


def aims_table(rows: pd.DataFrame, caption: str) -> HTML:
    """Return the rows of one book: what was measured, what it is compared with, its aim and whether that is met."""
    shown = [
        {
            "What": row["what"],
            "Time": seconds(row["seconds"]),
            "Held against": row["against"],
            "Its time": seconds(row["against_seconds"]),
            "Ratio": f"{float(row['ratio']):.2f}",
            "Aim": aim(row),
            "Met": {True: "yes", False: "no", None: ""}[met(row)],
        }
        for row in rows.to_dict("records")
    ]
    return captioned_table(pd.DataFrame(shown), caption, numeric=["Time", "Its time", "Ratio", "Aim"])


def growth_table(rows: pd.DataFrame, size: str, caption: str) -> HTML:
    """Return rows by growing size, each with the factor from the size before; `size` is `chapters` or `claims`."""
    shown = []
    for _, own in rows.groupby("what", sort=False):
        ordered = own.sort_values(size).to_dict("records")
        before: list[dict[str, Any] | None] = [None, *ordered[:-1]]
        for row, last in zip(ordered, before, strict=True):
            factor = float(row["seconds"]) / float(last["seconds"]) if last else None
            larger = row[size] / last[size] if last else None
            shown.append(
                {
                    "What": row["what"],
                    size.capitalize(): int(row[size]),
                    "Time": seconds(row["seconds"]),
                    "Floor": seconds(row["against_seconds"]),
                    "Ratio": f"{float(row['ratio']):.2f}",
                    "Size grew": f"× {larger:g}" if larger else "",
                    "Time grew": f"× {factor:.2g}" if factor else "",
                }
            )
    return captioned_table(pd.DataFrame(shown), caption, numeric=list(shown[0])[1:])


def named(rows: pd.DataFrame, wanted: bool) -> list[str]:
    """Return what was measured of the rows whose aim is met, or of those whose aim is missed, in their order."""
    return [row["what"] for row in rows.to_dict("records") if met(row) is wanted]


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them, each beginning small but for commands; `none` where there is none."""
    return "; ".join(name[0].lower() + name[1:] for name in names) or "none"


LINES = {"cold": "everything executed", "prose": "a sentence added", "nothing": "nothing changed"}
"""What is measured of every generated book, and the name of its line."""


def by_chapters(rows: pd.DataFrame) -> dict[str, dict[float, float]]:
    """Return the seconds of the generated books, by name of the line and by number of chapters."""
    own = rows[rows["part"] == "chapters"].sort_values("chapters")
    kinds = own["name"].str.rpartition("-")[2]
    return {said: _by(own[kinds == kind], "chapters") for kind, said in LINES.items()}


def by_claims(rows: pd.DataFrame, reconciled: pd.DataFrame) -> dict[str, dict[float, float]]:
    """Return the seconds of the made-up ledgers, by name of the line and by number of claims.

    Takes the rows of this benchmark and those of reconciliation, of which one process alone counts, and the sizes
    that are measured here, too.
    """
    checked = rows[rows["part"] == "ledger"].sort_values("claims")
    alone = reconciled[(reconciled["processes"] == 1) & reconciled["claims"].isin(checked["claims"])]
    alone = alone.sort_values("claims")
    return {"reconciling": _by(alone, "claims"), "reading, checking": _by(checked, "claims")}


def _by(rows: pd.DataFrame, size: str) -> dict[float, float]:
    return dict(zip(rows[size].astype(float), rows["seconds"].astype(float), strict=True))


LIKE = 1.25
"""A time of one thing that changes by less than this factor has stayed the same."""


def grows(values: Mapping[float, float]) -> str:
    """Return in words how a time grows between the smallest and the largest size."""
    least, most = min(values), max(values)
    times, larger = values[most] / values[least], most / least
    if times < LIKE:
        return "hardly at all"
    if times > larger * LIKE:
        return "faster than in proportion"
    return "in proportion" if times > larger / LIKE else "more slowly than in proportion"


def apart(rows: pd.DataFrame) -> float:
    """Return how far apart the runs of one measurement lay at most, as a part of their median."""
    return float((rows["spread_seconds"] / rows["seconds"]).max())
