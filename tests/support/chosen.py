"""What tests look at where to look at everything would take too long for every change."""

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")

THOROUGH = os.environ.get("THOROUGH") == "1"
"""Whether all is looked at of which else there is a sample: so every night, in `.github/workflows/nightly.yml`."""

ALIKE = 20
"""Pages of one folder beyond this many are made by one template: the largest and the smallest stand for all."""


def chosen(pages: list[Path]) -> list[Path]:
    """Return all pages, but of those that are alike only a few."""
    kept = []
    for _, group in groupby(sorted(pages, key=lambda page: (page.parent, page)), key=lambda page: page.parent):
        own = list(group)
        by_size = sorted(own, key=lambda page: page.stat().st_size)
        kept += own if len(own) <= ALIKE else [by_size[0], by_size[len(own) // 2], *by_size[-2:]]
    return kept


def sample(items: Sequence[Item], every: int, first: int = 0) -> Sequence[Item]:
    """Return each so-many-th from the first on, or all where the run is a thorough one."""
    return items if THOROUGH else items[first::every]
