"""The published tree: the site at its root, earlier editions in `editions/VERSION`, permanent addresses in `id/`.

Pages of earlier editions get a notice that names edition and newest page, and `noindex`; nothing else changes in them.
Pages of the newest edition link to all editions and to their permanent address. All links between editions are
relative, so that the tree works at any address. It is built aside and moved into place when it is complete.
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
from compendium.project.citation import Edition, read_edition
from compendium.project.paths import BOOK
from compendium.project.site_url import REDIRECT_MARKUP
from compendium.project.zip_archives import ArchiveError
from compendium.publish import reproduce
from compendium.publish.permanent_urls import page_addresses, redirect_page
from compendium.publish.release_bundle import CHANGES_FILE

EDITIONS_FOLDER, IDS_FOLDER, INDEX_FILE = "editions", "id", "index.html"
STYLE_SHEET = BOOK / "_editions" / "editions.css"
HEAD_END_PATTERN, BODY_START_PATTERN = re.compile(r"</head>", re.I), re.compile(r"<body\b[^>]*>", re.I)
CANONICAL_PATTERN = re.compile(r'\s*<link rel="canonical" href="([^"]*)">')
CERTIFICATE_PATTERN = re.compile(r'<p class="certificate">.*?(?=</p>)', re.DOTALL)
REFRESH_PATTERN = re.compile(rf'{REDIRECT_MARKUP} content="0; url=([^"]+)"')


class PublishError(Exception):
    """The tree cannot be made; carries every problem, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        """Store the problems in the order in which they were found."""
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class EarlierEdition:
    """A published edition: citation data, changelog entry, and the folder of its pages."""

    edition: Edition
    entry: changelog.Entry
    site_folder: Path

    @property
    def version(self) -> str:
        """Return the version, without prefix."""
        return self.edition.version

    @property
    def description(self) -> str:
        """Return version and date in words."""
        return f"edition {self.version} of {self.edition.date_text}"


@dataclass(frozen=True)
class PageFrame:
    """What the pages of an earlier edition are adapted to."""

    earlier: EarlierEdition
    newest_edition: Edition
    root_folder: Path
    """Folder of the newest site."""
    built_address: str = ""
    """Address that the earlier edition was built for; `""` if none."""
    published_address: str = ""
    """Address at which it is published; `""` if unknown."""


def lay_out_site(output_folder: Path, site_folder: Path, newest_edition: Edition, bundles: Iterable[Path]) -> str:
    """Write the published tree into a folder that is empty or does not exist, and return a summary.

    Parameters
    ----------
    site_folder
        folder of the built site, the newest edition.
    newest_edition
        citation data of that edition.
    bundles
        archives of earlier editions.

    Raises
    ------
    PublishError
        naming every problem of site and bundles.
    """
    if not (site_folder / INDEX_FILE).is_file():
        raise PublishError([f"{site_folder.name}: holds no {INDEX_FILE}; `make book` builds the site"])
    output_folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{output_folder.name}-", dir=output_folder.parent) as name:
        part = Path(name) / "part"
        shutil.copytree(site_folder, part)
        kept = _kept(bundles, part, Path(name), newest_edition)
        for one in kept:
            _frame(one, part, newest_edition)
        lead = _addresses(kept, part, newest_edition)
        _link_newest_pages(part, lead)
        _list(kept, part, newest_edition)
        if output_folder.is_dir():
            output_folder.rmdir()
        part.replace(output_folder)
    kinds = f"{len(kept)} under {EDITIONS_FOLDER}/, {len(lead)} permanent addresses under {IDS_FOLDER}/"
    return f"edition {newest_edition.version}, {kinds}"


# --- the editions


def _kept(bundles: Iterable[Path], part: Path, aside: Path, now: Edition) -> list[EarlierEdition]:
    """Move the pages of each bundle into place, and return the editions, newest first."""
    found: dict[str, EarlierEdition] = {}
    problems: list[str] = []
    for number, bundle in enumerate(bundles):
        try:
            one = _opened(bundle, aside / str(number), part)
        except (ArchiveError, PublishError) as error:
            problems += [f"{bundle.name}: {line}" for line in error.problems]
            continue
        if one.version in found:
            problems.append(f"{bundle.name}: edition {one.version} came before; expected one bundle for each")
        elif changelog.version_key(one.version) > changelog.version_key(now.version):
            problems.append(f"{bundle.name}: edition {one.version} is later than the site, which is {now.version}")
        else:
            found[one.version] = one
            one.site_folder.parent.mkdir(exist_ok=True)
            (aside / str(number) / "site").replace(one.site_folder)
        shutil.rmtree(aside / str(number), ignore_errors=True)
    if problems:
        raise PublishError(problems)
    return sorted(found.values(), key=lambda one: changelog.version_key(one.version), reverse=True)


