"""Makes the bundle of an edition: site, PDF, ledger, notebooks, and what describes them.

It names every obstacle before it does anything. The bundle is made of the commit, of what was built from it, and of
nothing else: no clock, no machine, no chance; the same inputs give the same bytes. It is made aside and put in its
place when it is whole; the tag is set just before, so that there is never one without the other.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compendium.builder import print_files
from compendium.builder.cache_keys import data
from compendium.ledger.archive import NAME as LEDGER
from compendium.ledger.permanent_ids import PERMANENT, registered
from compendium.ledger.schema import DESCRIPTOR, descriptor, tables
from compendium.project import changelog
from compendium.project.checksums import Content, lines, sha256
from compendium.project.citation import CITATION, Edition, edition
from compendium.project.git import GitError, output
from compendium.project.paths import BUILT, LOCK, ROOT, chapters, notebook_of
from compendium.project.problems import LedgerError
from compendium.project.zip_archives import packed
from compendium.publish import codecheck, ro_crate, snapshots
from compendium.publish.changes import is_recorded

FOLDER = BUILT / "release"
STATE = ".edition.json"
"""Stands in the archive of the sources, where there is no git to ask: which commit and edition they are."""
SUMS, SOURCES, CHANGES, README = "SHA256SUMS", "source.zip", "CHANGES.md", "README.txt"
LOCKS = (LOCK, "requirements-authors.txt")
SHOWN = 5
TAG = "v"


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
    changed: bool = False
    """Whether the tree holds what the commit does not; of an edition it never does."""

    @property
    def called(self) -> str:
        """Return the name of the bundle; that of a draft cannot be taken for an edition."""
        return f"{self.name}-{self.edition.version}{'-draft' if self.draft else ''}"

    @property
    def tag(self) -> str:
        """Return the name of the tag."""
        return f"{TAG}{self.edition.version}"


# --- what stands in the way


def obstacles(version: str, *, draft: bool, stale: Callable[[], list[str]], root: Path = ROOT) -> list[str]:
    """Return, a sentence each, all that keeps an edition from being released; nothing where it can be.

    Parameters
    ----------
    version
        the edition that is meant.
    draft
        whether only a draft is made: it has no tag, so that neither the tree nor other tags stand in its way, nor what
        is recorded of it.
    stale
        gives, in words, the notebooks that are not up to date; not asked for a draft, which brings them up to date.
    """
    found = list(_versions(version, root))
    try:
        found += _repository(version, root, draft)
    except ReleaseError as error:
        found += error.reasons
    found += [*unkept(version, root), *_browser()]
    if draft:
        return found
    return [*found, *unrecorded(root), *(f"notebook not up to date: {line}" for line in stale())]


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
            released = edition(root).released
    try:
        entry = next(iter(changelog.entries((root / changelog.NAME).read_text(encoding="utf-8"))), None)
    except (OSError, ValueError) as error:
        yield f"{changelog.NAME}: cannot be read: {error}"
        return
    if entry is None:
        yield f"{changelog.NAME}: found no entry; expected “## {version} — YYYY-MM-DD” at its head, and what is new"
    elif entry.version != version:
        yield f"{changelog.NAME}: found {entry.version} at its head; expected {version}"
    elif not any(letter.isalpha() for letter in entry.text):
        yield f"{changelog.NAME}: found no word under {version}; expected what is new, for readers and for authors"
    elif released is not None and entry.released != released:
        yield f"{changelog.NAME}: found {entry.released} for {version}; {CITATION} says {released}"


def _project(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _cited(root: Path) -> str:
    return edition(root).version


def _described(root: Path) -> str:
    return str(descriptor(root / "data")["version"])


def _repository(version: str, root: Path, draft: bool) -> Iterator[str]:
    """Yield what git says against a release; `ReleaseError` where there is no git to ask."""
    head(root)
    if draft:
        return
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        yield f"the tree is not clean: {', '.join(line[3:] for line in changed[:SHOWN])}{more}; commit or remove them"
    tags = git(root, "tag", "--list", f"{TAG}*").split()
    versions = [own for tag in tags if changelog.VERSION.fullmatch(own := tag.removeprefix(TAG))]
    if version in versions:
        yield f"the tag {TAG}{version} is there already; an edition is never made twice, raise the version"
    above = [other for other in versions if changelog.order(other) > changelog.order(version)]
    if above:
        yield f"the tag {TAG}{max(above, key=changelog.order)} is of a later edition than {version}"
    try:
        git(root, "var", "GIT_COMMITTER_IDENT")
    except ReleaseError:
        yield "git does not know who sets the tag; git config user.name and user.email tell it"


def unkept(version: str, root: Path) -> Iterator[str]:
    """Yield that ids of the data are not kept yet: after the edition they could be used for another thing."""
    try:
        new = registered(root / "data", version) if PERMANENT in tables(root / "data") else []
    except LedgerError as error:
        yield from map(str, error.problems)
        return
    if new:
        more = f" and {len(new) - SHOWN} more" if len(new) > SHOWN else ""
        yield f"ids are not kept yet: {', '.join(new[:SHOWN])}{more}; `register --write` keeps them"


def unrecorded(root: Path) -> Iterator[str]:
    """Yield that the record of what the edition changes is not what comparing it with the edition before gives."""
    now = snapshots.here(root)
    earlier = [tag for tag in snapshots.tags(root) if snapshots.version(tag) < snapshots.version(now.edition)]
    if earlier and not is_recorded(snapshots.at(earlier[-1], root), now):
        yield f"the record of what changed since {earlier[-1]} is not that of the tree; `changes --write` renews it"


def _browser() -> Iterator[str]:
    from compendium.project import browser

    if browser.chromium() is None:
        yield f"no Chromium prints the PDF: none of {', '.join(browser.BROWSERS)} is found, nor what CHROME_PATH names"


def git(root: Path, *arguments: str, given: str = "") -> str:
    """Return what git answers in a folder; `ReleaseError` with its own words where it fails."""
    return _git(root, *arguments, given=given).decode(errors="replace")


def _git(root: Path, *arguments: str, given: str = "") -> bytes:
    try:
        return output(root, *arguments, given=given)
    except GitError as error:
        raise ReleaseError([str(error)]) from None


def head(root: Path) -> str:
    """Return the full hash of the commit that a folder is a checkout of.

    Raises
    ------
    ReleaseError
        where it is none, or lies in that of something else.
    """
    try:
        top = git(root, "rev-parse", "--show-toplevel").rstrip("\n")
        if Path(top).resolve() == root.resolve():
            return git(root, "rev-parse", "--verify", "HEAD").strip()
    except ReleaseError as error:
        raise ReleaseError([f"this folder is no checkout with a commit: {error}"]) from None
    raise ReleaseError([f"this folder is no checkout of its own: it lies in that of {Path(top).name}"])


# --- the bundle


def begun(*, address: str = "", draft: bool = False, root: Path = ROOT) -> Release:
    """Return what would be released of a folder in which no obstacle is."""
    entry = changelog.entries((root / changelog.NAME).read_text(encoding="utf-8"))[0]
    name, changed = descriptor(root / "data")["name"], bool(git(root, "status", "--porcelain"))
    return Release(name, edition(root), entry, head(root), address, draft, changed)


def contents(release: Release, html: Path, printed: Path, root: Path = ROOT) -> dict[str, bytes]:
    """Return every file of the bundle by its path, check sums last.

    Parameters
    ----------
    html
        folder of the built site.
    printed
        folder that holds the book as PDF.

    Raises
    ------
    ReleaseError
        where something that belongs into it is missing.
    """
    sources, runs = sources_of(root, draft=release.draft)
    files = {
        **{name: sources[name] for name in (CITATION, "LICENSE", *LOCKS) if name in sources},
        CHANGES: release.entry.standing_alone().encode(),
        README: readme(release).encode(),
        SOURCES: packed({**sources, STATE: state(release).encode()}, runs),
        print_files.PDF: _read(printed / print_files.PDF),
        LEDGER: _read(html / LEDGER),
        **{f"site/{name}": content for name, content in _under(html).items()},
        **{f"data/{path.relative_to(root / 'data').as_posix()}": _read(path) for path in data(root)},
        **_notebooks(root),
    }
    names = _named(release, files, root)
    checked = {path: f"{name}: {said}" if said else name for path, (name, said) in names.items() if _again(path)}
    files[codecheck.NAME] = codecheck.manifest(checked, files[CITATION], release.edition, release.address).encode()
    about = ro_crate.About(release.called, _about(root), release.edition, release.commit, names, release.address)
    files[ro_crate.NAME] = ro_crate.described(files, about).encode()
    sums = {name: Content(sha256(files[name])) for name in sorted(files)}
    return files | {SUMS: "".join(f"{line}\n" for line in lines(sums)).encode()}


def sources_of(root: Path, *, draft: bool) -> tuple[dict[str, bytes], set[str]]:
    """Return the files of the commit by their path, and which can be executed; of a draft those that lie there."""
    if draft:
        names = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
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


def state(release: Release) -> str:
    """Return what the sources say of themselves where there is no git to ask."""
    told: dict[str, str | bool] = {
        "commit": release.commit,
        "edition": release.edition.version,
        "released": release.edition.released.isoformat(),
        "address": release.address,
        "draft": release.draft,
        "modified": release.changed,
    }
    return json.dumps(told, indent=1) + "\n"


def _under(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _read(path) for path in sorted(paths)}


def _notebooks(root: Path) -> dict[str, bytes]:
    book = root / "book"
    paths = [path for chapter in chapters(book) for path in (chapter, notebook_of(chapter))]
    return {f"notebooks/{path.relative_to(book).as_posix()}": _read(path) for path in paths}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError([f"{path.name}: cannot be read: {error.strerror}"]) from None


def _again(path: str) -> bool:
    """Say whether a file is one that whoever repeats the work should get again."""
    return path.endswith((".ipynb", ".pdf")) or path in ("site/", LEDGER)


# --- what it says of itself


def _about(root: Path) -> str:
    return str(descriptor(root / "data")["description"])


def _named(release: Release, files: Mapping[str, bytes], root: Path) -> dict[str, tuple[str, str]]:
    """Return name and description of what the bundle holds, by path."""
    book, about = release.edition, descriptor(root / "data")
    tables = {own["path"]: (own["title"], own["description"]) for own in about["resources"]}
    named = {
        README: ("What is here", "What the bundle holds, and how to check and to repeat it."),
        CHANGES: (f"What is new in edition {book.version}", "For readers and for authors."),
        CITATION: ("How to cite", "In the Citation File Format."),
        "LICENSE": ("The licences", "And what is not ours."),
        LOCK: ("The packages that were used", "Every version with its hashes."),
        LOCKS[1]: ("The packages for authors", "Every version with its hashes."),
        SOURCES: ("The sources", f"All files of commit {release.commit}, as an archive that builds without git."),
        LEDGER: ("The whole ledger", "CSV with its Data Package, Parquet, SQLite, JSON-LD."),
        print_files.PDF: (f"{book.name} as PDF", "All pages, in the order of the site."),
        codecheck.NAME: ("The manifest of CODECHECK", "What an independent person should get again."),
        "site/": (f"{book.name} as a site", "It begins at index.html, from a folder as from a server."),
        "site/index.html": (f"{book.name}: the front door", "It leads to the first page."),
        f"data/{DESCRIPTOR}": ("The Data Package", "What every table and column holds."),
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


def readme(release: Release) -> str:
    """Return what the bundle says to whoever opens it."""
    book = release.edition
    title = f"{book.name}, edition {book.version}, {book.day}"
    where = f"Published at {release.address}\n" if release.address else ""
    return f"""{title}
{"=" * len(title)}
{where}Commit {release.commit}{"; a draft, not an edition" if release.draft else ""}

