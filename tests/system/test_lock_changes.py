"""The script that says what a renewal has moved, and the target of the Makefile that calls it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compendium.project.paths import ROOT

SCRIPT = ROOT / "scripts" / "lock_changes.py"
BEFORE = """\
kept==1.0 \\
    --hash=sha256:aa
    # via other==9.9
gone==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:bb
Moved_One==1.9 \\
    --hash=sha256:cc
with-extra[more]==3.0 \\
    --hash=sha256:dd
"""
AFTER = """\
kept==1.0 \\
    --hash=sha256:ff
moved-one==1.10 \\
    --hash=sha256:cc
new==0.1 \\
    --hash=sha256:ee
with-extra[more]==3.1 \\
    --hash=sha256:dd
"""


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "before", tmp_path / "after"]
    for folder, lock in zip(found, (BEFORE, AFTER), strict=True):
        folder.mkdir()
        (folder / "requirements.txt").write_text(lock, encoding="utf-8")
        (folder / "requirements-authors.txt").write_text(BEFORE, encoding="utf-8")
    return found


def said(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *map(str, words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_what_was_added_removed_and_moved_is_shown_lock_by_lock(folders: list[Path]) -> None:
    run = said(*folders)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        "requirements-authors.txt: nothing moved",
        "requirements.txt:",
        "  added    new         0.1",
        "  removed  gone        2.0",
        "  moved    moved-one   1.9 → 1.10",
        "  moved    with-extra  3.0 → 3.1",
    ]


def test_a_lock_that_was_not_there_is_all_added(folders: list[Path]) -> None:
    (folders[0] / "requirements-authors.txt").unlink()
    assert "  added  kept        1.0" in said(*folders).stdout.splitlines()


def test_folders_without_a_lock_are_refused_in_words(tmp_path: Path) -> None:
    for words in ((tmp_path, tmp_path), (tmp_path,)):
        run = said(*words)
        assert run.returncode == 1
        assert "lock_changes.py" in run.stderr or f"no requirements*.txt in {tmp_path}" in run.stderr
        assert "Traceback" not in run.stderr


INSTALLER = f"""#!{sys.executable}
import pathlib, sys
lock = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
assert "--generate-hashes" in sys.argv and "pyproject.toml" in sys.argv
lock.write_text(lock.read_text().replace("1.9", "1.10" if "--upgrade" in sys.argv else "1.9"))
"""


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
def test_make_lock_takes_newer_versions_and_shows_what_moved(folders: list[Path]) -> None:
    here = folders[0]
    shutil.copy(ROOT / "Makefile", here)
    shutil.copytree(ROOT / "scripts", here / "scripts")
    installer = here / ".venv" / "bin" / "uv"
    installer.parent.mkdir(parents=True)
    installer.write_text(INSTALLER, encoding="utf-8")
    installer.chmod(0o755)
    # The set-up of the environment is left out; all else is the recipe as it stands.
    command = ["make", "--no-print-directory", "lock", "PYTHON=true", f"RUN={sys.executable}"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=here, check=False)
    assert run.returncode == 0, run.stderr
    moved = "  moved  moved-one  1.9 → 1.10"
    assert run.stdout.splitlines() == ["requirements-authors.txt:", moved, "requirements.txt:", moved]
