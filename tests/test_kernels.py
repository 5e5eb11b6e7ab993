import os
from pathlib import Path

import pytest

from compendium.builder import kernel_environment
from compendium.project.paths import ROOT


def test_everything_a_kernel_writes_stays_in_the_folder() -> None:
    kernel_environment.prepare_environment()
    folders = [
        value for name, value in os.environ.items() if name in {"IPYTHONDIR", "MPLCONFIGDIR"} or "JUPYTER_" in name
    ]
    assert len(folders) >= 5
    assert all(Path(folder).is_relative_to(ROOT) for folder in folders if folder.startswith("/"))


def test_hashing_is_the_same_in_every_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "42")
    kernel_environment.prepare_environment()
    assert os.environ["PYTHONHASHSEED"] == "0"


def test_nothing_that_a_user_has_set_reaches_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in kernel_environment.REMOVED_VARIABLES:
        monkeypatch.setenv(name, "1")
    kernel_environment.prepare_environment()
    assert not set(kernel_environment.REMOVED_VARIABLES) & set(os.environ)
