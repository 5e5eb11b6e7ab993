"""Makes the bundle of an edition: site, PDF and EPUB, ledger, notebooks, and what describes them.

It names every obstacle before it does anything. The bundle is made of the commit, of what was built from it, and of
nothing else: no clock, no machine, no chance; the same inputs give the same bytes. It is made aside and put in its
place when it is whole; the tag is set just before, so that there is never one without the other.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from compendium import croissant
from compendium.builder import print_files
from compendium.builder.cache_keys import data_files
from compendium.ledger.archive import LEDGER_ARCHIVE as LEDGER
from compendium.ledger.permanent_ids import PERMANENT_IDS, register_ids
from compendium.ledger.schema import DESCRIPTOR, read_descriptor, read_schema
from compendium.project import changelog
from compendium.project.checksums import FileDigest, manifest_lines
from compendium.project.citation import CITATION, Edition, read_edition
from compendium.project.paths import BUILD, LOCK, ROOT, find_chapters, notebook_path
from compendium.project.problems import LedgerError
from compendium.project.zip_archives import pack
from compendium.publish import codecheck, ro_crate, snapshots
from compendium.publish.changes import is_recorded

RELEASE_FOLDER = BUILD / "release"
STATE_FILE = ".edition.json"
"""Stands in the archive of the sources, where there is no git to ask: which commit and edition they are."""
CHECKSUMS_FILE, SOURCE_ARCHIVE, CHANGES_FILE, README_FILE = "SHA256SUMS", "source.zip", "CHANGES.md", "README.txt"
LOCK_FILES = (LOCK, "requirements-authors.txt")
MAX_SHOWN = 5
TAG_PREFIX = "v"


class ReleaseError(Exception):
    """No bundle can be made; carries every reason, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        """Keep the reasons in the order in which they were found."""
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass(frozen=True)
class Release:
    """What is released: which edition of which commit, for which address, whether only for a look."""

    name: str
    edition: Edition
    entry: changelog.Entry
    commit: str
    address: str = ""
    draft: bool = False
    modified: bool = False
    """Whether the tree holds what the commit does not; of an edition it never does."""

    @property
    def bundle_name(self) -> str:
        """Return the name of the bundle; that of a draft cannot be taken for an edition."""
        return f"{self.name}-{self.edition.version}{'-draft' if self.draft else ''}"

    @property
    def tag(self) -> str:
        """Return the name of the tag."""
        return f"{TAG_PREFIX}{self.edition.version}"


# --- what stands in the way


