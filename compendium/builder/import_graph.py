"""Static import graph of the engine: the modules that a piece of code imports, transitively.

Source is parsed, never executed. Imports by name at run time (`importlib`) are not seen; a test asserts that the engine
has none. What a package's `__init__.py` imports inside a function (lazily, when a name is requested) counts only for
code that imports that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "compendium"
ANYTHING = "*"
"""Stands for every name of a package."""


def imported_modules(code: str, root: Path) -> frozenset[Path]:
    """Return the files of the engine that code imports, directly or through other modules.

    Parameters
    ----------
    code
        Python source, without IPython magics.
    root
        folder that contains the package.

    Raises
    ------
    SyntaxError
        where the code is not valid Python.
    """
    found: set[Path] = set()
    waiting = list(_direct_imports(code, root))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_direct_imports(path.read_text(encoding="utf-8"), root, path.name == "__init__.py"))
    return frozenset(found)


@cache
def _direct_imports(code: str, root: Path, lazy: bool = False) -> tuple[Path, ...]:
    """Return the files that code imports; `lazy` excludes imports inside functions and under `TYPE_CHECKING`."""
    tree = ast.parse(code)
    nodes = _import_time_nodes(tree) if lazy else ast.walk(tree)
    return tuple(path for node in nodes for name in _names(node) for path in _files(name.split("."), root))


def _import_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is imported."""
    for node in ast.iter_child_nodes(tree):
        typing = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        if not typing and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _import_time_nodes(node)


def _names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):  # `import x` gives access to every name of x
        return [name for alias in node.names for name in (alias.name, f"{alias.name.partition('.')[0]}.{ANYTHING}")]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _files(parts: list[str], root: Path) -> Iterator[Path]:
    """Yield the files that importing a dotted name runs: the `__init__.py` of each package, and the module."""
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:length])
        yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())
    owner = root.joinpath(*parts[:-1], "__init__.py")
    if len(parts) > 1 and owner.is_file():
        yield from _lazy_imports(owner.read_text(encoding="utf-8"), parts[-1], root)


@cache
def _lazy_imports(code: str, name: str, root: Path) -> tuple[Path, ...]:
    """Return the files that a package imports when a name of it, or any (`*`), is requested."""
    found: list[Path] = []
    for node in ast.walk(ast.parse(code)):
        bound = {alias.asname or alias.name for alias in getattr(node, "names", ())} if _names(node) else set()
        if name in bound or (bound and name == ANYTHING):
            found += (path for one in _names(node) for path in _files(one.split("."), root))
    return tuple(found)
