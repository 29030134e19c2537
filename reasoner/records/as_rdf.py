"""A document of decision as RDF: the recommendation and the physician's decision, with PROV-O."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from reasoner.determinations.as_rdf import FORMATS, IDENTIFIER, LABEL
from reasoner.kernel.terms import NS, PREFIXES, PROV, TYPE, XSD, mn

from .documents import is_decided

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

DATE = ox.NamedNode(XSD + "date")


def signed_triples(document: Data) -> list[ox.Triple]:
    """Write a document of decision as triples, sorted."""
    recommendation = cast("Data", document["recommendation"])
    node = ox.NamedNode(f"{document['case']}/decision-document")
    status = mn("Decided" if is_decided(document) else "PartlyDecided")
    found = {
        ox.Triple(node, TYPE, mn("DecisionDocument")),
        ox.Triple(node, mn("status"), status),
        ox.Triple(node, IDENTIFIER, ox.Literal(f"sha256:{document['digest']}")),
    }
    for d in cast("list[Data]", recommendation["determinations"]):
        kept = ox.NamedNode(str(d["id"]))
        found |= {
            ox.Triple(node, mn("keeps"), kept),
            ox.Triple(kept, TYPE, mn("Determination")),
            ox.Triple(kept, mn("status"), mn("Recommended")),
            ox.Triple(kept, mn("ofRequest"), ox.NamedNode(str(d["request"]))),
            ox.Triple(kept, mn("outcome"), ox.NamedNode(NS + str(d["outcome"]))),
            ox.Triple(kept, IDENTIFIER, ox.Literal(f"sha256:{recommendation['digest']}")),
        }
    for decision in cast("list[Data]", document["decisions"]):
        found |= _decision(node, decision)
    return sorted(found, key=str)


def signed_rdf(document: Data, form: str) -> str:
    """Write a document of decision as Turtle or JSON-LD; `form` is `turtle` or `jsonld`."""
    text = ox.serialize(signed_triples(document), format=FORMATS[form], prefixes=PREFIXES)
    return text.decode() if text else ""


def _decision(document: ox.NamedNode, decision: Data) -> set[ox.Triple]:
    node = ox.NamedNode(str(decision["id"]))
    on = ox.NamedNode(str(decision["on"]))
    agent = ox.NamedNode(f"{decision['id']}/physician")
    who = cast("dict[str, str]", decision["physician"])
    triple = ox.Triple
    found = {
        triple(document, ox.NamedNode(PROV + "wasGeneratedBy"), node),
        triple(node, TYPE, mn("PhysicianDecision")),
        triple(node, mn("decisionOn"), on),
        triple(node, ox.NamedNode(PROV + "used"), on),
        triple(node, mn("decisionKind"), mn(str(decision["decision"]).title())),
        triple(node, mn("outcome"), ox.NamedNode(NS + str(decision["outcome"]))),
        triple(node, mn("decidedVisits"), ox.Literal(cast("int", decision["visits"]))),
        triple(node, mn("decidedOn"), ox.Literal(str(decision["decidedOn"]), datatype=DATE)),
        triple(node, ox.NamedNode(PROV + "wasAssociatedWith"), agent),
        triple(agent, TYPE, ox.NamedNode(PROV + "Person")),
        triple(agent, LABEL, ox.Literal(who["name"])),
        triple(agent, mn("licence"), ox.Literal(who["licence"])),
        triple(agent, mn("specialty"), ox.Literal(who["specialty"])),
    }
    if who.get("hours"):
        found.add(triple(agent, mn("availableAt"), ox.Literal(who["hours"])))
    if decision["reason"]:
        found.add(triple(node, mn("rationale"), ox.Literal(str(decision["reason"]))))
    return found
