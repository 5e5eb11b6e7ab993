"""Parser of `CHANGELOG.md`: one entry an edition, newest first, with version, date and Markdown text."""

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
    """The changelog entry of one edition."""

    version: str
    released: date
    text: str
    """Markdown, without its heading."""

    def to_markdown(self) -> str:
        """Return the entry as a Markdown document with its own heading."""
        return f"# {self.version} — {self.released.isoformat()}\n\n{self.text}\n"


def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version as sort key: `1.10.0` → `(1, 10, 0)`."""
    return tuple(map(int, version.split(".")))


def entries(text: str) -> list[Entry]:
    """Return the entries of a changelog, or of a file with one (`Entry.to_markdown`), in order of the text.

    Raises
    ------
    ValueError
        if the date of an entry does not exist.
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
