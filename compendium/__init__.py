"""The engine of a claims compendium: loads a ledger, reads figures as intervals, checks and presents them.

It knows no country, no source and no chapter: another compendium is made by changing `data/` and `book/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compendium.display.chapter.ledger import open_ledger
    from compendium.ledger.loader import Ledger, load

__all__ = ["Ledger", "load", "open_ledger"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is: commands that need no table start without pandas.

    The imports stand as statements, so that `compendium.builder.import_graph` knows on which modules a name rests.
    """
    if name == "open_ledger":
        from compendium.display.chapter.ledger import open_ledger

        return open_ledger
    if name == "Ledger":
        from compendium.ledger.loader import Ledger

        return Ledger
    if name == "load":
        from compendium.ledger.loader import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
