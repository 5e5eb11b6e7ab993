"""The address of the published site, and its sitemap.

The address is not in the repository; a build reads it from the environment variable `ADDRESS`. Without it nothing that
needs an absolute address is made: no sitemap, no canonical link, no preview image.
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
"""Pages that are left out of the sitemap, as are redirects."""
REDIRECT_MARKUP = '<meta http-equiv="refresh"'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def read_site_url(env: Mapping[str, str] = os.environ) -> str:
    """Return the address of the site, ending with a slash; `""` if the variable is unset or blank.

    Raises
    ------
    ValueError
        if the value is not an absolute http(s) URL without query and fragment.
    """
    url = env.get(ADDRESS_VARIABLE, "").strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
        fine = fine and (parts.port is None or parts.port > 0) and not re.search(r"[\s\"'<>\\]", url)
    except ValueError:
        fine = False
    if not fine:
        right = "the address of the site, https://example.org/book/"
        raise ValueError(f"{ADDRESS_VARIABLE}: found {url!r}; expected {right}")
    return url if url.endswith("/") else f"{url}/"


def base_path(url: str) -> str:
    """Return the path of the site's root, for links that are valid at any depth: `/` or `/book/`."""
    return urlsplit(url).path or "/"


def listed_pages(html: Path) -> list[str]:
    """Return the POSIX paths of the pages of a built site that belong into its sitemap."""

    def redirects(page: Path) -> bool:
        return REDIRECT_MARKUP in page.read_text(encoding="utf-8").partition("</head>")[0]  # a body may quote it

    pages = {page.relative_to(html).as_posix(): page for page in sorted(html.rglob("*.html"))}
    return [name for name, page in pages.items() if name not in UNLISTED_PAGES and not redirects(page)]


def sitemap(html: Path, url: str) -> str:
    """Return the sitemap (XML) of a built site that is published at `url`."""
    lines = (f"<url><loc>{escape(url + quote(path))}</loc></url>\n" for path in listed_pages(html))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n{"".join(lines)}</urlset>\n'
