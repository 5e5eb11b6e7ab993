"""Builds the site from notebooks that are up to date, with Jupyter Book; a warning is an error.

It executes nothing and changes nothing but the folder it builds into.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from pathlib import Path

from compendium.builder import partial_build, provenance
from compendium.project.paths import ROOT

OPTIONS = ("--warningiserror", "--nitpick", "--keep-going", "--quiet")


def import_dependencies() -> None:
    """Import what `build_site` needs, at a time when this process has nothing else to do."""
    for name in ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinxcontrib.bibtex", "furo", "sphinx.builders.html"):
        import_module(name)


def build_site(output_folder: Path, *, root: Path = ROOT, clean: bool = True, only_page: str = "") -> str:
    """Build the book of a folder into `into/_build/html`, in this process; return what was wrong, `""` if nothing.

    Parameters
    ----------
    clean
        begin from nothing; else the pages that have not changed since the last build are left as they are. Both give
        the same files (`compendium.builder.sphinx_ext.reproducible`).
    only_page
        the one page to write, `book/part/chapter`, over a site that is there; the next build does all that is left.
    """
    leftovers = () if not clean else (".doctrees",) if partial_build.is_live_preview() else ("html", ".doctrees")
    for leftover in leftovers:
        shutil.rmtree(output_folder / "_build" / leftover, ignore_errors=True)
    with partial_build.only_page_built(only_page):
        warned = _built(output_folder, root)
    if not warned:
        provenance.fill_placeholders(output_folder / "_build" / "html", provenance.read_provenance(root))
    return warned


def _built(into: Path, root: Path) -> str:
    from jupyter_book.cli.main import main
    from pybtex import plugin

    # It would look through all that is installed once for every citation, which took a fifth of a build.
    if not hasattr(plugin._load_entry_point, "cache_info"):
        plugin._load_entry_point = cache(plugin._load_entry_point)
    said, warned = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(warned):
            main(["build", str(root), *OPTIONS, "--path-output", str(into)], "jupyter-book", standalone_mode=False)
    except SystemExit as end:
        return warned.getvalue() + said.getvalue() if end.code else ""
    except Exception as error:  # Jupyter Book raises whatever its parts do; to the author it is one failed build
        return f"{warned.getvalue()}{said.getvalue()}{error}"
    return warned.getvalue()


def build_site_in_subprocess(output_folder: Path, *, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the book of a folder cleanly into `into/_build/html`, in a process of its own, and return that.

    The exit code is not 0 where there was any warning, a missing cross-reference included; the standard error
    holds the warnings.
    """
    command = [sys.executable, "-m", "compendium.builder.html_site", str(output_folder), str(root)]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)


def site_pages(html: Path) -> list[Path]:
    """Return the pages of a built site, the ones that Sphinx adds (search, index) included."""
    return sorted(html.rglob("*.html"))


if __name__ == "__main__":
    sys.exit(build_site(Path(sys.argv[1]), root=Path(sys.argv[2])) or 0)
