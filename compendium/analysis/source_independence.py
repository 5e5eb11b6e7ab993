"""Independence of sources: which figures go back to the same origin.

The origin of a claim is whom its text credits, or the source itself where it credits nobody.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pandas as pd

from compendium.reconciliation.constraints import canonical_period

MATCH_COLUMNS = [
    *("metric_id", "ref_area", "counterpart_area", "period", "population", "measure"),
    *("base_metric_id", "base_area", "base_counterpart", "base_period"),
]
"""The columns that are equal for figures of the same quantity."""


def origin(claim: pd.Series | dict[str, str]) -> str:
    """Return the origin of a claim: whom it credits, or its own source."""
    return claim["origin"] or claim["source_id"]


def origins_by_quantity(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the quantities of which more than one figure is printed, with their sources and origins.

    Parameters
    ----------
    claims
        the claims of a ledger; those deprecated, or without a period, are left out.

    Returns
    -------
    pandas.DataFrame
        the columns of `MATCH_COLUMNS`, and `claims`, `sources`, `origins` (a sorted list each).
    """
    known = claims[(claims["rank"] == "normal") & (claims["period"] != "")].copy()
    known["period"] = known["period"].map(canonical_period)
    known["base_period"] = known["base_period"].map(canonical_period)
    known["origins"] = [origin(claim) for claim in known.to_dict("records")]
    found = known.groupby(MATCH_COLUMNS, sort=False).agg(
        claims=("claim_id", list), sources=("source_id", _distinct), origins=("origins", _distinct)
    )
    return found[found["claims"].map(len) > 1].reset_index()


def _distinct(texts: pd.Series) -> list[str]:
    return sorted(set(texts))


def claims_by_origin(claims: pd.DataFrame) -> pd.DataFrame:
    """Return one row a credited origin: `origin`, `claims`, `sources` (a list each), most claims first."""
    named = claims[(claims["rank"] == "normal") & (claims["origin"] != "")]
    found = named.groupby("origin").agg(claims=("claim_id", list), sources=("source_id", _distinct)).reset_index()
    return found.sort_values("claims", key=lambda claims: -claims.map(len), kind="stable", ignore_index=True)


def shared_hosts(citations: pd.DataFrame) -> pd.DataFrame:
    """Return the sites that entries of more than one source link to: `host`, `entries`, `sources` (lists).

    Entries of one site may be different works, so a shared site is only a hint at a common origin.
    """
    entries = citations[(citations["kind"] == "entry") & (citations["address"] != "")].copy()
    entries["host"] = entries["address"].map(host)
    found = entries.groupby("host").agg(entries=("citation_id", list), sources=("source_id", _distinct))
    return found[found["sources"].map(len) > 1].reset_index()


def host(address: str) -> str:
    """Return the host of an address in lower case without `www.`, also of an address without a scheme."""
    whole = address if re.match(r"[a-z][a-z0-9+.-]*://", address, re.I) else f"//{address}"
    return urlsplit(whole).netloc.casefold().removeprefix("www.")
