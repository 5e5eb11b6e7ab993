"""Say which packages a renewal of the locks has added, removed or moved, using nothing but Python's standard library.

It reads lock files as `uv pip compile` writes them and changes nothing. The names of the files say which belong
together: `requirements.txt` of the one folder is compared with `requirements.txt` of the other.

Usage: python3 scripts/lock_changes.py BEFORE AFTER (two folders)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)


def pins(lock: Path) -> dict[str, str]:
    """Return the version of every package that a lock names, several joined where markers choose; none if no file."""
    found: dict[str, list[str]] = {}
    for name, version in PIN.findall(lock.read_text(encoding="utf-8") if lock.is_file() else ""):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), []).append(version)
    return {name: ", ".join(sorted(versions)) for name, versions in found.items()}


def changes(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what happened to each package that is not as before: what (added, removed, moved), its name, versions."""
    rows = [("added", name, after[name]) for name in sorted(after.keys() - before.keys())]
    rows += [("removed", name, before[name]) for name in sorted(before.keys() - after.keys())]
    both = sorted(before.keys() & after.keys())
    return rows + [("moved", name, f"{before[name]} → {after[name]}") for name in both if before[name] != after[name]]


def table(name: str, rows: list[tuple[str, str, str]]) -> str:
    """Return the changes of one lock as a small table under its name."""
    if not rows:
        return f"{name}: nothing moved"
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    listed = [f"  {what:<{wide[0]}}  {package:<{wide[1]}}  {versions}" for what, package, versions in rows]
    return "\n".join([f"{name}:", *listed])


def main(before: Path, after: Path) -> None:
    """Print one table for each lock of two folders."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # the arrow, whatever the locale
    names = sorted({lock.name for folder in (before, after) for lock in folder.glob("requirements*.txt")})
    if not names:
        sys.exit(f"no requirements*.txt in {before} nor in {after}")
    for name in names:
        print(table(name, changes(pins(before / name), pins(after / name))))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("two folders are needed: lock_changes.py BEFORE AFTER")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
