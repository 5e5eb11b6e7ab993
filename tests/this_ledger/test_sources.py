"""Every source of this ledger has its page, and every row stands in its text, where the texts are at hand."""

import os
from pathlib import Path

import pytest

from compendium.curation.source_texts import verify
from compendium.ledger.loader import Ledger, load
from compendium.project.paths import BOOK, ROOT

TEXTS = Path(os.environ.get("LEDGER_SOURCES", ROOT.parent / "shared" / "sources"))


def test_every_source_has_its_page(ledger: Ledger) -> None:
    assert {path.stem for path in (BOOK / "source").glob("*.md")} == set(ledger["sources"]["source_id"])


def test_a_page_reads_the_source_that_it_is_named_for() -> None:
    for path in (BOOK / "source").glob("*.md"):
        assert f'open_source("{path.stem}")' in path.read_text(encoding="utf-8")


@pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the source texts are not at hand ({TEXTS})")
def test_every_row_stands_where_it_says_and_no_number_is_left() -> None:
    assert [str(problem) for problem in verify(load(corrected=False), TEXTS)] == []
