"""The book as built: into a folder of its own, from the notebooks as they are stored."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from compendium.builder import html_site
from compendium.builder.notebooks import BOOK, find_chapters, update_notebooks
from compendium.builder.sphinx_ext.content_security_policy import policy
from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display.mime_types import CARDS
from compendium.ledger.loader import load
from compendium.project.paths import PAGE_BY_KIND, ROOT
from tests.support import site_pages

pytestmark = pytest.mark.slow

MADE_BY_SPHINX = {"search.html", "genindex.html"}


@pytest.fixture(scope="module")
def pages(built: tuple[Path, subprocess.CompletedProcess[str]]) -> dict[Path, BeautifulSoup]:
    return {
        page: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser") for page in html_site.site_pages(built[0])
    }


@pytest.fixture(scope="module")
def shown(pages: dict[Path, BeautifulSoup]) -> dict[Path, Tag]:
    """The pages that chapters become: their main part, by path."""
    return {page: soup.article for page, soup in pages.items() if soup.article and page.parent.name != "html"}


def test_the_build_gives_no_warning(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert built[1].returncode == 0, built[1].stdout + built[1].stderr
    assert "WARNING" not in built[1].stderr


def test_every_chapter_is_in_the_table_of_contents() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = {toc["root"]} | {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    listed |= {s["file"] for part in toc["parts"] for c in part["chapters"] for s in c.get("sections", [])}
    assert listed == {str(path.relative_to(ROOT).with_suffix("")) for path in find_chapters()}


def links(pages: dict[Path, BeautifulSoup]) -> Iterator[tuple[Path, str]]:
    for page, soup in pages.items():
        for tag, attribute in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")):
            for found in soup.find_all(tag, attrs={attribute: True}):
                yield page, str(found[attribute])


def test_no_internal_link_is_broken(pages: dict[Path, BeautifulSoup]) -> None:
    root = min(pages, key=lambda page: len(page.parts)).parent
    ids = {page: {str(tag["id"]) for tag in soup.find_all(id=True)} for page, soup in pages.items()}
    broken = []
    for page, address in links(pages):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        begin = root if parts.path.startswith("/") else page.parent
        target = (begin / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
        anchor = unquote(parts.fragment)
        if not target.is_file() or (anchor and target in ids and anchor not in ids[target]):
            broken.append(f"{page.name}: {address}")
    assert broken == []


def test_no_page_loads_anything_from_another_host(pages: dict[Path, BeautifulSoup]) -> None:
    for page, soup in pages.items():
        for found in soup.find_all(["script", "img", "iframe", "source"], src=True) + soup.find_all("link", href=True):
            address = str(found.get("src") or found.get("href"))
            assert not urlsplit(address).netloc, f"{page.name}: {address}"


def test_no_page_holds_an_inline_style_or_a_handler(pages: dict[Path, BeautifulSoup]) -> None:
    for page, soup in pages.items():
        assert len(soup.find_all("style")) == (page.name == "404.html"), page.name
        assert not [tag.name for tag in soup.find_all(style=True)], page.name
        handlers = [name for tag in soup.find_all(True) for name in tag.attrs if name.lower().startswith("on")]
        assert handlers == [], page.name
        addresses = [str(tag[name]) for name in ("href", "src", "action") for tag in soup.find_all(attrs={name: True})]
        assert not [found for found in addresses if found.lower().startswith(("javascript:", "data:"))], page.name


def test_every_page_states_a_policy_that_allows_its_own_scripts_and_nothing_unsafe(
    pages: dict[Path, BeautifulSoup],
) -> None:
    scripts = 0
    for page, soup in pages.items():
        (stated,) = soup.select('meta[http-equiv="Content-Security-Policy"]')
        assert not stated.find_all_previous(["script", "link", "style"]), f"{page.name}: the policy comes too late"
        inline = [script for script in soup.find_all("script", src=False) if "json" not in str(script.get("type", ""))]
        own = [script.string or "" for script in inline]
        style = soup.style.string if soup.style else ""  # one page may load no file, and holds its styles
        assert stated["content"] == policy(*own, style=style or ""), page.name
        scripts += len(own)
    assert scripts > len(pages) - 3  # every page but the front door and the way back has one


def test_no_id_stands_twice_on_a_page(pages: dict[Path, BeautifulSoup]) -> None:
    for page, soup in pages.items():
        ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
        assert sorted(ids) == sorted(set(ids)), page.name


def test_every_table_has_a_caption_and_scoped_headers(shown: dict[Path, Tag]) -> None:
    tables = [(page, table) for page, soup in shown.items() for table in soup.find_all("table")]
    assert tables
    for page, table in tables:
        assert table.caption, page.name
        assert table.caption.text.strip()
        assert all(th.get("scope") for th in table.find_all("th")), page.name


def test_every_figure_has_alternative_text_and_a_caption(shown: dict[Path, Tag]) -> None:
    figures = [(page, figure) for page, soup in shown.items() for figure in soup.find_all("figure")]
    assert figures
    for page, figure in figures:
        assert figure.svg, page.name
        assert len(figure.svg["aria-label"]) > 40, page.name
        assert figure.figcaption.text.strip(), page.name
    for page, soup in shown.items():
        assert not [image for image in soup.find_all("img") if not image.get("alt")], page.name


def test_every_claim_event_and_source_has_its_permanent_place(shown: dict[Path, Tag]) -> None:
    ledger = load()
    for name, page in (("claims", "claims"), ("events", "timeline"), ("sources", "sources")):
        soup = next(soup for path, soup in shown.items() if path.stem == page and path.parent.name == "evidence")
        assert set(ledger[name].iloc[:, 0]) <= {str(tag["id"]) for tag in soup.find_all(id=True)}


def test_computed_numbers_reach_the_page(shown: dict[Path, Tag]) -> None:
    front = next(soup for path, soup in shown.items() if path.parent.name == "book" and path.stem == "index")
    assert str(len(load()["claims"])) in [tag.text for tag in front.select(".pasted-text")]


def test_code_is_folded(shown: dict[Path, Tag]) -> None:
    for page, soup in shown.items():
        for code in soup.select("div.cell_input"):
            assert code.find_parent("details"), page.name


def small_book(folder: Path, body: str, **others: str) -> Path:
    """Make a folder with the book's own configuration and one page, or some more by their names."""
    shutil.copy(ROOT / "_config.yml", folder)
    for part in ("_static", "_templates"):
        shutil.copytree(BOOK / part, folder / "book" / part)
    shutil.copy(BOOK / "references.bib", folder / "book")
    toc = ["format: jb-book", "root: book/index", *(["chapters:"] if others else [])]
    toc += [f"- file: book/{name}" for name in others]
    (folder / "_toc.yml").write_text("\n".join(toc) + "\n", encoding="utf-8")
    head = re.match(r"---\n.*?\n---\n", (BOOK / "index.md").read_text(encoding="utf-8"), re.S)
    assert head
    for name, text in {"index": body, **others}.items():
        (folder / "book" / f"{name}.md").write_text(f"{head[0]}\n# A page\n\n{text}\n", encoding="utf-8")
    outcomes = update_notebooks(folder / "book")
    assert not any(outcome.failure for outcome in outcomes)
    return folder


