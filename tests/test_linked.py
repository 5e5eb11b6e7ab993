"""Claims as linked data: read by a library of RDF as what they mean."""

import json
import warnings

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from compendium.display import json_ld
from compendium.display.claim_records import ClaimRecord, build_claim_records
from compendium.ledger.loader import Ledger
from compendium.reconciliation.verdicts import AGREES, DIFFERS

SCHEMA, PROV = Namespace("https://schema.org/"), Namespace("http://www.w3.org/ns/prov#")
BASE = "https://book.example/book/claim/page.html"
CLAIMS = "https://book.example/book/evidence/claims.html#"


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> dict[str, ClaimRecord]:
    return build_claim_records(ledger)


@pytest.fixture(scope="module")
def graph(found: dict[str, ClaimRecord]) -> Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own parser uses what it has deprecated
        return Graph().parse(data=json_ld.claims_document(found, "The book"), format="json-ld", publicID=BASE)


def test_every_claim_is_a_claim_with_its_permanent_address(graph: Graph, found: dict[str, ClaimRecord]) -> None:
    assert set(graph.subjects(RDF.type, SCHEMA.Claim)) == {URIRef(CLAIMS + name) for name in found}


def test_a_claim_is_quoted_from_its_source_and_attributed_to_its_origin(
    graph: Graph, found: dict[str, ClaimRecord]
) -> None:
    for name, one in found.items():
        claim = URIRef(CLAIMS + name)
        source = URIRef(f"https://book.example/book/evidence/sources.html#{one['source_id']}")
        assert set(graph.objects(claim, PROV.wasQuotedFrom)) == {source}
        assert str(graph.value(source, SCHEMA.name)) == one["source_title"]
        origins = [str(graph.value(agent, SCHEMA.name)) for agent in graph.objects(claim, PROV.wasAttributedTo)]
        assert origins == ([one["origin"]] if one["origin"] else [])


def test_whoever_is_credited_is_one_however_many_claims_go_back_to_them(
    graph: Graph, found: dict[str, ClaimRecord]
) -> None:
    agents = set(graph.objects(None, PROV.wasAttributedTo))
    assert len(agents) == len({one["origin"] for one in found.values()} - {""})


def test_only_a_citation_that_fits_is_given_as_a_work(found: dict[str, ClaimRecord]) -> None:
    for one in found.values():
        claim = json_ld.claim_graph(one, "The book")["@graph"][0]
        assert ("citation" in claim) == (one["cited"] is not None)
        if one["cited"]:
            fits = one["cited"]["about"] == "fits" and one["cited"]["title"] != ""
            assert isinstance(claim["citation"], dict) == fits


def test_a_withdrawn_claim_says_so_and_why(found: dict[str, ClaimRecord]) -> None:
    one = next(iter(found.values())) | {"rank": "deprecated", "rank_reason": "misread"}
    assert json_ld.claim_graph(one, "The book")["@graph"][0]["creativeWorkStatus"] == "withdrawn: misread"


def test_where_the_address_is_told_identifiers_are_whole(found: dict[str, ClaimRecord]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        text = json_ld.claims_document(found, "The book", "https://book.example/")
        read = Graph().parse(data=text, format="json-ld", publicID="file:///unpacked/anywhere.jsonld")
    assert set(read.subjects(RDF.type, SCHEMA.Claim)) == {URIRef(CLAIMS + name) for name in found}


def test_only_a_checked_claim_has_a_review_and_it_gives_the_verdict(
    graph: Graph, found: dict[str, ClaimRecord]
) -> None:
    reviewed = {}
    for review in graph.subjects(RDF.type, SCHEMA.ClaimReview):
        rating = graph.value(review, SCHEMA.reviewRating)
        reviewed[str(graph.value(review, SCHEMA.itemReviewed)).removeprefix(CLAIMS)] = str(
            graph.value(rating, SCHEMA.alternateName)
        )
        assert list(graph.objects(review, PROV.wasDerivedFrom))
    verdicts = {name: one["checked"]["verdict"] for name, one in found.items()}
    assert reviewed == {name: verdict for name, verdict in verdicts.items() if verdict in (AGREES, DIFFERS)}


def test_the_range_of_a_claim_is_given_in_numbers(graph: Graph, found: dict[str, ClaimRecord]) -> None:
    for name, one in found.items():
        value = graph.value(graph.value(URIRef(CLAIMS + name), SCHEMA.about), SCHEMA.value)
        low = graph.value(value, SCHEMA.minValue)
        assert (low is None) == (one["low"] == ""), name
        if low is not None:
            assert float(low) == float(one["low"])


def test_nothing_in_a_claim_ends_the_element_it_stands_in(found: dict[str, ClaimRecord]) -> None:
    one = next(iter(found.values())) | {"summary": "</script><script>alert(1)</script><!--"}
    text = json_ld.inline_json_ld(one, "The </script> book")
    assert "<" not in text and ">" not in text
    assert json.loads(text)["@graph"][0]["abstract"] == one["summary"]
