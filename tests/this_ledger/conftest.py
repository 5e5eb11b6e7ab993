"""This ledger and what follows from it, worked out once; tests read it and change nothing."""

import pytest

from compendium.analysis.corroboration import Corroboration, corroborate
from compendium.ledger.loader import Ledger, load
from compendium.reconciliation.reconcile import Reconciliation, reconcile


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return load()


@pytest.fixture(scope="session")
def reconciled_ledger(ledger: Ledger) -> Reconciliation:
    return reconcile(ledger)


@pytest.fixture(scope="session")
def corroborated_ledger(ledger: Ledger) -> dict[str, Corroboration]:
    return corroborate(ledger)
