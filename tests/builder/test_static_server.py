import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from compendium.builder.static_server import serving

PAGE = "<title>A page</title>" + "<p>Baku and back.</p>" * 200


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    top = tmp_path_factory.mktemp("served")
    root = top / "html"
    (root / "folder").mkdir(parents=True)
    (root / "empty").mkdir()
    for name in ("index.html", "folder/index.html", "ä b.html"):
        (root / name).write_text(PAGE, encoding="utf-8")
    (root / "look.css").write_text("p { color: red }\n" * 50, encoding="utf-8")
    (top / "secret.txt").write_text("not for you", encoding="utf-8")
    with serving(root) as address:
        yield address


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/index.html", "/?q=1", "/folder/", "/%C3%A4%20b.html", "/folder/../index.html"])
def test_a_page_is_found_however_it_is_asked_for(address: str, path: str) -> None:
    answer, body = ask(address, path)
    assert (answer.status, body.decode(), answer.headers["Content-Type"]) == (200, PAGE, "text/html")


@pytest.mark.parametrize("path", ["/none", "/empty/", "/../secret.txt", "/%2e%2e/secret.txt", "/" + "x" * 5000])
def test_there_is_nothing_else(address: str, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer, body = ask(address, path)
    assert answer.status == 404
    assert b"not for you" not in body
    assert capfd.readouterr() == ("", "")


def test_a_site_may_have_a_page_of_its_own_for_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("Not here.", encoding="utf-8")
    with serving(tmp_path) as address:
        for path in ("/none", "/deep/er/none.html", "/none/"):
            answer, body = ask(address, path)
            assert (answer.status, body) == (404, b"Not here.")
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        answer, body = ask(address, "/none", "HEAD")
        assert (answer.status, answer.headers["Content-Length"], body) == (404, "9", b"")


def test_a_file_is_asked_for_anew_and_not_sent_again_where_it_is_the_same(address: str) -> None:
    answer, _ = ask(address, "/look.css")
    assert answer.headers["Cache-Control"] == "no-cache"
    again, body = ask(address, "/look.css", If_Modified_Since=answer.headers["Last-Modified"])
    assert (again.status, body) == (304, b"")


def test_one_connection_serves_many_requests(address: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    seen = set()
    for path in ("/", "/folder", "/look.css"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock is not None
        seen.add(connection.sock.getsockname())
    assert len(seen) == 1
    connection.close()


def test_it_is_gone_with_its_block(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        port = urlsplit(address).port or 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
