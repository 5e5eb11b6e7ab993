"""Sphinx extension: the Content-Security-Policy of the pages, which allows the site's own files only.

Each page has it in a `<meta>` element, so that it applies to local files too. An inline script or style sheet is
allowed by the SHA-256 of its text, computed in the template; `unsafe-*` is never used.
"""

from __future__ import annotations

import base64
from typing import Any

from sphinx.application import Sphinx

from compendium.project.checksums import sha256

SELF_SOURCE, NO_SOURCE = "'self'", "'none'"


def script_hash(script: str) -> str:
    """Return the source expression that allows the inline script, or style sheet, with exactly this text."""
    return f"'sha256-{base64.b64encode(bytes.fromhex(sha256(script))).decode()}'"


def policy(*scripts: str, style: str = "") -> str:
    """Return the policy of a page, as the value of its `<meta>` element.

    Parameters
    ----------
    scripts
        texts of the page's inline scripts, exactly as between their tags.
    style
        text of its inline style sheet; style sheets in files are not allowed then.
    """
    directives = {
        "default-src": NO_SOURCE,
        "script-src": " ".join([SELF_SOURCE, *map(script_hash, scripts)]),
        "style-src": script_hash(style) if style else SELF_SOURCE,
        "img-src": SELF_SOURCE,
        # The search fetches pages for its summaries; audits of search engines fetch robots.txt from within a page.
        "connect-src": SELF_SOURCE,
        "object-src": NO_SOURCE,
        "base-uri": NO_SOURCE,
        "form-action": SELF_SOURCE,
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _add_policy(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    context["policy"] = policy


def setup(app: Sphinx) -> dict[str, bool]:
    """Make `policy` available to templates."""
    app.connect("html-page-context", _add_policy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