def obstacles(version: str, *, draft: bool, find_stale: Callable[[], list[str]], root: Path = ROOT) -> list[str]:
    """Return, a sentence each, all that keeps an edition from being released; nothing where it can be.

    Parameters
    ----------
    version
        the edition that is meant.
    draft
        whether only a draft is made: it has no tag, so that neither the tree nor other tags stand in its way, nor what
        is recorded of it.
    find_stale
        gives, in words, the notebooks that are not up to date; not asked for a draft, which brings them up to date.
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
    """Yield where another version is said than the one that is meant, and what the changelog lacks."""
    released = None
    for name, read in (("pyproject.toml", _project), (CITATION, _cited), (f"data/{DESCRIPTOR}", _described)):
        try:
            said = read(root)
        except (OSError, ValueError, KeyError, TypeError, LedgerError) as error:
            yield f"{name}: cannot be read: {' '.join(str(error).split()) or type(error).__name__}"
            continue
        if said != version:
            yield f"{name}: found version {said}; expected {version}"
        if name == CITATION:
            released = read_edition(root).released
    try:
        entry = next(iter(changelog.entries((root / changelog.CHANGELOG).read_text(encoding="utf-8"))), None)
    except (OSError, ValueError) as error:
        yield f"{changelog.CHANGELOG}: cannot be read: {error}"
        return
    if entry is None:
        yield f"{changelog.CHANGELOG}: found no entry; expected “## {version} — YYYY-MM-DD” at its head, and what is new"
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
    """Yield what git says against a release; `ReleaseError` where there is no git to ask."""
    head_commit(root)
    if draft:
        return
    changed = run_git(root, "status", "--porcelain").splitlines()
    if changed:
        more = f" and {len(changed) - MAX_SHOWN} more" if len(changed) > MAX_SHOWN else ""
        yield f"the tree is not clean: {', '.join(line[3:] for line in changed[:MAX_SHOWN])}{more}; commit or remove them"
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


def unregistered_ids(version: str, root: Path) -> Iterator[str]:
    """Yield that ids of the data are not kept yet: after the edition they could be used for another thing."""
    try:
        new = register_ids(root / "data", version) if PERMANENT_IDS in read_schema(root / "data") else []
    except LedgerError as error:
        yield from map(str, error.problems)
        return
    if new:
        more = f" and {len(new) - MAX_SHOWN} more" if len(new) > MAX_SHOWN else ""
        yield f"ids are not kept yet: {', '.join(new[:MAX_SHOWN])}{more}; `register --write` keeps them"


def unrecorded_changes(root: Path) -> Iterator[str]:
    """Yield that the record of what the edition changes is not what comparing it with the edition before gives."""
    now = snapshots.working_tree_snapshot(root)
    earlier = [
        tag
        for tag in snapshots.edition_tags(root)
        if snapshots.version_numbers(tag) < snapshots.version_numbers(now.edition)
    ]
    if earlier and not is_recorded(snapshots.snapshot_at(earlier[-1], root), now):
        yield f"the record of what changed since {earlier[-1]} is not that of the tree; `changes --write` renews it"


def _browser() -> Iterator[str]:
    from compendium.quality import audit

    if audit.chromium() is None:
        yield f"no Chromium prints the PDF: none of {', '.join(audit.BROWSERS)} is found, nor what CHROME_PATH names"


def run_git(root: Path, *arguments: str, stdin: str | None = None) -> str:
    """Return what git answers in a folder; `ReleaseError` with its own words where it fails."""
    return _git(root, *arguments, given=stdin).decode(errors="replace")


def _git(root: Path, *arguments: str, given: str | None = None) -> bytes:
    try:
        run = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False, input=(given or "").encode()
        )
    except OSError as error:
        raise ReleaseError([f"git cannot be run: {error.strerror}"]) from None
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise ReleaseError([f"git {arguments[0]}: {said[-1] if said else f'ended with {run.returncode}'}"])
    return run.stdout


def head_commit(root: Path) -> str:
    """Return the full hash of the commit that a folder is a checkout of.

    Raises
    ------
    ReleaseError
        where it is none, or lies in that of something else.
    """
    try:
        top = run_git(root, "rev-parse", "--show-toplevel").rstrip("\n")
        if Path(top).resolve() == root.resolve():
            return run_git(root, "rev-parse", "--verify", "HEAD").strip()
    except ReleaseError as error:
        raise ReleaseError([f"this folder is no checkout with a commit: {error}"]) from None
    raise ReleaseError([f"this folder is no checkout of its own: it lies in that of {Path(top).name}"])


# --- the bundle


def plan_release(*, address: str = "", draft: bool = False, root: Path = ROOT) -> Release:
    """Return what would be released of a folder in which no obstacle is."""
    entry = changelog.entries((root / changelog.CHANGELOG).read_text(encoding="utf-8"))[0]
    name, changed = read_descriptor(root / "data")["name"], bool(run_git(root, "status", "--porcelain"))
    return Release(name, read_edition(root), entry, head_commit(root), address, draft, changed)


def bundle_contents(release: Release, site_folder: Path, print_folder: Path, root: Path = ROOT) -> dict[str, bytes]:
    """Return every file of the bundle by its path, check sums last.

    Parameters
    ----------
    site_folder
        folder of the built site.
    print_folder
        folder that holds the book as PDF and EPUB.

    Raises
    ------
    ReleaseError
        where something that belongs into it is missing.
    """
    sources, runs = source_files(root, draft=release.draft)
    files = {
        **{name: sources[name] for name in (CITATION, "LICENSE", *LOCK_FILES) if name in sources},
        CHANGES_FILE: release.entry.to_markdown().encode(),
        README_FILE: readme_text(release).encode(),
        SOURCE_ARCHIVE: pack({**sources, STATE_FILE: release_state_json(release).encode()}, runs),
        **{name: _read(print_folder / name) for name in (print_files.PDF_FILE, print_files.EPUB_FILE)},
        LEDGER: _read(site_folder / LEDGER),
        **{f"site/{name}": content for name, content in _under(site_folder).items()},
        **{f"data/{path.relative_to(root / 'data').as_posix()}": _read(path) for path in data_files(root)},
        **_notebooks(root),
    }
    with ZipFile(io.BytesIO(files[LEDGER])) as archive:
        if croissant.NAME not in archive.namelist():
            raise ReleaseError([f"{LEDGER}: holds no {croissant.NAME}; build the site anew"])
        files[f"data/{croissant.NAME}"] = archive.read(croissant.NAME)
    names = _named(release, files, root)
    checked = {path: f"{name}: {said}" if said else name for path, (name, said) in names.items() if _again(path)}
    files[codecheck.CODECHECK_FILE] = codecheck.codecheck_manifest(
        checked, files[CITATION], release.edition, release.address
    ).encode()
    about = ro_crate.BundleDescription(
        release.bundle_name, _about(root), release.edition, release.commit, names, release.address
    )
    files[ro_crate.RO_CRATE_FILE] = ro_crate.ro_crate_metadata(files, about).encode()
    sums = {name: FileDigest(hashlib.sha256(files[name]).hexdigest()) for name in sorted(files)}
    return files | {CHECKSUMS_FILE: "".join(f"{line}\n" for line in manifest_lines(sums)).encode()}


def source_files(root: Path, *, draft: bool) -> tuple[dict[str, bytes], set[str]]:
    """Return the files of the commit by their path, and which can be executed; of a draft those that lie there."""
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
    """Return what the sources say of themselves where there is no git to ask."""
    told: dict[str, str | bool] = {
        "commit": release.commit,
        "edition": release.edition.version,
        "released": release.edition.released.isoformat(),
        "address": release.address,
        "draft": release.draft,
        "modified": release.modified,
    }
    return json.dumps(told, indent=1) + "\n"


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


def _again(path: str) -> bool:
    """Say whether a file is one that whoever repeats the work should get again."""
    return path.endswith((".ipynb", ".epub", ".pdf")) or path in ("site/", LEDGER)


# --- what it says of itself


def _about(root: Path) -> str:
    return str(read_descriptor(root / "data")["description"])


def _named(release: Release, files: Mapping[str, bytes], root: Path) -> dict[str, tuple[str, str]]:
    """Return name and description of what the bundle holds, by path."""
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
        print_files.EPUB_FILE: (f"{book.short_title} as EPUB", "All pages, in the order of the site."),
        codecheck.CODECHECK_FILE: ("The manifest of CODECHECK", "What an independent person should get again."),
        "site/": (f"{book.short_title} as a site", "It begins at index.html, from a folder as from a server."),
        "site/index.html": (f"{book.short_title}: the front door", "It leads to the first page."),
        f"data/{DESCRIPTOR}": ("The Data Package", "What every table and column holds."),
        f"data/{croissant.NAME}": ("The data in Croissant", "The same for tools of machine learning."),
        **{f"data/{path}": told for path, told in tables.items()},
    }
    schemas = {own["schema"] for own in about["resources"] if isinstance(own["schema"], str)}
    named |= {f"data/{path}": ("A schema", "What the columns of tables of one form hold.") for path in schemas}
    for path, content in files.items():
        if path.startswith("notebooks/"):
            kind = "The notebook, with its outputs." if path.endswith(".ipynb") else "The text that people edit."
            named[path] = (_title(files, path, content), kind)
    return named


def _title(files: Mapping[str, bytes], path: str, content: bytes) -> str:
    """Return the heading of a chapter, for its text as for its notebook; the name of the file where it has none."""
    text = files.get(f"{path.removesuffix('.ipynb').removesuffix('.md')}.md", content).decode(errors="replace")
    heading = next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")
    return heading.strip() or path


def readme_text(release: Release) -> str:
    """Return what the bundle says to whoever opens it."""
    book = release.edition
    title = f"{book.short_title}, edition {book.version}, {book.date_text}"
    where = f"Published at {release.address}\n" if release.address else ""
    return f"""{title}
{"=" * len(title)}
{where}Commit {release.commit}{"; a draft, not an edition" if release.draft else ""}

