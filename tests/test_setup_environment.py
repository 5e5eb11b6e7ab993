"""The set-up script runs before anything is installed, so it is loaded here as a file, not as a module."""

import hashlib
import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from compendium.home import ROOT

LOCK = ROOT / "requirements.txt"


@pytest.fixture(scope="module")
def setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_environment", ROOT / "scripts" / "setup_environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def direct() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*project["project"]["dependencies"], *project["dependency-groups"]["authors"]]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~ \[]", requirement)[0]


def test_every_pinned_package_has_hashes() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8"))
        assert all("==" in block and "--hash=sha256:" in block for block in blocks), lock.name


def test_every_direct_dependency_is_locked_and_justified() -> None:
    written = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    locked = (ROOT / "requirements-authors.txt").read_text(encoding="utf-8").lower()
    for requirement in direct():
        assert re.search(rf'"{re.escape(requirement)}",\s+# \S+', written), f"{requirement}: no reason beside it"
        assert re.search(rf"^{re.escape(name_of(requirement))}==", locked, re.M), f"{requirement}: not in the lock"


def test_both_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.M))
        for lock in (LOCK, ROOT / "requirements-authors.txt")
    ]
    assert {name: version for name, version in pins[1].items() if name in pins[0]} == pins[0]


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


def test_a_wheel_with_another_hash_is_refused(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    known = hashlib.sha256(b"the right one").hexdigest()
    listing = f'{{"files": [{{"filename": "uv-1.0-x.whl", "url": "u", "hashes": {{"sha256": "{known}"}}}}]}}'
    monkeypatch.setattr(setup, "fits", lambda _: True)
    monkeypatch.setattr(setup, "fetch", lambda address, _: listing.encode() if address.endswith("/") else b"another")
    with pytest.raises(SystemExit, match="with a locked hash"):
        setup.wheel("1.0", {known})


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
