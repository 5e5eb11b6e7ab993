"""Addresses outside: where they stand, and what is said of a server that answers well, badly or never."""

import csv
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from compendium import linkcheck
from compendium.cli.app import main
from compendium.linkcheck import BROKEN, LATE, MOVED, UNASKED, WELL, Answer, LinkCheckError, addresses, check
from compendium.project.paths import DATA

QUICK = {"linkcheck_timeout": 1, "linkcheck_retries": 1}


class Server(BaseHTTPRequestHandler):
    closing = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/never":
            self.closing.wait(10)
            return
        self.send_response({"/moved": 301, "/gone": 404, "/refused": 403}.get(self.path, 200))
        if self.path == "/moved":
            self.send_header("Location", "/well")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        Server.closing.set()
        listening.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def nobody() -> str:
    """An address of this machine where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


@pytest.fixture(scope="module")
def asked(server: str, nobody: str) -> tuple[dict[str, Answer], list[Answer], int]:
    """The answers by the end of their address, in the order that they came in, and how often progress was told."""
    ends = ("/well", "/moved", "/gone", "/refused", "/never", "/well?q=a_b*c*&x=%D1%8F#:~:text=да", "/with(brackets)")
    found = {f"{server}{end}": ["data/a.csv:2:address", "book/b.md:7"] for end in ends} | {nobody: ["c.md:1"]}
    told: list[None] = []
    answers = check(found, settings=QUICK, told=lambda: told.append(None))
    return {answer.address.removeprefix(server): answer for answer in answers}, answers, len(told)


@pytest.mark.parametrize(
    ("end", "kind", "said"),
    [
        ("/well", WELL, ""),
        ("/moved", MOVED, "/well"),
        ("/gone", BROKEN, "404"),
        ("/refused", BROKEN, "403"),
        ("/never", LATE, "timed out"),
        ("/well?q=a_b*c*&x=%D1%8F#:~:text=да", WELL, ""),
        ("/with(brackets)", WELL, ""),
    ],
)
def test_an_answer_is_of_the_kind_that_it_is(
    asked: tuple[dict[str, Answer], list[Answer], int], end: str, kind: str, said: str
) -> None:
    answer = asked[0][end]
    assert answer.kind == kind
    assert said in answer.said
    assert answer.places == ("data/a.csv:2:address", "book/b.md:7")


def test_where_nobody_listens_an_address_is_broken(
    asked: tuple[dict[str, Answer], list[Answer], int], nobody: str
) -> None:
    assert asked[0][nobody].kind == BROKEN


def test_the_broken_come_first_and_each_answer_is_told(asked: tuple[dict[str, Answer], list[Answer], int]) -> None:
    _, answers, told = asked
    assert [answer.kind for answer in answers] == [BROKEN] * 3 + [LATE, MOVED] + [WELL] * 3
    assert told == len(answers) == 8


def test_the_report_names_what_did_not_simply_answer(asked: tuple[dict[str, Answer], list[Answer], int]) -> None:
    _, answers, _ = asked
    assert linkcheck.summary(answers) == "8 addresses: 3 well, 1 moved, 1 late, 3 broken"
    lines = list(linkcheck.lines(answers))
    assert len(lines) == 5
    assert any("/gone  404" in line and line.endswith("[data/a.csv:2:address and 1 more]") for line in lines)
    written = linkcheck.as_markdown(answers)
    assert [line for line in written.splitlines() if line.startswith("#")] == ["### Broken", "### Late", "### Moved"]
    assert written.count("\n- <") == 5


def test_what_a_server_says_is_not_taken_for_markdown() -> None:
    written = linkcheck.as_markdown([Answer("http://a/", BROKEN, "`](x) @all", ("a.md:1",))])
    assert "`'](x) @all`" in written


def test_addresses_are_found_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "data" / "official").mkdir(parents=True)
    (tmp_path / "book").mkdir()
    (tmp_path / "data" / "official" / "a.csv").write_text(
        'id,address,note\nx,"https://one.org/a,b.",\ny,,"see https://two.org/p_(q), and https://one.org/a,b."\n',
        encoding="utf-8",
    )
    (tmp_path / "book" / "b.md").write_text("\n[x](http://three.org/x) (http://four.org).\n", encoding="utf-8")
    (tmp_path / "book" / "c.bib").write_text(" url = {https://one.org/a,b.},\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("https://example.org/book/ http://localhost:8000\n", encoding="utf-8")
    assert addresses(tmp_path) == {
        "http://three.org/x": ["book/b.md:2"],
        "http://four.org": ["book/b.md:2"],
        "https://one.org/a,b": ["book/c.bib:1", "data/official/a.csv:3:note"],
        "https://one.org/a,b.": ["data/official/a.csv:2:address"],
        "https://two.org/p_(q)": ["data/official/a.csv:3:note"],
    }


def test_every_address_of_the_ledger_is_among_them() -> None:
    cells = {cell for path in DATA.rglob("*.csv") for cell in path.read_text(encoding="utf-8").split(",")}
    whole = {cell for cell in cells if cell.startswith("http") and not cell.endswith((".", ")"))}
    assert len(whole) > 100
    assert whole <= addresses().keys()


def test_an_address_without_an_answer_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(folder: Path, _: object) -> None:
        (folder / "out").mkdir()
        (folder / "out" / "output.json").write_text("", encoding="utf-8")

    monkeypatch.setattr(linkcheck, "_run", run)
    (answer,) = check({"http://one.org": ["a.md:1"]})
    assert answer.kind == UNASKED


def test_a_checker_that_does_not_end_says_why() -> None:
    with pytest.raises(LinkCheckError, match="no_such_extension"):
        check({"http://127.0.0.1/": ["a.md:1"]}, settings={"extensions": ["no_such_extension"]})


@pytest.mark.parametrize(("kind", "code"), [(WELL, 0), (MOVED, 0), (LATE, 0), (BROKEN, 1), (UNASKED, 1)])
def test_the_command_ends_by_what_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, code: int
) -> None:
    monkeypatch.setattr(linkcheck, "check", lambda *_, **__: [Answer("http://one.org", kind, "", ("a.md:1",))])
    for form in ("text", "markdown"):
        run = CliRunner().invoke(main, ["links", "--root", str(tmp_path), "--format", form])
        assert run.exit_code == code
        assert f"1 address: 1 {kind}" in run.stdout
        assert ("http://one.org" in run.stdout) is (kind != WELL)


def test_a_command_that_cannot_ask_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise LinkCheckError("the checker of links did not run to its end")

    monkeypatch.setattr(linkcheck, "check", refuse)
    run = CliRunner().invoke(main, ["links", "--root", str(tmp_path)])
    assert (run.exit_code, run.stdout) == (1, "")
    assert "did not run to its end" in run.stderr


def test_a_file_that_is_no_text_ends_in_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_bytes(b'a,b\n"\xff\x00' + b"x" * 200_000)
    (tmp_path / "README.md").write_bytes(b"\xff http://127.0.0.1:9/\xff")
    usual = csv.field_size_limit(131_072)  # a library that other tests import raises it
    try:
        run = CliRunner().invoke(main, ["links", "--root", str(tmp_path)])
    finally:
        csv.field_size_limit(usual)
    assert isinstance(run.exception, SystemExit)
    assert run.exit_code == 1
    said = "a.csv:1: cannot be read as a table: field larger"
    assert [line for line in run.stderr.splitlines() if line.startswith(said)]
