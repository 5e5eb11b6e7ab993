"""Every source of this ledger has its page."""

from compendium.ledger.loader import Ledger
from compendium.project.paths import BOOK


def test_every_source_has_its_page(ledger: Ledger) -> None:
    assert {path.stem for path in (BOOK / "source").glob("*.md")} == set(ledger["sources"]["source_id"])


def test_a_page_reads_the_source_that_it_is_named_for() -> None:
    for path in (BOOK / "source").glob("*.md"):
        assert f'profile.read(ledger, "{path.stem}")' in path.read_text(encoding="utf-8")
