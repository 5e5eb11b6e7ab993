"""Release of an edition: the bundle in a folder and an archive, and the tag of the commit; both or neither.

The bundle is written aside and moved into place when it is complete; the tag is set just before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compendium.ledger.schema import read_descriptor
from compendium.project import changelog
from compendium.project.citation import read_edition
from compendium.project.paths import BUILD, ROOT
from compendium.publish.release_bundle import Release, ReleaseError, bundle_contents, head_commit, run_git, write_bundle

RELEASE_FOLDER = BUILD / "release"


def plan_release(*, address: str = "", draft: bool = False, root: Path = ROOT) -> Release:
    """Return the release of a repository without obstacles."""
    entry = changelog.entries((root / changelog.CHANGELOG).read_text(encoding="utf-8"))[0]
    name, changed = read_descriptor(root / "data")["name"], bool(run_git(root, "status", "--porcelain"))
    return Release(name, read_edition(root), entry, head_commit(root), address, draft, changed)


@dataclass(frozen=True)
class ReleaseFiles:
    """Results of a release: paths of folder, archive and checksum; number of files; tag (`""` for a draft)."""

    paths: list[Path]
    files: int
    tag: str


def make_release(
    release: Release, site_folder: Path, print_folder: Path, output_folder: Path, root: Path = ROOT
) -> ReleaseFiles:
    """Make the bundle and, unless it is a draft, the tag; both or neither.

    Raises
    ------
    ReleaseError
        if a file is missing, git sets no tag, or the bundle cannot be written.
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


def set_tag(release: Release, root: Path = ROOT) -> None:
    """Set the annotated tag of an edition with its changelog entry; raise `ReleaseError` if git fails."""
    message = f"{release.edition.short_title}, edition {release.edition.version}\n\n{release.entry.text}\n"
    # Verbatim: a line that begins with # would be dropped as a comment.
    run_git(root, "tag", "--annotate", "--cleanup=verbatim", "--file=-", release.tag, release.commit, stdin=message)


def delete_tag(release: Release, root: Path = ROOT) -> None:
    """Delete the tag of an edition."""
    run_git(root, "tag", "--delete", release.tag)
