import gzip
import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from compendium.builder.static_server import serving, takes_gzip

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
    (root / "dot.png").write_bytes(bytes(range(256)) * 4)
    (root / "code.js").write_text("1\n" * 50, encoding="utf-8")
    (root / "circle").symlink_to(root / "circle")
    (root / "out").symlink_to(top / "secret.txt")
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
    assert (answer.status, body.decode()) == (200, PAGE)


def test_a_folder_leads_to_its_slash(address: str) -> None:
    answer, _ = ask(address, "/folder?q=1")
    assert (answer.status, answer.headers["Location"]) == (301, "/folder/?q=1")


ODD = ["/none", "/empty/", "/index.html/", "/../secret.txt", "/%2e%2e/secret.txt", "/out", "/%00", "/%ff%fe", "/circle",
       "/" + "x" * 5000, "//[", "/C:%5Cx", "/folder/../../secret.txt", "/?%", "x"]  # fmt: skip


@pytest.mark.parametrize("path", ODD)
def test_an_odd_path_gets_a_status_and_no_traceback(address: str, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer, body = ask(address, path)
    assert answer.status == (200 if path == "/?%" else 404)
    assert b"not for you" not in body
    assert capfd.readouterr() == ("", "")


def test_a_site_may_have_a_page_of_its_own_for_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("Not here.", encoding="utf-8")
    with serving(tmp_path) as address:
        for path in ("/none", "/deep/er/none.html", "/none/"):
            answer, body = ask(address, path)
            assert (answer.status, body, answer.headers["ETag"]) == (404, b"Not here.", None)
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        answer, body = ask(address, "/none", "HEAD")
        assert (answer.status, answer.headers["Content-Length"], body) == (404, "9", b"")


def test_another_method_is_told_so(address: str) -> None:
    assert ask(address, "/", "POST")[0].status == 501


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html; charset=utf-8"), ("/look.css", "text/css; charset=utf-8"), ("/dot.png", "image/png"),
     ("/code.js", "text/javascript; charset=utf-8")],
)  # fmt: skip
def test_a_file_has_its_type(address: str, path: str, kind: str) -> None:
    assert ask(address, path)[0].headers["Content-Type"] == kind


def test_text_is_compressed_for_those_who_take_it(address: str) -> None:
    answer, body = ask(address, "/", Accept_Encoding="gzip, deflate, br")
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert body == gzip.compress(PAGE.encode(), 6, mtime=0)
    plain, whole = ask(address, "/")
    assert (plain.headers["Content-Encoding"], len(whole)) == (None, len(PAGE))
    assert ask(address, "/dot.png", Accept_Encoding="gzip")[0].headers["Content-Encoding"] is None


@pytest.mark.parametrize(
    ("header", "taken"),
    [("gzip", True), ("br;q=1, GZIP ; q=0.5", True), ("*", True), ("*;q=0, gzip", True), ("gzip;q=0, *", False),
     ("gzip;q=0.0", False), ("gzip;q=0.001", True), ("", False), ("br, x-gzipped", False)],
)  # fmt: skip
def test_the_header_says_whether_gzip_is_taken(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


def test_a_head_is_the_answer_without_its_body(address: str) -> None:
    lines = []
    for method in ("HEAD", "GET"):
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) as raw, raw.makefile("rb") as file:
            raw.sendall(f"{method} /look.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            lines.append(re.sub(rb"Date: .*\r\n", b"", file.read()))
    assert lines[1].startswith(lines[0])
    assert lines[0].endswith(b"\r\n\r\n")
    assert int(re.findall(rb"Content-Length: (\d+)", lines[0])[0]) == len(lines[1]) - len(lines[0])


def test_a_page_is_asked_for_anew_and_what_carries_a_fingerprint_is_kept(address: str) -> None:
    kept = {path: ask(address, path)[0].headers["Cache-Control"] for path in ("/", "/look.css", "/look.css?v=1a2b")}
    assert kept == {
        "/": "no-cache", "/look.css": "public, max-age=600", "/look.css?v=1a2b": "public, max-age=31536000, immutable",
    }  # fmt: skip


def test_what_the_browser_has_is_not_sent_again(address: str) -> None:
    tag = ask(address, "/", Accept_Encoding="gzip")[0].headers["ETag"]
    answer, body = ask(address, "/", Accept_Encoding="gzip", If_None_Match=tag)
    assert (answer.status, body) == (304, b"")
    assert ask(address, "/", If_None_Match=tag)[0].status == 200  # not compressed, it is another answer


def test_one_connection_serves_many_requests_without_waiting(address: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    seen = set()
    for path in ("/", "/folder", "/look.css"):
        connection.request("GET", path)
        connection.getresponse().read()
        seen.add(connection.sock.getsockname() if connection.sock else None)
    connection.close()
    assert len(seen) == 1
    assert None not in seen


def test_a_browser_that_goes_away_is_no_fault(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    for sent in (b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\xff\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) as gone:
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            gone.sendall(sent)
    assert ask(address, "/")[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_it_is_gone_with_its_block(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        port = urlsplit(address).port or 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
