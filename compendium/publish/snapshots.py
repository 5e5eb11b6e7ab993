"""The repository at another time: its tables, verdicts and pages as a tag, a branch or a commit of git holds them.

A state is read as it was written then, with the schema of then, and nothing of it is run: verdicts are those that its
notebooks keep, outputs those that it published.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project.citation import CITATION
from compendium.project.paths import PAGE_BY_KIND, ROOT
from compendium.project.problems import describe_choices

SNAPSHOT_PATHS = ("data", "book", CITATION)
TAG_PATTERN = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
TextRow = Mapping[str, str]


class UnknownSnapshotError(ValueError):
    """There is no such state, or no git to ask; the message says what there is."""


@dataclass(frozen=True)
class Snapshot:
    """The files of the repository at one time: text by path, and what the state is called."""

    name: str
    files: Mapping[str, str] = field(repr=False)

    @cached_property
    def edition(self) -> str:
        """Return the version that the citation file says, `""` without one."""
        try:
            return str(yaml.safe_load(self.files[CITATION])["version"])
        except (KeyError, TypeError, yaml.YAMLError):
            return ""

    @cached_property
    def schema(self) -> dict[str, dict[str, Any]]:
        """Return each table's resource as the descriptor has it, with its schema read; none where it is unreadable."""
        found: dict[str, dict[str, Any]] = {}
        for resource in _json(self.files.get("data/datapackage.json", "")).get("resources", ()):
            own = resource.get("schema", {})
            read = _json(self.files.get(f"data/{own}", "")) if isinstance(own, str) else own
            found[resource["name"]] = {**resource, "schema": read}
        return found

    def key_columns(self, table: str) -> list[str]:
        """Return the columns that name a row of a table: its primary key, or all where it has none."""
        own = self.schema[table]["schema"]
        key = own.get("primaryKey", [])
        return [key] if isinstance(key, str) else list(key) or [column["name"] for column in own.get("fields", ())]

    @cached_property
    def tables(self) -> dict[str, dict[str, TextRow]]:
        """Return the rows of every table as they are written, by their key; a table that cannot be read has none."""
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
        """Return what the state's own pages say of each claim; nothing where they keep none."""
        found: dict[str, dict[str, Any]] = {}
        for outputs in self._outputs(f"book/{PAGE_BY_KIND['claim']}.ipynb"):
            for output in outputs:
                found |= output.get("data", {}).get(CLAIM_RECORDS, {})
        return found

    @cached_property
    def pages(self) -> dict[str, dict[str, str]]:
        """Return the parts of each page as texts to compare, by its name below the book's folder."""
        found = {}
        for path in sorted(self.files):
            if path.startswith("book/") and path.endswith(".md") and not _hidden(path):
                name = path.removeprefix("book/").removesuffix(".md")
                found[name] = {"words": _prose(self.files[path]), **self._shown(f"book/{name}.ipynb")}
        return found

    def _shown(self, notebook: str) -> dict[str, str]:
        """Return the outputs of a notebook, figures and cards apart from all else, each as one text."""
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
    """Return a chapter without its code, which readers see folded: what changes there shows in the outputs."""
    return re.sub(r"^```\{code-cell\}.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def working_tree_snapshot(root: Path = ROOT) -> Snapshot:
    """Return the state of the working tree."""
    files = {}
    for place in SNAPSHOT_PATHS:
        top = root / place
        for path in (top,) if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and _told(path.name):
                files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    return Snapshot("the working tree", files)


def snapshot_at(ref: str, root: Path = ROOT) -> Snapshot:
    """Return the state at a tag, branch or commit.

    Raises
    ------
    UnknownStateError
        where git knows no such state, or this is no checkout.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if not commit:
        known = edition_tags(root)
        hint = describe_choices(known, ref) if known else "the name of a commit: this copy has no tags of editions"
        raise UnknownSnapshotError(f"found {ref!r}; expected {hint}")
    try:
        packed = subprocess.run(
            ["git", "archive", "--format=tar", commit.decode().strip(), "--", *SNAPSHOT_PATHS],
            cwd=root, capture_output=True, check=True,
        ).stdout  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise UnknownSnapshotError(f"{ref}: {error.stderr.decode(errors='replace').strip()}") from None
    return Snapshot(ref, dict(_unpacked(packed)))


def _unpacked(packed: bytes) -> Iterator[tuple[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            held = archive.extractfile(member) if member.isfile() and _told(member.name) else None
            if held is not None:
                yield member.name, held.read().decode("utf-8", errors="replace")


def _told(name: str) -> bool:
    return PurePosixPath(name).suffix in {".csv", ".json", ".md", ".ipynb", ".cff"}


def edition_tags(root: Path = ROOT) -> list[str]:
    """Return the tags of editions, the oldest first; none where there is no git, or it has none."""
    found = [tag for tag in _git(root, "tag", "--list", "v*").decode().split() if TAG_PATTERN.fullmatch(tag)]
    return sorted(found, key=version_numbers)


def version_numbers(tag: str) -> tuple[int, ...]:
    """Return a version or its tag as numbers, for comparison; nothing where it is none."""
    read = TAG_PATTERN.fullmatch(tag if tag.startswith("v") else f"v{tag}")
    return tuple(map(int, read.groups())) if read else ()


def _git(root: Path, *words: str) -> bytes:
    """Return what git answers, nothing where it fails or is not there."""
    try:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, check=False).stdout
    except OSError:
        return b""
