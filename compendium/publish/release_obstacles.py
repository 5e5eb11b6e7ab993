"""Obstacles of a release: versions, changelog, state of the repository, ids and changes not recorded, Chromium.

Every check reads and names all it finds; nothing is changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from compendium.ledger.permanent_ids import PERMANENT_IDS, register_ids
from compendium.ledger.schema import DESCRIPTOR, read_descriptor, read_schema
from compendium.project import changelog
from compendium.project.citation import CITATION, read_edition
from compendium.project.paths import ROOT
from compendium.project.problems import LedgerError
from compendium.publish import snapshots
from compendium.publish.changes import is_recorded
from compendium.publish.release_bundle import TAG_PREFIX, ReleaseError, head_commit, run_git

MAX_SHOWN = 5


def obstacles(version: str, *, draft: bool, find_stale: Callable[[], list[str]], root: Path = ROOT) -> list[str]:
    """Return every obstacle of a release, a sentence each; an empty list if it can be made.

    Parameters
    ----------
    version
        version of the edition, without prefix.
    draft
        whether it is a draft: without a tag, so that a changed tree, other tags and the record of changes are ignored.
    find_stale
        returns the stale notebooks in words; not called for a draft, which executes them.
    """
    found = list(_versions(version, root))
    try:
        found += _repository(version, root, draft)
    except ReleaseError as error:
        found += error.reasons
    found += [*unregistered_ids(version, root), *_browser()]
    if draft:
        return found
    return [*found, *unrecorded_changes(root), *(f"notebook not up to date: {line}" for line in find_stale())]


def _versions(version: str, root: Path) -> Iterator[str]:
    """Yield files with another version, and what is missing in the changelog."""
    released = None
    for name, read in (("pyproject.toml", _project), (CITATION, _cited), (f"data/{DESCRIPTOR}", _described)):
        try:
            found = read(root)
        except (OSError, ValueError, KeyError, TypeError, LedgerError) as error:
            yield f"{name}: cannot be read: {' '.join(str(error).split()) or type(error).__name__}"
            continue
        if found != version:
            yield f"{name}: found version {found}; expected {version}"
        if name == CITATION:
            released = read_edition(root).released
    try:
        entry = next(iter(changelog.entries((root / changelog.CHANGELOG).read_text(encoding="utf-8"))), None)
    except (OSError, ValueError) as error:
        yield f"{changelog.CHANGELOG}: cannot be read: {error}"
        return
    if entry is None:
        expected = f"“## {version} — YYYY-MM-DD” at its head, and what is new"
        yield f"{changelog.CHANGELOG}: found no entry; expected {expected}"
    elif entry.version != version:
        yield f"{changelog.CHANGELOG}: found {entry.version} at its head; expected {version}"
    elif not any(letter.isalpha() for letter in entry.text):
        yield f"{changelog.CHANGELOG}: found no word under {version}; expected what is new, for readers and for authors"
    elif released is not None and entry.released != released:
        yield f"{changelog.CHANGELOG}: found {entry.released} for {version}; {CITATION} says {released}"


def _project(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _cited(root: Path) -> str:
    return read_edition(root).version


def _described(root: Path) -> str:
    return str(read_descriptor(root / "data")["version"])


def _repository(version: str, root: Path, draft: bool) -> Iterator[str]:
    """Yield obstacles in the repository: changes, tags, no committer; raise `ReleaseError` without a repository."""
    head_commit(root)
    if draft:
        return
    changed = run_git(root, "status", "--porcelain").splitlines()
    if changed:
        yield f"the tree is not clean: {_list_some([line[3:] for line in changed])}; commit or remove them"
    tags = run_git(root, "tag", "--list", f"{TAG_PREFIX}*").split()
    versions = [own for tag in tags if changelog.VERSION_PATTERN.fullmatch(own := tag.removeprefix(TAG_PREFIX))]
    if version in versions:
        yield f"the tag {TAG_PREFIX}{version} is there already; an edition is never made twice, raise the version"
    above = [other for other in versions if changelog.version_key(other) > changelog.version_key(version)]
    if above:
        yield f"the tag {TAG_PREFIX}{max(above, key=changelog.version_key)} is of a later edition than {version}"
    try:
        run_git(root, "var", "GIT_COMMITTER_IDENT")
    except ReleaseError:
        yield "git does not know who sets the tag; git config user.name and user.email tell it"


def _list_some(names: list[str]) -> str:
    """Return the first names and the number of the others: `a, b and 3 more`."""
    more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
    return f"{', '.join(names[:MAX_SHOWN])}{more}"


def unregistered_ids(version: str, root: Path) -> Iterator[str]:
    """Yield a sentence if ids are not registered, as they could be used for another thing after the edition."""
    try:
        new = register_ids(root / "data", version) if PERMANENT_IDS in read_schema(root / "data") else []
    except LedgerError as error:
        yield from map(str, error.problems)
        return
    if new:
        yield f"ids are not kept yet: {_list_some(new)}; `register --write` keeps them"


def unrecorded_changes(root: Path) -> Iterator[str]:
    """Yield a sentence if the recorded changes differ from those computed against the previous edition."""
    now = snapshots.working_tree_snapshot(root)
    earlier = [
        tag
        for tag in snapshots.edition_tags(root)
        if snapshots.version_numbers(tag) < snapshots.version_numbers(now.edition)
    ]
    if earlier and not is_recorded(snapshots.snapshot_at(earlier[-1], root), now):
        yield f"the record of what changed since {earlier[-1]} is not that of the tree; `changes --write` renews it"


def _browser() -> Iterator[str]:
    from compendium.project import browser

    if browser.chromium() is None:
        yield f"no Chromium prints the PDF: none of {', '.join(browser.BROWSERS)} is found, nor what CHROME_PATH names"
