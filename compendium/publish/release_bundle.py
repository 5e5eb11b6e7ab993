"""Contents of the bundle of an edition: site, PDF, ledger, notebooks, sources, and the files that describe them.

A bundle depends on the commit and on what was built from it alone: the same inputs give the same bytes.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compendium.builder import print_files
from compendium.builder.cache_keys import data_files
from compendium.ledger.archive import LEDGER_ARCHIVE as LEDGER
from compendium.ledger.schema import DESCRIPTOR, read_descriptor
from compendium.project import changelog
from compendium.project.checksums import FileDigest, manifest_lines, sha256
from compendium.project.citation import CITATION, Edition
from compendium.project.git import GitError, output
from compendium.project.paths import LOCK, ROOT, find_chapters, notebook_path
from compendium.project.zip_archives import pack
from compendium.publish import codecheck, ro_crate

STATE_FILE = ".edition.json"
"""File in the archive of the sources that names commit and edition, since it has no git repository."""
CHECKSUMS_FILE, SOURCE_ARCHIVE, CHANGES_FILE, README_FILE = "SHA256SUMS", "source.zip", "CHANGES.md", "README.txt"
LOCK_FILES = (LOCK, "requirements-authors.txt")
TAG_PREFIX = "v"


class ReleaseError(Exception):
    """A release cannot be made; carries every reason, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        """Store the reasons in the order in which they were found."""
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass(frozen=True)
class Release:
    """What is released: edition, commit, address of publication (`""` if unknown), and whether it is a draft."""

    name: str
    edition: Edition
    entry: changelog.Entry
    commit: str
    address: str = ""
    draft: bool = False
    modified: bool = False
    """Whether the tree differs from the commit; only possible for a draft."""

    @property
    def bundle_name(self) -> str:
        """Return the name of the bundle, with the suffix `-draft` for a draft."""
        return f"{self.name}-{self.edition.version}{'-draft' if self.draft else ''}"

    @property
    def tag(self) -> str:
        """Return the name of the tag."""
        return f"{TAG_PREFIX}{self.edition.version}"


def run_git(root: Path, *arguments: str, stdin: str = "") -> str:
    """Return the output of a git command in a folder; raise `ReleaseError` with git's message if it fails."""
    return _git(root, *arguments, given=stdin).decode(errors="replace")


def _git(root: Path, *arguments: str, given: str = "") -> bytes:
    try:
        return output(root, *arguments, given=given)
    except GitError as error:
        raise ReleaseError([str(error)]) from None


def head_commit(root: Path) -> str:
    """Return the full hash of the commit checked out in a folder.

    Raises
    ------
    ReleaseError
        if the folder is not the root of a checkout.
    """
    try:
        top = run_git(root, "rev-parse", "--show-toplevel").rstrip("\n")
        if Path(top).resolve() == root.resolve():
            return run_git(root, "rev-parse", "--verify", "HEAD").strip()
    except ReleaseError as error:
        raise ReleaseError([f"this folder is no checkout with a commit: {error}"]) from None
    raise ReleaseError([f"this folder is no checkout of its own: it lies in that of {Path(top).name}"])


