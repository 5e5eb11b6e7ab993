"""Editions side by side: each under its own address with a notice, and permanent addresses that lead to the newest."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import made_up
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from playwright.sync_api import Browser

from compendium.builder.static_server import serving
from compendium.cli.app import main
from compendium.project.citation import read_edition
from compendium.project.paths import PAGE_BY_KIND
from compendium.project.zip_archives import pack, unpack
from compendium.publish import editions
from compendium.publish.permanent_urls import page_addresses
from conftest import Built

ADDRESS = "https://x.example/repo/"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives of two editions: the claim `one.old` is in the first alone, and so is a page."""
    folder = tmp_path_factory.mktemp("bundles")
    old = {"book/old.html": made_up.PAGE.format(title="Old", head="", body="<p>Old.</p>")}
    for version, claims, more in (("1.0.0", ("one.a", "one.old"), old), ("1.1.0", ("one.a",), {})):
        root = made_up.project(tmp_path_factory.mktemp("project"), version, claims)
        archive = made_up.bundled(root, ADDRESS, **more).paths[1]
        shutil.copy(archive, folder)
    return folder


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is now, at an edition that has no bundle yet: `one.new` is new."""
    root = made_up.project(tmp_path_factory.mktemp("now"), "1.10.0", ("one.a", "one.new"))
    made_up.site(root, ADDRESS)
    return root


def publish(now: Path, bundles: Path, into: Path) -> Result:
    """Publish a project by the command; its edition is the one that its citation says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compendium.project.citation.read_edition.__defaults__", (now,))
        options = ["--editions", str(bundles), "--site", str(now / "_build" / "html")]
        result = CliRunner().invoke(main, ["publish", str(into), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def laid(now: Path, bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("laid") / "repo"
    result = publish(now, bundles, into)
    assert result.exit_code == 0, result.output
    assert "edition 1.10.0, 2 under editions/" in result.stdout
    assert [path.name for path in into.parent.iterdir()] == ["repo"]
    return into


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def notice(path: Path) -> tuple[str, list[str]]:
    """Return what the notice of a page says, and where its links lead, from the root of what is laid out."""
    page = soup(path)
    (found,) = page.select("body > aside.edition-notice")
    assert page.body
    assert page.body.find(True) is found
    root = next(folder for folder in path.parents if folder.name == "repo")
    at = path.relative_to(root).as_posix()
    links = [urljoin(f"http://x/{at}", str(link["href"])).removeprefix("http://x/") for link in found.find_all("a")]
    assert all((root / link).is_file() for link in links), links
    return found.get_text(), links


# --- editions


def test_the_site_lies_at_the_root_as_it_was_built_but_for_certificates_that_tell_more(laid: Path, now: Path) -> None:
    html = now / "_build" / "html"
    files = [path.relative_to(html) for path in html.rglob("*") if path.is_file()]
    added = {path: (laid / path).read_bytes() for path in files}
    for path in files:
        if path.suffix == ".html" and path.name != "404.html":
            text, count = re.subn(rb' \xc2\xb7 <a href="[^"]*">(All editions|Permanent address)</a>', b"", added[path])
            assert count == 1 + (path.parent.name == "claim"), path
            added[path] = text
    assert [path for path in files if added[path] != (html / path).read_bytes()] == []


def test_a_page_of_the_newest_leads_to_all_editions_and_to_its_permanent_address_and_back(laid: Path) -> None:
    own = laid / "book" / "claim" / "one.a.html"
    certificate = soup(own).select_one("p.certificate")
    assert certificate
    links = {link.get_text(): (own.parent / str(link["href"])) for link in certificate.find_all("a")}
    assert links["All editions"].resolve() == laid / "editions" / "index.html"
    assert links["Permanent address"].resolve() == laid / "id" / "one.a" / "index.html"
    assert led(links["Permanent address"].resolve())[0] == "book/claim/one.a.html"
    front = soup(laid / "index.html").select_one("p.certificate")
    assert front is None or "Permanent" not in front.get_text()


def test_a_page_of_an_earlier_edition_says_so_and_leads_to_the_same_page_now(laid: Path) -> None:
    said, links = notice(laid / "editions" / "1.0.0" / "book" / "claim" / "one.a.html")
    assert said == "This is edition 1.0.0 of 2 January 2026. The newest is 1.10.0: this page there. All editions."
    assert links == ["book/claim/one.a.html", "editions/index.html"]


def test_a_page_that_is_no_more_leads_to_the_front_page(laid: Path) -> None:
    said, links = notice(laid / "editions" / "1.0.0" / "book" / "old.html")
    assert "The newest is 1.10.0, which has no such page: its front page." in said
    assert links == ["index.html", "editions/index.html"]


def test_every_page_of_every_edition_has_the_notice_and_a_style_that_its_policy_allows(laid: Path) -> None:
    pages = sorted((laid / "editions").glob("*/**/*.html"))
    assert len(pages) > 10
    for path in pages:
        notice(path)
        page = soup(path)
        (style,) = page.select('link[rel="stylesheet"][href$="editions.css"]')
        assert (path.parent / str(style["href"])).resolve() == (laid / "editions" / "editions.css").resolve()
        assert page.select("head meta[http-equiv=Content-Security-Policy]")
        assert not page.select("[style], style")


def test_search_engines_are_asked_to_keep_to_the_newest(laid: Path) -> None:
    for path in (laid / "editions").glob("*/**/*.html"):
        page = soup(path)
        assert [str(own["content"]) for own in page.select("meta[name=robots]")] == ["noindex"]
        own = f"{ADDRESS}{path.relative_to(laid).as_posix()}"
        assert {str(one["href"]) for one in page.select("link[rel=canonical]")} <= {own}
        assert {str(one["content"]) for one in page.select('meta[property="og:url"]')} <= {own}
    assert soup(laid / "editions" / "1.0.0" / "book" / "index.html").select("link[rel=canonical]")
    assert not list((laid / "editions").rglob("sitemap.xml"))
    assert not list((laid / "editions").rglob("404.html"))
    assert "editions/" not in (laid / "sitemap.xml").read_text(encoding="utf-8")


def test_the_list_of_editions_tells_them_newest_first_with_what_they_brought(laid: Path) -> None:
    page = soup(laid / "editions" / "index.html")
    assert [head.get_text() for head in page.select("section h2")] == ["Edition 1.1.0", "Edition 1.0.0"]
    assert [day.get_text() for day in page.select("section .day")] == ["3 February 2026", "2 January 2026"]
    assert page.select("section em")[1].get_text() == "1.0.0"
    assert "The newest is edition 1.10.0 of 4 March 2026." in page.get_text()
    for link in page.find_all("a"):
        assert (laid / "editions" / str(link["href"])).is_file()


def test_the_newest_edition_lies_under_its_own_address_too_once_it_is_released(
    now: Path, bundles: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(now, tmp_path / "now"))
    archive = made_up.bundled(root, ADDRESS).paths[1]
    folder = Path(shutil.copytree(bundles, tmp_path / "bundles"))
    shutil.copy(archive, folder)
    assert publish(root, folder, tmp_path / "repo").exit_code == 0
    said, links = notice(tmp_path / "repo" / "editions" / "1.10.0" / "book" / "index.html")
    assert said.startswith("This is edition 1.10.0 of 4 March 2026, the newest.")
    assert links[0] == "book/index.html"


def test_markup_in_a_changelog_is_shown_not_obeyed(now: Path) -> None:
    entry = editions.changelog.Entry("1.0.0", read_edition(now).released, "<script>x</script> [a](javascript:x)")
    text = editions.editions_page([editions.EarlierEdition(read_edition(now), entry, now)], read_edition(now))
    assert "<script" not in text
    assert 'href="javascript' not in text


# --- permanent addresses


def led(path: Path) -> tuple[str, BeautifulSoup]:
    """Return where a page leads to, which its refresh, its link and its canonical address agree upon."""
    page = soup(path)
    (refresh,) = page.select('meta[http-equiv="refresh"]')
    seconds, _, target = str(refresh["content"]).partition("; url=")
    (link,) = page.select("main a")
    assert (seconds, str(link["href"])) == ("0", target)
    assert page.html
    assert page.html["lang"] == "en"
    assert page.title
    assert page.h1
    assert not page.select("script")
    root = next(folder for folder in path.parents if folder.name == "repo")
    full = urljoin(f"{ADDRESS}{path.relative_to(root).as_posix()}", target)
    (canonical,) = page.select("link[rel=canonical]")
    assert canonical["href"] == full
    file, _, anchor = unquote(full.removeprefix(ADDRESS)).partition("#")
    assert (root / file).is_file(), file
    assert not anchor or soup(root / file).find(id=anchor)
    return full.removeprefix(ADDRESS), page


@pytest.mark.parametrize(
    ("where", "target"),
    [
        ("one.a", "book/claim/one.a.html"),
        ("one.new", "book/claim/one.new.html"),
        ("one.old", "editions/1.0.0/book/claim/one.old.html"),
        ("source/one", "book/evidence/sources.html#one"),
        ("conflict/they-differ", "book/evidence/contradictions.html#they-differ"),
    ],
)
def test_a_permanent_address_leads_to_the_newest_page_there_is(laid: Path, where: str, target: str) -> None:
    found, page = led(laid / "id" / where / "index.html")
    assert found == target
    gone = "The newest edition, 1.10.0, no longer has it; edition 1.0.0 of 2 January 2026 does."
    assert (gone in page.get_text()) == target.startswith("editions/")


def test_there_is_one_for_each_thing_that_any_edition_ever_had(laid: Path) -> None:
    found = {path.parent.relative_to(laid / "id").as_posix() for path in (laid / "id").rglob("index.html")}
    assert found == {"one.a", "one.old", "one.new", "source/one", "conflict/they-differ"}


def test_things_of_the_real_book_have_their_permanent_addresses(built: Built) -> None:
    found = page_addresses(built[0])
    kinds = {where.partition("/")[0] if "/" in where else "claim" for where in found}
    assert kinds == set(PAGE_BY_KIND)
    for where, target in found.items():
        path, _, anchor = unquote(target).partition("#")
        assert (built[0] / path).is_file(), where
        assert not anchor or f' id="{anchor}"' in text_of(built[0] / path), where
    claims = {path.stem for path in (built[0] / "book" / "claim").glob("*.html")}
    assert {where for where in found if "/" not in where} == claims


TEXTS: dict[Path, str] = {}


def text_of(path: Path) -> str:
    """Return the text of a page, read once."""
    if path not in TEXTS:
        TEXTS[path] = path.read_text(encoding="utf-8")
    return TEXTS[path]


# --- what is refused


def later(folder: Path, root: Path) -> None:
    archive = made_up.bundled(made_up.project(root, "1.10.0")).paths[1]
    shutil.copy(archive, folder)


def twice(folder: Path, _: Path) -> None:
    shutil.copy(folder / "made-up-1.0.0.zip", folder / "copy.zip")


def spoilt(folder: Path, root: Path) -> None:
    names = unpack(folder / "made-up-1.0.0.zip", root / "x")
    files = {name: (root / "x" / name).read_bytes() for name in names}
    (folder / "spoilt.zip").write_bytes(pack(files | {"made-up-1.0.0/LICENSE": b"Another"}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (later, "made-up-1.10.0.zip: edition 1.10.0 is later than the site, which is 1.1.0"),
        (twice, "edition 1.0.0 came before; expected one bundle for each"),
        (spoilt, "spoilt.zip: LICENSE: is not what its check sum says"),
        (lambda folder, _: (folder / "a.zip").write_bytes(b"x"), "a.zip: no sound zip archive"),
        (lambda folder, _: (folder / "a.zip").write_bytes(pack({"../a": b""})), "a path that leads elsewhere"),
    ],
)
def test_a_bundle_that_is_not_sound_is_named_and_nothing_is_laid_out(
    bundles: Path, tmp_path: Path, spoil: Callable[[Path, Path], object], said: str
) -> None:
    folder = Path(shutil.copytree(bundles, tmp_path / "bundles"))
    root = made_up.project(tmp_path / "now", "1.1.0")
    made_up.site(root)
    spoil(folder, tmp_path / "other")
    result = publish(root, folder, tmp_path / "repo")
    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "repo").exists()


def test_a_folder_that_holds_something_is_left_alone(now: Path, bundles: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    assert publish(now, bundles, tmp_path).exit_code == 2
    assert publish(now, bundles, tmp_path / "mine").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert publish(now, bundles, tmp_path / "empty").exit_code == 0


def test_a_site_that_is_not_built_is_told(bundles: Path, tmp_path: Path) -> None:
    root = made_up.project(tmp_path / "now", "1.10.0")
    (root / "_build" / "html").mkdir(parents=True)
    assert "holds no index.html; `make book` builds the site" in publish(root, bundles, tmp_path / "repo").stderr
    made_up.site(root)
    (root / "_build" / "html" / "ledger.zip").unlink()
    assert "holds no ledger.zip" in publish(root, bundles, tmp_path / "repo").stderr


def test_without_an_address_all_of_it_is_relative(bundles: Path, tmp_path: Path) -> None:
    root = made_up.project(tmp_path / "now", "1.10.0", ("one.a",))
    made_up.site(root)
    assert publish(root, bundles, tmp_path / "repo").exit_code == 0
    for path in [*(tmp_path / "repo" / "id").rglob("*.html"), *(tmp_path / "repo" / "editions").rglob("*.html")]:
        for link in soup(path).select("[href]"):
            assert not urlsplit(str(link["href"])).netloc, path


# --- in a browser


def test_a_reader_sees_the_notice_and_a_permanent_address_leads_on_in_a_subfolder(laid: Path, browser: Browser) -> None:
    faults: list[str] = []
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    # A browser asks for an icon at the root of a server, which is not ours there.
    page.on("console", lambda message: faults.append(message.text) if "Failed to load" not in message.text else None)
    page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
    with serving(laid.parent) as address:
        page.goto(f"{address}/repo/id/one.old/")
        page.wait_for_url("**/repo/editions/1.0.0/book/claim/one.old.html")
        shown = page.locator("aside.edition-notice")
        assert shown.is_visible()
        assert shown.evaluate("own => getComputedStyle(own).backgroundColor") == "rgb(255, 243, 196)"
        page.goto(f"{address}/repo/editions/index.html")
        assert page.locator("main").evaluate("own => getComputedStyle(own).maxWidth") != "none"
    context.close()
    assert [fault for fault in faults if "favicon" not in fault] == []
