"""The names of the graphs of the store, and what the graph of metadata says of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DCTERMS, PROV, TYPE, XSD
from reasoner.knowledge.terms import KNOWLEDGE_BASE, mn

if TYPE_CHECKING:
    from reasoner.records.ledger.entries import RecordedEntry

RECORDS: Final = "https://w3id.org/mednec/records/"
"""The graph of metadata, and what the names of the graphs of records begin with."""
ENTRY: Final = "urn:mednec:entry:"
HIDDEN: Final = frozenset({"access", "erasure"})
"""The kinds of entries that have no graph."""
KNOWLEDGE: Final = "knowledge"
KINDS: Final = {
    "case": mn("Case"),
    "determination": mn("Determination"),
    "decision": mn("DecisionDocument"),
    "letter": mn("Letter"),
}
"""The class of what a graph is about, by the kind of its entry."""
BUNDLE: Final = ox.NamedNode(PROV + "Bundle")
GENERATED: Final = ox.NamedNode(PROV + "generatedAtTime")
ORIGIN: Final = ox.NamedNode(PROV + "hadPrimarySource")
KIND: Final = ox.NamedNode(DCTERMS + "type")
IDENTIFIER: Final = ox.NamedNode(DCTERMS + "identifier")
VERSION: Final = ox.NamedNode(DCTERMS + "hasVersion")
FORMAT: Final = ox.NamedNode(DCTERMS + "format")
TIME: Final = ox.NamedNode(XSD + "dateTime")
ODD: Final = re.compile(r"[^A-Za-z0-9._~/:@!$&'()*+,;=-]")


def graph_of(kind: str, subject: str) -> ox.NamedNode:
    """Return the name of the graph of a subject; the subject of a knowledge base is its digest."""
    if kind == KNOWLEDGE:
        return ox.NamedNode(f"{KNOWLEDGE_BASE}/{_escaped(subject)}")
    return ox.NamedNode(RECORDS + _escaped(subject))


def metadata_of(entry: RecordedEntry) -> list[ox.Triple]:
    """Return what the graph of metadata says of the graph of an entry."""
    graph = graph_of(entry.kind, entry.subject)
    kind = KINDS.get(entry.kind) or ox.NamedNode(f"{RECORDS}kinds/{entry.kind}")
    return [
        ox.Triple(graph, TYPE, BUNDLE),
        ox.Triple(graph, KIND, kind),
        ox.Triple(graph, IDENTIFIER, ox.Literal(entry.subject)),
        ox.Triple(graph, VERSION, ox.Literal(entry.version)),
        ox.Triple(graph, FORMAT, ox.Literal(entry.media_type)),
        ox.Triple(graph, GENERATED, ox.Literal(entry.recorded_at, datatype=TIME)),
        ox.Triple(graph, ORIGIN, ox.NamedNode(f"{ENTRY}{entry.index}")),
    ]


def _escaped(subject: str) -> str:
    """Write what an IRI may not contain as percent signs and hexadecimal digits."""
    return ODD.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), subject)
