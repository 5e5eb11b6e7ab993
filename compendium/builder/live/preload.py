"""Imported by the process that a preview forks its kernels from: goes through the ledger once, as it was then.

A kernel reads the data anew; what it then works out from cells that no save has changed, the engine remembers by what
stands in them. Data that are not sound, or cannot be read, are told by the build; here they leave less remembered.
"""

from contextlib import suppress

from compendium.analysis.corroboration import corroborate
from compendium.ledger.loader import load
from compendium.reconciliation.reconcile import reconcile

with suppress(Exception):
    ledger = load()
    reconcile(ledger)
    corroborate(ledger)
    del ledger
