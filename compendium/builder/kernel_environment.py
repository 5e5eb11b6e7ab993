"""Environment variables and IPython configuration of the kernels, the same for builds and for the test run.

Everything that a kernel would read from or write to the user's home is redirected to the project's cache folder.
"""

from __future__ import annotations

import os

from compendium.project.paths import CACHE, ROOT

# Log level 40: ipykernel warns in every kernel that it listens on TCP, which is the client's choice.
CONFIG = """\
c.IPKernelApp.log_level = 40
c.HistoryManager.enabled = False
c.InteractiveShellApp.extensions = ["compendium.builder.read_tracking"]
"""

REMOVED_VARIABLES = ("MATPLOTLIBRC", "PYTHONOPTIMIZE")
"""A user's own style of charts, and the switch that disables every `assert` of a cell."""


def prepare_environment() -> None:
    """Write the IPython configuration and set the variables that make notebooks reproducible."""
    profile = CACHE / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    config = profile / "ipython_kernel_config.py"
    if not config.is_file() or config.read_text(encoding="utf-8") != CONFIG:
        config.write_text(CONFIG, encoding="utf-8")
    for name in REMOVED_VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(
        PYTHONHASHSEED="0",
        PYTHONPATH=str(ROOT),
        IPYTHONDIR=str(CACHE / "ipython"),
        JUPYTER_CONFIG_DIR=str(CACHE / "jupyter" / "config"),
        JUPYTER_DATA_DIR=str(CACHE / "jupyter" / "data"),
        JUPYTER_RUNTIME_DIR=str(CACHE / "jupyter" / "runtime"),
        MPLCONFIGDIR=str(CACHE / "matplotlib"),
        MPLBACKEND="agg",
    )
