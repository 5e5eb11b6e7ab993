"""Build of the HTML site from up-to-date notebooks with Jupyter Book; a warning counts as an error.

No notebook is executed, and nothing outside the output folder is written.
"""

from __future__ import annotations

import io
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from pathlib import Path

from compendium.builder import partial_build, provenance
from compendium.project.paths import ROOT

OPTIONS = ("--warningiserror", "--nitpick", "--keep-going", "--quiet")


def import_dependencies() -> None:
    """Import what `build_site` needs, so that it can be done while this process is idle."""
    for name in ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinxcontrib.bibtex", "furo", "sphinx.builders.html"):
        import_module(name)


def build_site(output_folder: Path, *, root: Path = ROOT, clean: bool = True, only_page: str = "") -> str:
    """Build the book of a folder into `output_folder/_build/html`, in this process; return warnings, `""` without any.

    Parameters
    ----------
    clean
        delete the last build first; else pages that have not changed since are kept. Both give the same files
        (`compendium.builder.sphinx_ext.reproducible`).
    only_page
        the one page to write into an existing site, as `book/part/chapter`; the next build does the rest.
    """
    if clean:  # the pages of a live preview stay on view until they are written anew
        for name in (".doctrees",) if partial_build.is_live_preview() else ("html", ".doctrees"):
            shutil.rmtree(output_folder / "_build" / name, ignore_errors=True)
    with partial_build.only_page_built(only_page):
        warnings = _run_jupyter_book(output_folder, root)
    if not warnings:
        provenance.fill_placeholders(output_folder / "_build" / "html", provenance.read_provenance(root))
    return warnings


def _run_jupyter_book(output_folder: Path, root: Path) -> str:
    from jupyter_book.cli.main import main
    from pybtex import plugin

    # Cached: it searches all installed packages once a citation, which took a fifth of a build.
    if not hasattr(plugin._load_entry_point, "cache_info"):
        plugin._load_entry_point = cache(plugin._load_entry_point)
    printed, warnings = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(warnings):
            command = ["build", str(root), *OPTIONS, "--path-output", str(output_folder)]
            main(command, "jupyter-book", standalone_mode=False)
    except SystemExit as end:
        return warnings.getvalue() + printed.getvalue() if end.code else ""
    except Exception as error:  # Jupyter Book passes on whatever its parts raise
        return f"{warnings.getvalue()}{printed.getvalue()}{error}"
    return warnings.getvalue()


def site_pages(html: Path) -> list[Path]:
    """Return the HTML files of a built site, in order of path, including those that Sphinx adds (search, index)."""
    return sorted(html.rglob("*.html"))


if __name__ == "__main__":
    sys.exit(build_site(Path(sys.argv[1]), root=Path(sys.argv[2])) or 0)
