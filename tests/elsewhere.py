"""The repository in another place: copied into a folder, and run there by the same interpreter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from compendium.builder.provenance import PROVENANCE_FILE, source_provenance_json
from compendium.project.paths import ROOT

MADE_HERE = (".git", ".venv*", ".cache", "_build", "__pycache__", ".ipynb_checkpoints")
# What the machine must say for a program to start at all; everything else a test gives of its own.
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def copied(into: Path) -> Path:
    """Copy the repository as it lies, without what its commands make; the files are as new as the copy.

    It knows the commit as a source archive does.
    """
    shutil.copytree(ROOT, into, ignore=shutil.ignore_patterns(*MADE_HERE), copy_function=shutil.copy)
    (into / PROVENANCE_FILE).write_text(source_provenance_json(), encoding="utf-8")
    return into


def surroundings(root: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of this one but the way to programs."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(root), "HOME": str(root.parent), "PYTHONDONTWRITEBYTECODE": "1"} | more


def run(
    root: Path, *words: str, before: tuple[str, ...] = (), umask: int = -1, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in a copy, with an environment of its own; `before` is a command that starts it."""
    command = [*before, sys.executable, *words]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        cwd=root,
        env=surroundings(root, **more),
        umask=umask,
        check=False,
    )


# --- without a network

# An empty network has this machine's own address switched off; the flags are those of `ip link set lo up`.
ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as asked:
    fcntl.ioctl(asked, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execv(sys.argv[1], sys.argv[1:])
"""
WATCHED = "from tests import loopback\nloopback.install()\n"
"""What watches Python's own sockets, for a machine that lets no process have a network of its own."""


def cut_off() -> tuple[str, ...]:
    """Return the command that starts another without a network, `()` where this machine has none."""
    for options in (["-rn"], ["-n"]):
        command = ("unshare", *options, sys.executable, "-c", ALONE)
        if shutil.which("unshare"):
            tried = subprocess.run([*command, sys.executable, "-c", ""], capture_output=True, check=False)
            if tried.returncode == 0:
                return command
    return ()


CUT = cut_off()
"""Starts a command in a network that is empty but for this machine itself."""
