"""The set-up script runs before anything is installed, so it is loaded here as a file, not as a module."""

import hashlib
import importlib.util
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from compendium.project.paths import ROOT

LOCKS = [ROOT / "requirements.txt", ROOT / "requirements-authors.txt"]


@pytest.fixture(scope="module")
def setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_environment", ROOT / "scripts" / "setup_environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def direct() -> tuple[list[str], list[str]]:
    """Return what the two locks are made from: what everybody needs, and what authors want besides."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["project"]["dependencies"], project["dependency-groups"]["authors"]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~ \[]", requirement)[0]


def locked(lock: Path) -> dict[str, list[tuple[str, list[str]]]]:
    """Return what a lock names: package to version and hashes, more than one where the interpreter decides."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()):
        pin = re.match(r"([a-z0-9][a-z0-9._-]*)(?:\[[^]]+\])?==([^\s;]+)", block)
        assert pin, f"{lock.name}: no version in {block.splitlines()[0]}"
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])", block)
        assert hashes, f"{lock.name}: no hash of {pin[1]}"
        found.setdefault(pin[1], []).append((pin[2], sorted(hashes)))
    return found


def test_every_requirement_has_a_version_and_hashes() -> None:
    assert [lock.name for lock in LOCKS if len(locked(lock)) < 20] == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("name>=1.0 \\\n    --hash=sha256:" + "0" * 64, "no version in name>=1.0"),
        ("name @ https://host.example/name.whl", "no version in name @"),
        ("name==1.0", "no hash of name"),
        ("name==1.0 \\\n    --hash=sha256:" + "0" * 63, "no hash of name"),
        ("name==1.0 \\\n    --hash=md5:" + "0" * 64, "no hash of name"),
    ],
)
def test_a_requirement_that_is_not_pinned_would_be_found(tmp_path: Path, block: str, said: str) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"sound==1.0 \\\n    --hash=sha256:{'0' * 64}\n{block}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=re.escape(said)):
        locked(lock)


def test_every_direct_dependency_is_locked_and_justified() -> None:
    written = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for group, lock in zip(direct(), LOCKS, strict=True):
        for requirement in group:
            assert re.search(rf'"{re.escape(requirement)}",\s+# \S+', written), f"{requirement}: no reason beside it"
            assert name_of(requirement) in locked(lock), f"{requirement}: not in {lock.name}"


def test_both_locks_agree() -> None:
    small, large = map(locked, LOCKS)
    assert {name: large.get(name) for name in small} == small


@pytest.mark.parametrize(
    ("system", "machine", "wheel", "fits"),
    [
        ("Linux", "x86_64", "uv-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("Linux", "aarch64", "uv-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", False),
        ("Darwin", "arm64", "uv-1.0-py3-none-macosx_11_0_arm64.whl", True),
        ("Linux", "x86_64", "uv-1.0-py3-none-win_amd64.whl", False),
        ("Linux", "x86_64", "uv-1.0.tar.gz", False),
    ],
)
def test_only_a_wheel_for_this_machine_fits(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, system: str, machine: str, wheel: str, fits: bool
) -> None:
    monkeypatch.setattr(setup.platform, "system", lambda: system)
    monkeypatch.setattr(setup.platform, "machine", lambda: machine)
    assert setup.fits(wheel) is fits


@contextmanager
def index(files: dict[str, bytes]) -> Iterator[str]:
    """Serve a package index on this machine: one listing, which says of each file the hash it should have."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            known = hashlib.sha256(RIGHT).hexdigest()
            listing = [{"filename": file, "url": f"../../{file}", "hashes": {"sha256": known}} for file in files]
            body = files[name] if name else json.dumps({"files": listing}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join()


def packed() -> bytes:
    """Return a wheel whose program does nothing."""
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(zipfile.ZipInfo("uv-1.0.data/scripts/uv"), "#!/bin/sh\n")
    return wheel.getvalue()


RIGHT = packed()
WHEEL = f"uv-1.0-py3-none-manylinux_macosx_musllinux_{platform.machine()}.whl"


def set_up(folder: Path, files: dict[str, bytes]) -> subprocess.CompletedProcess[str]:
    """Run the script itself in a folder whose lock names one wheel, against an index of its own."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup_environment.py", folder / "scripts")
    digest = hashlib.sha256(RIGHT).hexdigest()
    (folder / "requirements.txt").write_text(f"uv==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8")
    command = [sys.executable, "-I", str(folder / "scripts" / "setup_environment.py")]
    with index(files) as address:
        surroundings = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        surroundings |= {"PIP_INDEX_URL": address}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=surroundings, check=False)


def test_an_installer_with_another_hash_is_refused_in_words(tmp_path: Path) -> None:
    wrong = RIGHT + b"and more"
    run = set_up(tmp_path, {WHEEL: wrong})
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("Refused, from http://127.0.0.1:")
    assert f"{WHEEL} has the SHA-256 {hashlib.sha256(wrong).hexdigest()}, which is not in the lock" in line
    assert not list(tmp_path.glob(".cache/**/uv*"))


def test_an_installer_with_the_locked_hash_is_used(tmp_path: Path) -> None:
    run = set_up(tmp_path, {WHEEL: RIGHT})
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / ".cache" / "uv-1.0" / "uv").read_bytes() == b"#!/bin/sh\n"


def test_an_index_without_a_wheel_for_this_machine_is_told_so(tmp_path: Path) -> None:
    run = set_up(tmp_path, {"uv-1.0-py3-none-win_other.whl": RIGHT})
    assert run.returncode == 1
    assert run.stderr.startswith(
        f"No wheel of uv 1.0 for {platform.system()} {platform.machine()} at http://127.0.0.1:"
    )


def test_a_lock_without_the_installer_is_told_so(setup: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("other==1.0\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="names no version of uv"):
        setup.uv(lock)


def test_the_fingerprint_follows_the_lock(setup: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("a", encoding="utf-8")
    before = setup.fingerprint(lock)
    lock.write_text("b", encoding="utf-8")
    assert setup.fingerprint(lock) != before


def test_nothing_inherited_sends_the_installer_elsewhere(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setup.TARGETS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    environment = setup.surroundings()
    assert not set(setup.TARGETS) & set(environment)
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert '"--python"' in (ROOT / "scripts" / "setup_environment.py").read_text(encoding="utf-8")


def test_an_environment_made_elsewhere_is_known_as_such(setup: ModuleType, tmp_path: Path) -> None:
    stamp = tmp_path / "installed"
    assert setup.made_for(stamp) == ""
    stamp.write_text("fingerprint\n/another/folder", encoding="utf-8")
    assert setup.made_for(stamp) == "/another/folder"


def test_a_password_in_an_address_is_not_shown(setup: ModuleType) -> None:
    assert setup.plain("https://user:secret@mirror.example/simple") == "https://mirror.example/simple"
