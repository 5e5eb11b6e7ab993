"""Manifests of folders (SHA-256 by path), their file format (`sha256sum`), and differences between folders.

Only content counts: no times, no permissions. No file is changed.
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


def sha256(content: bytes | str) -> str:
    """Return the SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@dataclass(frozen=True)
class FileDigest:
    """SHA-256 of a file in hexadecimal digits, and its size in bytes (`None` where unknown)."""

    sha256: str
    size: int | None = None


Manifest = dict[str, FileDigest]
"""Digest by POSIX path relative to the folder, in order of path."""


def compute_manifest(folder: Path, pattern: str = "*") -> Manifest:
    """Return the digests of all files under a folder whose name matches a glob pattern, hidden files included."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob(pattern) if path.is_file()}
    contents = ((name, found[name].read_bytes()) for name in sorted(found))
    return {name: FileDigest(sha256(content), len(content)) for name, content in contents}


def differences(one: Mapping[str, FileDigest], other: Mapping[str, FileDigest]) -> dict[str, str]:
    """Return a description of each difference by path: a file in only one manifest, or with another SHA-256."""
    found = {}
    for name in sorted({*one, *other}):
        if name not in other:
            found[name] = "only in the first"
        elif name not in one:
            found[name] = "only in the second"
        elif one[name].sha256 != other[name].sha256:
            sizes = (one[name].size, other[name].size)
            found[name] = "differs" if None in sizes else f"differs ({sizes[0]} and {sizes[1]} bytes)"
    return found


def compare_folders(one: Path, other: Path, pattern: str = "*") -> list[str]:
    """Return one line for each file that differs between two folders, with the first differing line of its content."""
    manifests = compute_manifest(one, pattern), compute_manifest(other, pattern)
    lines = []
    for name, how in differences(*manifests).items():
        both = all(name in manifest for manifest in manifests)
        where = first_difference((one / name).read_bytes(), (other / name).read_bytes()) if both else ""
        lines.append(f"{name}: {how}{where}")
    return lines


def compare_with_manifest(folder: Path, manifest_file: Path) -> list[str]:
    """Return one line for each file in which a folder differs from a manifest file.

    Raises
    ------
    LedgerError
        with every line of the manifest that cannot be parsed.
    """
    found = differences(compute_manifest(folder), read_manifest(manifest_file))
    return [f"{name}: {how}" for name, how in found.items()]


def first_difference(one: bytes, other: bytes) -> str:
    """Return line, byte and excerpts of the first difference between two contents; `""` if they are equal.

    Of long lines (a search index is one line) only the surroundings are quoted.
    """
    # Bytes, split at line feeds alone: a carriage return is a difference too.
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
    """Yield the lines of a manifest in the format of `sha256sum -c`; backslashes and line ends in names are escaped."""
    for name, content in manifest.items():
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
        yield f"{'' if escaped == name else chr(92)}{content.sha256}  {escaped}"


def read_manifest(path: Path) -> Manifest:
    """Return the manifest in a file in the format of `sha256sum`.

    Raises
    ------
    LedgerError
        with every line that is not in that format.
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
