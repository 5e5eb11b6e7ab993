"""One source by itself, for its page: what it is, all it claims, what it says happened, its conflicts and citations."""

from __future__ import annotations

from dataclasses import dataclass

from IPython.display import HTML

from compendium.display import outputs
from compendium.display.cards import conflicts as conflict_cards
from compendium.display.tables import source_profile
from compendium.display.tables.source_profile import SourceProfile
from compendium.ledger.loader import load


@dataclass(frozen=True)
class Source:
    """The rows of a ledger that are of one source, in the order of its paragraphs."""

    profile: SourceProfile

    def glue(self) -> None:
        """Make numbers of the source known to the prose.

        They are `claims`, `credited`, `conflicts`, `entries`, `aside`, `cited`, `reliability` and `written`.
        """
        outputs.glue_values(**self.profile.summary_values)

    def about(self) -> HTML:
        """Show what it is: title, author, publisher, time, kind, how far to be believed."""
        return source_profile.source_details_table(self.profile)

    def claims(self) -> HTML:
        """Show all that it claims."""
        return source_profile.source_claims_table(self.profile)

    def events(self) -> HTML:
        """Show what it says happened."""
        return source_profile.source_mentions_table(self.profile)

    def statements(self) -> HTML:
        """Show the statements of the debate that it takes up, and how."""
        return source_profile.source_positions_table(self.profile)

    def set_aside(self) -> HTML:
        """Show its numbers that are no claims, each with the reason."""
        return source_profile.set_aside_table(self.profile)

    def conflicts(self) -> HTML:
        """Show what cannot all be true and touches it."""
        return conflict_cards.conflict_cards(self.profile.conflicts, self.profile.ledger)

    def citations(self) -> HTML:
        """Show its citations with the entry of its list that each belongs to, and whether it fits."""
        return source_profile.source_citations_table(self.profile)

    def faults(self) -> HTML:
        """Show what the audit of its citations found."""
        return source_profile.citation_findings_table(self.profile)


def open_source(source: str) -> Source:
    """Return one source of the ledger by its id; raise `KeyError` where there is none."""
    return Source(source_profile.read_source_profile(load(), source))
