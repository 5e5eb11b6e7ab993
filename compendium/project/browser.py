"""Locates the installed Chromium and starts it headless: for printing, and for tests that open pages."""

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
    "--no-sandbox",  # root, which CI mostly runs as, cannot have a sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Command-line flags of Chromium: headless, no network requests of its own."""


def chromium() -> Path | None:
    """Return the path of Chromium: `CHROME_PATH` if set, else the first of `BROWSERS` on `PATH`; `None` if missing."""
    named = os.environ.get("CHROME_PATH")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None


@contextmanager
def browsing(program: Path) -> Iterator[Browser]:
    """Yield a headless browser (Playwright), closed after the block."""
    from playwright.sync_api import sync_playwright  # imported late: only printing and the tests of pages need it

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()