What is here
------------
site/            the book as a site: open site/index.html
{print_files.PDF:<16} the book as one file
{LEDGER:<16} the whole ledger: CSV, Parquet, SQLite, JSON-LD
data/            its tables, with {DESCRIPTOR}
notebooks/       the chapters: text that people edit, and notebooks with their outputs
{SOURCES:<16} everything it was made of
{LOCK}  every package it was made with, with its hashes
{CHANGES:<16} what is new; {CITATION}: how to cite; LICENSE: under which terms
{ro_crate.NAME}, {codecheck.NAME}: what the files are, for machines and for checkers
{SUMS:<16} the SHA-256 of every other file

How to check it
---------------
sha256sum --check --quiet {SUMS}

How to repeat it
----------------
On a machine with Python 3.11 or newer, make, and access to a package index, in an unpacked {SOURCES}:

make environment
.venv/bin/python -m compendium repeat --execute BUNDLE

BUNDLE is this folder, or the archive it came in. Every file is held against its check sum, all notebooks are executed
afresh, the site is built anew, and every file that comes out otherwise is named.
"""


# --- written


@dataclass(frozen=True)
class Made:
    """What a release has made: folder, archive and check sum, how many files, and the tag, `""` of a draft."""

    paths: list[Path]
    files: int
    tag: str


def made(release: Release, html: Path, printed: Path, into: Path, root: Path = ROOT) -> Made:
    """Make the bundle and, of an edition, the tag; both or neither.

    Raises
    ------
    ReleaseError
        where something is missing, git sets no tag, or the bundle cannot be written.
    """
    files = contents(release, html, printed, root)
    if not release.draft:
        tag(release, root)
    try:
        paths = put(files, release.called, into)
    except OSError as error:
        if not release.draft:
            untag(release, root)
        raise ReleaseError([f"{error.filename}: {error.strerror}"]) from None
    return Made(paths, len(files), "" if release.draft else release.tag)


def put(files: Mapping[str, bytes], called: str, into: Path) -> list[Path]:
    """Write the bundle as a folder and as an archive with its check sum, all or nothing, and return the three.

    What lies there under these names is replaced.
    """
    into.mkdir(parents=True, exist_ok=True)
    archive = packed({f"{called}/{name}": content for name, content in files.items()})
    with tempfile.TemporaryDirectory(prefix=".part-", dir=into) as name:
        aside = Path(name)
        for path, content in files.items():
            (aside / called / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / called / path).write_bytes(content)
        (aside / f"{called}.zip").write_bytes(archive)
        line = next(lines({f"{called}.zip": Content(sha256(archive))}))
        (aside / f"{called}.zip.sha256").write_text(f"{line}\n", encoding="utf-8")
        made = [into / called, into / f"{called}.zip", into / f"{called}.zip.sha256"]
        for own in made:
            if own.is_dir():
                shutil.rmtree(own)
            (aside / own.name).replace(own)
    return made


def tag(release: Release, root: Path = ROOT) -> None:
    """Set the tag of an edition, with the entry of the changelog as its message; `ReleaseError` where git will not."""
    message = f"{release.edition.name}, edition {release.edition.version}\n\n{release.entry.text}\n"
    # Verbatim: a line of the entry that begins with # is no comment.
    git(root, "tag", "--annotate", "--cleanup=verbatim", "--file=-", release.tag, release.commit, given=message)


def untag(release: Release, root: Path = ROOT) -> None:
    """Take the tag away again."""
    git(root, "tag", "--delete", release.tag)
