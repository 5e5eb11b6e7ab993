"""Counts witnesses: who is behind the figures, and how many of them go back to one origin.

A claim's origin is whom its text credits, and the source itself where it credits nobody. Several articles that
follow one origin are one witness, however many they are. Nothing is known here of what lies behind an origin.
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
"""What makes two claims figures of one thing."""


def origin(claim: pd.Series | dict[str, str]) -> str:
    """Return whom a claim goes back to: whom it credits, or its own source."""
    return claim["origin"] or claim["source_id"]


def origins_by_quantity(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the things of which more than one figure is printed, with their sources and origins.

    Parameters
    ----------
    claims
        the claims of a ledger; those withdrawn, or without a period, are left out.

    Returns
    -------
    pandas.DataFrame
        the columns of `MATCH_COLUMNS`, and `claims`, `sources`, `claims_by_origin` (a sorted list each).
    """
    known = claims[(claims["rank"] == "normal") & (claims["period"] != "")].copy()
    known["period"] = known["period"].map(canonical_period)
    known["base_period"] = known["base_period"].map(canonical_period)
    known["behind"] = [origin(claim) for claim in known.to_dict("records")]
    rows = []
    for key, group in known.groupby(MATCH_COLUMNS, sort=False):
        if len(group) > 1:
            rows.append(
                {
                    **dict(zip(MATCH_COLUMNS, key, strict=True)),
                    "claims": list(group["claim_id"]),
                    "sources": sorted(set(group["source_id"])),
                    "origins": sorted(set(group["behind"])),
                }
            )
    return pd.DataFrame(rows, columns=[*MATCH_COLUMNS, "claims", "sources", "origins"])


def claims_by_origin(claims: pd.DataFrame) -> pd.DataFrame:
    """Return one row an origin that a text credits: `origin`, `claims`, `sources` (a list each), most claims first."""
    named = claims[(claims["rank"] == "normal") & (claims["origin"] != "")]
    rows = [
        {"origin": name, "claims": list(group["claim_id"]), "sources": sorted(set(group["source_id"]))}
        for name, group in named.groupby("origin")
    ]
    rows.sort(key=lambda row: (-len(row["claims"]), row["origin"]))
    return pd.DataFrame(rows, columns=["origin", "claims", "sources"])


def shared_hosts(citations: pd.DataFrame) -> pd.DataFrame:
    """Return the sites that the lists of more than one source lead to: `host`, `entries`, `sources` (lists).

    One site is not one origin: two entries may be different works. It is where to look for a common one.
    """
    entries = citations[(citations["kind"] == "entry") & (citations["address"] != "")].copy()
    entries["host"] = entries["address"].map(host)
    rows = [
        {"host": name, "entries": list(group["citation_id"]), "sources": sorted(set(group["source_id"]))}
        for name, group in entries.groupby("host")
        if group["source_id"].nunique() > 1
    ]
    return pd.DataFrame(rows, columns=["host", "entries", "sources"])


def host(address: str) -> str:
    """Return the host of an address, also of one printed without its scheme: `www.` does not distinguish."""
    whole = address if re.match(r"[a-z][a-z0-9+.-]*://", address, re.I) else f"//{address}"
    return urlsplit(whole).netloc.casefold().removeprefix("www.")
