"""The pages of a site that tests look at in a browser."""

from itertools import groupby
from pathlib import Path

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
