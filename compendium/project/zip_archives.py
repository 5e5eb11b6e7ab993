"""Zip archives: deterministic packing, and unpacking that is safe against hostile archives.

No member is written outside the target folder, as a link, or beyond the limits on number and size; every member is
checked before anything is written.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
"""Modification time of all members: the earliest that the format can express."""
FILE_MODE, EXECUTABLE_MODE = 0o100644, 0o100755
MAX_MEMBERS, MAX_UNPACKED_BYTES, MAX_EXPANSION_RATIO = 100_000, 2_000_000_000, 200
"""Limits of an archive: members, unpacked bytes, and their ratio to the size of the archive."""
ALWAYS_ALLOWED_BYTES = 10_000_000
"""Unpacked size up to which the ratio does not matter: a small repetitive text is no attack."""
CHUNK = 1 << 20
BAD_ARCHIVE_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
"""Exceptions of `zipfile` for malformed archives."""


class ArchiveError(ValueError):
    """An archive may not or cannot be unpacked; `problems` has one message for each reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the messages in order of the members."""
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def pack(members: Mapping[str, bytes], executables: Collection[str] = ()) -> bytes:
    """Return a zip archive of members by name; equal members give equal bytes (with the same zlib).

    Parameters
    ----------
    executables
        names of members with executable permission.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, MEMBER_TIME)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.external_attr = (EXECUTABLE_MODE if name in executables else FILE_MODE) << 16
            archive.writestr(info, members[name], compresslevel=9)
    return out.getvalue()


def unpack(path: Path, folder: Path) -> list[str]:
    """Unpack an archive into a folder and return the names of its files, sorted.

    Raises
    ------
    ArchiveError
        with every member that may not be unpacked, before anything is written; or for damaged bytes, after the
        members before them have been written.
    OSError
        if the archive cannot be read or the folder not be written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            problems = list(check_archive(archive, path.stat().st_size))
            if problems:
                raise ArchiveError(problems)
            return [_extract(archive, info, folder) for info in _file_members(archive)]
    except ArchiveError:
        raise
    except BAD_ARCHIVE_ERRORS as error:
        raise ArchiveError([f"{path.name}: no sound zip archive ({' '.join(str(error).split())})"]) from None


def check_archive(archive: zipfile.ZipFile, size: int) -> Iterator[str]:
    """Yield a message for each reason why an archive (`size`: its own bytes) may not be unpacked."""
    infos = archive.infolist()
    whole = sum(info.file_size for info in infos)
    if len(infos) > MAX_MEMBERS:
        yield f"the archive holds {len(infos)} members; expected at most {MAX_MEMBERS}"
    if whole > MAX_UNPACKED_BYTES or whole > max(ALWAYS_ALLOWED_BYTES, MAX_EXPANSION_RATIO * size):
        most = min(MAX_UNPACKED_BYTES, MAX_EXPANSION_RATIO * size)
        yield f"the archive would unpack to {whole} bytes, from {size}; expected at most {most}"
    seen: set[str] = set()
    for info in infos[:MAX_MEMBERS]:
        problem = _member_problem(info)
        if info.filename in seen:
            problem = "a member of this name came before"
        seen.add(info.filename)
        if problem:
            yield f"{info.filename!r}: {problem}"
    files = {info.filename for info in infos if not info.is_dir()}
    for name in sorted(files):
        if any(str(folder) in files for folder in PurePosixPath(name).parents):
            yield f"{name!r}: a member inside a file"


def _member_problem(info: zipfile.ZipInfo) -> str:
    """Return why a member may not be unpacked, `""` if it may."""
    # The name as stored: `filename` is cut at a NUL.
    name = info.orig_filename
    if is_unsafe_name(name.removesuffix("/")):
        return "a path that leads elsewhere, or that not every system can hold"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or a device; expected files and folders"
    if info.flag_bits & 1:
        return "encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"compressed by method {info.compress_type}; expected 0 or 8"
    return ""


def is_unsafe_name(name: str) -> bool:
    """Return whether a member name could leave the target folder, or is not portable between systems."""
    parts = name.split("/")
    return any(part in ("", ".", "..") or part != part.strip() or not part.isprintable() for part in parts) or any(
        mark in name for mark in '\\:*?"<>|'
    )


def _file_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> str:
    path = folder / info.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as member, path.open("xb") as file:
        while chunk := member.read(CHUNK):
            file.write(chunk)
    if info.external_attr >> 16 & stat.S_IXUSR:
        path.chmod(0o755)
    return info.filename
