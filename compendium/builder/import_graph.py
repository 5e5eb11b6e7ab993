"""Which modules of the engine a piece of code rests on, told from its text: an edit of another changes nothing for it.

It reads source, imports nothing and runs nothing. A module that is named only at run time (`importlib`) is not seen;
a test holds that the engine names none so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "compendium"


def modules(code: str, root: Path) -> frozenset[Path]:
    """Return the files of the engine that code imports, and those that these import in turn.

    Parameters
    ----------
    code
        Python source; lines that only IPython understands must have been taken out.
    root
        folder that the package lies in.

    Raises
    ------
    SyntaxError
        where the code is none.
    """
    found: set[Path] = set()
    waiting = list(_named(code, root))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_named(path.read_text(encoding="utf-8"), root))
    return frozenset(found)


@cache
def _named(code: str, root: Path) -> tuple[Path, ...]:
    names = (name for node in ast.walk(ast.parse(code)) for name in _names(node))
    return tuple(path for name in names for path in _files(name.split("."), root))


def _names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _files(parts: list[str], root: Path) -> Iterator[Path]:
    """Yield the files that importing a dotted name runs: the package's own, and each module on the way."""
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())
