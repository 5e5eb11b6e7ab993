"""The engine of a claims compendium: loads a ledger, reads figures as intervals, checks and presents them.

It knows no country, no source and no chapter: another compendium is made by changing `data/` and `book/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compendium.ledger.loader import Ledger, load

__all__ = ["Ledger", "load"]


def __getattr__(name: str) -> Any:
    """Import the ledger when it is asked for: commands that need no table start without pandas."""
    if name in __all__:
        from compendium.ledger import loader

        return getattr(loader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
