"""Finds this machine's Chromium and starts it without a window: for printing, and for tests that open pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",  # a sandbox cannot be had by root, as which machines that test mostly run
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""How Chromium is started: without a window, and without calls of its own to other hosts."""


def chromium() -> Path | None:
    """Return this machine's Chromium: what `CHROME_PATH` names, else the first of `BROWSERS` on the path, else none."""
    named = os.environ.get("CHROME_PATH")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None


@contextmanager
def browsing(program: Path) -> Iterator[Browser]:
    """Yield a browser without a window, closed after the block."""
    from playwright.sync_api import sync_playwright  # imported late: only printing and the tests of pages need it

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()
