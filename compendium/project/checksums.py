"""Says which bytes a folder holds, and where two folders differ.

The written form is the one that `sha256sum -c` reads. It never changes a file, and looks at nothing but content: no
times, no permissions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from compendium.project.problems import LedgerError, Problem

LINE_PATTERN = re.compile(r"(?P<escaped>\\?)(?P<sha256>[0-9a-f]{64}) [ *](?P<name>.+)")
EXCERPT_LENGTH = 60


@dataclass(frozen=True)
class FileDigest:
    """What a file holds: its SHA-256 in hexadecimal digits and its size in bytes, None where only the hash is known."""

    sha256: str
    size: int | None = None


Manifest = dict[str, FileDigest]
"""Path from the folder, with `/` between its parts, to content; in order of path."""


def compute_manifest(folder: Path, pattern: str = "*") -> Manifest:
    """Return what every file under a folder holds whose name fits a pattern, hidden ones included.

    The order is that of the paths, whatever order the file system keeps.
    """
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob(pattern) if path.is_file()}
    return {name: _digest(found[name].read_bytes()) for name in sorted(found)}


def _digest(held: bytes) -> FileDigest:
    return FileDigest(hashlib.sha256(held).hexdigest(), len(held))


def differences(one: Mapping[str, FileDigest], other: Mapping[str, FileDigest]) -> dict[str, str]:
    """Return, by path, how two manifests differ: a file is in only one of them, or holds something else."""
    found = {}
    for name in sorted({*one, *other}):
        if name not in other:
            found[name] = "only in the first"
        elif name not in one:
            found[name] = "only in the second"
        elif one[name].sha256 != other[name].sha256:
            found[name] = f"differs{_sizes(one[name].size, other[name].size)}"
    return found


def _sizes(one: int | None, other: int | None) -> str:
    return "" if one is None or other is None else f" ({one} and {other} bytes)"


def compare_folders(one: Path, other: Path, pattern: str = "*") -> list[str]:
    """Return one line for each file in which two folders differ, with the first line of it that is not the same."""

    def where(name: str) -> str:
        if not ((one / name).is_file() and (other / name).is_file()):
            return ""
        return first_difference((one / name).read_bytes(), (other / name).read_bytes())

    found = differences(compute_manifest(one, pattern), compute_manifest(other, pattern))
    return [f"{name}: {how}{where(name)}" for name, how in found.items()]


def compare_with_manifest(folder: Path, manifest_file: Path) -> list[str]:
    """Return one line for each file in which a folder differs from a written manifest.

    Raises
    ------
    LedgerError
        naming every line of the manifest that cannot be read.
    """
    return [
        f"{name}: {how}" for name, how in differences(compute_manifest(folder), read_manifest(manifest_file)).items()
    ]


def first_difference(one: bytes, other: bytes) -> str:
    """Return where two contents begin to differ, and what stands there; `""` where they do not.

    Long lines (a search index is one line) are cut to the place.
    """
    # By bytes, and a line ends with its line feed alone: a carriage return is a difference too.
    pairs = zip_longest(one.split(b"\n"), other.split(b"\n"), fillvalue=b"<end>")
    for number, (here, there) in enumerate(pairs, 1):
        if here != there:
            same = next((n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), 0)
            start = max(0, same - EXCERPT_LENGTH // 2)
            first, second = (
                repr(line[start : start + EXCERPT_LENGTH].decode(errors="replace")) for line in (here, there)
            )
            return f"; line {number}, from byte {start}: {first} and {second}"
    return ""


def manifest_lines(manifest: Mapping[str, FileDigest]) -> Iterator[str]:
    """Yield a manifest in the form that `sha256sum -c` reads, names with a backslash or a line end escaped."""
    for name, content in manifest.items():
        written = name.replace("\\", "\\\\").replace("\n", "\\n")
        yield f"{'' if written == name else chr(92)}{content.sha256}  {written}"


def read_manifest(path: Path) -> Manifest:
    """Return a manifest that was written in the form of `sha256sum`.

    Raises
    ------
    LedgerError
        naming every line that is not in that form.
    """
    found: Manifest = {}
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        read_line = LINE_PATTERN.fullmatch(line)
        if read_line is None:
            problems.append(Problem(path.name, number, "", line, "a SHA-256 in 64 small digits, two blanks, a path"))
            continue
        name = read_line["name"]
        if read_line["escaped"]:
            name = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], name)
        found[name.removeprefix("./")] = FileDigest(read_line["sha256"])
    if problems:
        raise LedgerError(problems)
    return found
