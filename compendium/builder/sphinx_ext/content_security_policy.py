"""The Content-Security-Policy of the pages: nothing is loaded, run or styled but what the site itself holds.

Each page states it in a `<meta>` element, so that it holds from a folder as from any server. An inline script is
allowed by the hash of its text, computed where the template writes it; nothing inline is allowed otherwise, and
nothing unsafe ever.
"""

from __future__ import annotations

import base64
from typing import Any

from sphinx.application import Sphinx

from compendium.project.checksums import sha256

OWN, NONE = "'self'", "'none'"


def digest(script: str) -> str:
    """Return the source expression that allows an inline script, or style sheet, with exactly this text."""
    return f"'sha256-{base64.b64encode(bytes.fromhex(sha256(script))).decode()}'"


def policy(*scripts: str, style: str = "") -> str:
    """Return the policy of a page, as the value of its `<meta>` element.

    Parameters
    ----------
    scripts
        the texts of the page's inline scripts, exactly as they stand between their tags.
    style
        the text of its one inline style sheet; it may load none then.
    """
    directives = {
        "default-src": NONE,
        "script-src": " ".join([OWN, *map(digest, scripts)]),
        "style-src": digest(style) if style else OWN,
        "img-src": OWN,
        # The search reads pages for its summaries; search engines' checks read robots.txt from within any page.
        "connect-src": OWN,
        "object-src": NONE,
        "base-uri": NONE,
        "form-action": OWN,
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _offer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    context["policy"] = policy


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer `policy` to the templates of the pages."""
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
