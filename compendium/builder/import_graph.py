"""Which modules of the engine a piece of code rests on, told from its text: an edit of another changes nothing for it.

It reads source, imports nothing and runs nothing. A module that is named only at run time (`importlib`) is not seen;
a test holds that the engine names none so. What the `__init__.py` of a package imports only when a name is asked for,
inside a function, counts for those alone who import that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "compendium"


def imported_modules(code: str, root: Path) -> frozenset[Path]:
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
            waiting.extend(_named(path.read_text(encoding="utf-8"), root, path.name == "__init__.py"))
    return frozenset(found)


@cache
def _named(code: str, root: Path, lazy: bool = False) -> tuple[Path, ...]:
    """Return the files that code imports; `lazy` leaves out what is imported only inside functions, or for types."""
    tree = ast.parse(code)
    nodes = _at_once(tree) if lazy else ast.walk(tree)
    return tuple(path for node in nodes for name in _names(node) for path in _files(name.split("."), root))


def _at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements that run when a module is imported."""
    for node in ast.iter_child_nodes(tree):
        typing = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        if not typing and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _at_once(node)


def _names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):  # whoever has the package by its name can ask it for anything
        return [name for alias in node.names for name in (alias.name, f"{alias.name.partition('.')[0]}.{ANYTHING}")]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


ANYTHING = "*"


def _files(parts: list[str], root: Path) -> Iterator[Path]:
    """Yield the files that importing a dotted name runs: the package's own, and each module on the way."""
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())
    owner = root.joinpath(*parts[:-1], "__init__.py")
    if len(parts) > 1 and owner.is_file():
        yield from _asked(owner.read_text(encoding="utf-8"), parts[-1], root)


@cache
def _asked(code: str, name: str, root: Path) -> tuple[Path, ...]:
    """Return the files that a package imports where it is asked for a name, or for anything."""
    found: list[Path] = []
    for node in ast.walk(ast.parse(code)):
        bound = {alias.asname or alias.name for alias in getattr(node, "names", ())} if _names(node) else set()
        if name in bound or (bound and name == ANYTHING):
            found += (path for one in _names(node) for path in _files(one.split("."), root))
    return tuple(found)