def _opened(bundle: Path, aside: Path, part: Path) -> EarlierEdition:
    """Unpack a valid bundle with its pages in the folder `site` aside, and return its edition."""
    folder = reproduce.open_bundle(bundle, aside / "bundle")
    problems = reproduce.bundle_problems(folder)
    if problems:
        raise PublishError(problems)
    try:
        cited = read_edition(folder)
        (entry,) = changelog.entries((folder / CHANGES_FILE).read_text(encoding="utf-8"))
        if not changelog.VERSION_PATTERN.fullmatch(cited.version):
            raise ValueError(f"found {cited.version!r}; expected three numbers")
    except (OSError, ValueError) as error:
        raise PublishError([f"does not say which edition it is: {' '.join(str(error).split())}"]) from None
    if folder.name.endswith("-draft"):
        raise PublishError(["a draft; only editions are published"])
    if not (folder / "site" / INDEX_FILE).is_file():
        raise PublishError([f"holds no site/{INDEX_FILE}"])
    (folder / "site").replace(aside / "site")
    return EarlierEdition(cited, entry, part / EDITIONS_FOLDER / cited.version)


# --- the frame of a page


def _frame(one: EarlierEdition, part: Path, now: Edition) -> None:
    """Add the notice to every page of an edition; remove sitemap, 404 page and robots.txt."""
    for name in (SITEMAP, MISSING, "robots.txt"):
        (one.site_folder / name).unlink(missing_ok=True)
    before, after = site_address(one.site_folder), site_address(part)
    own = f"{after}{EDITIONS_FOLDER}/{one.version}/" if after else ""
    frame = PageFrame(one, now, part, before, own)
    for page in sorted(one.site_folder.rglob("*.html")):
        name = page.relative_to(one.site_folder).as_posix()
        page.write_text(framed_page(page.read_text(encoding="utf-8"), name, frame), encoding="utf-8")


def framed_page(text: str, name: str, frame: PageFrame) -> str:
    """Return a page of an edition with the notice, `noindex` and its published address; `name` is its path."""
    up = "../" * name.count("/")
    top = up + "../../"
    head = HEAD_END_PATTERN.search(text)
    body = BODY_START_PATTERN.search(text, head.end()) if head else None
    if head is None or body is None:
        return text
    inside = text[: head.start()]
    if frame.built_address and frame.published_address:
        inside = inside.replace(f'="{frame.built_address}', f'="{frame.published_address}')
    elif frame.built_address:
        inside = CANONICAL_PATTERN.sub("", inside)
    added = Markup('<meta name="robots" content="noindex">\n<link rel="stylesheet" href="{}../{}">\n')
    added = added.format(up, STYLE_SHEET.name)
    same_page = f"{top}{name}" if (frame.root_folder / name).is_file() else ""
    notice = edition_notice(frame.earlier, frame.newest_edition, same_page, top, f"{up}../{INDEX_FILE}")
    return f"{inside}{added}{text[head.start() : body.end()]}\n{notice}{text[body.end() :]}"


def edition_notice(
    earlier: EarlierEdition, newest_edition: Edition, same_page: str, root_path: str, all_editions: str
) -> Markup:
    """Return the notice: this edition, the newest, and links to the same page there and to all editions."""
    is_now = earlier.version == newest_edition.version
    first = Markup("This is {}{}.").format(earlier.description, ", the newest" if is_now else "")
    if is_now:
        then = Markup(' The newest is always <a href="{}">at the root</a>.').format(
            same_page or f"{root_path}{INDEX_FILE}"
        )
    elif same_page:
        then = Markup(' The newest is {}: <a href="{}">this page there</a>.').format(newest_edition.version, same_page)
    else:
        then = Markup(' The newest is {}, which has no such page: <a href="{}">its front page</a>.')
        then = then.format(newest_edition.version, f"{root_path}{INDEX_FILE}")
    rest = Markup(' <a href="{}">All editions</a>.').format(all_editions)
    return Markup('<aside class="edition-notice" aria-label="Edition"><p>{}{}{}</p></aside>').format(first, then, rest)


