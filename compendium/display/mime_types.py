"""MIME types of the outputs of notebooks that the builder reads: cards and claim records."""

from __future__ import annotations

CARDS = "application/vnd.ledger.cards+json"
"""MIME type of cards: by anchor, `text` (printed by a role) and `card` (HTML)."""

CLAIM_RECORDS = "application/vnd.ledger.dossiers+json"
"""MIME type of claim records, by id."""

Cards = dict[str, dict[str, str]]
