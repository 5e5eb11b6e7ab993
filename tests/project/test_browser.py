"""Which Chromium is found on a machine, and that what Lighthouse CI is installed from is pinned."""

import json
from pathlib import Path

import pytest

from compendium.project.browser import chromium
from compendium.project.paths import ROOT, ROW_PAGES_FOLDER

TOOL = ROOT / "tools" / "lighthouse"


def program(path: Path) -> Path:
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_browser_is_the_named_one_or_the_first_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROME_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium() is None
    other = program(tmp_path / "google-chrome")
    assert chromium() == other
    first = program(tmp_path / "chromium")
    assert chromium() == first
    monkeypatch.setenv("CHROME_PATH", str(other))
    assert chromium() == other
    monkeypatch.setenv("CHROME_PATH", str(tmp_path / "none"))
    assert chromium() is None


def test_every_package_of_lighthouse_is_locked_with_its_hash() -> None:
    wanted = json.loads((TOOL / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((TOOL / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked[""]["dependencies"] == wanted["dependencies"]
    for name, version in wanted["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert [name for name, package in locked.items() if name and not package.get("integrity")] == []


def test_lighthouse_knows_where_the_pages_of_rows_are() -> None:
    assert f'const ROW_PAGES = "{ROW_PAGES_FOLDER}/";' in (TOOL / "lighthouserc.cjs").read_text(encoding="utf-8")
