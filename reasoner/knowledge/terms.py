"""The namespaces of the project, and the prefixes with which its files and pages write IRIs."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from reasoner.kernel.terms import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD

NS: Final = "https://w3id.org/mednec/ns#"
KNOWLEDGE_BASE: Final = "https://w3id.org/mednec/knowledge"
CONCEPT: Final = "https://w3id.org/mednec/concept/"
RULE: Final = "https://w3id.org/mednec/rule/"
CASE: Final = "https://w3id.org/mednec/case/"
LEXICON: Final = "https://w3id.org/mednec/lexicon/"
SHAPES: Final = "https://w3id.org/mednec/shapes#"
CONTEXT: Final = "https://w3id.org/mednec/context.jsonld"

PREFIXES: Final = {
    "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#",
    "mn": NS,
    "mnc": CONCEPT,
    "mng": "https://w3id.org/mednec/guideline/",
    "mnl": "https://w3id.org/mednec/law/",
    "mnr": RULE,
    "mnsh": SHAPES,
    "mnw": LEXICON,
    "oa": "http://www.w3.org/ns/oa#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}


@lru_cache(maxsize=4_000)
def mn(name: str) -> ox.NamedNode:
    """Return the term of the vocabulary of the project with a local name."""
    return ox.NamedNode(NS + name)


@lru_cache(maxsize=20_000)
def shorten(iri: str) -> str:
    """Write an IRI with its prefix; in angle brackets if no prefix fits."""
    best = max(
        ((p, n) for p, n in PREFIXES.items() if iri.startswith(n)),
        key=lambda pair: len(pair[1]),
        default=None,
    )
    return f"{best[0]}:{iri[len(best[1]) :]}" if best else f"<{iri}>"
