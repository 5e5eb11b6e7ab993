"""The media types under which notebooks keep what the building of the site reads: cards and claim records."""

from __future__ import annotations

CARDS = "application/vnd.ledger.cards+json"
"""The type under which a notebook keeps cards: by anchor, `text` (what a role prints) and `card` (HTML)."""

CLAIM_RECORDS = "application/vnd.ledger.dossiers+json"
"""The type under which a notebook keeps all that is known of each claim, by id."""

Cards = dict[str, dict[str, str]]
