"""Checks a bundle that somebody downloaded, and repeats it: every file against its check sum, all notebooks executed
afresh, the site built anew, and each file that comes out otherwise named.

A bundle may come from anywhere: until every check sum holds, nothing of it is believed and nothing is run, and an
archive is unpacked only where it can do no harm. What is run then is the code of the bundle, in a folder of its own
and with an environment of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from compendium.project import checksums
from compendium.project.paths import LOCK
from compendium.project.problems import LedgerError
from compendium.project.site_url import ADDRESS_VARIABLE
from compendium.project.zip_archives import ArchiveError, unpack
from compendium.publish import ro_crate
from compendium.publish.release_bundle import CHECKSUMS_FILE, SOURCE_ARCHIVE, STATE_FILE

Log = Callable[[str], None]
OFFER_SCRIPT = """
import sys
from pathlib import Path
try:
    from compendium.builder import pipeline, print_files
except ImportError:  # a bundle of an edition before 1.6
    from compendium import building as pipeline, prints as print_files
print_files.adopt(Path(sys.argv[1]), pipeline.made_from())
"""
"""Run in the copy, whose engine may be older: lets it offer the PDF of the bundle as its own."""
PRINTED = (".pdf", ".epub")
"""Endings of the book as one file; editions up to 1.5.0 have an EPUB, too."""
DROPPED_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SCHEDULER", "FRESH", ADDRESS_VARIABLE)
"""Variables that would reach into the copy."""


class ReproduceError(Exception):
    """The bundle cannot be repeated; the message says at which step that ended."""


def open_bundle(bundle: Path, output_folder: Path) -> Path:
    """Return the folder of a bundle: itself, or what its archive holds, unpacked.

    Raises
    ------
    ArchiveError
        where an archive may not be unpacked, or holds something else than one folder.
    """
    if bundle.is_dir():
        return bundle
    unpack(bundle, output_folder)
    found = sorted(output_folder.iterdir()) if output_folder.is_dir() else []
    if len(found) != 1 or not found[0].is_dir():
        names = ", ".join(repr(path.name) for path in found[:3]) or "nothing"
        raise ArchiveError([f"{bundle.name}: found {names} at its top; expected one folder, that of the bundle"])
    return found[0]


def bundle_problems(folder: Path) -> list[str]:
    """Return, a line each, in what the files of a bundle are not those that its check sums and its crate say."""
    sums = folder / CHECKSUMS_FILE
    if not sums.is_file():
        return [f"{CHECKSUMS_FILE}: missing; without it this is no bundle of an edition"]
    links = sorted(path for path in folder.rglob("*") if path.is_symlink())
    if links:
        return [f"{path.relative_to(folder).as_posix()}: a link; expected files and folders" for path in links]
    try:
        written = checksums.read_manifest(sums)
    except LedgerError as error:
        return [str(problem) for problem in error.problems]
    found = checksums.compute_manifest(folder)
    found.pop(CHECKSUMS_FILE)
    told = {"only in the first": f"not in {CHECKSUMS_FILE}", "only in the second": "missing"}
    lines = [
        f"{name}: {told.get(how, 'is not what its check sum says')}"
        for name, how in checksums.differences(found, written).items()
    ]
    return lines + _crate(folder, found)


def _crate(folder: Path, found: Mapping[str, checksums.FileDigest]) -> list[str]:
    """Return where the description as an RO-Crate says something else of a file than the file does."""
    path = folder / ro_crate.RO_CRATE_FILE
    if not path.is_file():
        return [f"{ro_crate.RO_CRATE_FILE}: missing"]
    try:
        said = ro_crate.file_checksums(path.read_bytes())
    except ValueError as error:
        return [str(error)]
    lines = []
    for name, (sha256, size) in sorted(said.items()):
        own = found.get(name)
        if own is None:
            lines.append(f"{ro_crate.RO_CRATE_FILE}: tells of {name}, which is not there")
        elif (own.sha256, str(own.size)) != (sha256, size):
            lines.append(f"{ro_crate.RO_CRATE_FILE}: tells another check sum or size of {name} than it has")
    whole = {
        name
        for name in found
        if name.partition("/")[0] not in ro_crate.SUMMARISED_FOLDERS and name != ro_crate.RO_CRATE_FILE
    }
    return lines + [f"{ro_crate.RO_CRATE_FILE}: does not tell of {name}" for name in sorted(whole - said.keys())]


# --- executed


@dataclass(frozen=True)
class SourceCopy:
    """The sources of a bundle, unpacked and with an environment of their own."""

    root: Path
    address: str

    def run(self, step: str, *command: str) -> None:
        """Run a command in the copy, its words passed on; `ReproduceError` where it fails."""
        environment = {name: value for name, value in os.environ.items() if name not in DROPPED_VARIABLES}
        if self.address:
            environment[ADDRESS_VARIABLE] = self.address
        sys.stdout.flush()
        try:
            run = subprocess.run(command, cwd=self.root, env=environment, check=False)
        except OSError as error:
            raise ReproduceError(f"{step}: {command[0]} cannot be run: {error.strerror}") from None
        if run.returncode:
            raise ReproduceError(f"{step}: ended with {run.returncode}; its own words stand above")

    def run_python(self, step: str, *arguments: str) -> None:
        """Run Python in the environment of the copy."""
        self.run(step, str(self.root / ".venv" / "bin" / "python"), *arguments)


def reproduction_differences(bundle: Path, output_folder: Path, log: Log, *, printing: bool = False) -> list[str]:
    """Repeat a bundle whose check sums hold, and return a line for each file that comes out otherwise.

    Parameters
    ----------
    bundle
        its folder.
    output_folder
        an empty folder, in which the sources are unpacked and built.
    log
        told each step before it is taken.
    printing
        print the book, too, which needs Chromium; else the site is given the files of the bundle to offer.

    Raises
    ------
    RepeatError
        where a step fails.
    ArchiveError
        where the archive of the sources may not be unpacked.
    """
    log(f"Unpacking {SOURCE_ARCHIVE} …")
    copy = SourceCopy(output_folder / "source", _address(bundle, output_folder / "source"))
    log(f"Setting up an environment of its own from its {LOCK}, which asks the package index …")
    copy.run("the environment", sys.executable, "scripts/setup_environment.py", LOCK)
    log("Executing every notebook afresh and building the site …")
    copy.run_python("the build", "-m", "compendium", "build", "--fresh")
    made = copy.root / "_build" / "print"
    names = sorted(path.name for path in bundle.iterdir() if path.suffix in PRINTED)
    if printing:
        log("Printing the book …")
        copy.run_python("the printing", "-m", "compendium", "print")
    else:
        made.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(bundle / name, made / name)
        copy.run_python("the files to offer", "-c", OFFER_SCRIPT, str(made))
        copy.run_python("the build", "-m", "compendium", "build")
    log("Comparing …")
    lines = [f"notebooks/{line}" for line in _notebooks(bundle / "notebooks", copy.root / "book")]
    lines += [f"site/{line}" for line in checksums.compare_folders(bundle / "site", copy.root / "_build" / "html")]
    for name in names if printing else ():
        if _content(bundle / name) != _content(made / name):
            lines.append(f"{name}: differs; another Chromium prints another PDF")
    return lines


def _address(bundle: Path, root: Path) -> str:
    """Unpack the sources, and return the address that the site was built for."""
    unpack(bundle / SOURCE_ARCHIVE, root)
    try:
        return str(json.loads((root / STATE_FILE).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReproduceError(f"{SOURCE_ARCHIVE}: {STATE_FILE} does not say of which edition it is ({error})") from None


def _notebooks(stored: Path, book: Path) -> list[str]:
    """Return how the notebooks of a bundle differ from those that were executed, folders of the book's own left out."""
    names = checksums.compute_manifest(stored, "*.ipynb").keys() | {
        name for name in checksums.compute_manifest(book, "*.ipynb") if name.partition("/")[0][0] not in "._"
    }
    lines = []
    for name in sorted(names):
        one, other = _content(stored / name), _content(book / name)
        if one != other:
            lines.append(f"{name}: differs{checksums.first_difference(one, other)}")
    return lines


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archive_problems(bundle: Path) -> list[str]:
    """Return where an archive is not what the check sum beside it says; nothing where there is none beside it."""
    written = bundle.with_name(f"{bundle.name}.sha256")
    if bundle.is_dir() or not written.is_file():
        return []
    try:
        said = checksums.read_manifest(written).get(bundle.name)
    except LedgerError as error:
        return [str(problem) for problem in error.problems]
    if said is None:
        return [f"{written.name}: does not tell of {bundle.name}"]
    return [] if said.sha256 == file_digest(bundle) else [f"{bundle.name}: is not what {written.name} says"]
