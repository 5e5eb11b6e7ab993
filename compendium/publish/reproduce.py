"""Reproduction of a downloaded bundle: verify checksums, execute all notebooks, build the site, compare every file.

A bundle may come from anywhere: no code of it runs before every checksum is verified, and archives are unpacked only
if that is safe. Its code then runs in its own folder and environment.
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
    from compendium.builder.pipeline import last_inputs
    from compendium.builder.print_files import record_print_files
except ImportError:  # a bundle of an edition before 1.6
    from compendium.building import made_from as last_inputs
    from compendium.prints import adopt as record_print_files
record_print_files(Path(sys.argv[1]), last_inputs())
"""
"""Run in the copy, whose engine may be older: makes its site offer the PDF of the bundle."""
PRINTED = (".pdf", ".epub")
"""Suffixes of the book as one file; editions up to 1.5.0 also have an EPUB."""
DROPPED_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SCHEDULER", "FRESH", ADDRESS_VARIABLE)
"""Environment variables that would affect the copy."""


class ReproduceError(Exception):
    """A bundle cannot be reproduced; the message names the step that failed."""


def open_bundle(bundle: Path, output_folder: Path) -> Path:
    """Return the folder of a bundle, which is unpacked first if it is an archive.

    Raises
    ------
    ArchiveError
        if an archive is unsafe, or does not hold exactly one folder.
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
    """Return a line for each file that is missing, unexpected, or differs from the checksums or the RO-Crate."""
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
    messages = {"only in the first": f"not in {CHECKSUMS_FILE}", "only in the second": "missing"}
    lines = [
        f"{name}: {messages.get(how, 'is not what its check sum says')}"
        for name, how in checksums.differences(found, written).items()
    ]
    return lines + _crate(folder, found)


def _crate(folder: Path, found: Mapping[str, checksums.FileDigest]) -> list[str]:
    """Return a line for each file that differs from its description in the RO-Crate, or has none."""
    path = folder / ro_crate.RO_CRATE_FILE
    if not path.is_file():
        return [f"{ro_crate.RO_CRATE_FILE}: missing"]
    try:
        described = ro_crate.file_checksums(path.read_bytes())
    except ValueError as error:
        return [str(error)]
    lines = []
    for name, (sha256, size) in sorted(described.items()):
        own = found.get(name)
        if own is None:
            lines.append(f"{ro_crate.RO_CRATE_FILE}: tells of {name}, which is not there")
        elif (own.sha256, str(own.size)) != (sha256, size):
            lines.append(f"{ro_crate.RO_CRATE_FILE}: tells another check sum or size of {name} than it has")
    expected = {
        name
        for name in found
        if name.partition("/")[0] not in ro_crate.SUMMARISED_FOLDERS and name != ro_crate.RO_CRATE_FILE
    }
    return lines + [
        f"{ro_crate.RO_CRATE_FILE}: does not tell of {name}" for name in sorted(expected - described.keys())
    ]


# --- execution


@dataclass(frozen=True)
class SourceCopy:
    """Unpacked sources of a bundle, and the address their site is built for (`""` for none)."""

    root: Path
    address: str

    def run(self, step: str, *command: str) -> None:
        """Run a command in the copy with its output shown; raise `ReproduceError` if it fails."""
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
        """Run Python in the environment of the copy; `step` names the step in an error."""
        self.run(step, str(self.root / ".venv" / "bin" / "python"), *arguments)


def reproduction_differences(bundle: Path, output_folder: Path, log: Log, *, printing: bool = False) -> list[str]:
    """Reproduce a bundle whose checksums are verified; return a line for each file that differs.

    Parameters
    ----------
    bundle
        its folder.
    output_folder
        empty folder, in which the sources are unpacked and built.
    log
        called with the description of each step before it begins.
    printing
        print the book as well, which needs Chromium; otherwise the site offers the PDF of the bundle.

    Raises
    ------
    ReproduceError
        if a step fails.
    ArchiveError
        if the archive of the sources is unsafe.
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
    """Return how stored and executed notebooks differ, without folders that begin with `.` or `_`."""
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
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archive_problems(bundle: Path) -> list[str]:
    """Return the problem of an archive with its `.sha256` file; nothing if there is no such file."""
    written = bundle.with_name(f"{bundle.name}.sha256")
    if bundle.is_dir() or not written.is_file():
        return []
    try:
        expected = checksums.read_manifest(written).get(bundle.name)
    except LedgerError as error:
        return [str(problem) for problem in error.problems]
    if expected is None:
        return [f"{written.name}: does not tell of {bundle.name}"]
    return [] if expected.sha256 == file_digest(bundle) else [f"{bundle.name}: is not what {written.name} says"]
