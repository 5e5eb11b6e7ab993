"""Books to benchmark: copies of this one or generated on a synthetic ledger, with their builds and edits."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import pandas as pd
import yaml

from compendium.project.paths import ROOT
from tests.support import elsewhere
from tests.support.synthetic import world, write_ledger

JUPYTER_BOOK = "import sys; from jupyter_book.cli.main import main; sys.exit(main(prog_name='jupyter-book'))"
PAGES = ("title", "author", "only_build_toc_files", "exclude_patterns", "bibtex_bibfiles", "parse")
"""Keys of `_config.yml` that are about the contents of a book rather than how it is built."""
PLAIN = {
    "execute": {"execute_notebooks": "force", "timeout": 600},
    # Pages need these roles; an error in a cell must end the build.
    "sphinx": {
        "extra_extensions": ["compendium.builder.sphinx_ext.roles"],
        "config": {"nb_execution_raise_on_error": True},
    },
}
"""Other settings for plain Jupyter Book: its own theme and extensions, every notebook executed."""
new_words = (f"edited{number}x" for number in itertools.count())


class Book:
    """A project with a book in a folder of its own, caches included."""

    def __init__(self, root: Path) -> None:
        """Use the project in a folder."""
        self.root, self.html = root, root / "_build" / "html"

    def command(self, *words: str) -> dict[str, object]:
        """Return a Python command as keyword arguments of `subprocess.run`; the project's own package is imported."""
        variables = elsewhere.surroundings(self.root, PYTHONHASHSEED="0", HOME=str(self.root / ".cache"))
        del variables["PYTHONDONTWRITEBYTECODE"]  # compiled modules are cached, as usual
        variables["PYTHONPATH"] += os.pathsep + str(ROOT)
        return {"args": [sys.executable, *words], "cwd": self.root, "env": variables, "text": True}

    def run(self, *words: str) -> None:
        """Run a Python command; raise `RuntimeError` with the end of its output where it fails."""
        ended = subprocess.run(**self.command(*words), capture_output=True)
        if ended.returncode:
            raise RuntimeError(
                f"{' '.join(words)[:80]}: exit code {ended.returncode}\n{(ended.stdout + ended.stderr)[-2000:]}"
            )

    def build(self, *options: str) -> None:
        """Build the book with this project's own command."""
        self.run("-m", "compendium", "build", *options)

    def sphinx(self) -> None:
        """Build incrementally with Sphinx alone."""
        self.run("-m", "sphinx", "--quiet", "-d", "_build/doctrees", ".", "_build/html")

    def jupyter_book(self) -> None:
        """Build every page with plain Jupyter Book."""
        self.run("-c", JUPYTER_BOOK, "build", ".", "--all", "--quiet")

    def clean(self) -> None:
        """Remove the built site."""
        shutil.rmtree(self.root / "_build", ignore_errors=True)

    def _copy(self, name: str) -> Book:
        into = self.root.with_name(f"{self.root.name}-{name}")
        return Book(shutil.copytree(self.root, into, ignore=shutil.ignore_patterns("_build", ".cache", "__pycache__")))

    @cached_property
    def bare(self) -> Book:
        """A copy with the `conf.py` that Jupyter Book generates, for builds with Sphinx alone."""
        made = self._copy("bare")
        made.run("-c", JUPYTER_BOOK, "config", "sphinx", ".")
        return made

    @cached_property
    def plain(self) -> Book:
        """A copy with the default settings of Jupyter Book."""
        made = self._copy("plain")
        config = made.root / "_config.yml"
        read = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump(PLAIN | {name: read[name] for name in PAGES if name in read}))
        return made

    @property
    def chapters(self) -> list[Path]:
        """The chapters with code, in order of size."""
        found = (self.root / "book").rglob("*.md")
        return sorted(
            (path for path in found if "{code-cell}" in path.read_text()), key=lambda path: path.stat().st_size
        )

    def add_sentence(self) -> str:
        """Append a sentence with a unique word to the chapter of median size; return the word."""
        chapter, word = self.chapters[len(self.chapters) // 2], next(new_words)
        chapter.write_text(f"{chapter.read_text()}\nOne more sentence says {word}.\n")
        return word

    def edit_cell(self, table: str, column: str) -> str:
        """Append a unique word to a cell in the first row of a table; return the word."""
        path, word = self.root / "data" / f"{table}.csv", next(new_words)
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.loc[0, column] += f" {word}"
        frame.to_csv(path, index=False, lineterminator="\n")
        return word

    def notebooks_showing(self, word: str) -> list[Path]:
        """Return the notebooks with a word; raise `RuntimeError` where there is none or a page of theirs lacks it."""
        found = [path for path in (self.root / "book").rglob("*.ipynb") if word in path.read_text()]
        pages = [(self.html / path.relative_to(self.root)).with_suffix(".html") for path in found]
        if not found or not all(word in page.read_text() for page in pages):
            raise RuntimeError(f"the edit {word} did not reach {[page.name for page in pages] or 'any page'}")
        return found

    def update_bare(self, word: str) -> list[str]:
        """Build the book and copy the notebooks with a word to `bare`; return the paths of their chapters."""
        self.build()
        found = self.notebooks_showing(word)
        for path in found:
            shutil.copy(path, self.bare.root / path.relative_to(self.root))
        return [str(path.with_suffix(".md")) for path in found]


def generate_book(into: Path, number: int) -> Book:
    """Return a book with `number` chapters on a synthetic ledger, with the engine and theme of this one."""
    elsewhere.copied(into)
    for path in [*into.glob("book/*"), into / "data"]:
        if path.name[0] != "_" and path.suffix != ".bib":
            path.unlink() if path.is_file() else shutil.rmtree(path)
    write_ledger(world(60, seed=1).ledger, into / "data")
    text = (Path(__file__).parent / "chapter.md").read_text(encoding="utf-8")
    names = [f"chapter-{place}" for place in range(1, number + 1)]
    for place, name in enumerate(names):
        (into / "book" / f"{name}.md").write_text(text.replace("NUMBER", str(place + 1)))
    (into / "book" / "index.md").write_text(text[: text.index("# Chapter")] + "# A made-up book\n\nIt has chapters.\n")
    contents = {"format": "jb-book", "root": "book/index", "chapters": [{"file": f"book/{name}"} for name in names]}
    (into / "_toc.yml").write_text(json.dumps(contents))  # JSON is YAML, too
    return Book(into)
