"""How many changes of the engine its tests notice, as a table for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from compendium.display.outputs import Shown
from compendium.display.outputs import table as shown_table

NONE = Shown("<p>None.</p>")


def score(row: Mapping[str, Any]) -> float:
    """Return the share of the changes of a module that the tests notice; one that does not end is noticed."""
    tried = int(row["mutants"])
    return (int(row["killed"]) + int(row["timeout"])) / tried if tried else 1.0


def mutations_table(rows: pd.DataFrame, caption: str) -> Shown:
    """Return how many changes of each module the tests notice, as a table for a page; the weakest module first."""
    if rows.empty:
        return NONE
    ordered = sorted(rows.to_dict("records"), key=lambda row: (score(row), row["module"]))
    return shown_table(
        pd.DataFrame(
            [
                {"Module": row["module"], "Changes": int(row["mutants"]), "Noticed": int(row["killed"]),
                 "Not ended": int(row["timeout"]), "Passed": int(row["survived"]), "In no test": int(row["untested"]),
                 "Score": f"{score(row):.0%}"}
                for row in ordered
            ]
        ),
        caption,
        numeric=["Changes", "Noticed", "Not ended", "Passed", "In no test", "Score"],
        data=rows,
    )  # fmt: skip
