"""Measures every page of the built site in a real browser: Lighthouse as on a phone, axe in both colours and widths.

It needs Chromium, for Lighthouse node as well, and says in words which of them is missing. Pages are served by
`compendium.builder.static_server`, so that no other host has a part in what is measured. It writes one table and mends nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compendium.builder import html_site
from compendium.builder.static_server import serving
from compendium.ledger.atomic_write import replace_files
from compendium.ledger.schema import DESCRIPTOR, SEPARATOR, read_schema
from compendium.project.paths import DATA, ROOT, ROW_PAGES_FOLDER
from compendium.project.problems import LedgerError, Problem, describe_choices

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TABLE = "audits"
FOLDER = ROOT / "tools" / "lighthouse"
CACHE = ROOT / ".cache"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",  # a sandbox cannot be had by root, as which machines that test mostly run
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""How Chromium is started: without a window, and without calls of its own to other hosts."""
SCHEMES = ("light", "dark")
SIZES = ((390, 844), (1280, 800))
"""Width and height of a phone and of a desk, in CSS pixels."""
GOOD = 0.98
"""A first score for performance below this is measured again: a machine that does other things, too, makes noise."""
RUNS = 3
TIMEOUT = 240
SCORES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best_practices": "best-practices",
    "seo": "seo",
}
"""By column: the category of Lighthouse, whose score is from 0 to 1."""
FIGURES = {
    "largest_contentful_paint": ("largest-contentful-paint", 0),
    "total_blocking_time": ("total-blocking-time", 0),
    "layout_shift": ("cumulative-layout-shift", 4),
    "bytes": ("total-byte-weight", 0),
}
"""By column: the audit of Lighthouse that has the figure, and to how many decimals it is kept."""

Row = dict[str, Any]
Answer = Mapping[str, Any]


class AuditError(RuntimeError):
    """Something that an audit needs is missing, or a tool has failed; the message says which and what it said."""


@dataclass(frozen=True)
class Tools:
    """The programs that an audit runs, all of them there."""

    node: Path
    browser: Path


# --- what is needed


def chromium() -> Path | None:
    """Return this machine's Chromium: what `CHROME_PATH` names, else the first of `BROWSERS` that is found."""
    named = os.environ.get("CHROME_PATH")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None


def ready(folder: Path = FOLDER) -> Tools:
    """Return the programs, Lighthouse installed from its lock where it is not; `AuditError` names what is missing."""
    node, npm, browser = shutil.which("node"), shutil.which("npm"), chromium()
    lacking = [name for name, found in (("node", node), ("npm", npm), ("Chromium", browser)) if not found]
    if not (node and npm and browser):
        raise AuditError(
            f"An audit needs {', '.join(lacking)}, which this machine does not have on its PATH (Debian: apt-get "
            f"install nodejs npm chromium; another Chromium is named by CHROME_PATH). Nothing was measured."
        )
    _install(Path(npm), folder)
    return Tools(Path(node), browser)


