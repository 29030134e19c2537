"""A decision document as RDF: the recommendation and the physician's decision, with PROV-O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.determinations.as_rdf import FORMATS, IDENTIFIER, LABEL
from reasoner.kernel.terms import PROV, TYPE, XSD
from reasoner.knowledge.terms import NS, PREFIXES, mn

from .documents import parse_document

if TYPE_CHECKING:
    from reasoner.determinations.data import Json

    from .documents import DecisionData

RULED = {"confirmed": "confirmsSource", "withdrawn": "withdrawsSource"}
"""The property that records what a physician ruled on a source."""
DATE = ox.NamedNode(XSD + "date")


def signed_triples(document: Json) -> list[ox.Triple]:
    """
    Write a decision document as triples, sorted.

    Raises:
        DocumentUnreadable: A part of the document is missing or of another type.
    """
    found = parse_document(document, "the document")
    recommendation = found.recommendation
    node = ox.NamedNode(f"{recommendation.case}/decision-document")
    status = mn("Decided" if found.is_decided else "PartlyDecided")
    triples = {
        ox.Triple(node, TYPE, mn("DecisionDocument")),
        ox.Triple(node, mn("status"), status),
        ox.Triple(node, IDENTIFIER, ox.Literal(f"sha256:{document['digest']}")),
    }
    for d in recommendation.determinations:
        kept = ox.NamedNode(d.id)
        triples |= {
            ox.Triple(node, mn("keeps"), kept),
            ox.Triple(kept, TYPE, mn("Determination")),
            ox.Triple(kept, mn("status"), mn("Recommended")),
            ox.Triple(kept, mn("ofRequest"), ox.NamedNode(d.request)),
            ox.Triple(kept, mn("outcome"), ox.NamedNode(NS + d.outcome)),
            ox.Triple(kept, IDENTIFIER, ox.Literal(f"sha256:{recommendation.digest}")),
        }
    for decision in found.decisions:
        triples |= _decision(node, decision)
    return sorted(triples, key=str)


def signed_rdf(document: Json, form: str) -> str:
    """Write a decision document as Turtle or JSON-LD; `form` is `turtle` or `jsonld`."""
    text = ox.serialize(signed_triples(document), format=FORMATS[form], prefixes=PREFIXES)
    return text.decode() if text else ""


def _decision(document: ox.NamedNode, decision: DecisionData) -> set[ox.Triple]:
    node, on = ox.NamedNode(decision.id), ox.NamedNode(decision.on)
    agent = ox.NamedNode(f"{decision.id}/physician")
    who = decision.physician
    triple = ox.Triple
    found = {
        triple(document, ox.NamedNode(PROV + "wasGeneratedBy"), node),
        triple(node, TYPE, mn("PhysicianDecision")),
        triple(node, mn("decisionOn"), on),
        triple(node, ox.NamedNode(PROV + "used"), on),
        triple(node, mn("decisionKind"), mn(decision.decision.title())),
        triple(node, mn("outcome"), ox.NamedNode(NS + decision.outcome)),
        triple(node, mn("decidedVisits"), ox.Literal(decision.visits)),
        triple(node, mn("decidedOn"), ox.Literal(decision.decided_on, datatype=DATE)),
        triple(node, ox.NamedNode(PROV + "wasAssociatedWith"), agent),
        triple(agent, TYPE, ox.NamedNode(PROV + "Person")),
        triple(agent, LABEL, ox.Literal(who.name)),
        triple(agent, mn("licence"), ox.Literal(who.licence)),
        triple(agent, mn("specialty"), ox.Literal(who.specialty)),
    }
    if who.hours:
        found.add(triple(agent, mn("availableAt"), ox.Literal(who.hours)))
    for source in decision.sources:
        ruled = mn(RULED[source.ruling])
        found.add(triple(node, ruled, ox.NamedNode(source.iri)))
    if decision.reason:
        found.add(triple(node, mn("rationale"), ox.Literal(decision.reason)))
    return found
