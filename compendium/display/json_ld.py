"""Claims as JSON-LD: schema.org for the claim and its review, PROV for its provenance.

The context is inline, so that no other address has to be read. Identifiers are relative to the page of a claim, and so
valid wherever the book is published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from compendium.display.attachments import content_digest
from compendium.display.links import locator
from compendium.project.paths import PAGE_BY_KIND, ROW_PAGES_FOLDER
from compendium.reconciliation.verdicts import AGREES, DIFFERS

ClaimRecord = Mapping[str, Any]
CONTEXT = {
    "@vocab": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "prov:wasQuotedFrom": {"@type": "@id"},
    "prov:wasDerivedFrom": {"@type": "@id"},
}
JSON_LD_FILE = "claims.jsonld"
"""Name of the file of all claims."""
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
Node = dict[str, Any]


def claim_graph(record: ClaimRecord, book_name: str) -> Node:
    """Return a claim as a JSON-LD document: the claim, its source, its origin, and the review of a checked one.

    Parameters
    ----------
    book_name
        the name of the book, which is the author of a review.
    """
    nodes = [_claim(record), _source(record)]
    if record["origin"]:
        nodes.append({"@id": _origin(record["origin"]), "@type": "prov:Agent", "name": record["origin"]})
    if record["checked"]["verdict"] in (AGREES, DIFFERS):
        nodes.append(_review(record, book_name))
    return {"@context": CONTEXT, "@graph": nodes}


def _id(kind: str, key: str) -> str:
    return f"../{PAGE_BY_KIND[kind]}.html#{key}"


def _origin(name: str) -> str:
    """Return the identifier of an origin, the same whichever source credits it, since origins are counted by name."""
    return _id("headline", f"origin-{re.sub(r'[^0-9a-z]+', '-', name.lower()).strip('-')}-{content_digest(name)}")


def _claim(one: ClaimRecord) -> Node:
    found = {
        "@id": _id("claim", one["claim_id"]),
        "@type": ["Claim", "prov:Entity"],
        "identifier": one["claim_id"],
        "text": one["figure"],
        "abstract": one["summary"],
        "about": _observation(one),
        "author": _author(one),
        "appearance": {"@id": _id("source", one["source_id"])},
        "prov:wasQuotedFrom": _id("source", one["source_id"]),
        "prov:atLocation": locator(one),
        "license": LICENCE_URL,
    }
    if one["origin"]:
        found["prov:wasAttributedTo"] = {"@id": _origin(one["origin"])}
    if one["cited"]:
        found["citation"] = _citation(one["cited"])
    if one["rank"] != "normal":
        found["creativeWorkStatus"] = f"withdrawn: {one['rank_reason']}"
    return found


def _citation(cited: ClaimRecord) -> Node | str:
    """Return the work that a claim cites, where the audit found that it fits; else the citation as printed."""
    if cited["about"] != "fits" or not cited["title"]:
        return str(cited["as_printed"])
    work = {"@type": "CreativeWork", "name": cited["title"]}
    return work | ({"url": cited["address"]} if cited["address"].startswith(("https://", "http://")) else {})


def _observation(one: ClaimRecord) -> Node:
    """Return the quantity, areas and period of a claim, and the interval that its figure is read as."""
    ends = {"minValue": one["low"], "maxValue": one["high"]}
    value = {name: _number(end) for name, end in ends.items() if end}
    areas = [{"@type": "Place", "name": one[name]} for name in ("ref", "counterpart") if one[name]]
    found = {
        "@type": "Observation",
        "name": one["measures"],
        "measuredProperty": one["metric"],
        "observationAbout": areas,
        "temporalCoverage": one["period"],
        "value": {"@type": "QuantitativeValue", "unitText": one["unit"], "description": _range(one), **value},
    }
    return {name: own for name, own in found.items() if own}


def _range(one: ClaimRecord) -> str:
    """Return the interval in mathematical notation, `[1, 2)`."""
    opening, closing = one["ends"]
    return f"{opening}{one['low'] or '−∞'}, {one['high'] or '∞'}{closing}"


def _number(end: str) -> int | float:
    exact = Decimal(end)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _author(one: ClaimRecord) -> Node:
    """Return the author of a claim as an agent: the ledger does not say whether a person or an organization."""
    return {"@type": "prov:Agent", "name": one["author"]}


def _source(one: ClaimRecord) -> Node:
    found = {
        "@id": _id("source", one["source_id"]),
        "@type": ["CreativeWork", "prov:Entity"],
        "name": one["source_title"],
        "author": _author(one),
        "dateCreated": one["written"],
        "publisher": one["publisher"] and {"@type": "prov:Agent", "name": one["publisher"]},
    }
    return {name: own for name, own in found.items() if own}


def _review(one: ClaimRecord, book: str) -> Node:
    """Return the corroboration of a claim as a review, whose rating is the verdict as a word."""
    held = [against for against in one["checked"]["held"] if against["verdict"] in (AGREES, DIFFERS)]
    based = sorted({name for against in held for name in against["observations"]})
    return {
        "@id": f"#review-{one['claim_id']}",
        "@type": "ClaimReview",
        "claimReviewed": f"{one['summary']} {one['figure']}: {one['measures']}, {one['when']}",
        "itemReviewed": {"@id": _id("claim", one["claim_id"])},
        "author": {"@type": "Organization", "name": book},
        "reviewRating": {"@type": "Rating", "alternateName": one["checked"]["verdict"]},
        "reviewBody": " ".join(against["told"] for against in held),
        "prov:wasDerivedFrom": [_id("observation", name) for name in based],
        "license": LICENCE_URL,
    }


def claims_document(claim_records: Mapping[str, ClaimRecord], book_name: str, site_address: str = "") -> str:
    """Return all claims as one JSON-LD document, for a file of its own, in the order of their ids.

    Parameters
    ----------
    site_address
        the address where the book is published; without it, identifiers are relative to the page of a claim there.
    """
    nodes: dict[str, Node] = {}
    for _, one in sorted(claim_records.items()):
        for node in claim_graph(one, book_name)["@graph"]:
            nodes.setdefault(node["@id"], node)
    context = CONTEXT | ({"@base": f"{site_address}{ROW_PAGES_FOLDER}/"} if site_address else {})
    return json.dumps({"@context": context, "@graph": list(nodes.values())}, ensure_ascii=False, indent=1) + "\n"


def inline_json_ld(record: ClaimRecord, book_name: str) -> str:
    """Return a claim's JSON-LD for a `<script>` of a page, with `<`, `>` and `&` escaped so that nothing ends it."""
    text = json.dumps(claim_graph(record, book_name), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
