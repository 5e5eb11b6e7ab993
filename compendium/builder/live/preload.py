"""Module that the fork server of a live preview imports: warms the engine's caches with the current ledger.

The caches are keyed by content, so that a kernel, which reads the data anew, computes only what saves have changed.
Errors in the data are ignored here; the build reports them.
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
