"""Addresses in raw HTML are asked by Sphinx's link check, as links of the text are; what is broken fails it by name."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest

from compendium.builder.sphinx_ext.raw_links import external_links


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def test_only_links_that_lead_outside_are_found() -> None:
    html = '<a href="https://a/?x=1&amp;y">1</a><a href="../b.html">2</a><a href="#c">3</a><img src="http://d/">'
    assert external_links(html) == ["https://a/?x=1&y"]


def test_addresses_of_text_and_of_outputs_are_asked(server: str, tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("pass", execution_count=1)
    html = f'<table><tr><td><a href="{server}/gone">1</a> <a href="{server}/well?a=1&amp;b=2">2</a></td></tr></table>'
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "a table"})]
    text = nbformat.v4.new_markdown_cell(f"# Title\n\n[text]({server}/text)")
    nbformat.write(nbformat.v4.new_notebook(cells=[text, cell]), tmp_path / "index.ipynb")
    settings = ("extensions = ['myst_nb', 'compendium.builder.sphinx_ext.raw_links']", "nb_execution_mode = 'off'",
                "html_css_files = []", "linkcheck_retries = 1")  # fmt: skip
    (tmp_path / "conf.py").write_text("\n".join(settings), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "linkcheck", "--no-color", str(tmp_path), str(tmp_path / "out")],
        capture_output=True, text=True, env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    answers = map(json.loads, (tmp_path / "out" / "output.json").read_text(encoding="utf-8").splitlines())
    assert {answer["uri"].removeprefix(server): answer["status"] for answer in answers} == {
        "/text": "working",
        "/gone": "broken",
        "/well?a=1&b=2": "working",
    }
    assert run.returncode == 1
    assert f"broken link: {server}/gone (404" in run.stderr
    assert "index.ipynb:" in run.stderr
