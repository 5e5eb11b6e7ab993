"""Temporary copies of this book, books generated on a made-up ledger, the builds of both, and edits to them."""

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
"""What of the configuration says where the pages are and how their text is written, not how they are built."""
PLAIN = {
    "execute": {"execute_notebooks": "force", "timeout": 600},
    # Without these roles no page resolves; a cell that raises is to end the build.
    "sphinx": {
        "extra_extensions": ["compendium.builder.sphinx_ext.roles"],
        "config": {"nb_execution_raise_on_error": True},
    },
}
"""The rest of the configuration for plain Jupyter Book: its own theme and extensions, every notebook executed."""
new_words = (f"edited{number}x" for number in itertools.count())


class Book:
    """A repository with a book in a folder of its own; all that its commands keep, they keep there."""

    def __init__(self, root: Path) -> None:
        """Take the folder of the repository."""
        self.root, self.html = root, root / "_build" / "html"

    def command(self, *words: str) -> dict[str, object]:
        """Return a command of Python as arguments of `subprocess`: its own package comes first."""
        variables = elsewhere.surroundings(self.root, PYTHONHASHSEED="0", HOME=str(self.root / ".cache"))
        del variables["PYTHONDONTWRITEBYTECODE"]  # modules are compiled once, as on anybody's machine
        variables["PYTHONPATH"] += os.pathsep + str(ROOT)
        return {"args": [sys.executable, *words], "cwd": self.root, "env": variables, "text": True}

    def run(self, *words: str) -> None:
        """Run a command of Python; `RuntimeError` with its last words where it fails."""
        ended = subprocess.run(**self.command(*words), capture_output=True)
        if ended.returncode:
            raise RuntimeError(
                f"{' '.join(words)[:80]}: exit code {ended.returncode}\n{(ended.stdout + ended.stderr)[-2000:]}"
            )

    def build(self, *options: str) -> None:
        """Build the book from what stands in it now."""
        self.run("-m", "compendium", "build", *options)

    def sphinx(self) -> None:
        """Build what changed with Sphinx alone."""
        self.run("-m", "sphinx", "--quiet", "-d", "_build/doctrees", ".", "_build/html")

    def jupyter_book(self) -> None:
        """Build every page with Jupyter Book."""
        self.run("-c", JUPYTER_BOOK, "build", ".", "--all", "--quiet")

    def clean(self) -> None:
        """Remove the built site."""
        shutil.rmtree(self.root / "_build", ignore_errors=True)

    def _twin(self, name: str) -> Book:
        into = self.root.with_name(f"{self.root.name}-{name}")
        return Book(shutil.copytree(self.root, into, ignore=shutil.ignore_patterns("_build", ".cache", "__pycache__")))

    @cached_property
    def bare(self) -> Book:
        """A twin for Sphinx alone, with the configuration that Jupyter Book would hand to it."""
        made = self._twin("bare")
        made.run("-c", JUPYTER_BOOK, "config", "sphinx", ".")
        return made

    @cached_property
    def plain(self) -> Book:
        """A twin for plain Jupyter Book: its own settings."""
        made = self._twin("plain")
        config = made.root / "_config.yml"
        read = yaml.safe_load(config.read_text(encoding="utf-8"))
        config.write_text(yaml.safe_dump(PLAIN | {name: read[name] for name in PAGES if name in read}))
        return made

    @property
    def chapters(self) -> list[Path]:
        """The chapters that have code, from the shortest to the longest."""
        found = (self.root / "book").rglob("*.md")
        return sorted(
            (path for path in found if "{code-cell}" in path.read_text()), key=lambda path: path.stat().st_size
        )

    def add_sentence(self) -> str:
        """Add a sentence with a new word to the chapter of middle length; return the word."""
        chapter, word = self.chapters[len(self.chapters) // 2], next(new_words)
        chapter.write_text(f"{chapter.read_text()}\nOne more sentence says {word}.\n")
        return word

    def edit_cell(self, table: str, column: str) -> str:
        """Add a new word to a cell of text in the first row of a table; return the word."""
        path, word = self.root / "data" / f"{table}.csv", next(new_words)
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.loc[0, column] += f" {word}"
        frame.to_csv(path, index=False, lineterminator="\n")
        return word

    def showing(self, word: str) -> list[Path]:
        """Return the notebooks with a word in them; `RuntimeError` where there is none, or it is not on their pages."""
        found = [path for path in (self.root / "book").rglob("*.ipynb") if word in path.read_text()]
        pages = [(self.html / path.relative_to(self.root)).with_suffix(".html") for path in found]
        if not found or not all(word in page.read_text() for page in pages):
            raise RuntimeError(f"the edit {word} did not reach {[page.name for page in pages] or 'any page'}")
        return found

    def follow(self, word: str) -> list[str]:
        """Build the book, bring the notebooks with a word in them to the twin for Sphinx; return their chapters."""
        self.build()
        found = self.showing(word)
        for path in found:
            shutil.copy(path, self.bare.root / path.relative_to(self.root))
        return [str(path.with_suffix(".md")) for path in found]


def generated(into: Path, number: int) -> Book:
    """Return a book of so many chapters on a made-up ledger, with the engine and the look of this one."""
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
