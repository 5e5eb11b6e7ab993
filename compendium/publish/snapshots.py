"""Snapshots of the repository: tables, verdicts and pages of the working tree, a tag, a branch or a commit.

A snapshot is read with its own schema and nothing of it is executed: verdicts and outputs are those stored in its
notebooks.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project import git
from compendium.project.citation import CITATION
from compendium.project.paths import PAGE_BY_KIND, ROOT
from compendium.project.problems import describe_choices

SNAPSHOT_PATHS = ("data", "book", CITATION)
TAG_PATTERN = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
TextRow = Mapping[str, str]


class UnknownSnapshotError(ValueError):
    """There is no such tag, branch or commit, or no repository; the message lists the tags there are."""


@dataclass(frozen=True)
class Snapshot:
    """Name of a state and its text files by path."""

    name: str
    files: Mapping[str, str] = field(repr=False)

    @cached_property
    def edition(self) -> str:
        """Return the version in the citation file, `""` without one."""
        try:
            return str(yaml.safe_load(self.files[CITATION])["version"])
        except (KeyError, TypeError, yaml.YAMLError):
            return ""

    @cached_property
    def schema(self) -> dict[str, dict[str, Any]]:
        """Return the resource of each table with its schema inlined; nothing if the descriptor is unreadable."""
        found: dict[str, dict[str, Any]] = {}
        for resource in _json(self.files.get("data/datapackage.json", "")).get("resources", ()):
            own = resource.get("schema", {})
            read = _json(self.files.get(f"data/{own}", "")) if isinstance(own, str) else own
            found[resource["name"]] = {**resource, "schema": read}
        return found

    def key_columns(self, table: str) -> list[str]:
        """Return the primary key of a table, or all columns if it has none."""
        own = self.schema[table]["schema"]
        key = own.get("primaryKey", [])
        return [key] if isinstance(key, str) else list(key) or [column["name"] for column in own.get("fields", ())]

    @cached_property
    def tables(self) -> dict[str, dict[str, TextRow]]:
        """Return the raw rows of every table by key; none for an unreadable table."""
        return {name: self._rows(name) for name in self.schema}

    def _rows(self, table: str) -> dict[str, TextRow]:
        text = self.files.get(f"data/{self.schema[table].get('path', '')}", "")
        try:
            rows = list(csv.DictReader(io.StringIO(text), restval="", restkey="…", strict=True))
        except csv.Error:
            return {}
        key = self.key_columns(table)
        return {" · ".join(row.get(column) or "" for column in key): row for row in rows}

    @cached_property
    def claim_records(self) -> dict[str, dict[str, Any]]:
        """Return the claim records stored in the notebooks; nothing if there are none."""
        found: dict[str, dict[str, Any]] = {}
        for outputs in self._outputs(f"book/{PAGE_BY_KIND['claim']}.ipynb"):
            for output in outputs:
                found |= output.get("data", {}).get(CLAIM_RECORDS, {})
        return found

    @cached_property
    def pages(self) -> dict[str, dict[str, str]]:
        """Return words, tables and numbers, figures, and cards of each page as texts, by path below the book."""
        found = {}
        for path in sorted(self.files):
            if path.startswith("book/") and path.endswith(".md") and not _hidden(path):
                name = path.removeprefix("book/").removesuffix(".md")
                found[name] = {"words": _prose(self.files[path]), **self._shown(f"book/{name}.ipynb")}
        return found

    def _shown(self, notebook: str) -> dict[str, str]:
        """Return the outputs of a notebook as three texts: tables and numbers, figures, cards."""
        shown: dict[str, list[Any]] = {"tables and numbers": [], "figures": [], "cards": []}
        for outputs in self._outputs(notebook):
            for output in outputs:
                for mime, content in output.get("data", {}).items():
                    kind = "figures" if mime.startswith("image/") else "tables and numbers"
                    shown["cards" if mime.startswith("application/vnd.ledger.") else kind].append(content)
        return {part: json.dumps(content, sort_keys=True) for part, content in shown.items()}

    def _outputs(self, notebook: str) -> Iterator[list[dict[str, Any]]]:
        for cell in _json(self.files.get(notebook, "")).get("cells", ()):
            if cell.get("cell_type") == "code":
                yield cell.get("outputs", [])


def _hidden(path: str) -> bool:
    return any(part[0] in "._" for part in PurePosixPath(path).parts)


def _prose(text: str) -> str:
    """Return a chapter without its code cells; changes of code show in the outputs."""
    return re.sub(r"^```\{code-cell\}.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def working_tree_snapshot(root: Path = ROOT) -> Snapshot:
    """Return the snapshot of the working tree."""
    files = {}
    for place in SNAPSHOT_PATHS:
        top = root / place
        for path in (top,) if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and _is_compared(path.name):
                files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    return Snapshot("the working tree", files)


def snapshot_at(ref: str, root: Path = ROOT) -> Snapshot:
    """Return the snapshot at a tag, branch or commit.

    Raises
    ------
    UnknownSnapshotError
        if git knows no such revision, or this is no checkout.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
    if not commit:
        known = edition_tags(root)
        hint = describe_choices(known, ref) if known else "the name of a commit: this copy has no tags of editions"
        raise UnknownSnapshotError(f"found {ref!r}; expected {hint}")
    try:
        packed = git.output(root, "archive", "--format=tar", commit, "--", *SNAPSHOT_PATHS)
    except git.GitError as error:
        raise UnknownSnapshotError(f"{ref}: {error}") from None
    return Snapshot(ref, dict(_unpacked(packed)))


def _unpacked(packed: bytes) -> Iterator[tuple[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            held = archive.extractfile(member) if member.isfile() and _is_compared(member.name) else None
            if held is not None:
                yield member.name, held.read().decode("utf-8", errors="replace")


def _is_compared(name: str) -> bool:
    return PurePosixPath(name).suffix in {".csv", ".json", ".md", ".ipynb", ".cff"}


def edition_tags(root: Path = ROOT) -> list[str]:
    """Return the tags of editions, oldest first; none without git or tags."""
    found = [tag for tag in _git(root, "tag", "--list", "v*").split() if TAG_PATTERN.fullmatch(tag)]
    return sorted(found, key=version_numbers)


def version_numbers(tag: str) -> tuple[int, ...]:
    """Return a version or its tag as a tuple of numbers; `()` if it is neither."""
    read = TAG_PATTERN.fullmatch(tag if tag.startswith("v") else f"v{tag}")
    return tuple(map(int, read.groups())) if read else ()


def _git(root: Path, *words: str) -> str:
    """Return the output of git, `""` if it fails or is missing."""
    try:
        return git.text(root, *words)
    except git.GitError:
        return ""
