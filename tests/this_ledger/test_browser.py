"""Every page of the built site in a real browser: what it asks for, what it says, how it looks.

Each page is opened twice: from a server on a phone, and from its file on a desk; both in either colour scheme. Where
there is no Chromium these tests are skipped, and say so; where `NEED_BROWSER` is set, as CI does, that is a failure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from compendium.builder.static_server import serving
from compendium.project.paths import ROW_PAGES_FOLDER
from tests.conftest import Built
from tests.support.chosen import chosen, sample
from tests.support.site_pages import SCHEMES, SIZES, named, shown

pytestmark = pytest.mark.slow

PHONE, DESK = SIZES
SEARCH = "search.html?q=trade"
TEXT = 4.5
"""The least contrast of text, from WCAG 2.2, success criterion 1.4.3."""
MARGIN = 0.02
"""By how much of it the weight of a page may differ from that of its files, compressed."""

WATCH = """
window.seen = {shift: 0, broken: []};
document.addEventListener("securitypolicyviolation", event =>
  window.seen.broken.push(`${event.effectiveDirective} ${event.blockedURI} line ${event.lineNumber}`));
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
LOOK = """() => {
  const text = document.querySelector("article p") ?? document.body;
  const clear = colour => colour === "transparent" || /^rgba\\(.*, 0\\)$/.test(colour);
  let behind = text;
  while (behind.parentElement && clear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  return {
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    text: getComputedStyle(text).color,
    paper: getComputedStyle(behind).backgroundColor,
    body: [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor],
  };
}"""
SEEN = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done({
  ...window.seen,
  weights: Object.fromEntries(["navigation", "resource"].flatMap(kind =>
    performance.getEntriesByType(kind).map(entry => [entry.name, entry.encodedBodySize]))),
})))))"""


@dataclass
class Visit:
    """What was seen of one page in one place."""

    name: str
    address: str
    root: str
    """The address of the site, which all that a page may ask for begins with."""
    asked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    shift: float = 0
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    """Of all that the page is made of, by address: bytes of the body as sent."""

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of any other host, or outside the folder of the site."""
        return [address for address in self.asked if not address.startswith((self.root, "data:", "blob:"))]