def site_address(html: Path) -> str:
    """Return the address that a site was built for, from its front page; `""` if there is none."""
    try:
        leads = REFRESH_PATTERN.search((html / INDEX_FILE).read_text(encoding="utf-8"))
        page = leads[1] if leads else INDEX_FILE
        found = CANONICAL_PATTERN.search((html / page).read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1].removesuffix(page) if found and found[1].endswith(page) else ""


# --- the list of editions


def _list(kept: list[EarlierEdition], part: Path, now: Edition) -> None:
    folder = part / EDITIONS_FOLDER
    folder.mkdir(exist_ok=True)
    shutil.copyfile(STYLE_SHEET, folder / STYLE_SHEET.name)
    (folder / INDEX_FILE).write_text(editions_page(kept, now), encoding="utf-8")


def editions_page(earlier_editions: list[EarlierEdition], newest_edition: Edition) -> str:
    """Return the page that lists all editions with date and changelog entry."""
    from markdown_it import MarkdownIt

    render = MarkdownIt("commonmark", {"html": False}).render
    head = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="stylesheet" href="editions.css">\n'
        "<title>Editions - {}</title>\n</head>\n"
    ).format(policy(), newest_edition.short_title)
    newest = Markup('<p>The newest is <a href="../{}">edition {} of {}</a>.</p>').format(
        INDEX_FILE, newest_edition.version, newest_edition.date_text
    )
    parts = [
        Markup(
            '<section>\n<h2><a href="{}/{}">{}</a></h2>\n<p class="day">{}</p>\n{}</section>\n'
        ).format(one.version, INDEX_FILE, f"Edition {one.version}", one.edition.date_text,
                 Markup(render(one.entry.text)))
        for one in earlier_editions
    ]  # fmt: skip
    body = Markup('<body>\n<main class="editions">\n<h1>Editions of {}</h1>\n{}\n{}</main>\n</body>\n</html>\n')
    return str(head + body.format(newest_edition.short_title, newest, Markup("").join(parts)))


# --- permanent addresses


def _addresses(kept: list[EarlierEdition], part: Path, now: Edition) -> dict[str, str]:
    """Write a redirect for each id of any edition; return the targets by permanent address."""
    try:
        found = {where: (target, "", "") for where, target in page_addresses(part).items()}
        for one in kept:
            for where, target in page_addresses(one.site_folder).items():
                gone = f"The newest edition, {now.version}, no longer has it; {one.description} does."
                found.setdefault(where, (target, f"{EDITIONS_FOLDER}/{one.version}/", gone))
    except ValueError as error:
        raise PublishError([str(error)]) from None
    site = site_address(part)
    for where, (target, folder, gone) in sorted(found.items()):
        path = part / IDS_FOLDER / where / INDEX_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * f"{IDS_FOLDER}/{where}/".count("/")
        full = f"{site}{folder}{target}" if site else ""
        path.write_text(redirect_page(where, f"{up}{folder}{target}", full, gone), encoding="utf-8")
    return {where: f"{folder}{target}" for where, (target, folder, _) in found.items()}


def _link_newest_pages(part: Path, lead: dict[str, str]) -> None:
    """Add links to all editions and to the permanent address to the certificates of the newest pages."""
    own = {unquote(target): where for where, target in lead.items() if "#" not in target}
    for page in sorted(part.rglob("*.html")):
        name = page.relative_to(part).as_posix()
        text = page.read_text(encoding="utf-8")
        found = CERTIFICATE_PATTERN.search(text)
        if found and name.partition("/")[0] not in (EDITIONS_FOLDER, IDS_FOLDER):
            at = found.end()
            page.write_text(f"{text[:at]}{_edition_links(name, own.get(name, ''))}{text[at:]}", encoding="utf-8")


def _edition_links(name: str, where: str) -> Markup:
    """Return the links from a newest page to all editions, and to its permanent address if it has one.

    The 404 page has none: it is served at any path, so relative links would break.
    """
    if name == MISSING:
        return Markup("")
    up = "../" * name.count("/")
    editions = Markup(' · <a href="{}{}/{}">All editions</a>').format(up, EDITIONS_FOLDER, INDEX_FILE)
    if not where:
        return editions
    return editions + Markup(' · <a href="{}{}/{}/{}">Permanent address</a>').format(
        up, IDS_FOLDER, quote(where), INDEX_FILE
    )
