"""The engine of a claims compendium: loads a ledger, reads figures as intervals, checks and presents them.

It knows no country, no source and no chapter: another compendium is made by changing `data/` and `book/`.
"""

from compendium.ledger import Ledger, load

__all__ = ["Ledger", "load"]
