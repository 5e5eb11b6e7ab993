"""Provenance of a site: commit, data and lock that it was built from, and their place in its pages.

The commit is read from git or, in a source archive, from a file. Pages are built with empty placeholders that are
filled afterwards, so that a commit which changes no page causes no page to be built.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from compendium.project import git
from compendium.project.checksums import compute_manifest, manifest_lines, sha256
from compendium.project.paths import LOCK, ROOT

PROVENANCE_FILE = ".edition.json"
"""File of a source archive that records the commit."""
INPUT_KEY = "commit"
"""Key among the inputs of a build: the state of the commit."""
SHORT_HASH_LENGTH = 10
PLACEHOLDER_PATTERN = re.compile(r'(<(span|div) class="certified(?:-whole on-screen)?">).*?(</\2>)', re.DOTALL)
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Provenance:
    """State of the repository that a site was built from."""

    commit: str
    """Full hash, `""` where it is not known."""
    modified: bool
    """Whether files differ from that commit."""
    data: str
    """SHA-256 of the manifest of the data."""
    lock: str
    """SHA-256 of the lock file, `""` without one."""

    @property
    def short_commit(self) -> str:
        """Return the abbreviated commit as text for a page."""
        if not self.commit:
            return "commit not known"
        return f"commit {self.commit[:SHORT_HASH_LENGTH]}{', with changes' if self.modified else ''}"


def read_provenance(root: Path = ROOT) -> Provenance:
    """Return the provenance of a site built from the repository now."""
    commit, modified = _commit(root)
    lock = root / LOCK
    return Provenance(commit, modified, data_hash(root / "data"), sha256(lock.read_bytes()) if lock.is_file() else "")


def data_hash(data: Path) -> str:
    """Return the SHA-256 of the manifest of a data folder, as `python -m compendium manifest data | sha256sum` does."""
    return sha256("".join(f"{line}\n" for line in manifest_lines(compute_manifest(data))).encode())


def commit_state(root: Path = ROOT) -> str:
    """Return the commit of a repository and whether files differ from it, as one text to compare."""
    commit, modified = _commit(root)
    return f"{commit} {modified}"


def source_provenance_json(root: Path = ROOT) -> str:
    """Return the content of `PROVENANCE_FILE` for a source archive of the repository."""
    commit, modified = _commit(root)
    return json.dumps({"commit": commit, "modified": modified}, indent=2) + "\n"


def _commit(root: Path) -> tuple[str, bool]:
    return _git_commit(root) or _recorded_commit(root)


def _git_commit(root: Path) -> tuple[str, bool] | None:
    """Return the commit of a checkout and whether files differ from it; `None` without git."""
    if not (root / ".git").exists():
        return None
    try:
        head = git.text(root, "rev-parse", "--verify", "HEAD").strip()
        return head, bool(git.text(root, "status", "--porcelain", "--untracked-files=normal").strip())
    except git.GitError:
        return None


def _recorded_commit(root: Path) -> tuple[str, bool]:
    """Return the commit recorded in a source archive; `""` where there is no valid record."""
    try:
        record = json.loads((root / PROVENANCE_FILE).read_text(encoding="utf-8"))
        commit, modified = record["commit"], record["modified"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", False
    return (commit, modified is True) if isinstance(commit, str) and COMMIT.fullmatch(commit) else ("", False)


# --- in the pages


def fill_placeholders(html: Path, provenance: Provenance) -> int:
    """Fill the placeholders of every page of a site; return the number of pages changed."""
    changed = 0
    for path in html.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        filled = PLACEHOLDER_PATTERN.sub(lambda place: f"{place[1]}{_filling(place[2], provenance)}{place[3]}", text)
        if filled != text:
            path.write_text(filled, encoding="utf-8")
            changed += 1
    return changed


def _filling(element: str, found: Provenance) -> str:
    """Return the full values for a `div`, the abbreviated ones for a `span`."""
    if element == "div":
        commit = (found.commit or "not known") + (", with changes" if found.modified else "")
        parts = {"Commit": commit, "Data": found.data, "Lock": found.lock}
        return f"<dl>{''.join(f'<dt>{name}</dt><dd><code>{escape(parts[name])}</code></dd>' for name in parts)}</dl>"
    data, lock = found.data[:SHORT_HASH_LENGTH], found.lock[:SHORT_HASH_LENGTH]
    return f" · {escape(found.short_commit)} · data {data} · lock {lock}"