BROKEN = [
    ("{claim}`no2024.such-claim`", "claims has no row 'no2024.such-claim'"),
    ("{claim}`guluzade2025.turnover-2042`", "or 'guluzade2025.turnover-2024'"),
    ("{quantity}`turnover-grew-2021-2042`", "perhaps 'turnover-grew-2021-2024'"),
    ("{event}`plane-crash-2042`", "'plane-crash-2024'"),
    ("{citation}`stear2025.ref-nobody`", "citations has no row 'stear2025.ref-nobody'"),
    ("See [nowhere](nowhere).", "nowhere"),
    ("{glue:text}`missing`", "missing"),
    ("{cite:p}`nobody1900`", "nobody1900"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The build of a book that is sound but for one reference on each of its pages: all are told in one build."""
    folder = tmp_path_factory.mktemp("broken")
    pages = {f"page-{number}": body for number, (body, _) in enumerate(BROKEN)}
    return site_pages.build_site_in_subprocess(
        folder / "out", root=small_book(folder, "Nothing is wrong here.", **pages)
    )


@pytest.mark.parametrize(("body", "said"), BROKEN)
def test_a_broken_reference_fails_the_build(
    broken: subprocess.CompletedProcess[str], body: str, said: str
) -> None:  # fmt: skip
    page = f"book/page-{BROKEN.index((body, said))}."
    assert broken.returncode != 0
    # Every warning is an error: the page of each reference has one of its own, and there is no other.
    (line,) = (line for line in broken.stderr.splitlines() if page in line)
    assert "WARNING: " in line
    assert said in line


def test_a_page_without_a_broken_reference_is_not_told(broken: subprocess.CompletedProcess[str]) -> None:
    assert "book/index." not in broken.stderr


LEDGER = "{claim}`guluzade2025.turnover-2024`, {date}`plane-crash-2024`, {source}`guluzade2025`"


@pytest.fixture(scope="module")
def computed() -> dict[str, tuple[str, dict[str, str]]]:
    """What permanent places have computed, the first of each kind: its id, and its card."""
    return {
        kind: next(iter(stored_objects(permanent_page_notebook(kind), CARDS).items()))
        for kind in ("headline", "quantity", "observation")
    }


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, computed: dict[str, tuple[str, dict[str, str]]]) -> Path:
    """The pages of a book with one page of roles that look into the ledger, and one of what is computed."""
    folder = tmp_path_factory.mktemp("printed")
    more = ", ".join(f"{{quantity}}`{name}`" for name, _ in computed.values())
    run = site_pages.build_site_in_subprocess(folder / "out", root=small_book(folder, LEDGER, computed=more))
    assert run.returncode == 0, run.stderr
    return folder / "out" / "_build" / "html" / "book"


def test_roles_print_what_the_ledger_holds(printed: Path) -> None:
    page = BeautifulSoup((printed / "index.html").read_text(encoding="utf-8"), "html.parser")
    said = {str(tag["href"]): tag.text for tag in page.select("a.claim, a.date, a.source")}
    assert said["evidence/claims.html#guluzade2025.turnover-2024"] == "almost $4.8 billion"
    assert said["evidence/timeline.html#plane-crash-2024"] == "25 December 2024"
    assert said["evidence/sources.html#guluzade2025"] == "Alihüseyin Guluzade (2025)"


def test_a_role_prints_what_a_permanent_place_has_computed(
    printed: Path, computed: dict[str, tuple[str, dict[str, str]]]
) -> None:
    page = BeautifulSoup((printed / "computed.html").read_text(encoding="utf-8"), "html.parser")
    said = {str(tag["href"]): tag.text for tag in page.select("a.quantity")}
    assert said == {f"{PAGE_BY_KIND[kind]}.html#{name}": one["text"] for kind, (name, one) in computed.items()}
