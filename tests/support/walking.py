"""Takes the walk of a page like CONTRIBUTING.md, in the folder that it is run in; run in a copy, never imported.

    python tests/support/walking.py CONTRIBUTING.md ANSWERS
        fill in the page's files, run its commands, write what they said
    python tests/support/walking.py CHAPTER
        execute a chapter, and build a site of it alone; say what is wrong

All commands run in one process, so that what they import is imported once.
"""

import csv
import io
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
COMMAND = ".venv/bin/python -m compendium "


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def put(path: Path, found: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(found)


def fill(path: Path, cells: dict[str, dict[str, str]]) -> None:
    """Fill in cells as an author does; a row or column that is not there ends the walk."""
    header, *found = rows(path)
    by_key = {row[0]: row for row in found}
    for key, own in cells.items():
        for column, value in own.items():
            by_key[key][header.index(column)] = value
    put(path, [header, *found])


def append(path: Path, text: str) -> None:
    header, *more = csv.reader(io.StringIO(text))
    before = rows(path) if path.exists() else [header]
    if before[0] != header:
        raise ValueError(f"{path} has other columns than the page says")
    put(path, [*before, *more])


def ask(words: str, expected: list[str]) -> dict[str, Any]:
    from compendium.cli.app import main

    ran = CliRunner().invoke(main, shlex.split(words), prog_name="python -m compendium", catch_exceptions=False)
    # Problems first, as a terminal has them above what is said at the end.
    said = ran.stderr + ran.stdout
    return {"command": f"python -m compendium {words}", "expected": expected, "said": said, "code": ran.exit_code}


def walk(page: Path) -> list[dict[str, Any]]:
    answers = []
    for kind, file, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "text":
            Path(file).write_text(body, encoding="utf-8")
        elif kind == "yaml":
            fill(Path(file), yaml.load(body, yaml.BaseLoader))
        elif kind == "csv":
            append(Path(file), body)
        elif kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
                command, *expected = part.rstrip("\n").split("\n")
                if not command.startswith(COMMAND):
                    raise ValueError(f"not a command of the compendium: {command}")
                answers.append(ask(command.removeprefix(COMMAND), expected))
    return [*answers, ask("check", [])]


def built(chapter: Path) -> str:
    """Execute a chapter and build a site in which it stands alone; return what was wrong."""
    from compendium.builder import html_site, notebooks
    from compendium.project.paths import ROOT

    toc = f"format: jb-book\nroot: {chapter.with_suffix('')}\n"
    (ROOT / "_toc.yml").write_text(toc, encoding="utf-8")
    failed = notebooks.format_failures(notebooks.update_notebooks(selection=notebooks.Selection([ROOT / chapter])))
    return failed or html_site.build_site(ROOT, root=ROOT)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        Path(sys.argv[2]).write_text(json.dumps(walk(Path(sys.argv[1]))), encoding="utf-8")
    else:
        sys.exit(built(Path(sys.argv[1])) or 0)
