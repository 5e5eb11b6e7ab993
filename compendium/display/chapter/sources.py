"""The sources of a ledger: what is known of each, how far it is believed, and what it contributes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.permanent import sources_table
from compendium.display.outputs import RichOutput, captioned_table
from compendium.ledger.claims import author_names


@dataclass(frozen=True)
class Sources:
    """The sources in the order they were written, and the claims of each."""

    ledger: OpenLedger

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Return the sources, a row each, in the order they were written."""
        return self.ledger["sources"].sort_values("written")

    def __len__(self) -> int:
        """Return how many sources there are."""
        return len(self.frame)

    @property
    def unnamed(self) -> int:
        """Return how many name no author."""
        return int((self.frame["author"] == "").sum())

    @property
    def dated(self) -> int:
        """Return how many print their own date."""
        return int((self.frame["written_basis"] == "stated").sum())

    @property
    def credited(self) -> pd.DataFrame:
        """Return the claims that their texts credit to somebody, the `origin`."""
        claims = self._claims
        return claims[claims["origin"] != ""]

    @property
    def credited_part(self) -> float:
        """Return what part of all claims is credited to somebody."""
        return len(self.credited) / len(self._claims)

    @property
    def origins(self) -> int:
        """Return to how many origins claims are credited."""
        return int(self.credited["origin"].nunique())

    def table(self, caption: str) -> RichOutput:
        """Show the sources at their permanent addresses: what each is, and how far it is to be believed."""
        claims = self._claims.groupby("source_id").size().to_dict()
        return sources_table(self.ledger, claims, caption)

    def contributions_table(self, caption: str) -> RichOutput:
        """Show how many rows each source has: paragraphs, claims, credits and origins, mentions, stances."""
        named, own = self.frame.set_index("source_id"), self.credited.groupby("source_id")["origin"]
        counted = {"Claims": self._claims.groupby("source_id").size(), "Credited": own.size(), "Origins": own.nunique()}
        whole = {head: found.reindex(named.index, fill_value=0) for head, found in counted.items()}
        told = {head: self.ledger[head.lower()].groupby("source_id").size() for head in ("Mentions", "Stances")}
        columns = {"Source": author_names(self.frame), "Paragraphs": named["paragraphs"], **whole, **told}
        shown = pd.DataFrame(columns).reindex(named.index)
        return captioned_table(shown, caption, numeric=shown.columns[1:])

    @property
    def _claims(self) -> pd.DataFrame:
        return self.ledger.shelf.claims


def open_sources(ledger: OpenLedger) -> Sources:
    """Return the sources of a ledger."""
    return Sources(ledger)
