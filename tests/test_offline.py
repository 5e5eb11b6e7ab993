"""Once the environment is installed, nothing needs the network: not the build, not the tests.

Where the machine lets a process have a network of its own, that network is empty but for this machine itself; elsewhere
Python's own sockets are watched in the child.
"""

import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import elsewhere
import pytest

from tests.loopback import ReachedOutError

# Nobody is there: kept for documentation by RFC 5737.
NOBODY = "192.0.2.1"
# An empty network has this machine's own address switched off; the flags are those of `ip link set lo up`.
ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as asked:
    fcntl.ioctl(asked, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execv(sys.argv[1], sys.argv[1:])
"""
QUICK = ["tests/test_services.py", "tests/test_kernels.py", "tests/test_cluster.py"]


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


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = elsewhere.copied(tmp_path_factory.mktemp("offline") / "copy")
    if not CUT:
        (root / "sitecustomize.py").write_text("from tests import loopback\nloopback.install()\n", encoding="utf-8")
    return root


def run(away: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return elsewhere.run(away, *words, before=CUT)


def test_the_child_has_no_network_but_this_machine(away: Path) -> None:
    asked = f"import socket\nsocket.create_connection(('{NOBODY}', 80), timeout=5)"
    refused = run(away, "-c", asked)
    assert refused.returncode != 0
    assert ("unreachable" if CUT else "reaches beyond this machine") in refused.stderr
    served = (
        "import socket\nhere = socket.create_server(('127.0.0.1', 0))\nsocket.create_connection(here.getsockname())"
    )
    assert run(away, "-W", "ignore", "-c", served).returncode == 0


def test_the_book_is_built_without_a_network(away: Path) -> None:
    built = run(away, "-m", "compendium", "build")
    assert built.returncode == 0, built.stdout + built.stderr
    assert (away / "_build" / "html" / "index.html").is_file()


def test_tests_are_collected_and_pass_without_a_network(away: Path) -> None:
    every = run(away, "-m", "pytest", "--nbval", "--collect-only", "-q")
    assert every.returncode == 0, every.stdout + every.stderr
    some = run(away, "-m", "pytest", "-q", *QUICK)
    assert some.returncode == 0, some.stdout + some.stderr


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection((NOBODY, 80), timeout=1),
        lambda: socket.create_connection(("2001:db8::1", 80), timeout=1),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (NOBODY, 53)),
        lambda: socket.getaddrinfo("nobody.example", 80),
        lambda: socket.gethostbyname("nobody.example"),
        lambda: urllib.request.urlopen("http://nobody.example/", timeout=1),
    ],
    ids=["connection", "sixth version", "datagram", "look-up", "name", "client"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_guard_of_this_run_names_who_was_asked(reach) -> None:
    with pytest.raises(ReachedOutError, match=r"192\.0\.2\.1|2001:db8::1|nobody\.example"):
        reach()


def test_the_guard_lets_this_machine_talk_to_itself() -> None:
    for host in ("127.0.0.1", "localhost"):
        with socket.create_server((host, 0)) as here, socket.create_connection((host, here.getsockname()[1])) as there:
            assert there.getpeername()[1] == here.getsockname()[1]
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_nobody_can_take_the_refusal_for_a_bad_line() -> None:
    caught: list[str] = []

    def ask() -> None:
        with socket.socket() as asked:
            try:
                asked.connect((NOBODY, 80))
            except Exception:
                caught.append("taken for a bad line")
            except ReachedOutError as refusal:
                caught.append(str(refusal))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert caught == [f"socket.connect reaches beyond this machine: ('{NOBODY}', 80)"]
