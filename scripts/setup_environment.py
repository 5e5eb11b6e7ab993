"""Make a virtual environment hold exactly what a lock file names, using nothing but Python's standard library.

`requirements.txt` goes to `.venv`, `requirements-NAME.txt` to `.venv-NAME`, so that neither disturbs the other.

Debian ships Python without `ensurepip`, so a virtual environment made there has no pip. This script
needs none: it fetches the one wheel of the installer `uv` that fits this machine, refuses it unless
its SHA-256 stands in the lock, and lets it install the rest, every hash checked.

It never touches anything outside the project's folder, and does nothing where nothing has changed.

Usage: python3 scripts/setup_environment.py LOCK
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
TARGETS = ("UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_BREAK_SYSTEM_PACKAGES", "VIRTUAL_ENV")


def main(lock: Path) -> None:
    """Bring the environment in line with its lock; stop with one line where that cannot be done."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python {'.'.join(map(str, OLDEST))} or newer is needed; this is {platform.python_version()}. "
            "Name one: make PYTHON=/path/to/python3 book"
        )
    folder = ROOT / lock.stem.replace("requirements", ".venv")
    stamp = folder / "installed"
    wanted = fingerprint(lock)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == f"{wanted}\n{ROOT}":
        return
    print(f"Installing what {lock.name} names into {folder.name} …", flush=True)
    # An environment that was moved or copied here still points to where it was made, so it is made anew.
    if made_for(stamp) != str(ROOT) or built_with(folder) != sys.version_info[:2]:
        venv.create(folder, clear=True, with_pip=False, symlinks=True)
    stamp.unlink(missing_ok=True)
    installer = uv(lock)
    # The machine's own certificates, as for the download above: behind a proxy no others are any good.
    options = ["--quiet", "--system-certs", "--require-hashes", "--compile-bytecode"]
    command = [installer, "pip", "sync", *options, "--python", folder / "bin" / "python", lock]
    if subprocess.run([str(part) for part in command], env=surroundings(), cwd=ROOT).returncode:
        sys.exit("The installer stopped; its own message stands above.")
    # The package is used where it lies: notebooks import it from any folder, and an edit counts at once.
    site = next((folder / "lib").glob("python3*/site-packages"))
    # The line is relative: it survives a move, and a path that the locale cannot spell.
    (site / "compendium.pth").write_text("../../../..\n", encoding="ascii")
    stamp.write_text(f"{wanted}\n{ROOT}", encoding="utf-8")


def fingerprint(lock: Path) -> str:
    """Name this combination of lock, interpreter and folder; a change of any means installing again."""
    return hashlib.sha256(lock.read_bytes() + f"{sys.version} {ROOT}".encode()).hexdigest()


def made_for(stamp: Path) -> str:
    """Return the folder that an environment was made for, `""` where that is not known."""
    return stamp.read_text(encoding="utf-8").partition("\n")[2] if stamp.is_file() else ""


def surroundings() -> dict[str, str]:
    """Return the environment for the installer: nothing inherited may send it to another Python than the named one.

    A mirror or certificate that is set for pip holds for it too.
    """
    own = {name: value for name, value in os.environ.items() if name not in TARGETS}
    own["UV_CACHE_DIR"] = str(ROOT / ".cache" / "uv")
    for pip, uv_name in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if own.get(pip):
            own.setdefault(uv_name, own[pip])
    return own


def built_with(folder: Path) -> tuple[int, int]:
    """Return the Python version a virtual environment was made with, (0, 0) where it does not say."""
    if not (folder / "pyvenv.cfg").is_file():
        return (0, 0)
    found = re.search(r"^version\s*=\s*(\d+)\.(\d+)", (folder / "pyvenv.cfg").read_text(encoding="utf-8"), re.M)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def uv(lock: Path) -> Path:
    """Return the path of the locked uv, fetched if it is not there yet."""
    block = re.search(r"^uv==(\S+)(.*?)(?=^\S|\Z)", lock.read_text(encoding="utf-8"), re.M | re.S)
    if not block:
        sys.exit(f"{lock.name} names no version of uv; `make lock` writes one that does")
    version, hashes = block[1], set(re.findall(r"sha256:([0-9a-f]{64})", block[2]))
    program = ROOT / ".cache" / f"uv-{version}" / "uv"
    if not program.is_file():
        content = wheel(version, hashes)
        member = f"uv-{version}.data/scripts/uv"
        program.parent.mkdir(parents=True, exist_ok=True)
        partial = program.with_suffix(".part")
        partial.write_bytes(zipfile.ZipFile(io.BytesIO(content)).read(member))
        partial.chmod(0o755)
        partial.rename(program)
    return program


def wheel(version: str, hashes: set[str]) -> bytes:
    """Download the wheel of uv for this machine and return its bytes, their hash one of the locked."""
    index = (os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple").rstrip("/")
    try:
        listing = json.loads(fetch(f"{index}/uv/", "application/vnd.pypi.simple.v1+json"))
    except ValueError:
        sys.exit(f"{plain(index)} does not answer in the form of PEP 691 (a simple index in JSON)")
    found = [file for file in listing["files"] if file["filename"].startswith(f"uv-{version}-")]
    refused = []
    for file in (file for file in found if fits(file["filename"])):
        content = fetch(urllib.parse.urljoin(f"{index}/uv/", file["url"]), "*/*")
        # What the index says of its own file proves nothing: only the lock does.
        digest = hashlib.sha256(content).hexdigest()
        if digest in hashes:
            return content
        refused.append(f"{file['filename']} has the SHA-256 {digest}, which is not in the lock")
    if refused:
        sys.exit(f"Refused, from {plain(index)}: {'; '.join(refused)}. Nothing of it was used.")
    sys.exit(f"No wheel of uv {version} for {platform.system()} {platform.machine()} at {plain(index)}")


def fits(name: str) -> bool:
    """Tell whether a wheel's file name is for this system, C library and processor."""
    libc = "musllinux" if Path("/etc/alpine-release").exists() else "manylinux"
    system = {"Linux": libc, "Darwin": "macosx"}.get(platform.system(), "none")
    return name.endswith(f"{platform.machine()}.whl") and system in name


def fetch(address: str, accept: str) -> bytes:
    """Return what stands at an address; stop with one line where it cannot be had."""
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        trusted = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
        with urllib.request.urlopen(request, timeout=60, context=trusted) as answer:
            return bytes(answer.read())
    except OSError as error:
        sys.exit(f"Could not fetch {plain(address)}: {error}")


def plain(address: str) -> str:
    """Return an address without the name and password it may hold."""
    return re.sub(r"//[^/@]*@", "//", address)


if __name__ == "__main__":
    main(ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt"))
