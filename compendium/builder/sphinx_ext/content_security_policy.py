"""The Content-Security-Policy of the pages: nothing is loaded, run or styled but what the site itself holds.

Each page states it in a `<meta>` element, so that it holds from a folder as from any server. An inline script is
allowed by the hash of its text, computed where the template writes it; nothing inline is allowed otherwise, and
nothing unsafe ever.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from sphinx.application import Sphinx

SELF_SOURCE, NO_SOURCE = "'self'", "'none'"


def script_hash(script: str) -> str:
    """Return the source expression that allows an inline script, or style sheet, with exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


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
        "default-src": NO_SOURCE,
        "script-src": " ".join([SELF_SOURCE, *map(script_hash, scripts)]),
        "style-src": script_hash(style) if style else SELF_SOURCE,
        "img-src": SELF_SOURCE,
        # The search reads pages for its summaries; search engines' checks read robots.txt from within any page.
        "connect-src": SELF_SOURCE,
        "object-src": NO_SOURCE,
        "base-uri": NO_SOURCE,
        "form-action": SELF_SOURCE,
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _offer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    context["policy"] = policy


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer `policy` to the templates of the pages."""
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
