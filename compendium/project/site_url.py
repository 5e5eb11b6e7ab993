"""Where the published site lies, where that is told, and the list of its pages for search engines.

The address is not known in the repository, so a build is told it, by the variable `ADDRESS`. Without one, nothing that
needs a full address is made: no sitemap, no canonical link, no preview image.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

ADDRESS_VARIABLE = "ADDRESS"
UNLISTED_PAGES = {"404.html", "search.html"}
"""Pages that are not there to be found; nor is one that only leads on to another."""
REDIRECT_MARKUP = '<meta http-equiv="refresh"'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def read_site_url(env: Mapping[str, str] = os.environ) -> str:
    """Return where the site will be published, with a slash at its end; `""` where nobody said so.

    Raises
    ------
    ValueError
        where what was said is no address that pages can lie below.
    """
    said = env.get(ADDRESS_VARIABLE, "").strip()
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        fine = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
        fine = fine and (parts.port is None or parts.port > 0) and not re.search(r"[\s\"'<>\\]", said)
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(
            f"{ADDRESS_VARIABLE}: found {said!r}; expected the address of the site, https://example.org/book/"
        )
    return said if said.endswith("/") else f"{said}/"


def base_path(url: str) -> str:
    """Return the path that the site's own links begin with where they must hold from any depth: `/` or `/book/`."""
    return urlsplit(url).path or "/"


def listed_pages(html: Path) -> list[str]:
    """Return the pages of a built site that are for readers to find, by their path in the site."""
    found = []
    for page in sorted(html.rglob("*.html")):
        name = page.relative_to(html).as_posix()
        # Past its head a page may speak of anything.
        if (
            name not in UNLISTED_PAGES
            and REDIRECT_MARKUP not in page.read_text(encoding="utf-8").partition("</head>")[0]
        ):
            found.append(name)
    return found


def sitemap(html: Path, url: str) -> str:
    """Return the sitemap of a built site that will be published at an address."""
    lines = (f"<url><loc>{escape(url + quote(path))}</loc></url>\n" for path in listed_pages(html))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n{"".join(lines)}</urlset>\n'
