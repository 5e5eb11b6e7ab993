"""Reads `CHANGELOG.md`: the editions, newest first, each with its date and its entry in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

CHANGELOG = "CHANGELOG.md"
VERSION_PATTERN = re.compile(r"\d+\.\d+\.\d+")
HEADING = re.compile(r"^##? (?P<version>\d+\.\d+\.\d+) — (?P<day>\d{4}-\d{2}-\d{2})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """What is said of one edition."""

    version: str
    released: date
    text: str
    """Markdown, without its heading."""

    @property
    def version_key(self) -> tuple[int, ...]:
        """Return by what editions are ordered: the numbers of the version."""
        return version_key(self.version)

    def to_markdown(self) -> str:
        """Return the entry as a file of its own."""
        return f"# {self.version} — {self.released.isoformat()}\n\n{self.text}\n"


def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version such as `1.10.0`, by which it stands after `1.9.0`."""
    return tuple(map(int, version.split(".")))


def entries(text: str) -> list[Entry]:
    """Return the entries of a changelog, or the one of a file that stands alone.

    Raises
    ------
    ValueError
        where the day of an entry is none of the calendar.
    """
    return list(_entries(text))


def _entries(text: str) -> Iterator[Entry]:
    found = list(HEADING.finditer(text))
    ends = [*(other.start() for other in found), len(text)][1:]
    for heading, end in zip(found, ends, strict=False):
        try:
            released = date.fromisoformat(heading["day"])
        except ValueError:
            raise ValueError(f"{heading['version']}: found the day {heading['day']}; expected YYYY-MM-DD") from None
        yield Entry(heading["version"], released, text[heading.end() : end].strip())
