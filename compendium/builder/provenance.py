"""What a built page certifies itself by: the commit, the data, the lock and the edition that it was made from.

The commit is git's, or, in a source archive, where there is no git, that of the file which the archive brings. Pages
are made with empty places, which are filled when the site is there: a commit that changes no page makes none anew.
Nothing here builds anything, and a page's text is not touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from compendium.project import git
from compendium.project.checksums import compute_manifest, manifest_lines, sha256
from compendium.project.paths import LOCK, ROOT

PROVENANCE_FILE = ".edition.json"
"""What a source archive brings in place of git."""
INPUT_KEY = "commit"
"""Under which name the certificate stands among what a build is made from."""
SHORT_HASH_LENGTH = 10
PLACEHOLDER_PATTERN = re.compile(r'(<(span|div) class="certified(?:-whole on-screen)?">).*?(</\2>)', re.DOTALL)
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Provenance:
    """Which state of the repository a site was made from.

    `commit` is the whole hash, `""` where nothing tells it; `modified` says that files differ from that commit; `data`
    and `lock` are SHA-256 in hexadecimal digits.
    """

    commit: str
    modified: bool
    data: str
    lock: str

    @property
    def short_commit(self) -> str:
        """Return the commit in words, short."""
        if not self.commit:
            return "commit not known"
        return f"commit {self.commit[:SHORT_HASH_LENGTH]}{', with changes' if self.modified else ''}"


def read_provenance(root: Path = ROOT) -> Provenance:
    """Return what the site of a repository would certify now."""
    commit, modified = _git(root) or _told(root)
    lock = root / LOCK
    return Provenance(commit, modified, data_hash(root / "data"), sha256(lock.read_bytes()) if lock.is_file() else "")


def data_hash(data: Path) -> str:
    """Return the SHA-256 of the manifest of a data folder, as `python -m compendium manifest data | sha256sum` does."""
    return sha256("".join(f"{line}\n" for line in manifest_lines(compute_manifest(data))).encode())


def commit_state(root: Path = ROOT) -> str:
    """Return in one line which commit a repository is at, and whether anything differs from it."""
    commit, modified = _git(root) or _told(root)
    return f"{commit} {modified}"


def source_provenance_json(root: Path = ROOT) -> str:
    """Return what a source archive of a repository says of where it comes from, as the text of its file."""
    commit, modified = _git(root) or _told(root)
    return json.dumps({"commit": commit, "modified": modified}, indent=2) + "\n"


def _git(root: Path) -> tuple[str, bool] | None:
    """Return the commit of a checkout and whether its files differ from it; `None` where there is no git."""
    if not (root / ".git").exists():
        return None
    try:
        head = git.text(root, "rev-parse", "--verify", "HEAD").strip()
        return head, bool(git.text(root, "status", "--porcelain", "--untracked-files=normal").strip())
    except git.GitError:
        return None


def _told(root: Path) -> tuple[str, bool]:
    """Return what the file of a source archive says; no commit where there is none, or it says something else."""
    try:
        said = json.loads((root / PROVENANCE_FILE).read_text(encoding="utf-8"))
        commit, modified = said["commit"], said["modified"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", False
    return (commit, modified is True) if isinstance(commit, str) and COMMIT.fullmatch(commit) else ("", False)


# --- in the pages


def fill_placeholders(html: Path, provenance: Provenance) -> int:
    """Fill the places of every page of a site with what it certifies; return how many pages changed by it."""
    changed = 0
    for path in html.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        filled = PLACEHOLDER_PATTERN.sub(lambda place: f"{place[1]}{_filling(place[2], provenance)}{place[3]}", text)
        if filled != text:
            path.write_text(filled, encoding="utf-8")
            changed += 1
    return changed


def _filling(element: str, found: Provenance) -> str:
    if element == "div":
        return f"<dl>{''.join(_item(name, value) for name, value in _whole(found))}</dl>"
    data, lock = found.data[:SHORT_HASH_LENGTH], found.lock[:SHORT_HASH_LENGTH]
    return f" · {escape(found.short_commit)} · data {data} · lock {lock}"


def _item(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>"


def _whole(found: Provenance) -> Iterator[tuple[str, str]]:
    """Yield every value in full, with the name of what it is."""
    yield "Commit", (found.commit or "not known") + (", with changes" if found.modified else "")
    yield "Data", found.data
    yield "Lock", found.lock
