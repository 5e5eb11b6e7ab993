"""How the engine is laid out: charters of rooms, absolute imports, and no module or function that outgrows a reader."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from compendium.project.paths import ROOT

ENGINE = ROOT / "compendium"
LINES, BODY, PARAMETERS = 400, 50, 5
"""The most lines of a module, of a function with its docstring, and parameters of a function without `self`."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return sorted(ENGINE.rglob("*.py"))


def rooms() -> list[Path]:
    return sorted(path for path in ENGINE.iterdir() if (path / "__init__.py").is_file())


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Yield the functions of a module, those of its classes and within others too, each with its place."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def parameters(node: Function) -> int:
    """Return how many parameters a function has, the object or class that it is a method of left out."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    named = [own.arg for own in every if own]
    return len(named) - (named[:1] in (["self"], ["cls"]))


def not_charter(text: str) -> str:
    """Return what an `__init__.py` of a room has besides its charter, in words."""
    tree = ast.parse(text)
    if not ast.get_docstring(tree):
        return "no charter"
    return f"{len(tree.body) - 1} statements besides its charter" if tree.body[1:] else ""


def relative(text: str) -> list[int]:
    """Return the lines of a module with a relative import."""
    return [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("room", rooms(), ids=lambda path: path.name)
def test_what_stands_at_the_door_of_a_room_is_its_charter_and_nothing_else(room: Path) -> None:
    found = {
        path.relative_to(ROOT): not_charter(path.read_text(encoding="utf-8")) for path in room.rglob("__init__.py")
    }
    assert {path: told for path, told in found.items() if told} == {}


def test_each_folder_of_the_engine_with_modules_is_a_room_or_lies_in_one() -> None:
    folders = {path.parent for path in modules()} - {ENGINE}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert len(rooms()) > 5


def test_no_file_of_the_engine_lies_outside_a_room() -> None:
    files = {path.relative_to(ENGINE) for path in ENGINE.rglob("*") if path.is_file()}
    outside = {file for file in files if file.parts[0] not in {room.name for room in rooms()}}
    assert sorted(str(file) for file in outside if "__pycache__" not in file.parts) == ["__init__.py", "__main__.py"]


def test_every_import_is_absolute() -> None:
    found = {path.relative_to(ROOT): relative(path.read_text(encoding="utf-8")) for path in modules()}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_module_is_longer_than_a_reader_takes_in() -> None:
    found = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in found.items() if length > LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {place: (node.end_lineno or 0) - node.lineno + 1 for path in modules() for place, node in functions(path)}
    assert {place: length for place, length in found.items() if length > BODY} == {}


def test_no_function_has_more_parameters_than_one_can_keep_in_mind() -> None:
    found = {place: parameters(node) for path in modules() for place, node in functions(path)}
    assert {place: number for place, number in found.items() if number > PARAMETERS} == {}


# --- that all this is noticed


def test_what_a_room_may_not_have_is_noticed(tmp_path: Path) -> None:
    assert not_charter('"""What it is for."""\n') == ""
    assert not_charter("import re\n") == "no charter"
    assert not_charter('"""What it is for."""\nfrom re import compile\n') == "1 statements besides its charter"
    assert relative("from . import a\nfrom b import c\n") == [1]
    path = ENGINE / "values" / "units.py"
    assert {name.split()[-1] for name, _ in functions(path)} >= {"convert_interval"}


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("def f(a, /, b, *c, d, **e): ...", 5),
        ("def f(self, a, b, *, c): ...", 3),
        ("async def f(cls): ...", 0),
        ("def f(): ...", 0),
    ],
)
def test_parameters_are_counted(code: str, number: int) -> None:
    (node,) = ast.parse(code).body
    assert isinstance(node, Function)
    assert parameters(node) == number
