import csv
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from playwright.sync_api import Browser

from compendium.builder.static_server import serving
from compendium.cli.app import main
from compendium.curation.validation import validate
from compendium.ledger.loader import load
from compendium.project.paths import ROOT, ROW_PAGES_FOLDER
from compendium.project.problems import LedgerError
from compendium.quality import audit as audits
from compendium.quality.audit import (
    AuditError,
    Tools,
    audit,
    checked,
    chromium,
    lighthouse,
    measures,
    ready,
    scored,
    write,
)

SAVED = (Path(__file__).parent / "lighthouse.json").read_text(encoding="utf-8")


def answer(performance: float = 0.99, **figures: float) -> dict[str, Any]:
    """What Lighthouse says, as far as it is read."""
    said = json.loads(SAVED)
    said["categories"]["performance"]["score"] = performance
    for name, value in figures.items():
        said["audits"][name.replace("_", "-")]["numericValue"] = value
    return dict(said)


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# --- what is needed


def test_the_browser_is_the_named_one_or_the_first_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROME_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium() is None
    other = program(tmp_path / "google-chrome", "")
    assert chromium() == other
    first = program(tmp_path / "chromium", "")
    assert chromium() == first
    monkeypatch.setenv("CHROME_PATH", str(other))
    assert chromium() == other
    monkeypatch.setenv("CHROME_PATH", str(tmp_path / "none"))
    assert chromium() is None


