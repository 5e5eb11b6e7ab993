"""Every module of the engine that a text names, in code, in configuration or in prose, is there."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

from compendium.project.paths import ROOT

NAMED = re.compile(r"(?<![\w./-])compendium(?:\.[a-z_][a-z_0-9]*)+(?![\w(]|://)")
FILES = re.compile(r"(?<![\w/.-])compendium/[\w/]+\.py\b")
IMPORTED = re.compile(r"\bfrom (compendium(?:\.\w+)*) import (\w+)")
WORDS = {".py", ".toml", ".yml", ".html", ".md", ".json", ".css", ".js"}
MADE_UP = {
    "test_import_graph.py", "test_cache_keys.py", "test_pipeline.py", "test_live.py", "test_hooks.py",
    "test_reproduce.py",
}  # fmt: skip
"""Tests that write engines of their own, whose modules are not ours."""
PAST = {"CHANGELOG.md", "reproduce.py", "test_named_modules.py"}
"""Texts that name modules of earlier editions."""
BESIDES = {"compendium.csv", "compendium.pth"}


def texts() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = (ROOT / name for name in listed.splitlines())
    return [
        path
        for path in kept
        if (path.suffix in WORDS or path.name in ("Makefile", "run")) and path.name not in MADE_UP | PAST
    ]


@cache
def members(module: Path) -> set[str]:
    """The names that a module defines or imports at its top."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return names | {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}


def missing(name: str) -> bool:
    """Whether a dotted name is neither a package, nor a module, nor what a module holds."""
    place = ROOT
    for number, part in enumerate(name.split(".")):
        module = (place / part).with_suffix(".py")
        if (place / part).is_dir():
            place = place / part
        elif module.is_file():
            rest = name.split(".")[number + 1 :]
            return bool(rest) and rest[0] not in members(module)
        else:
            init = place / "__init__.py"
            return not (init.is_file() and part in members(init))
    return False


def wrong(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    named = {found[0] for found in NAMED.finditer(text)} - BESIDES
    named |= {f"{found[1]}.{found[2]}" for found in IMPORTED.finditer(text)}
    gone = [name for name in named if missing(name.removesuffix(".py"))]
    gone += [name for name in {found[0] for found in FILES.finditer(text)} if not (ROOT / name).is_file()]
    return sorted(gone)


def test_every_module_that_is_named_is_there() -> None:
    found = {str(path.relative_to(ROOT)): wrong(path) for path in texts()}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_module_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text('"from compendium import nowhere"\n"compendium.values.nothing compendium/values/no.py"\n')
    assert wrong(path) == ["compendium.nowhere", "compendium.values.nothing", "compendium/values/no.py"]
