"""Builds the site from notebooks that are up to date, with Jupyter Book; a warning is an error.

It executes nothing and changes nothing but the folder it builds into.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from compendium.ledger import ROOT
from compendium.notebooks import surroundings

# The console script beside Python names the folder in which it was installed; this works in any.
PROGRAM = "import sys; from jupyter_book.cli.main import main; sys.exit(main(prog_name='jupyter-book'))"


def build(into: Path, *, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the book of a folder cleanly into `into/_build/html` and return the finished process.

    The exit code is not 0 where there was any warning, a missing cross-reference included; the standard error
    holds the warnings.
    """
    for leftover in ("html", ".doctrees"):
        shutil.rmtree(into / "_build" / leftover, ignore_errors=True)
    options = ["--warningiserror", "--nitpick", "--keep-going", "--quiet", "--path-output", str(into)]
    command = [sys.executable, "-c", PROGRAM, "build", str(root), *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)


def fingerprint(root: Path = ROOT) -> str:
    """Return the name of everything a site is built from: chapters, configuration, data, engine, lock."""
    digest = hashlib.sha256(surroundings().encode())
    files = [root / "_config.yml", root / "_toc.yml", *(root / "book").rglob("*")]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"{path.relative_to(root)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def pages(html: Path) -> list[Path]:
    """Return the pages of a built site, the ones that Sphinx adds (search, index) included."""
    return sorted(html.rglob("*.html"))
