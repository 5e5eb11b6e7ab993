"""The book as built: into a folder of its own, from the notebooks as they are stored."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from compendium.builder import html_site
from compendium.builder.notebooks import find_chapters
from compendium.builder.sphinx_ext.content_security_policy import policy
from compendium.ledger.loader import load
from compendium.project.paths import ROOT
from tests.support import site_pages
from tests.support.accessibility import faults

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


def test_every_page_is_made_for_who_hears_it(
    pages: dict[Path, BeautifulSoup], built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    seen = site_pages.shown(built[0])
    assert len(seen) > 100
    assert [f"{site_pages.named(page, built[0])}: {line}" for page in seen for line in faults(pages[page])] == []
