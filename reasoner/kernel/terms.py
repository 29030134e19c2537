"""The namespaces of the standards, and the few terms that the engine itself has to name."""

from __future__ import annotations

from typing import Final, cast

import pyoxigraph as ox

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

TYPE: Final = ox.NamedNode(RDF + "type")
LABEL: Final = ox.NamedNode(RDFS + "label")
NOTATION: Final = ox.NamedNode(SKOS + "notation")
DEFINITION: Final = ox.NamedNode(SKOS + "definition")
SUBCLASS: Final = ox.NamedNode(RDFS + "subClassOf")
SOURCE: Final = ox.NamedNode(DCTERMS + "source")
VERSION_INFO: Final = ox.NamedNode(OWL + "versionInfo")


Value = ox.NamedNode | ox.Literal
"""What a fact without blank nodes says of its subject."""


def triple(subject: Value, predicate: Value, value: Value) -> ox.Triple:
    """
    Make a fact of terms whose places are known to be right, as those of a rule's template are.

    Raises:
        TypeError: The subject or the predicate is a literal.
    """
    return ox.Triple(cast("ox.NamedNode", subject), cast("ox.NamedNode", predicate), value)


def name_of(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return the IRI, label or text of a term; a quoted triple has none and gives its text."""
    return str(node) if isinstance(node, ox.Triple) else node.value
