"""Once the environment is installed, nothing needs the network. That the book is built without one is tested elsewhere.

Where the machine lets a process have a network of its own, that network is empty but for this machine itself; elsewhere
Python's own sockets are watched in the child.
"""

import socket
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.support import elsewhere
from tests.support.loopback import ReachedOutError

# Nobody is there: kept for documentation by RFC 5737.
NOBODY = "192.0.2.1"
QUICK = ["tests/curation/test_worldbank.py", "tests/builder/test_kernel_environment.py"]


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = elsewhere.copied(tmp_path_factory.mktemp("offline") / "copy")
    if not elsewhere.CUT:
        (root / "sitecustomize.py").write_text(elsewhere.WATCHED, encoding="utf-8")
    return root


def run(away: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return elsewhere.run(away, *words, before=elsewhere.CUT)


def test_the_child_has_no_network_but_this_machine(away: Path) -> None:
    asked = f"import socket\nsocket.create_connection(('{NOBODY}', 80), timeout=5)"
    refused = run(away, "-c", asked)
    assert refused.returncode != 0
    assert ("unreachable" if elsewhere.CUT else "reaches beyond this machine") in refused.stderr
    served = (
        "import socket\nhere = socket.create_server(('127.0.0.1', 0))\nsocket.create_connection(here.getsockname())"
    )
    assert run(away, "-W", "ignore", "-c", served).returncode == 0


def test_tests_pass_without_a_network(away: Path) -> None:
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
