"""The table of what noticed wrong cells is of this ledger, whole, and has no cell that nothing noticed."""

from compendium.ledger.loader import Ledger
from compendium.quality.fault_injection import KINDS, STAGES


def test_the_kept_table_has_every_kind_and_nothing_unnoticed(ledger: Ledger) -> None:
    rows = ledger["corruptions"]
    assert set(rows["kind"]) == set(KINDS)
    assert (rows[list(STAGES)].sum(axis=1) == rows["tried"]).all()
    assert rows["survived"].sum() == 0
    field = next(field for field in ledger.schema["corruptions"].fields if field.name == "kind")
    assert field.vocabulary == KINDS
