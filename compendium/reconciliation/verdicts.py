"""The words for how a claim stands: among the claims, and beside independent figures."""

from __future__ import annotations

CONSISTENT, IN_CONFLICT, SINGLE, NOT_COMPARABLE = "consistent", "in conflict", "single", "not comparable"
RECONCILIATION_VERDICTS = (CONSISTENT, IN_CONFLICT, SINGLE, NOT_COMPARABLE)
"""What reconciliation may say of a claim."""
AGREES, DIFFERS, NONE_FOUND = "agrees", "differs", "no independent figure found"
CORROBORATION_VERDICTS = (AGREES, DIFFERS, NOT_COMPARABLE, NONE_FOUND)
"""What corroboration may say of it."""
WITHDRAWN = "withdrawn"
"""What both say of a claim that is deprecated: nothing is held against it."""
