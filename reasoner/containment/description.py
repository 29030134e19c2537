"""The description of the SPARQL service (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .querying import GRAPHS, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
FORMATS: Final = "http://www.w3.org/ns/formats/"
FORMAT_NAMES: Final = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/n-quads": "N-Quads",
    "application/trig": "TriG",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
}
"""The last part of the W3C's IRI of each form."""
PREFIXES: Final = {"sd": SD, "format": FORMATS}
TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """
    A service description.

    Attributes:
        triples: What it states.
    """

    triples: tuple[ox.Triple, ...]

    def written(self, media_type: str) -> bytes:
        """Return it in a form of graphs."""
        return ox.serialize(self.triples, format=GRAPHS[media_type], prefixes=PREFIXES) or b""


def service_description(endpoint: str, *, forms: Iterable[str]) -> Description:
    """
    Describe the service at an address.

    Args:
        endpoint: The address.
        forms: The media types of its answers.
    """
    service, data = ox.NamedNode(endpoint), ox.NamedNode(f"{endpoint}#data")
    default = ox.NamedNode(f"{endpoint}#default-graph")
    sd, triple = _sd, ox.Triple
    found = [
        triple(service, TYPE, sd("Service")),
        triple(service, sd("endpoint"), service),
        triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        triple(service, sd("defaultDataset"), data),
        triple(data, TYPE, sd("Dataset")),
        triple(data, sd("defaultGraph"), default),
        triple(default, TYPE, sd("Graph")),
    ]
    known = {*TABLES, *GRAPHS}
    found += [
        triple(service, sd("resultFormat"), ox.NamedNode(FORMATS + FORMAT_NAMES[form]))
        for form in sorted(set(forms) & known)
    ]
    return Description(triples=tuple(found))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
