"""What the pages of the book weigh over the wire: each with all that it loads at first, compressed as servers do."""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from tests.conftest import Built
from tests.support.site_pages import named, shown

CHAPTER, OTHER = 65_000, 100_000
"""Bytes that a chapter may weigh, and a page that lists or explains; the largest is the search with its index."""
LISTS = ("evidence", "reference", "source")
LOADS = {"script": "src", "img": "src", "source": "src", "iframe": "src", "object": "data", "embed": "src"}
LINKED = {"stylesheet", "icon", "manifest", "preload", "modulepreload"}
"""Which links load something, rather than lead somewhere."""


@cache
def squeezed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def loaded(page: Path) -> set[Path]:
    """Return the files of the site that a page loads at first, with those that its stylesheets name in turn."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    addresses = [str(tag[LOADS[tag.name]]) for tag in soup.find_all(list(LOADS)) if tag.get(LOADS[tag.name])]
    addresses += [str(link["href"]) for link in soup.find_all("link") if LINKED & set(link.get("rel") or ())]
    return set(_files(addresses, page.parent))


def _files(addresses: list[str], folder: Path) -> Iterator[Path]:
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme or not parts.path:
            continue
        path = (folder / unquote(parts.path)).resolve()
        yield path
        if path.suffix == ".css":
            yield from _files(re.findall(r"""url\(\s*["']?([^"')]+)""", path.read_text(encoding="utf-8")), path.parent)


def allowed(name: str) -> int:
    part = name.split("/")[1] if name.startswith("book/") and name.count("/") > 1 else ""
    return CHAPTER if part and part not in LISTS else OTHER


def test_no_page_weighs_more_than_it_may(built: Built) -> None:
    assert built[1].returncode == 0, built[1].stderr
    weights = {named(page, built[0]): sum(map(squeezed, {page, *loaded(page)})) for page in shown(built[0])}
    assert len(weights) > 1
    assert [f"{name}: {weight} bytes" for name, weight in weights.items() if weight > allowed(name)] == []


def test_a_page_weighs_itself_and_what_it_loads_once(tmp_path: Path) -> None:
    (tmp_path / "main.css").write_text('p { src: url("a.woff"); mask: url(data:x) }', encoding="utf-8")
    (tmp_path / "a.woff").write_bytes(b"font")
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    page = tmp_path / "page.html"
    page.write_text(
        '<link rel="stylesheet" href="main.css?v=1"><link rel="next" href="other.html"><a href="large.csv">x</a>'
        '<link rel="icon" href="icon.svg"><img src="icon.svg"><script src="https://other.example/x.js"></script>',
        encoding="utf-8",
    )
    assert {path.name for path in loaded(page)} == {"main.css", "a.woff", "icon.svg"}