What is here
------------
site/            the book as a site: open site/index.html
{print_files.PDF_FILE:<16} the book as one file; {print_files.EPUB_FILE} for reading devices
{LEDGER:<16} the whole ledger: CSV, Parquet, SQLite, JSON-LD
data/            its tables, with {DESCRIPTOR} and {croissant.NAME}
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


# --- written


@dataclass(frozen=True)
class ReleaseFiles:
    """What a release has made: folder, archive and check sum, how many files, and the tag, `""` of a draft."""

    paths: list[Path]
    files: int
    tag: str


def make_release(
    release: Release, site_folder: Path, print_folder: Path, output_folder: Path, root: Path = ROOT
) -> ReleaseFiles:
    """Make the bundle and, of an edition, the tag; both or neither.

    Raises
    ------
    ReleaseError
        where something is missing, git sets no tag, or the bundle cannot be written.
    """
    files = bundle_contents(release, site_folder, print_folder, root)
    if not release.draft:
        set_tag(release, root)
    try:
        paths = write_bundle(files, release.bundle_name, output_folder)
    except OSError as error:
        if not release.draft:
            delete_tag(release, root)
        raise ReleaseError([f"{error.filename}: {error.strerror}"]) from None
    return ReleaseFiles(paths, len(files), "" if release.draft else release.tag)


def write_bundle(files: Mapping[str, bytes], bundle_name: str, output_folder: Path) -> list[Path]:
    """Write the bundle as a folder and as an archive with its check sum, all or nothing, and return the three.

    What lies there under these names is replaced.
    """
    output_folder.mkdir(parents=True, exist_ok=True)
    archive = pack({f"{bundle_name}/{name}": content for name, content in files.items()})
    with tempfile.TemporaryDirectory(prefix=".part-", dir=output_folder) as name:
        aside = Path(name)
        for path, content in files.items():
            (aside / bundle_name / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / bundle_name / path).write_bytes(content)
        (aside / f"{bundle_name}.zip").write_bytes(archive)
        line = next(manifest_lines({f"{bundle_name}.zip": FileDigest(hashlib.sha256(archive).hexdigest())}))
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


def set_tag(release: Release, root: Path = ROOT) -> None:
    """Set the tag of an edition, with the entry of the changelog as its message; `ReleaseError` where git will not."""
    message = f"{release.edition.short_title}, edition {release.edition.version}\n\n{release.entry.text}\n"
    # Verbatim: a line of the entry that begins with # is no comment.
    run_git(root, "tag", "--annotate", "--cleanup=verbatim", "--file=-", release.tag, release.commit, stdin=message)


def delete_tag(release: Release, root: Path = ROOT) -> None:
    """Take the tag away again."""
    run_git(root, "tag", "--delete", release.tag)
