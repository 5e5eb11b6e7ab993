"""Kernels that start warm: each is forked from one process that has done the imports already.

A warm kernel is a real one: any client of Jupyter that asks for a Python kernel in this process gets it, the generator
as well as nbval. The process it comes from has read no data and holds no state.
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
"""What nearly every notebook imports from outside; of the engine it is every module that chapters may use."""
WORKSHOP = {
    "__main__", "archives", "audit", "bench", "building", "certificate", "changelog", "changes", "chapter", "cli",
    "codecheck", "corruption", "crate", "croissant", "entering", "explain", "guarded", "intake", "lean", "linkcheck",
    "manifest", "notebooks", "outputs", "policy", "published", "quick", "redirects", "refresh", "release", "repeat",
    "reproducible", "rewrite", "roles", "runner", "services", "serving", "site", "synthetic", "twice", "warm",
    "warmed", "weight",
}  # fmt: skip
"""Modules for the making of the book, which no chapter imports; any other may be needed."""
PRELOADED_LAST = "compendium.builder.kernel_preload"
"""What does at its import what each kernel would otherwise do anew."""
PROVISIONER_NAME = "warm"


def preloaded_modules() -> list[str]:
    """Return the modules that a warm kernel has imported before it is asked for anything."""
    engine = sorted({path.stem for path in (ROOT / "compendium").glob("*.py")} - WORKSHOP)
    return [*PRELOADED_PACKAGES, *(f"compendium.{name}" for name in engine)]


def use_forked_kernels(*extra_modules: str) -> None:
    """Let every kernel that this process starts be a warm one, whoever asks for it: the generator, or nbval.

    Parameters
    ----------
    extra_modules
        modules to import besides, where the process that kernels are forked from is not there yet.
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
    """Say whether kernels can be forked for this process; else they start as usual.

    They cannot for one that may have no children (a worker of some schedulers), nor for one without assertions, which
    would hand that on to what is forked for it.
    """
    return not (multiprocessing.current_process().daemon or sys.flags.optimize or sys.platform == "win32")


def start_fork_server(*extra_modules: str) -> None:
    """Start the process that kernels are forked from, and let it import while this one does something else."""
    use_forked_kernels(*extra_modules)
    if can_fork():
        forkserver.ensure_running()


class ForkingProvisioner(LocalProvisioner):
    """Starts a kernel on this machine by forking; everything else is as with any other local kernel."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that listens where the connection file says; the command line is not needed."""
        folder = str(kwargs.get("cwd") or Path.cwd())
        forked: Any = ForkedKernel(cast(Any, self.parent).connection_file, folder)
        self.process, self.pid, self.cwd = forked, forked.pid, folder
        return self.connection_info


class ForkedKernel:
    """A forked kernel, with what the provisioner asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, connection_file: str, folder: str) -> None:
        """Start the kernel in a folder."""
        context = multiprocessing.get_context("forkserver")
        self._process: ForkServerProcess = context.Process(target=_serve, args=(connection_file, folder), daemon=True)
        self._process.start()
        self.pid = cast(int, self._process.pid)
        self.send_signal = partial(os.kill, self.pid)
        self.kill = self._process.kill
        self.terminate = self._process.terminate

    def poll(self) -> int | None:
        """Return how the kernel ended, `None` while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for the end of the kernel and return how it ended."""
        self._process.join()
        return self._process.exitcode


def _serve(connection_file: str, folder: str) -> None:
    """Be a kernel, in a process that was forked for it, until it is told to end or its parent is gone."""
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(["-f", connection_file])
    app.start()