@pytest.mark.parametrize("missing", [["node"], ["npm"], ["Chromium"], ["node", "npm", "Chromium"]])
def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: list[str]) -> None:
    monkeypatch.delenv("CHROME_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in {"node", "npm", "Chromium"} - set(missing):
        program(tmp_path / name.lower(), "")
    with pytest.raises(AuditError, match=f"An audit needs {', '.join(missing)}, which"):
        ready()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let a made-up npm stand on the path, beside a node and a Chromium, and a folder with a lock."""
    program(tmp_path / "bin" / "node", "")
    monkeypatch.setenv("CHROME_PATH", str(program(tmp_path / "bin" / "chromium", "")))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    folder = tmp_path / "tool"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}", encoding="utf-8")

    def made(body: str) -> Path:
        program(tmp_path / "bin" / "npm", body)
        return folder

    return made


def test_lighthouse_is_installed_from_its_lock_once(npm: Callable[[str], Path]) -> None:
    folder = npm('echo "$1" >> calls; mkdir -p node_modules')
    assert ready(folder) == ready(folder)
    assert (folder / "calls").read_text(encoding="utf-8") == "ci\n"
    (folder / "package-lock.json").write_text('{"other": 1}', encoding="utf-8")
    ready(folder)
    assert (folder / "calls").read_text(encoding="utf-8") == "ci\nci\n"


def test_an_installation_that_fails_is_told_and_tried_again(npm: Callable[[str], Path]) -> None:
    folder = npm("echo first >&2; echo 'no such registry' >&2; exit 1")
    for _ in range(2):
        with pytest.raises(AuditError, match=r"package-lock\.json names: no such registry"):
            ready(folder)


def test_every_package_is_locked_with_its_hash() -> None:
    folder = ROOT / "tools" / "lighthouse"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked[""]["dependencies"] == wanted["dependencies"]
    assert locked["node_modules/lighthouse"]["version"] == wanted["dependencies"]["lighthouse"]
    assert [name for name, package in locked.items() if name and not package.get("integrity")] == []


# --- Lighthouse


def asked(folder: Path, body: str) -> dict[str, Any]:
    """Ask a made-up Lighthouse, whose node is a shell."""
    program(folder / "node_modules" / "lighthouse" / "cli" / "index.js", body)
    return dict(lighthouse("http://127.0.0.1/x.html", Tools(Path("/bin/sh"), Path("/a/browser")), folder))


def test_lighthouse_is_asked_about_a_simulated_phone_in_the_named_browser(tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text(SAVED, encoding="utf-8")
    said = asked(tmp_path, 'echo "$@" "$CHROME_PATH" > called; cat saved.json')
    assert measures(said)["bytes"] == 42973
    called = (tmp_path / "called").read_text(encoding="utf-8")
    assert called.startswith("http://127.0.0.1/x.html --output=json ")
    assert "--throttling-method=simulate --chrome-flags=--headless --no-sandbox " in called
    assert called.endswith(" /a/browser\n")
    assert "preset" not in called  # the phone is what it takes where nothing is said


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("echo one >&2; echo 'no browser to be had' >&2; exit 1", "gave no answer: no browser to be had"),
        ("exit 0", "gave no answer: it did not say why"),
        ("""echo '{"runtimeError": {"message": "the page was blank"}}'""", "failed: the page was blank"),
        ("exec sleep 30", "did not end within 0.3 seconds"),
    ],
)
def test_lighthouse_that_fails_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    monkeypatch.setattr(audits, "TIMEOUT", 0.3)
    with pytest.raises(AuditError, match=f"^http://127.0.0.1/x.html: Lighthouse {told}$"):
        asked(tmp_path, body)


def test_an_answer_becomes_the_columns_of_the_table() -> None:
    assert measures(answer()) == {
        "performance": 0.99, "accessibility": 1, "best_practices": 0.96, "seo": 0.6, "largest_contentful_paint": 1235,
        "total_blocking_time": 18, "layout_shift": 0.0006, "bytes": 42973, "requests": 3,
    }  # fmt: skip


def test_a_score_or_figure_that_is_missing_is_named() -> None:
    said = answer()
    said["categories"]["seo"]["score"] = None
    with pytest.raises(AuditError, match=r"gave no seo$"):
        measures(said)
    del said["audits"]["total-byte-weight"]
    with pytest.raises(AuditError, match=r"has no 'total-byte-weight'$"):
        measures(said)


@pytest.mark.parametrize(
    ("performances", "runs", "kept"),
    [([0.98], 1, 0.98), ([0.97, 1.0, 0.99], 3, 0.99), ([0.5, 0.4, 0.6], 3, 0.5), ([0.9, 0.9, 1.0], 3, 0.9)],
)
def test_a_page_is_measured_again_where_the_first_score_is_not_good(
    performances: list[float], runs: int, kept: float
) -> None:
    waiting = [answer(score, largest_contentful_paint=1000 * score) for score in performances]
    row = scored(lambda: waiting.pop(0))
    assert (row["runs"], row["performance"], waiting) == (runs, kept, [])
    assert row["largest_contentful_paint"] == round(1000 * kept)  # of the same run


# --- axe

PLAIN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - A book</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>@media (prefers-color-scheme: dark) {{ p {{ background: #333; color: #444 }} }} {style}</style></head>
<body><main><h1>{title}</h1><p>Words on paper.</p>{more}</main></body></html>"""
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def page(folder: Path, name: str, *, style: str = "p { color: inherit !important; background: none !important }",
         more: str = "") -> None:  # fmt: skip
    (folder / f"{name}.html").write_text(PLAIN.format(title=name.title(), style=style, more=more), encoding="utf-8")


def test_a_rule_that_is_broken_in_one_colour_and_width_only_is_broken(browser: Browser, tmp_path: Path) -> None:
    page(tmp_path, "sound")
    page(tmp_path, "dim", style="")  # grey on grey in the dark
    page(tmp_path, "wide", more='<div class="desk"><img src="' + DOT + '"></div>',
         style="p { all: revert } @media (max-width: 800px) { .desk { display: none } }")  # fmt: skip
    context = browser.new_context()
    with serving(tmp_path) as address:
        found = {name: checked(context.new_page(), f"{address}/{name}.html") for name in ("sound", "dim", "wide")}
    context.close()
    assert {name: violated for name, (violated, _, _) in found.items()} == {
        "sound": set(), "dim": {"color-contrast"}, "wide": {"image-alt"},
    }  # fmt: skip
    assert "color-contrast" in found["sound"][1] - found["dim"][1]
    assert found["sound"][2][0].isdigit()


# --- the table


def rows(data: Path) -> dict[str, dict[str, str]]:
    with (data / "audits.csv").open(encoding="utf-8", newline="") as file:
        return {row["page"]: row for row in csv.DictReader(file)}


def row(name: str, **cells: Any) -> dict[str, Any]:
    """A whole row of the table, sound but for these cells."""
    whole = {"page": name, "title": name, **measures(answer()), "runs": 1, "violations": "", "passes": 40}
    return whole | {"tools": "Lighthouse 12.8.2; axe 4.12.1", "measured": "2026-11-22"} | cells


def test_a_row_takes_the_place_of_the_one_of_its_page_and_what_is_gone_goes(data: Path) -> None:
    write(data, [row("b"), row("a"), row("gone")], ["a", "b", "gone"])
    write(data, [row("b", bytes=7), row("c")], ["a", "b", "c", "never"])
    assert {name: found["bytes"] for name, found in rows(data).items()} == {"a": "42973", "b": "7", "c": "42973"}
    assert list(rows(data)) == ["a", "b", "c"]


def test_a_ledger_without_the_table_is_told_so(data: Path) -> None:
    path = data / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["resources"] = [resource for resource in content["resources"] if resource["name"] != "audits"]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(LedgerError, match="expected a table 'audits'"):
        write(data, [row("a")], ["a"])


def test_every_page_of_the_book_is_measured() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    below = [section for chapter in chapters for section in chapter.get("sections", ())]
    pages = {toc["root"]} | {chapter["file"] for chapter in (*chapters, *below)}
    measured = set(load()["audits"]["page"])
    of_rows = {name for name in measured if name.startswith(f"{ROW_PAGES_FOLDER}/")}
    assert len(of_rows) == 1  # the largest stands for all
    assert measured - of_rows == pages | {"search", "genindex", "404", "print"}


# --- all of it


@pytest.fixture
def small_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    html = tmp_path / "html"
    (html / "book").mkdir(parents=True)
    page(html, "book/one")
    page(html, "book/two", more=f'<img src="{DOT}">')
    (html / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=book/one.html">', encoding="utf-8")
    monkeypatch.setattr(audits, "ready", lambda: Tools(Path("/bin/false"), Path("/bin/false")))
    return html


def test_an_audit_writes_a_row_a_page_and_goes_on_where_one_fails(
    browser: Browser, small_site: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "browsing", lambda path: nullcontext(browser))
    said: list[str] = []

    def failing(address: str, tools: Tools) -> dict[str, Any]:
        if address.endswith("one.html"):
            raise AuditError("one fails")
        return answer()

    assert audit(small_site, data=data, say=said.append, ask=failing) == ["one fails"]
    assert list(rows(data)) == ["book/two"]
    assert audit(small_site, data=data, only=["book/one"], say=said.append, ask=lambda url, tools: answer()) == []
    found = rows(data)
    assert list(found) == ["book/one", "book/two"]
    assert [found[name]["title"] for name in found] == ["Book/One", "Book/Two"]
    assert [found[name]["violations"] for name in found] == ["", "image-alt"]
    assert found["book/one"]["tools"].startswith("Lighthouse 12.8.2; axe 4.")
    assert int(found["book/one"]["passes"]) > 5
    assert validate(data) == []
    assert said == ["  [2/2] book/two: 0.99 1.00 0.96 0.60, 42973 bytes, axe: image-alt",
                    "  [1/1] book/one: 0.99 1.00 0.96 0.60, 42973 bytes, axe: no violation"]  # fmt: skip


def test_an_audit_names_a_page_or_a_site_that_is_not_there(small_site: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no page 'book/twoo'; perhaps 'book/two'"):
        audit(small_site, data=data, only=["book/twoo"])  # codespell:ignore twoo
    (tmp_path / "empty").mkdir()
    with pytest.raises(AuditError, match="`make book` builds the site"):
        audit(tmp_path / "empty", data=data)
    with pytest.raises(AuditError, match="`make book` builds the site"):
        audit(tmp_path / "none", data=data)


def test_the_command_says_what_is_missing_and_leaves_by_its_exit_code(
    small_site: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["audit", "--html", str(small_site), "--data", str(data)]

    def lacking() -> Tools:
        raise AuditError("An audit needs node")

    monkeypatch.setattr(audits, "ready", lacking)
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.stderr) == (1, "An audit needs node\n")
    monkeypatch.setattr(audits, "audit", lambda html, data, only, say: say(f"{html.name} {only}") or [])
    result = CliRunner().invoke(main, [*words, "book/one"])
    assert (result.exit_code, result.stdout) == (0, "html ('book/one',)\n")
