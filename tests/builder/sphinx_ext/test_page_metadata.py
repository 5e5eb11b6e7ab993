"""What a site has besides its text, in a small book with an address and in the book as built, without one."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from matplotlib import image
from pybtex.database import parse_string

from compendium.builder import html_site
from compendium.builder.sphinx_ext import previews
from compendium.builder.sphinx_ext.content_security_policy import script_hash
from compendium.builder.sphinx_ext.page_metadata import MAX_DESCRIPTION_LENGTH, PREVIEWS, shorten
from compendium.project.paths import ROOT
from compendium.project.site_url import NAMESPACE
from tests.support import site_pages
from tests.system.test_rebuilt import TOC, written
from tests.system.test_rebuilt import built as built_over

pytestmark = pytest.mark.slow

SITE = "https://x.example/some/where/"
TITLE = "A {“title”} of 50% & <more> $x_1$"
PAGES = {
    "index": "# The book\n\n{.lead}\nWhat it says. And more.\n",
    "first": f"# {TITLE.replace('<', chr(92) + '<').replace('$', chr(92) + '$')}\n\nNothing is its lead.\n",
    "second": f"# Second\n\n{{.lead}}\n{'A long sentence without an end ' * 20}\n",
    "third": "# Third\n\n```{glossary}\nthing\n    Something.\n```\n",
}


def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def meta(page: BeautifulSoup) -> dict[str, str]:
    found = page.find_all("meta", content=True)
    return {str(tag[name]): str(tag["content"]) for tag in found for name in ("name", "property") if name in tag.attrs}


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns("*.md", "*.ipynb"))
    (root / "_toc.yml").write_text(TOC, encoding="utf-8")
    written(root / "book", PAGES)
    return built_over(root, tmp_path_factory.mktemp("site"), ADDRESS=SITE)


def test_the_sitemap_lists_every_page_and_nothing_else(html: Path) -> None:
    root = ElementTree.fromstring((html / "sitemap.xml").read_text(encoding="utf-8"))
    found = [str(place.text) for place in root.iter(f"{{{NAMESPACE}}}loc")]
    pages = {page.relative_to(html).as_posix() for page in html_site.site_pages(html)}
    assert sorted(found) == sorted(SITE + page for page in pages - {"404.html", "index.html", "search.html"})
    assert SITE + "book/third.html" in found


def test_a_page_tells_its_address_its_title_and_what_it_says(html: Path) -> None:
    said = meta(soup(html / "book" / "first.html"))
    assert said["og:title"] == TITLE
    assert said["og:url"] == f"{SITE}book/first.html"
    assert said["description"] == said["og:description"]
    assert said["description"].startswith(TITLE)  # it has no lead
    assert (said["og:type"], said["twitter:card"]) == ("article", "summary_large_image")
    (canonical,) = soup(html / "book" / "first.html").select('link[rel="canonical"]')
    assert canonical["href"] == said["og:url"]
    front = meta(soup(html / "book" / "index.html"))
    assert (front["og:type"], front["description"]) == ("website", "What it says. And more.")
    assert front["og:title"] == front["og:site_name"]
    assert len(meta(soup(html / "book" / "second.html"))["description"]) <= MAX_DESCRIPTION_LENGTH


def test_a_page_has_a_picture_at_the_address_that_it_tells(html: Path) -> None:
    for page in sorted((html / "book").glob("*.html")):
        said = meta(soup(page))
        drawn = html / said["og:image"].removeprefix(SITE)
        assert image.imread(drawn).shape[:2] == (previews.SIZE[1], previews.SIZE[0])
        assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")


def test_a_page_says_how_to_cite_it(html: Path) -> None:
    foot = soup(html / "book" / "first.html").select("footer details.cite")[0]
    ((key, entry),) = parse_string(foot.pre.text, "bibtex").entries.items()
    assert key.endswith(":first")
    assert entry.fields["url"] == f"{SITE}book/first.html"
    assert TITLE in foot.p.text
    assert not soup(html / "genindex.html").select("details.cite")


def test_the_page_for_no_page_finds_the_site_from_any_depth(html: Path) -> None:
    page = soup(html / "404.html")
    addresses = [str(link["href"]) for link in page.find_all("a")]
    assert all(address.startswith("/some/where/") for address in addresses)
    assert not page.select("link[rel=stylesheet], script, img, base")
    (policy,) = page.select('meta[http-equiv="Content-Security-Policy"]')
    assert f"style-src {script_hash(page.style.string)};" in policy["content"]


def test_a_site_without_an_address_tells_none(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    html = built[0]
    assert not (html / "sitemap.xml").exists()
    assert not (html / PREVIEWS).exists()
    for page in sorted((html / "book").rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        head, foot = text.partition("</head>")[0], text[text.rindex("<footer") :]  # a page is long between the two
        said = meta(BeautifulSoup(head, "html.parser"))
        assert {"og:url", "og:image"} & said.keys() == set(), page.name
        assert {"og:title", "og:description", "og:type", "twitter:card"} <= said.keys(), page.name
        assert '<details class="cite' not in text[: text.rindex("<footer")], page.name
        (cited,) = BeautifulSoup(foot, "html.parser").select("footer details.cite")
        assert len(parse_string(cited.select("pre")[0].text, "bibtex").entries) == 1
    for link in soup(html / "404.html").find_all("a"):
        assert (html / str(link["href"]).removeprefix("/")).is_file(), link["href"]


def test_what_is_no_address_fails_the_build_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDRESS", "x.example")
    run = site_pages.build_site_in_subprocess(tmp_path)
    assert run.returncode != 0
    assert "ADDRESS: found 'x.example'; expected the address of the site" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One. Two.", "One. Two."), ("One. " + "x " * 100, "One."), ("a\n  b", "a b"), 
        ("One (1.5) is. " + "y" * 200, "One (1.5) is."),
        ("word " * 100, ("word " * 39).strip() + " …"),
    ],
)  # fmt: skip
def test_a_description_is_whole_sentences_where_they_fit(text: str, kept: str) -> None:
    assert shorten(text) == kept
    assert len(shorten(text)) <= MAX_DESCRIPTION_LENGTH
    assert not re.search(r"\s{2}", shorten(text))
