import multiprocessing
import os
import shutil
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from compendium.builder import forked_kernels
from compendium.builder.forked_kernels import ForkingProvisioner
from compendium.project.paths import ROOT
from tests.support import elsewhere


@pytest.fixture
def kernel(tmp_path: Path) -> KernelManager:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    yield manager
    manager.shutdown_kernel(now=True)


def answer(manager: KernelManager, code: str) -> str:
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    said: list[str] = []
    client.execute_interactive(
        code, timeout=60, output_hook=lambda message: said.append(message["content"].get("text", ""))
    )
    client.stop_channels()
    return "".join(said).strip()


def test_any_client_in_this_process_gets_a_warm_kernel(kernel: KernelManager, tmp_path: Path) -> None:
    assert isinstance(kernel.provisioner, ForkingProvisioner)
    loaded = (
        "import sys, os; "
        "print('compendium.reconciliation.reconcile' in sys.modules, 'pandas' in sys.modules, os.getcwd())"
    )
    assert answer(kernel, loaded) == f"True True {tmp_path.resolve()}"


def test_a_kernel_is_a_process_of_its_own_and_ends_when_told(kernel: KernelManager) -> None:
    pid = int(answer(kernel, "import os; print(os.getpid())"))
    assert pid != os.getpid()
    assert pid == kernel.provisioner.pid
    kernel.shutdown_kernel(now=True)
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)


def test_nothing_is_left_from_one_kernel_to_the_next(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(tmp_path))
        code = "import pandas; print(hasattr(pandas, 'left'), 'left' in globals()); pandas.left = left = 1"
        seen.append(answer(manager, code))
        manager.shutdown_kernel(now=True)
    assert seen == ["False False"] * 2


def test_every_module_that_a_chapter_may_use_is_imported_before_it_asks() -> None:
    assert {"compendium.values.intervals", "compendium.display.charts.maps"} <= set(forked_kernels.preloaded_modules())
    for name in forked_kernels.preloaded_modules()[len(forked_kernels.PRELOADED_PACKAGES) :]:
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").is_file(), name


def test_a_process_that_may_have_no_children_starts_kernels_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "local-provisioner")
    with monkeypatch.context() as patch:
        patch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})
        forked_kernels.use_forked_kernels()
        assert KernelProvisionerFactory.instance().default_provisioner_name == "local-provisioner"
    forked_kernels.use_forked_kernels()
    assert KernelProvisionerFactory.instance().default_provisioner_name == forked_kernels.PROVISIONER_NAME


def test_a_warm_kernel_has_the_units_at_hand_and_looks_through_nothing_it_shares(kernel: KernelManager) -> None:
    asked = (
        "import gc; from compendium.values import units; "
        "print(units.registry.cache_info().currsize, gc.get_freeze_count())"
    )
    registries, frozen = map(int, answer(kernel, asked).split())
    assert registries == 1
    assert frozen > 100_000


@pytest.mark.parametrize("spoilt", ["", "claims.csv", "datapackage.json"])
def test_the_process_of_a_preview_goes_through_the_ledger_whatever_state_it_is_in(tmp_path: Path, spoilt: str) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(ROOT / "compendium", tmp_path / "compendium", ignore=shutil.ignore_patterns("__pycache__"))
    if spoilt:
        (tmp_path / "data" / spoilt).write_text("{", encoding="utf-8")
    asked = (
        "import compendium.builder.live.preload\n"
        "from compendium.ledger import claims\n"
        "caches = [value for value in vars(claims).values() if hasattr(value, 'cache_info')]\n"
        "print(claims.__file__, any(cache.cache_info().currsize for cache in caches))"
    )
    run = elsewhere.run(tmp_path, "-c", asked)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.split() == [str(tmp_path / "compendium" / "ledger" / "claims.py"), str(not spoilt)]