def _install(npm: Path, folder: Path) -> None:
    """Let a folder hold exactly what its lock names; do nothing where it does already."""
    stamp = folder / "node_modules" / "installed"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    # No script of a package is run: Lighthouse is JavaScript alone.
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", f"--cache={CACHE / 'npm'}"]
    run = subprocess.run([str(npm), "ci", *quietly], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        raise AuditError(f"npm could not install what {folder / 'package-lock.json'} names: {_last(run.stderr)}")
    stamp.write_text(wanted, encoding="utf-8")


def _last(said: str) -> str:
    """Return the last line of what a program said that says something."""
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it did not say why")


@contextmanager
def browsing(browser: Path) -> Iterator[Browser]:
    """Yield a browser without a window, closed after the block."""
    from playwright.sync_api import sync_playwright  # imported late: only audits and the tests of pages need it

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()


# --- Lighthouse


def lighthouse(address: str, tools: Tools, folder: Path = FOLDER) -> Answer:
    """Return what Lighthouse says of a page on a simulated phone; `AuditError` where it says nothing of use."""
    command = [
        *(str(tools.node), str(folder / "node_modules" / "lighthouse" / "cli" / "index.js"), address),
        *("--output=json", "--quiet", "--no-enable-error-reporting", "--throttling-method=simulate"),
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    surroundings = os.environ | {"CHROME_PATH": str(tools.browser), "XDG_CONFIG_HOME": str(CACHE / "lighthouse")}
    try:
        run = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, timeout=TIMEOUT, check=False, cwd=folder
        )
    except subprocess.TimeoutExpired:
        raise AuditError(f"{address}: Lighthouse did not end within {TIMEOUT} seconds") from None
    try:
        answer: Answer = json.loads(run.stdout)
    except json.JSONDecodeError:
        raise AuditError(f"{address}: Lighthouse gave no answer: {_last(run.stderr)}") from None
    if answer.get("runtimeError"):
        raise AuditError(f"{address}: Lighthouse failed: {answer['runtimeError'].get('message')}")
    return answer


def measures(answer: Answer) -> Row:
    """Return the columns that Lighthouse fills, from one answer.

    Raises
    ------
    AuditError
        where a score or a figure is missing; the message names it.
    """
    try:
        row: Row = {column: answer["categories"][name]["score"] for column, name in SCORES.items()}
        for column, (name, digits) in FIGURES.items():
            row[column] = round(answer["audits"][name]["numericValue"], digits or None)
        row["requests"] = len(answer["audits"]["network-requests"]["details"]["items"])
    except KeyError as error:
        raise AuditError(f"{answer.get('requestedUrl')}: the answer of Lighthouse has no {error}") from None
    missing = [column for column, value in row.items() if value is None]
    if missing:
        raise AuditError(f"{answer.get('requestedUrl')}: Lighthouse gave no {', '.join(missing)}")
    return row


def scored(ask: Callable[[], Answer]) -> Row:
    """Return the columns that Lighthouse fills: of one run, or of the median of three where the first was not good.

    All figures are those of one run, the one whose performance is the median.
    """
    rows = [measures(ask())]
    if rows[0]["performance"] < GOOD:
        rows += [measures(ask()) for _ in range(RUNS - 1)]
    chosen = sorted(rows, key=lambda row: row["performance"])[len(rows) // 2]
    return {**chosen, "runs": len(rows)}


# --- axe


def checked(page: Page, address: str) -> tuple[set[str], set[str], str]:
    """Return the rules of axe that a page violates in some colour scheme and width, and those that it only passes.

    The third is the version of axe. A rule that finds nothing to judge on a page is in neither set.
    """
    from axe_playwright_python.sync_playwright import Axe

    violated: set[str] = set()
    passed: set[str] = set()
    version = ""
    page.goto(address)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            response = Axe().run(page).response
            violated |= {rule["id"] for rule in response["violations"]}
            passed |= {rule["id"] for rule in response["passes"]}
            version = response["testEngine"]["version"]
    return violated, passed - violated, version


# --- the table


def audited(html: Path) -> list[Path]:
    """Return the pages of a built site that are measured: all but those that only lead on to another."""
    return [
        page
        for page in html_site.site_pages(html)
        if 'http-equiv="refresh"' not in page.read_text(encoding="utf-8").lower()
    ]


def sampled(html: Path) -> list[Path]:
    """Return the pages that Lighthouse is asked about: of those that are made of rows, and alike, the largest."""
    pages = audited(html)
    alike = [page for page in pages if page.parent == html / ROW_PAGES_FOLDER]
    least = set(alike) - {max(alike, key=lambda page: (page.stat().st_size, page.name), default=None)}
    return [page for page in pages if page not in least]


def named(page: Path, html: Path) -> str:
    """Return the name of a page in the table: its address from the root of the site, without its ending."""
    return page.relative_to(html).with_suffix("").as_posix()


def audit(
    html: Path,
    *,
    data: Path = DATA,
    only: Sequence[str] = (),
    say: Callable[[str], None] = print,
    ask: Callable[[str, Tools], Answer] = lighthouse,
) -> list[str]:
    """Measure the pages of a built site, write their rows into the table, and return what failed.

    Parameters
    ----------
    html
        folder of the built site.
    data
        folder of the ledger whose table is written; rows of pages that the site no longer has are dropped.
    only
        names of the pages to measure; all where there is none. The rows of the others stay as they are.
    say
        told one line for each page, as it has been measured.
    ask
        what asks Lighthouse about an address.

    Raises
    ------
    AuditError
        where a program is missing, the site is not built, or it has no such page.
    LedgerError
        where the table cannot be written.
    """
    pages = {named(page, html): page for page in sampled(html)}
    if not pages:
        raise AuditError(f"No page lies in {html}; `make book` builds the site.")
    for name in only:
        if name not in pages:
            raise AuditError(f"The site has no page {name!r}; {describe_choices(pages, name)}")
    tools = ready()
    failures = []
    with serving(html) as address, browsing(tools.browser) as browser:
        wanted = list(only) or list(pages)
        for count, name in enumerate(wanted, 1):
            try:
                row = _row(browser, name, f"{address}/{name}.html", lambda url: ask(url, tools))
            except AuditError as error:
                failures.append(str(error))
                continue
            write(data, [row], pages)  # at once: what is interrupted can be gone on with, page by page
            say(f"  [{count}/{len(wanted)}] {_told(row)}")
    return failures


def _row(browser: Browser, name: str, address: str, ask: Callable[[str], Answer]) -> Row:
    """Return the whole row of one page."""
    seen: list[Answer] = []

    def once() -> Answer:
        seen.append(ask(address))
        return seen[-1]

    found = scored(once)
    context = browser.new_context()
    try:
        page = context.new_page()
        violated, passed, version = checked(page, address)
        title = page.title()
    finally:
        context.close()
    used = [f"Lighthouse {seen[-1]['lighthouseVersion']}", f"axe {version}", f"Chromium {browser.version}"]
    return {
        "page": name,
        "title": title.rpartition(" - ")[0] or title,
        **found,
        "violations": SEPARATOR.join(sorted(violated)),
        "passes": len(passed),
        "tools": SEPARATOR.join(used),
        "measured": date.today().isoformat(),
    }


def _told(row: Row) -> str:
    scores = " ".join(f"{row[column]:.2f}" for column in SCORES)
    return f"{row['page']}: {scores}, {row['bytes']} bytes, axe: {row['violations'] or 'no violation'}"


def write(data: Path, rows: Iterable[Row], pages: Iterable[str]) -> None:
    """Put rows into the table of audits in place of those of the same pages; drop those of pages that are gone."""
    if TABLE not in (schema := read_schema(data)):
        raise LedgerError([Problem(DESCRIPTOR, 0, "", "no such table", f"a table {TABLE!r}, which the audit fills")])
    path, columns = schema[TABLE].path, schema[TABLE].columns
    before = (data / path).read_bytes().decode()
    kept = {row["page"]: row for row in csv.DictReader(io.StringIO(before))} | {row["page"]: row for row in rows}
    after = io.StringIO()
    writer = csv.DictWriter(after, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept[name] for name in sorted(set(kept) & set(pages)))
    replace_files(data, {path: (before, after.getvalue())})
