"""The environment in which notebooks run, the same for the generator and for the test run.

Everything a kernel would otherwise take from or leave in the user's home is kept in the project's folder.
"""

from __future__ import annotations

import os

from compendium.project.paths import CACHE, ROOT

# ipykernel warns once a kernel that it listens on TCP; the transport is the client's choice, so it is said to nobody.
CONFIG = """\
c.IPKernelApp.log_level = 40
c.HistoryManager.enabled = False
c.InteractiveShellApp.extensions = ["compendium.builder.read_tracking"]
"""

# A user's own look of figures, and the switch that turns every `assert` of a cell off.
REMOVED_VARIABLES = ("MATPLOTLIBRC", "PYTHONOPTIMIZE")


def prepare_environment() -> None:
    """Set the variables that make notebooks reproducible and self-contained, for this process and its children."""
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
