"""The engine is tested without this ledger: no test outside this folder names an id, an area or a chapter of it.

What a test can use instead is the small compendium of `tests/support/`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compendium.ledger.loader import Ledger
from compendium.project.paths import BOOK, ROOT

TESTS = ROOT / "tests"
REAL = {"ledger", "reconciled_ledger", "corroborated_ledger"}
"""Fixtures of this folder; a module may have one of its own by such a name."""
EVERYDAY = {"evidence", "reference", "source"}  # parts that every compendium has
TELLING = re.compile(r"[a-z][.-].*\d|\d{4}[.]|\w-\w+-\w")
"""What a key has that is no plain word: a number, or more than one hyphen."""
WORD = re.compile(r"[A-Za-z0-9](?:[\w.+-]*\w)?")


def modules() -> list[Path]:
    """Return the modules of tests that are not about this ledger."""
    return sorted(path for path in TESTS.rglob("*.py") if "this_ledger" not in path.relative_to(TESTS).parts)


@pytest.fixture(scope="module")
def own(ledger: Ledger, small: Ledger) -> set[str]:
    """The keys that cannot be mistaken for plain words, and the parts of the book."""
    shared = {key for name in small.schema for key in _keys(small, name)}
    keys = {key for name in ledger.schema for key in _keys(ledger, name)}
    parts = {path.name for path in BOOK.iterdir() if path.is_dir() and path.name[0] not in "._"} - EVERYDAY
    return {key for key in keys - shared if key != key.lower() or TELLING.search(key)} | parts


def _keys(ledger: Ledger, name: str) -> Iterator[str]:
    key = ledger.schema[name].primary_key
    if name not in ("permanent", "event_codes", "reasons") and len(key) == 1:
        yield from map(str, ledger[name][key[0]])


def uses(path: Path, own: set[str]) -> list[str]:
    """Return what a module of tests uses of this ledger."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found = {word for text in texts for word in WORD.findall(text)} & own
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    above = {node.name: " ".join(map(ast.unparse, node.decorator_list)) for node in functions}
    made = {name for name, told in above.items() if "fixture" in told}
    tested = [node for node in functions if node.name.startswith("test_") or node.name in made]
    tested = [node for node in tested if "given(" not in above[node.name]]  # whose values hypothesis makes
    asked = {
        one.arg for node in tested for one in node.args.args if f"'{one.arg}'" not in above[node.name].split("[")[0]
    }
    found |= {f"fixture {name}" for name in asked & REAL - made}
    calls = (node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "load")
    return sorted(found | {"load()" for call in calls if not call.args})


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(TESTS).with_suffix("").as_posix())
def test_a_test_of_the_engine_uses_nothing_of_this_ledger(path: Path, own: set[str]) -> None:
    assert uses(path, own) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("names = ['plane-crash-2024', 'a plain word']", ["plane-crash-2024"]),
        ("page = 'book/economic_pragmatism/trade.html'", ["economic_pragmatism"]),
        ("def test_it(ledger): assert ledger", ["fixture ledger"]),
        ("def test_it(small): assert load()", ["load()"]),
        ("def test_it(small_data): assert load(small_data)", []),
        ("@pytest.fixture\ndef ledger(): return 1\ndef test_it(ledger): assert ledger", []),
    ],
)
def test_what_is_of_this_ledger_is_noticed(tmp_path: Path, own: set[str], code: str, found: list[str]) -> None:
    (tmp_path / "test_it.py").write_text(code, encoding="utf-8")
    assert uses(tmp_path / "test_it.py", own) == found
