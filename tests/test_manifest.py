import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.cli.app import main
from compendium.project.checksums import (
    compare_folders,
    compute_manifest,
    differences,
    first_difference,
    manifest_lines,
    read_manifest,
)
from compendium.project.problems import LedgerError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "one"
    for name, content in {"b.txt": "b\n", "a/ə d.txt": "", ".hidden": "h", "a.txt": "a\nsecond\n"}.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(content, encoding="utf-8", newline="")
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["manifest", *map(str, words)])


def test_every_file_is_named_in_order_hidden_ones_too(folder: Path) -> None:
    assert list(compute_manifest(folder)) == [".hidden", "a.txt", "a/ə d.txt", "b.txt"]
    assert [content.size for content in compute_manifest(folder).values()] == [1, 9, 0, 2]


def test_a_pattern_chooses_files_at_any_depth(folder: Path) -> None:
    assert list(compute_manifest(folder, "*d.txt")) == ["a/ə d.txt"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum on this machine")
def test_sha256sum_agrees_with_what_is_printed(folder: Path, tmp_path: Path) -> None:
    (folder / "back\\slash\nand line").write_text("x", encoding="utf-8")
    printed = run(folder).stdout
    checked = subprocess.run(
        ["sha256sum", "-c"], input=printed, capture_output=True, text=True, cwd=folder, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert len(checked.stdout.splitlines()) == 5


def test_what_is_printed_can_be_read_back(folder: Path, tmp_path: Path) -> None:
    (folder / "back\\slash\nand line").write_text("x", encoding="utf-8")
    written = tmp_path / "manifest"
    written.write_text("\n".join(manifest_lines(compute_manifest(folder))), encoding="utf-8")
    assert differences(compute_manifest(folder), read_manifest(written)) == {}


def test_two_folders_are_compared_by_content_alone(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "two")
    (other / "b.txt").touch()
    (other / "b.txt").chmod(0o600)
    assert compare_folders(folder, other) == []
    assert run(folder, "--against", other).exit_code == 0


def test_every_file_that_differs_is_named_with_its_first_differing_line(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "two"))
    (other / "a.txt").write_text("a\nanother\n", encoding="utf-8")
    (other / "b.txt").unlink()
    (other / "c.txt").write_text("", encoding="utf-8")
    found = run(folder, "--against", other)
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [
        "a.txt: differs (9 and 10 bytes); line 2, from byte 0: 'second' and 'another'",
        "b.txt: only in the first",
        "c.txt: only in the second",
    ]


def test_a_folder_is_held_against_a_manifest(folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "manifest"
    written.write_text(run(folder).stdout, encoding="utf-8")
    assert run(folder, "--against", written).exit_code == 0
    (folder / "b.txt").write_text("c\n", encoding="utf-8")
    found = run(folder, "--against", written)
    assert (found.exit_code, found.stderr) == (1, "b.txt: differs\n")


def test_a_manifest_that_cannot_be_read_is_named_line_by_line(folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "manifest"
    written.write_text(f"{'0' * 64}  sound\nno hash\n{'0' * 63}  short\n", encoding="utf-8")
    with pytest.raises(LedgerError):
        read_manifest(written)
    found = run(folder, "--against", written)
    assert found.exit_code == 1
    assert "manifest:2: found 'no hash'; expected a SHA-256" in found.stderr
    assert "manifest:3:" in found.stderr


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (b"a\n", b"a\n", ""),
        (b"a\nb", b"a\nc", "; line 2, from byte 0: 'b' and 'c'"),
        (b"a\n", b"a\r\n", "; line 1, from byte 0: 'a' and 'a\\r'"),
        (b"a", b"a\n", "; line 2, from byte 0: '<end>' and ''"),
        (b"x" * 100 + b"1", b"x" * 100 + b"2", "; line 1, from byte 70: " + f"'{'x' * 30}1' and '{'x' * 30}2'"),
    ],
)
def test_the_first_difference_is_shown_where_it_stands(one: bytes, other: bytes, said: str) -> None:
    assert first_difference(one, other) == said