def bundle_contents(release: Release, site_folder: Path, print_folder: Path, root: Path = ROOT) -> dict[str, bytes]:
    """Return every file of the bundle by its path, checksums last.

    Parameters
    ----------
    site_folder
        folder of the built site.
    print_folder
        folder that holds the book as PDF.

    Raises
    ------
    ReleaseError
        if a file is missing.
    """
    sources, runs = source_files(root, draft=release.draft)
    files = {
        **{name: sources[name] for name in (CITATION, "LICENSE", *LOCK_FILES) if name in sources},
        CHANGES_FILE: release.entry.to_markdown().encode(),
        README_FILE: readme_text(release).encode(),
        SOURCE_ARCHIVE: pack({**sources, STATE_FILE: release_state_json(release).encode()}, runs),
        print_files.PDF_FILE: _read(print_folder / print_files.PDF_FILE),
        LEDGER: _read(site_folder / LEDGER),
        **{f"site/{name}": content for name, content in _under(site_folder).items()},
        **{f"data/{path.relative_to(root / 'data').as_posix()}": _read(path) for path in data_files(root)},
        **_notebooks(root),
    }
    descriptions = _file_descriptions(release, files, root)
    checked = {
        path: f"{name}: {text}" if text else name for path, (name, text) in descriptions.items() if _is_result(path)
    }
    files[codecheck.CODECHECK_FILE] = codecheck.codecheck_manifest(
        checked, files[CITATION], release.edition, release.address
    ).encode()
    about = ro_crate.BundleDescription(
        release.bundle_name, _about(root), release.edition, release.commit, descriptions, release.address
    )
    files[ro_crate.RO_CRATE_FILE] = ro_crate.ro_crate_metadata(files, about).encode()
    sums = {name: FileDigest(sha256(files[name])) for name in sorted(files)}
    return files | {CHECKSUMS_FILE: "".join(f"{line}\n" for line in manifest_lines(sums)).encode()}


def source_files(root: Path, *, draft: bool) -> tuple[dict[str, bytes], set[str]]:
    """Return the files of the commit by path, and which are executable; for a draft those of the tree."""
    if draft:
        names = run_git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
        paths = {name: root / name for name in names if name and (root / name).is_file()}
        return {name: _read(path) for name, path in paths.items()}, {n for n in paths if os.access(paths[n], os.X_OK)}
    found, runs = {}, set()
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", "HEAD"))) as archive:
        for member in archive:
            if member.isdir():
                continue
            held = archive.extractfile(member) if member.isfile() else None
            if held is None:
                raise ReleaseError([f"{member.name}: no plain file; an archive of the sources holds nothing else"])
            found[member.name] = held.read()
            if member.mode & 0o100:
                runs.add(member.name)
    return found, runs


def release_state_json(release: Release) -> str:
    """Return the content of `STATE_FILE`: commit, edition, address."""
    state: dict[str, str | bool] = {
        "commit": release.commit,
        "edition": release.edition.version,
        "released": release.edition.released.isoformat(),
        "address": release.address,
        "draft": release.draft,
        "modified": release.modified,
    }
    return json.dumps(state, indent=1) + "\n"


def _under(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _read(path) for path in sorted(paths)}


def _notebooks(root: Path) -> dict[str, bytes]:
    book = root / "book"
    paths = [path for chapter in find_chapters(book) for path in (chapter, notebook_path(chapter))]
    return {f"notebooks/{path.relative_to(book).as_posix()}": _read(path) for path in paths}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError([f"{path.name}: cannot be read: {error.strerror}"]) from None


def _is_result(path: str) -> bool:
    """Return whether a file is a result that a reproduction should give again."""
    return path.endswith((".ipynb", ".pdf")) or path in ("site/", LEDGER)


# --- description


def _about(root: Path) -> str:
    return str(read_descriptor(root / "data")["description"])


def _file_descriptions(release: Release, files: Mapping[str, bytes], root: Path) -> dict[str, ro_crate.FileDescription]:
    """Return the descriptions of files and folders of the bundle, by path."""
    book, about = release.edition, read_descriptor(root / "data")
    tables = {own["path"]: (own["title"], own["description"]) for own in about["resources"]}
    named = {
        README_FILE: ("What is here", "What the bundle holds, and how to check and to repeat it."),
        CHANGES_FILE: (f"What is new in edition {book.version}", "For readers and for authors."),
        CITATION: ("How to cite", "In the Citation File Format."),
        "LICENSE": ("The licences", "And what is not ours."),
        LOCK: ("The packages that were used", "Every version with its hashes."),
        LOCK_FILES[1]: ("The packages for authors", "Every version with its hashes."),
        SOURCE_ARCHIVE: (
            "The sources",
            f"All files of commit {release.commit}, as an archive that builds without git.",
        ),
        LEDGER: ("The whole ledger", "CSV with its Data Package, Parquet, SQLite, JSON-LD."),
        print_files.PDF_FILE: (f"{book.short_title} as PDF", "All pages, in the order of the site."),
        codecheck.CODECHECK_FILE: ("The manifest of CODECHECK", "What an independent person should get again."),
        "site/": (f"{book.short_title} as a site", "It begins at index.html, from a folder as from a server."),
        "site/index.html": (f"{book.short_title}: the front door", "It leads to the first page."),
        f"data/{DESCRIPTOR}": ("The Data Package", "What every table and column holds."),
        **{f"data/{path}": description for path, description in tables.items()},
    }
    schemas = {own["schema"] for own in about["resources"] if isinstance(own["schema"], str)}
    named |= {f"data/{path}": ("A schema", "What the columns of tables of one form hold.") for path in schemas}
    for path, content in files.items():
        if path.startswith("notebooks/"):
            kind = "The notebook, with its outputs." if path.endswith(".ipynb") else "The text that people edit."
            named[path] = (_title(files, path, content), kind)
    return {path: ro_crate.FileDescription(*one) for path, one in named.items()}