class Visitor:
    """One tab that goes from page to page and notes what happens."""

    def __init__(self, context: BrowserContext, root: str) -> None:
        self.root = root
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        # Each visit is a first one: what the browser keeps would hide what moves while it is fetched.
        session = context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.visit = Visit("", "", root)
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.visit.said.append(str(error)))

    def _asked(self, request: Request) -> None:
        self.visit.asked.append(request.url)

    def _failed(self, request: Request) -> None:
        # The icon belongs to the tab, which asks for it when it likes: a page that is left meanwhile breaks that off.
        if not ("favicon" in request.url and request.failure == "net::ERR_ABORTED"):
            self.visit.failed.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.visit.failed.append(f"{response.url}: {response.status}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.visit.said.append(message.text)

    def go(self, name: str) -> Visit:
        """Open a page, look at it in both colour schemes, and return what was seen."""
        self.visit = visit = Visit(name, f"{self.root}{name}", self.root)
        self.page.emulate_media(color_scheme="light")
        self.page.goto(visit.address)
        seen = self.page.evaluate(SEEN)
        visit.shift, visit.broken, visit.weights = seen["shift"], seen["broken"], seen["weights"]
        visit.looks["light"] = self.page.evaluate(LOOK)
        self.page.emulate_media(color_scheme="dark")
        visit.looks["dark"] = self.page.evaluate(LOOK)
        return visit

    def search(self) -> tuple[Visit, list[str]]:
        """Open the page of a search; return what was seen, and the pages that it found."""
        visit = self.go(SEARCH)
        self.page.wait_for_selector("#search-results a")
        self.page.wait_for_load_state("networkidle")
        return visit, [link.get_attribute("href") or "" for link in self.page.query_selector_all("#search-results a")]


@pytest.fixture(scope="module")
def served(built: Built) -> Iterator[str]:
    with serving(built[0]) as address:
        yield f"{address}/"


def tab(browser: Browser, root: str, size: tuple[int, int]) -> Visitor:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    return Visitor(context, root)


@dataclass
class Tour:
    """All pages, seen from a server on a phone, each other from its file on a desk, too; and a search in both."""

    phone: list[Visit]
    desk: list[Visit]
    searches: list[tuple[Visit, list[str]]]

    @property
    def visits(self) -> list[Visit]:
        return [*self.phone, *self.desk, *(visit for visit, _ in self.searches)]


@pytest.fixture(scope="module")
def tour(browser: Browser, built: Built, served: str) -> Tour:
    names = [f"{named(page, built[0])}.html" for page in chosen(shown(built[0]))]
    phone, desk = tab(browser, served, PHONE), tab(browser, f"{built[0].as_uri()}/", DESK)
    return Tour(
        [phone.go(name) for name in names],
        [desk.go(name) for name in sample(names, 2)],
        [phone.search(), desk.search()],
    )


def told(visit: Visit, what: object) -> str:
    return f"{visit.name} {'as a file' if visit.root.startswith('file') else 'from a server'}: {what}"


def test_every_page_is_seen(tour: Tour, built: Built) -> None:
    pages = {path.relative_to(built[0]).as_posix() for path in built[0].rglob("*.html")}
    seen = {visit.name for visit in tour.phone}
    # What differs from page to page is seen on the phone; a file finds what it needs as its neighbours do.
    assert {str(Path(name).parent) for name in seen} == {str(Path(visit.name).parent) for visit in tour.desk}
    # One only leads to the front; of the pages that are made of rows, and alike, some stand for all.
    assert pages - seen - {"index.html"} == {name for name in pages - seen if name.startswith(f"{ROW_PAGES_FOLDER}/")}
    assert sum(name.startswith(f"{ROW_PAGES_FOLDER}/") for name in seen) > 2
    assert all(visit.asked[0] == visit.address for visit in tour.visits)


def test_no_page_asks_another_host_for_anything(tour: Tour) -> None:
    assert [told(visit, address) for visit in tour.visits for address in visit.elsewhere] == []


def test_nothing_that_a_page_asks_for_fails(tour: Tour) -> None:
    assert [told(visit, line) for visit in tour.visits for line in visit.failed] == []


def test_no_page_says_anything_on_the_console(tour: Tour) -> None:
    assert [told(visit, line) for visit in tour.visits for line in visit.said] == []


def test_no_page_breaks_its_own_security_policy(tour: Tour) -> None:
    assert [told(visit, line) for visit in tour.visits for line in visit.broken] == []


def test_a_search_finds_pages_of_the_book(tour: Tour, built: Built) -> None:
    for visit, found in tour.searches:
        pages = {urldefrag(urljoin(visit.address, link)).url.removeprefix(visit.root) for link in found}
        assert any(page.endswith("trade.html") for page in pages), visit.address
        assert [page for page in pages if not (built[0] / page.partition("?")[0]).is_file()] == []


def test_no_page_is_wider_than_its_window(tour: Tour) -> None:
    assert {
        told(visit, f"{look['wide']} px too wide in {scheme}")
        for visit in tour.visits
        for scheme, look in visit.looks.items()
        if look["wide"] > 0
    } == set()


def test_text_and_paper_change_with_the_colour_scheme(tour: Tour) -> None:
    for visit in tour.visits:
        for bright, dark in zip(*(visit.looks[scheme]["body"] for scheme in SCHEMES), strict=True):
            assert bright != dark, visit.address
        assert luminance(visit.looks["light"]["paper"]) > luminance(visit.looks["dark"]["paper"]), visit.address


def test_text_stands_out_from_its_paper_in_both_colour_schemes(tour: Tour) -> None:
    assert [
        told(visit, f"{contrast(look):.2f} in {scheme}")
        for visit in tour.visits
        for scheme, look in visit.looks.items()
        if contrast(look) < TEXT
    ] == []


def test_nothing_moves_while_a_page_loads(tour: Tour) -> None:
    assert [told(visit, visit.shift) for visit in tour.phone if visit.shift] == []


def test_a_page_asks_for_what_its_files_weigh(tour: Tour, built: Built) -> None:
    for visit in tour.phone:
        wanted = {address: (built[0] / path).stat().st_size for address, path in files(visit, built[0]).items()}
        # The icon belongs to the tab: a browser asks for it once, with whatever page comes first.
        sent = {address: weight for address, weight in visit.weights.items() if "favicon" not in address}
        assert sent.keys() == wanted.keys(), visit.name
        assert sum(sent.values()) == pytest.approx(sum(wanted.values()), rel=MARGIN), visit.name


def test_the_address_of_the_site_leads_to_the_front_page(browser: Browser, served: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(served)
    page.wait_for_url("**/book/index.html")
    context.close()


# --- colours and weights


def luminance(colour: str) -> float:
    """Return how light a colour is, as WCAG 2 defines it; one that can be seen through is refused."""
    found = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert found, f"{colour} is not rgb(…)"
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (int(part) / 255 for part in found.groups())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(look: dict[str, Any]) -> float:
    dark, light = sorted((luminance(look["text"]), luminance(look["paper"])))
    return (light + 0.05) / (dark + 0.05)


TAG = re.compile(r"<(link|script|img)\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(rel|href|src)="([^"]*)"')


def files(visit: Visit, html: Path) -> dict[str, str]:
    """Return what a page needs, as its own text says: by address, the file below the site's folder."""
    found = {visit.address: visit.name}
    for tag, rest in TAG.findall((html / visit.name).read_text(encoding="utf-8")):
        says = dict(ATTRIBUTE.findall(rest))
        target = says.get("href") if tag == "link" and says.get("rel") == "stylesheet" else says.get("src")
        if target:
            address = urljoin(visit.address, target)
            found[address] = address.removeprefix(visit.root).partition("?")[0]
    return found


# --- the policy that every page carries


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', re.I)


def loose(page: str) -> list[str]:
    """Return, in words, what a page's security policy lets happen that no page of a book needs."""
    found = list(POLICY.finditer(page))
    if len(found) != 1:
        return [f"{len(found)} policies"]
    before = re.search(r"<(?:script|style|link\b[^>]*stylesheet)", page[: found[0].start()])
    policy = found[0][1].replace("&#39;", "'")
    rules = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    own = {"'none'", "'self'"}
    least = {
        name: rules.get(name, rules.get("default-src", ["*"])) for name in ("script-src", "object-src", "connect-src")
    }
    strict = {"default-src": rules.get("default-src", ["*"]), "base-uri": rules.get("base-uri", ["*"]),
              "form-action": rules.get("form-action", ["*"]), **least}  # fmt: skip
    hosts = [word for words in rules.values() for word in words if re.search(r"[.*/]", word.split("-")[0])]
    return [
        *(["the policy comes after what it is to hold"] if before else []),
        *(f"another host: {word}" for word in hosts),
        *(f"{name}: {word}" for name, words in strict.items() for word in words
          if word not in own and not word.startswith(("'sha256-", "'sha384-", "'sha512-"))),
    ]  # fmt: skip


def test_every_page_carries_a_strict_security_policy(built: Built) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in shown(built[0])}
    assert [f"{named(path, built[0])}: {line}" for path, text in texts.items() for line in loose(text)] == []


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("", "script-src: *"),
        ("default-src 'self'; base-uri 'none'; form-action 'self'", ""),
        ("default-src 'none'; script-src 'self' 'sha256-abc.d/e='; base-uri 'none'; form-action 'none'", ""),
        ("default-src 'self'; base-uri 'none'", "form-action: *"),
        ("script-src 'unsafe-inline'; default-src 'self'; base-uri 'none'", "script-src: 'unsafe-inline'"),
        ("default-src 'self'; img-src x.example; base-uri 'none'; form-action 'self'", "another host: x.example"),
        ("default-src 'self'; style-src *; base-uri 'none'; form-action 'self'", "another host: *"),
    ],
)  # fmt: skip
def test_a_loose_policy_is_told(policy: str, line: str) -> None:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    assert (line in loose(meta)) if line else loose(meta) == []
    assert "the policy comes after what it is to hold" in loose(f"<script></script>{meta}")
    assert loose("") == ["0 policies"]


# --- that all this is seen where it is so

BAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bad</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; style-src 'unsafe-inline'; img-src *">
<style>body { background: #fff; color: #888 } b { display: block; width: 3000px } </style></head>
<body><article><p>Grey on white.</p></article><p>It moves.</p><b>wide</b>
<img src="http://127.0.0.1:9/dot.png" alt=""><img src="missing.png" alt="">
<script>document.title = "Worse"</script><script src="moves.js"></script></body></html>"""
MOVES = """console.error("on purpose"); requestAnimationFrame(() => requestAnimationFrame(() => {
  const pushes = document.createElement("p");
  pushes.style.height = "300px";
  document.body.prepend(pushes);
}));"""


@pytest.fixture(scope="module")
def bad(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "bad.html").write_text(BAD, encoding="utf-8")
    (folder / "moves.js").write_text(MOVES, encoding="utf-8")
    with serving(folder) as address:
        return tab(browser, f"{address}/", PHONE).go("bad.html")


def test_a_bad_page_is_seen_to_be_bad(bad: Visit) -> None:
    assert [address for address in bad.elsewhere if "127.0.0.1:9" in address]
    assert [line for line in bad.failed if "missing.png: 404" in line]
    assert "on purpose" in bad.said
    assert [line for line in bad.broken if line.startswith("script-src-elem inline")]
    assert [look["wide"] > 0 for look in bad.looks.values()] == [True, True]
    assert bad.looks["light"]["body"] == bad.looks["dark"]["body"]
    assert contrast(bad.looks["light"]) == pytest.approx(3.54, abs=0.01)
    assert bad.shift > 0
