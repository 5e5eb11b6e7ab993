"""The build of a site, the pages of it that tests open, and the ways in which they look at them."""

import subprocess
import sys
from pathlib import Path

from compendium.builder import html_site
from compendium.project.paths import ROOT

SCHEMES = ("light", "dark")
SIZES = ((390, 844), (1280, 800))
"""Width and height of a phone and of a desk, in CSS pixels."""


def build_site_in_subprocess(output_folder: Path, *, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the book of a folder cleanly in a process of its own; its standard error holds the warnings."""
    command = [sys.executable, "-m", "compendium.builder.html_site", str(output_folder), str(root)]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)


def shown(html: Path) -> list[Path]:
    """Return the pages of a built site but those that only lead on to another."""
    return [
        page
        for page in html_site.site_pages(html)
        if 'http-equiv="refresh"' not in page.read_text(encoding="utf-8").lower()
    ]


def named(page: Path, html: Path) -> str:
    """Return the address of a page from the root of the site, without its ending."""
    return page.relative_to(html).with_suffix("").as_posix()