def _title(files: Mapping[str, bytes], path: str, content: bytes) -> str:
    """Return the first heading of a chapter, for text and notebook alike; the path if there is none."""
    text = files.get(f"{path.removesuffix('.ipynb').removesuffix('.md')}.md", content).decode(errors="replace")
    heading = next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")
    return heading.strip() or path


def readme_text(release: Release) -> str:
    """Return the README of a bundle."""
    book = release.edition
    title = f"{book.short_title}, edition {book.version}, {book.date_text}"
    where = f"Published at {release.address}\n" if release.address else ""
    return f"""{title}
{"=" * len(title)}
{where}Commit {release.commit}{"; a draft, not an edition" if release.draft else ""}

What is here
------------
site/            the book as a site: open site/index.html
{print_files.PDF_FILE:<16} the book as one file
{LEDGER:<16} the whole ledger: CSV, Parquet, SQLite, JSON-LD
data/            its tables, with {DESCRIPTOR}
notebooks/       the chapters: text that people edit, and notebooks with their outputs
{SOURCE_ARCHIVE:<16} everything it was made of
{LOCK}  every package it was made with, with its hashes
{CHANGES_FILE:<16} what is new; {CITATION}: how to cite; LICENSE: under which terms
{ro_crate.RO_CRATE_FILE}, {codecheck.CODECHECK_FILE}: what the files are, for machines and for checkers
{CHECKSUMS_FILE:<16} the SHA-256 of every other file

How to check it
---------------
sha256sum --check --quiet {CHECKSUMS_FILE}

How to repeat it
----------------
On a machine with Python 3.11 or newer, make, and access to a package index, in an unpacked {SOURCE_ARCHIVE}:

make environment
.venv/bin/python -m compendium repeat --execute BUNDLE

BUNDLE is this folder, or the archive it came in. Every file is held against its check sum, all notebooks are executed
afresh, the site is built anew, and every file that comes out otherwise is named.
"""


def write_bundle(files: Mapping[str, bytes], bundle_name: str, output_folder: Path) -> list[Path]:
    """Write the bundle as folder, archive and checksum of the archive, all or nothing, and return the three paths.

    Existing files and folders of these names are replaced.
    """
    output_folder.mkdir(parents=True, exist_ok=True)
    archive = pack({f"{bundle_name}/{name}": content for name, content in files.items()})
    with tempfile.TemporaryDirectory(prefix=".part-", dir=output_folder) as name:
        aside = Path(name)
        for path, content in files.items():
            (aside / bundle_name / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / bundle_name / path).write_bytes(content)
        (aside / f"{bundle_name}.zip").write_bytes(archive)
        line = next(manifest_lines({f"{bundle_name}.zip": FileDigest(sha256(archive))}))
        (aside / f"{bundle_name}.zip.sha256").write_text(f"{line}\n", encoding="utf-8")
        made = [
            output_folder / bundle_name,
            output_folder / f"{bundle_name}.zip",
            output_folder / f"{bundle_name}.zip.sha256",
        ]
        for own in made:
            if own.is_dir():
                shutil.rmtree(own)
            (aside / own.name).replace(own)
    return made
