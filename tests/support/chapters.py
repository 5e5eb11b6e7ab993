"""Small chapters for tests of what makes notebooks out of them."""

from pathlib import Path

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""


def cell(code: str) -> str:
    """A code cell, as a chapter holds it."""
    return f"```{{code-cell}} ipython3\n{code}\n```\n"


def write(path: Path, body: str) -> Path:
    """Write a chapter with the head that every chapter has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def page(path: Path, *code: str) -> Path:
    """Write a chapter of a title and some cells."""
    return write(path, "# A page\n\n" + "\n".join(map(cell, code)))
