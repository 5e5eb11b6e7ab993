"""The verdicts on a claim: against other claims, and against independent figures."""

from __future__ import annotations

CONSISTENT, IN_CONFLICT, SINGLE, NOT_COMPARABLE = "consistent", "in conflict", "single", "not comparable"
RECONCILIATION_VERDICTS = (CONSISTENT, IN_CONFLICT, SINGLE, NOT_COMPARABLE)
"""The verdicts of reconciliation."""
AGREES, DIFFERS, NONE_FOUND = "agrees", "differs", "no independent figure found"
CORROBORATION_VERDICTS = (AGREES, DIFFERS, NOT_COMPARABLE, NONE_FOUND)
"""The verdicts of corroboration."""
WITHDRAWN = "withdrawn"
"""The verdict of both on a deprecated claim, which is compared with nothing."""
