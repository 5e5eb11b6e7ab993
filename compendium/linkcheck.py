"""Asks every address outside that the repository names whether it still answers, and says where each stands.

Sphinx's own checker of links does the asking: it knows about redirects, about servers that answer no HEAD, that want
fewer questions, or that never answer. It is given a document of its own, with nothing but the addresses in it, for most
of them stand in tables that Sphinx never sees as links. Only addresses are sent, nothing is changed, and no page is
kept. An answer is what a server said to a machine at that moment: some refuse all but people.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from compendium.project.paths import ROOT

PATTERNS = ("*.md", "CITATION.cff", "data/**/*.csv", "book/**/*.md", "book/**/*.bib")
"""Where addresses stand; what is made from these repeats them."""
ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]+")
NOWHERE = re.compile(r"(.*\.)?(example(\.(com|net|org))?|invalid|localhost|test)\.?")
"""Hosts that are kept free for examples."""
BROKEN, LATE, MOVED, WELL, UNASKED = "broken", "late", "moved", "well", "not asked"
KINDS = {
    "working": WELL,
    "redirected": MOVED,
    "timeout": LATE,
    "rate-limited": LATE,
    "broken": BROKEN,
}
"""By the status that Sphinx gives: ours."""
ORDER = (BROKEN, UNASKED, LATE, MOVED, WELL)
SETTINGS: Mapping[str, Any] = {
    "extensions": ["myst_parser"],
    "linkcheck_anchors": False,  # a page of a PDF is no anchor of a page
    "linkcheck_timeout": 30,  # seconds
    "linkcheck_retries": 2,
    "linkcheck_workers": 8,
    "linkcheck_rate_limit_timeout": 60,
    "linkcheck_report_timeouts_as_broken": False,
    "user_agent": "Mozilla/5.0 (compatible; link check of a compendium)",
}


class LinkCheckError(RuntimeError):
    """A table cannot be read, or the checker did not run to its end; the message says which and why."""


@dataclass(frozen=True)
class Answer:
    """What an address answered: its kind, one of `ORDER`, in words what was said, and where the address stands."""

    address: str
    kind: str
    said: str
    places: tuple[str, ...]


def addresses(root: Path = ROOT) -> dict[str, list[str]]:
    """Return every address outside that a repository names, and where: `file:line`, in tables `file:line:column`.

    Raises
    ------
    LinkCheckError
        naming a table that cannot be read.
    """
    found: dict[str, list[str]] = {}
    for path in sorted({path for pattern in PATTERNS for path in root.glob(pattern)}):
        name = path.relative_to(root).as_posix()
        for address, place in _in_table(path) if path.suffix == ".csv" else _in_text(path):
            if not NOWHERE.fullmatch(_host(address)):
                found.setdefault(address, []).append(f"{name}:{place}")
    return found


def _in_text(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
        for address in ADDRESS.findall(line):
            yield _trimmed(address), str(number)


def _in_table(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        try:
            for row in rows:
                for column, cell in row.items():
                    for address in ADDRESS.findall(cell) if isinstance(cell, str) else ():
                        yield address if address == cell else _trimmed(address), f"{rows.line_num}:{column}"
        except csv.Error as error:
            raise LinkCheckError(f"{path.name}:{rows.line_num}: cannot be read as a table: {error}") from None


def _trimmed(address: str) -> str:
    """Return an address without what belongs to the sentence that it stands in."""
    address = address.rstrip(".,;:!?*_")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?*_")
    return address


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # square brackets that hold no address
        return ""


def check(
    found: Mapping[str, list[str]],
    *,
    settings: Mapping[str, Any] | None = None,
    told: Callable[[], object] = lambda: None,
) -> list[Answer]:
    """Ask every address once, and return the answers, the broken first.

    Parameters
    ----------
    found
        the addresses, each with the places where it stands.
    settings
        of Sphinx's checker, in place of ours.
    told
        called whenever one has answered.

    Raises
    ------
    LinkCheckError
        where the checker does not run to its end.
    """
    if not found:
        return []
    with tempfile.TemporaryDirectory(prefix="links-") as name:
        folder = Path(name)
        written = "\n".join(f"{key} = {value!r}" for key, value in {**SETTINGS, **(settings or {})}.items())
        (folder / "conf.py").write_text(f"{written}\n", encoding="utf-8")
        # One paragraph for each: by its line an answer finds its address, however that was spelt when it was asked.
        lines = "".join(f"<{address}>\n\n" for address in found)
        (folder / "index.md").write_text(lines, encoding="utf-8")
        _run(folder, told)
        answers = _answers(folder / "out" / "output.json")
    made = [
        Answer(address, *answers.get(2 * number + 1, (UNASKED, "")), tuple(places))
        for number, (address, places) in enumerate(found.items())
    ]
    return sorted(made, key=lambda answer: (ORDER.index(answer.kind), answer.places))


def _run(folder: Path, told: Callable[[], object]) -> None:
    """Run the checker over the document of a folder; what it finds broken is no failure of its own."""
    command = [sys.executable, "-m", "sphinx", "-b", "linkcheck", "--no-color", str(folder), str(folder / "out")]
    surroundings = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=surroundings
    ) as run:
        for line in run.stdout or ():
            said.append(line.rstrip())
            if line.startswith("(") and ": line " in line:
                told()
    if not (folder / "out" / "output.json").is_file() or run.returncode not in (0, 1):
        raise LinkCheckError("\n".join(["the checker of links did not run to its end:", *said[-10:]]))


def _answers(path: Path) -> dict[int, tuple[str, str]]:
    """Return kind and words of each answer, by the line of its address."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        said = " ".join(str(answer["info"]).split())
        found[int(answer["lineno"])] = (KINDS.get(answer["status"], UNASKED), said)
    return found


def summary(answers: list[Answer]) -> str:
    """Return in one line how many answered how."""
    counts = ((kind, sum(answer.kind == kind for answer in answers)) for kind in reversed(ORDER))
    told = ", ".join(f"{count} {kind}" for kind, count in counts if count) or "none"
    return f"{len(answers)} address{'' if len(answers) == 1 else 'es'}: {told}"


def lines(answers: list[Answer]) -> Iterator[str]:
    """Yield a line for each address that did not simply answer: kind, address, what was said, where it stands."""
    for answer in answers:
        if answer.kind != WELL:
            yield f"{answer.kind:<9} {answer.address}  {answer.said}  [{_where(answer)}]"


def as_markdown(answers: list[Answer]) -> str:
    """Return the same as Markdown: a heading for each kind, below it a list."""
    parts = [summary(answers) + ". A server may refuse a machine and answer a person: look before you change anything."]
    for kind in ORDER[:-1]:
        those = [answer for answer in answers if answer.kind == kind]
        if those:
            items = (f"- <{answer.address}>  \n  `{_plain(answer.said) or '–'}` — {_where(answer)}" for answer in those)
            parts += [f"### {kind.capitalize()}", "\n".join(items)]
    return "\n\n".join(parts) + "\n"


def _where(answer: Answer) -> str:
    more = len(answer.places) - 1
    return f"{answer.places[0]}{f' and {more} more' if more else ''}"


def _plain(said: str) -> str:
    """Return what a server said so that it cannot be taken for Markdown: it may say anything."""
    return said.replace("`", "'")[:200]
