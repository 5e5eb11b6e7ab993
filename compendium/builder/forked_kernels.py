"""Jupyter kernel provisioner that forks kernels from a process that has done the imports (POSIX only).

Any Jupyter client in this process that starts a Python kernel gets a forked one: the notebook runner as well as nbval.
The process that they are forked from has read no data.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from functools import partial
from importlib.metadata import EntryPoint
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from compendium.project.paths import ROOT

PRELOADED_PACKAGES = ("ipykernel.ipkernel", "matplotlib.backends.backend_svg", "myst_nb", "pandas")
"""Third-party modules that nearly every notebook imports."""
PRELOADED_ROOMS = ("values", "project", "ledger", "reconciliation", "analysis", "display")
"""Rooms of the engine that chapters may import; all of their modules are preloaded."""
PRELOADED_LAST = "compendium.builder.kernel_preload"
"""Module imported last, which does at import what each kernel would otherwise repeat."""
PROVISIONER_NAME = "warm"


def preloaded_modules() -> list[str]:
    """Return the names of the modules that a forked kernel has imported when it starts."""
    engine = ROOT / "compendium"
    found = (
        path.relative_to(ROOT).with_suffix("") for room in PRELOADED_ROOMS for path in (engine / room).rglob("*.py")
    )
    return [*PRELOADED_PACKAGES, *sorted(".".join(path.parts) for path in found if path.name != "__init__")]


def use_forked_kernels(*extra_modules: str) -> None:
    """Make the forking provisioner the default of this process; do nothing where it cannot fork.

    Parameters
    ----------
    extra_modules
        modules to preload besides; without effect once the fork server is running.
    """
    if not can_fork():
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(
        [*preloaded_modules(), *extra_modules, PRELOADED_LAST]
    )
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[PROVISIONER_NAME] = EntryPoint(
        PROVISIONER_NAME, f"{__name__}:ForkingProvisioner", factory.GROUP_NAME
    )
    factory.default_provisioner_name = PROVISIONER_NAME


def can_fork() -> bool:
    """Return whether this process can fork kernels; else they start as usual.

    Not on Windows, not in a daemonic process (a worker of some schedulers), which may have no children, and not under
    `python -O`, which forked kernels would inherit, so that no `assert` of a cell ran.
    """
    return not (multiprocessing.current_process().daemon or sys.flags.optimize or sys.platform == "win32")


def start_fork_server(*extra_modules: str) -> None:
    """Start the process that kernels are forked from without waiting for its imports."""
    use_forked_kernels(*extra_modules)
    if can_fork():
        forkserver.ensure_running()


class ForkingProvisioner(LocalProvisioner):
    """Local kernel provisioner that starts the kernel by forking."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel for the connection file and return its connection; the command line is not used."""
        folder = str(kwargs.get("cwd") or Path.cwd())
        forked: Any = ForkedKernel(cast(Any, self.parent).connection_file, folder)
        self.process, self.pid, self.cwd = forked, forked.pid, folder
        return self.connection_info


class ForkedKernel:
    """A forked kernel process with the part of the interface of `subprocess.Popen` that the provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection_file: str, folder: str) -> None:
        """Start the kernel with a working folder."""
        context = multiprocessing.get_context("forkserver")
        self._process: ForkServerProcess = context.Process(target=_serve, args=(connection_file, folder), daemon=True)
        self._process.start()
        self.pid = cast(int, self._process.pid)
        self.send_signal = partial(os.kill, self.pid)
        self.kill = self._process.kill
        self.terminate = self._process.terminate

    def poll(self) -> int | None:
        """Return the exit code of the kernel, `None` while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for the kernel to end and return its exit code."""
        self._process.join()
        return self._process.exitcode


def _serve(connection_file: str, folder: str) -> None:
    """Run a kernel in this process until it is shut down or its parent has gone."""
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(["-f", connection_file])
    app.start()
