"""What roles of a page print, and how a broken one ends the build, in the small book."""

import shutil
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from compendium.builder.stored_outputs import stored_objects
from compendium.display.mime_types import CARDS
from compendium.project.paths import PAGE_BY_KIND
from tests.support.chapters import write
from tests.support.elsewhere import run
from tests.support.fixtures import Site

pytestmark = pytest.mark.slow

BROKEN = [
    ("{claim}`no2024.such-claim`", "claims has no row 'no2024.such-claim'"),
    ("{claim}`ames2024.turnover-2042`", "'ames2024.turnover-2022'"),
    ("{quantity}`trade-grew-2020-2042`", "perhaps 'trade-grew-2020-2022'"),
    ("{event}`harvest-strike-end`", "'harvest-strike-ends'"),
    ("{citation}`ames2024.ref-nobody`", "citations has no row 'ames2024.ref-nobody'"),
    ("See [nowhere](nowhere).", "nowhere"),
    ("{glue:text}`missing`", "missing"),
    ("{cite:p}`nobody1900`", "nobody1900"),
]


@pytest.fixture(scope="module")
def broken(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The build of the small book with pages that are sound but for one reference on each; it tells all."""
    root = Path(shutil.copytree(small_site[0].parent.parent, tmp_path_factory.mktemp("broken") / "project"))
    toc = (root / "_toc.yml").read_text(encoding="utf-8").splitlines()
    place = toc.index("      - file: book/travel/index") + 1
    for number, (body, _) in enumerate(BROKEN):
        toc.insert(place, f"      - file: book/travel/page-{number}")
        write(root / "book" / "travel" / f"page-{number}.md", f"# A page\n\n{body}\n")
    (root / "_toc.yml").write_text("\n".join(toc) + "\n", encoding="utf-8")
    return run(root, "-m", "compendium", "build")


@pytest.mark.parametrize(("body", "said"), BROKEN)
def test_a_broken_reference_fails_the_build(
    broken: subprocess.CompletedProcess[str], body: str, said: str
) -> None:  # fmt: skip
    page = f"book/travel/page-{BROKEN.index((body, said))}."
    assert broken.returncode != 0
    # Every warning is an error: the page of each reference has one of its own, and there is no other.
    (line,) = (line for line in broken.stderr.splitlines() if page in line)
    assert "WARNING: " in line
    assert said in line


def test_a_page_without_a_broken_reference_is_not_told(broken: subprocess.CompletedProcess[str]) -> None:
    assert "book/travel/index." not in broken.stderr


def links(page: Path, css: str) -> set[tuple[str, str]]:
    """Return the addresses of some links of a page from its book, each with its text."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return {(str(tag["href"]).removeprefix("../"), tag.text) for tag in soup.select(css)}


def test_roles_print_what_the_ledger_holds(small_site: Site) -> None:
    assert links(small_site[0] / "book" / "trade" / "index.html", "article p a") >= {
        ("evidence/claims.html#ames2024.growth-2020-2022", "50%"),
        ("evidence/timeline.html#grain-treaty", "Grain treaty signed"),
        ("evidence/timeline.html#grain-treaty", "3 June 2022"),
        ("evidence/sources.html#ames2024", "Ada Ames (2024)"),
    }


@pytest.mark.parametrize(
    ("kind", "name", "page"),
    [
        ("headline", "trade-grew-2020-2022", "index"),
        ("quantity", "exports.XAA.XBB.2023", "trade/index"),
        ("observation", "crossing.turnover-2022", "trade/index"),
    ],
)
def test_a_role_prints_what_a_permanent_place_has_computed(small_site: Site, kind: str, name: str, page: str) -> None:
    book = small_site[0].parent.parent / "book"
    cards = stored_objects(book / f"{PAGE_BY_KIND[kind]}.ipynb", CARDS)
    said = links(small_site[0] / "book" / f"{page}.html", "article p a.quantity")
    assert (f"{PAGE_BY_KIND[kind]}.html#{name}", cards[name]["text"]) in said
