"""Lays out what is published: the site at its root, earlier editions under their own addresses, permanent addresses.

Nothing in an earlier edition changes but its frame: each page says at its top which edition it is and where the newest
is, and asks search engines to keep to the newest. Pages of the newest say in their certificate where all editions are,
and which permanent address they have; in a site that is built alone neither is there to be linked to. All links between
editions are relative, so that the whole may lie at any address, in a folder as on a server. It is laid out aside and
put in its place when it is whole.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from compendium.builder.sphinx_ext.content_security_policy import policy
from compendium.builder.sphinx_ext.page_metadata import SITEMAP
from compendium.builder.static_server import MISSING
from compendium.project import changelog
from compendium.project.citation import Edition, edition
from compendium.project.paths import BOOK
from compendium.project.site_url import LEADS_ON
from compendium.project.zip_archives import ArchiveError
from compendium.publish import reproduce
from compendium.publish.permanent_urls import redirect, things
from compendium.publish.release import CHANGES

EDITIONS, IDS, FRONT = "editions", "id", "index.html"
STYLE = BOOK / "_editions" / "editions.css"
HEAD, BODY = re.compile(r"</head>", re.IGNORECASE), re.compile(r"<body\b[^>]*>", re.IGNORECASE)
CANONICAL = re.compile(r'\s*<link rel="canonical" href="([^"]*)">')
CERTIFICATE = re.compile(r'<p class="certificate">.*?(?=</p>)', re.DOTALL)
LEADS_TO = re.compile(rf'{LEADS_ON} content="0; url=([^"]+)"')


class PublishError(Exception):
    """Nothing can be laid out; carries every reason, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the reasons in the order in which they were found."""
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Kept:
    """An edition as it is published: what it is, what it says is new, and the folder of its pages."""

    edition: Edition
    entry: changelog.Entry
    html: Path

    @property
    def version(self) -> str:
        """Return its version."""
        return self.edition.version

    @property
    def called(self) -> str:
        """Return which edition it is, in words."""
        return f"edition {self.version} of {self.edition.day}"


def lay(into: Path, site: Path, now: Edition, bundles: Iterable[Path]) -> str:
    """Lay everything out in a folder that is empty or not there yet, and return in words what it holds.

    Parameters
    ----------
    site
        folder of the built site, which is the newest edition.
    now
        which edition that is.
    bundles
        archives of editions.

    Raises
    ------
    PublishError
        naming everything that is wrong with site and bundles.
    """
    if not (site / FRONT).is_file():
        raise PublishError([f"{site.name}: holds no {FRONT}; `make book` builds the site"])
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{into.name}-", dir=into.parent) as name:
        part = Path(name) / "part"
        shutil.copytree(site, part)
        kept = _kept(bundles, part, Path(name), now)
        for one in kept:
            _frame(one, part, now)
        lead = _addresses(kept, part, now)
        _tell(part, lead)
        _list(kept, part, now)
        if into.is_dir():
            into.rmdir()
        part.replace(into)
    return f"edition {now.version}, {len(kept)} under {EDITIONS}/, {len(lead)} permanent addresses under {IDS}/"


# --- the editions


def _kept(bundles: Iterable[Path], part: Path, aside: Path, now: Edition) -> list[Kept]:
    """Put the pages of each bundle in their place, and return the editions, newest first."""
    found: dict[str, Kept] = {}
    problems: list[str] = []
    for number, bundle in enumerate(bundles):
        try:
            one = _opened(bundle, aside / str(number), part)
        except (ArchiveError, PublishError) as error:
            problems += [f"{bundle.name}: {line}" for line in error.problems]
            continue
        if one.version in found:
            problems.append(f"{bundle.name}: edition {one.version} came before; expected one bundle for each")
        elif changelog.order(one.version) > changelog.order(now.version):
            problems.append(f"{bundle.name}: edition {one.version} is later than the site, which is {now.version}")
        else:
            found[one.version] = one
            one.html.parent.mkdir(exist_ok=True)
            (aside / str(number) / "site").replace(one.html)
        shutil.rmtree(aside / str(number), ignore_errors=True)
    if problems:
        raise PublishError(problems)
    return sorted(found.values(), key=lambda one: changelog.order(one.version), reverse=True)


def _opened(bundle: Path, aside: Path, part: Path) -> Kept:
    """Unpack a bundle that is sound, leaving its pages in a folder `site` aside; say where they will lie."""
    folder = reproduce.opened(bundle, aside / "bundle")
    problems = reproduce.problems(folder)
    if problems:
        raise PublishError(problems)
    try:
        cited = edition(folder)
        (entry,) = changelog.entries((folder / CHANGES).read_text(encoding="utf-8"))
        if not changelog.VERSION.fullmatch(cited.version):
            raise ValueError(f"found {cited.version!r}; expected three numbers")
    except (OSError, ValueError) as error:
        raise PublishError([f"does not say which edition it is: {' '.join(str(error).split())}"]) from None
    if folder.name.endswith("-draft"):
        raise PublishError(["a draft; only editions are published"])
    if not (folder / "site" / FRONT).is_file():
        raise PublishError([f"holds no site/{FRONT}"])
    (folder / "site").replace(aside / "site")
    return Kept(cited, entry, part / EDITIONS / cited.version)


# --- the frame of a page


def _frame(one: Kept, part: Path, now: Edition) -> None:
    """Put the notice on every page of an edition; take away what only the site at the root can have."""
    for name in (SITEMAP, MISSING, "robots.txt"):
        (one.html / name).unlink(missing_ok=True)
    before, after = address_of(one.html), address_of(part)
    for page in sorted(one.html.rglob("*.html")):
        name = page.relative_to(one.html).as_posix()
        text = page.read_text(encoding="utf-8")
        own = f"{after}{EDITIONS}/{one.version}/" if after else ""
        page.write_text(framed(text, name, one, part, now, before=before, own=own), encoding="utf-8")


def framed(text: str, name: str, one: Kept, part: Path, now: Edition, *, before: str = "", own: str = "") -> str:
    """Return a page of an edition with the notice at its top, and a head that knows where it lies.

    Parameters
    ----------
    name
        its path in the edition.
    before
        the address that the edition was built for.
    own
        the address at which it will lie, where that is known.
    """
    up = "../" * name.count("/")
    top = up + "../../"
    head = HEAD.search(text)
    body = BODY.search(text, head.end()) if head else None
    if head is None or body is None:
        return text
    inside = text[: head.start()]
    if before and own:
        inside = inside.replace(f'="{before}', f'="{own}')
    elif before:
        inside = CANONICAL.sub("", inside)
    added = Markup('<meta name="robots" content="noindex">\n<link rel="stylesheet" href="{}../{}">\n')
    added = added.format(up, STYLE.name)
    notice = told(one, now, f"{top}{name}" if (part / name).is_file() else "", top, f"{up}../{FRONT}")
    return f"{inside}{added}{text[head.start() : body.end()]}\n{notice}{text[body.end() :]}"


def told(one: Kept, now: Edition, same: str, top: str, every: str) -> Markup:
    """Return the notice: which edition this is, which is the newest, and the ways there."""
    is_now = one.version == now.version
    first = Markup("This is {}{}.").format(one.called, ", the newest" if is_now else "")
    if is_now:
        then = Markup(' The newest is always <a href="{}">at the root</a>.').format(same or f"{top}{FRONT}")
    elif same:
        then = Markup(' The newest is {}: <a href="{}">this page there</a>.').format(now.version, same)
    else:
        then = Markup(' The newest is {}, which has no such page: <a href="{}">its front page</a>.')
        then = then.format(now.version, f"{top}{FRONT}")
    rest = Markup(' <a href="{}">All editions</a>.').format(every)
    return Markup('<aside class="edition-notice" aria-label="Edition"><p>{}{}{}</p></aside>').format(first, then, rest)


def address_of(html: Path) -> str:
    """Return the address that a site was built for, as its front page tells it; `""` where it tells none."""
    try:
        leads = LEADS_TO.search((html / FRONT).read_text(encoding="utf-8"))
        page = leads[1] if leads else FRONT
        found = CANONICAL.search((html / page).read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1].removesuffix(page) if found and found[1].endswith(page) else ""


# --- the list of editions


def _list(kept: list[Kept], part: Path, now: Edition) -> None:
    folder = part / EDITIONS
    folder.mkdir(exist_ok=True)
    shutil.copyfile(STYLE, folder / STYLE.name)
    (folder / FRONT).write_text(listed(kept, now), encoding="utf-8")


def listed(kept: list[Kept], now: Edition) -> str:
    """Return the page that lists all editions, each with its day and its entry in the changelog."""
    from markdown_it import MarkdownIt

    render = MarkdownIt("commonmark", {"html": False}).render
    head = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="stylesheet" href="editions.css">\n'
        "<title>Editions - {}</title>\n</head>\n"
    ).format(policy(), now.name)
    newest = Markup('<p>The newest is <a href="../{}">edition {} of {}</a>.</p>').format(FRONT, now.version, now.day)
    parts = [
        Markup(
            '<section>\n<h2><a href="{}/{}">{}</a></h2>\n<p class="day">{}</p>\n{}</section>\n'
        ).format(one.version, FRONT, f"Edition {one.version}", one.edition.day, Markup(render(one.entry.text)))
        for one in kept
    ]  # fmt: skip
    body = Markup('<body>\n<main class="editions">\n<h1>Editions of {}</h1>\n{}\n{}</main>\n</body>\n</html>\n')
    return str(head + body.format(now.name, newest, Markup("").join(parts)))


# --- permanent addresses


def _addresses(kept: list[Kept], part: Path, now: Edition) -> dict[str, str]:
    """Write a page for each thing that any edition holds; return where each leads, by its permanent address."""
    try:
        found = {where: (target, "", "") for where, target in things(part).items()}
        for one in kept:
            for where, target in things(one.html).items():
                gone = f"The newest edition, {now.version}, no longer has it; {one.called} does."
                found.setdefault(where, (target, f"{EDITIONS}/{one.version}/", gone))
    except ValueError as error:
        raise PublishError([str(error)]) from None
    site = address_of(part)
    for where, (target, folder, gone) in sorted(found.items()):
        path = part / IDS / where / FRONT
        path.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * f"{IDS}/{where}/".count("/")
        full = f"{site}{folder}{target}" if site else ""
        path.write_text(redirect(where, f"{up}{folder}{target}", full, gone), encoding="utf-8")
    return {where: f"{folder}{target}" for where, (target, folder, _) in found.items()}


def _tell(part: Path, lead: dict[str, str]) -> None:
    """Say in the certificates of the newest pages where the editions are, and what of it has a page of its own."""
    own = {unquote(target): where for where, target in lead.items() if "#" not in target}
    for page in sorted(part.rglob("*.html")):
        name = page.relative_to(part).as_posix()
        text = page.read_text(encoding="utf-8")
        found = CERTIFICATE.search(text)
        if found and name.partition("/")[0] not in (EDITIONS, IDS):
            at = found.end()
            page.write_text(f"{text[:at]}{_ways(name, own.get(name, ''))}{text[at:]}", encoding="utf-8")


def _ways(name: str, where: str) -> Markup:
    """Return the links from a page of the newest edition to all editions, and to its permanent address if it has one.

    A page that the server shows in place of any other has none: it does not know where it is.
    """
    if name == MISSING:
        return Markup("")
    up = "../" * name.count("/")
    editions = Markup(' · <a href="{}{}/{}">All editions</a>').format(up, EDITIONS, FRONT)
    own = Markup(' · <a href="{}{}/{}/{}">Permanent address</a>').format(up, IDS, quote(where), FRONT) if where else ""
    return editions + own
