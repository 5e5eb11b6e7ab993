"""The same book by others: Sphinx called without any wrapper, and Jupyter Book as it comes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import yaml

from compendium.benches.copies import Copy

JUPYTER_BOOK = "import sys; from jupyter_book.cli.main import main; sys.exit(main(prog_name='jupyter-book'))"
ROLES = "compendium.builder.sphinx_ext.roles"
"""Without it no page resolves."""
KEPT = ("title", "author", "only_build_toc_files", "exclude_patterns", "bibtex_bibfiles", "parse")
"""What of a configuration says where the pages are and how their text is written, not how they are built."""
CELL_SECONDS = 600


def for_sphinx(copy: Copy) -> Copy:
    """Give a copy the configuration that Jupyter Book would hand to Sphinx, as a file that Sphinx reads itself."""
    copy.python("-c", JUPYTER_BOOK, "config", "sphinx", str(copy.root))
    return copy


def sphinx(copy: Copy, *, fresh: bool) -> float:
    """Return the seconds of Sphinx on the stored outputs of a copy: of all pages, or of those that changed."""
    into = copy.root / "_build"
    if fresh:
        shutil.rmtree(into, ignore_errors=True)
    options = ["--quiet", "--builder", "html", "--doctree-dir", str(into / "doctrees")]
    return copy.python("-m", "sphinx", *options, str(copy.root), str(into / "html")).seconds


def for_jupyter_book(copy: Copy) -> Copy:
    """Strip a copy of its outputs and of its configuration, but for what its pages do not resolve without."""
    for path in (copy.root / "book").rglob("*.ipynb"):
        strip(path)
    config = copy.root / "_config.yml"
    plain = plain_configuration(yaml.safe_load(config.read_text(encoding="utf-8")))
    config.write_text(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return copy


def strip(notebook: Path) -> None:
    """Take the outputs out of a notebook."""
    read = nbformat.read(notebook, as_version=4)
    for cell in read.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(read, notebook)


def plain_configuration(config: dict[str, Any]) -> dict[str, Any]:
    """Return Jupyter Book's own settings for the pages of a book: its theme, its extensions, every notebook executed.

    A cell that raises ends the build, which it else does not; that costs no time.
    """
    kept = {name: config[name] for name in KEPT if name in config}
    execute = {"execute_notebooks": "force", "timeout": CELL_SECONDS}
    own = {"extra_extensions": [ROLES], "config": {"nb_execution_raise_on_error": True}}
    return kept | {"execute": execute, "sphinx": own}


def jupyter_book(copy: Copy) -> float:
    """Return the seconds that Jupyter Book takes for a stripped copy: every notebook executed, every page built."""
    shutil.rmtree(copy.root / "_build", ignore_errors=True)
    return copy.python("-c", JUPYTER_BOOK, "build", str(copy.root), "--all", "--quiet").seconds
