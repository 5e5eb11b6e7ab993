import ast
import subprocess
import sys
from pathlib import Path

import pytest

from compendium.builder.forked_kernels import PRELOADED_ROOMS
from compendium.builder.import_graph import imported_modules
from compendium.project.paths import ROOT

MODULES = sorted((ROOT / "compendium").rglob("*.py"))


def names(code: str, root: Path = ROOT) -> set[str]:
    return {path.stem for path in imported_modules(code, root)}


def package(root: Path, **files: str) -> Path:
    (root / "compendium").mkdir()
    for name, code in {"__init__": "", **files}.items():
        (root / "compendium" / f"{name}.py").write_text(code, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "code",
    [
        "import compendium.one",
        "import compendium.one as other",
        "from compendium import one",
        "from compendium.one import x",
        "from compendium import (\n    one,\n)",
        "def f():\n    from compendium import one",
        "try:\n    import os, compendium.one\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_is_seen_wherever_it_stands(tmp_path: Path, code: str) -> None:
    root = package(tmp_path, one="from compendium.two import x", two="x = 1", three="")
    assert names(code, root) == {"__init__", "one", "two"}


def test_modules_that_import_each_other_are_found_once(tmp_path: Path) -> None:
    root = package(tmp_path, one="import compendium.two", two="from compendium import one")
    assert names("from compendium import two", root) == {"__init__", "one", "two"}


def test_other_packages_are_none_of_the_engine(tmp_path: Path) -> None:
    root = package(tmp_path, one="")
    assert names("import pandas\nfrom compendia import one\nimport os.path", root) == set()


def test_an_edit_is_seen_at_once(tmp_path: Path) -> None:
    root = package(tmp_path, one="", two="")
    assert "two" not in names("import compendium.one", root)
    (root / "compendium" / "one.py").write_text("import compendium.two", encoding="utf-8")
    assert "two" in names("import compendium.one", root)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_engine_names_its_imports_in_its_text(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    of_chapters = module.relative_to(ROOT / "compendium").parts[0] in PRELOADED_ROOMS
    assert not of_chapters or not called & {"import_module", "__import__"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


def test_what_is_told_from_the_text_is_what_is_imported() -> None:
    program = (
        "import sys; import compendium.display.tables.corroboration, compendium.display.tables.votes\n"
        "print(*sorted(name.rpartition('.')[2] for name, module in sys.modules.items()\n"
        "              if name.startswith('compendium.') and not hasattr(module, '__path__')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(run.stdout.split()) <= names(
        "import compendium.display.tables.corroboration, compendium.display.tables.votes"
    )


LAZY = """
def __getattr__(name):
    if name == "one":
        from compendium.first import one
        return one
    from compendium.second import two
    return two
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from compendium import one", {"first"}),
        ("from compendium import two", {"second"}),
        ("from compendium import one, two", {"first", "second"}),
        ("from compendium import *", {"first", "second"}),
        ("import compendium", {"first", "second"}),
        ("import compendium.third", {"first", "second", "third"}),
        ("from compendium import third", {"third"}),
        ("from compendium.third import x", {"third"}),
    ],
)
def test_what_a_package_imports_for_a_name_counts_for_those_who_ask_for_it(
    tmp_path: Path, code: str, expected: set[str]
) -> None:
    root = package(tmp_path, first="one = 1", second="two = 2", third="x = 3")
    (root / "compendium" / "__init__.py").write_text(LAZY, encoding="utf-8")
    assert names(code, root) == expected | {"__init__"}


def test_a_page_rests_on_what_its_ledger_rests_on_and_other_modules_do_not() -> None:
    assert {"selections", "reconcile", "maps"} <= names("from compendium import open_ledger")
    assert not {"selections", "reconcile", "maps"} & names("from compendium import load")
    assert not {"selections", "maps"} & names("from compendium.ledger.claims import read_claims")
