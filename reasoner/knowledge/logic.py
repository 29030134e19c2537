"""What of the ontology is logic: the statements that a description logic reasoner is given."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import OWL, RDF, RDFS, TYPE, XSD, name_of

from .terms import LEXICON, NS, mn
from .verifications import RECORD_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOGICAL: Final = (
    OWL,
    RDF + "first",
    RDF + "rest",
    *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
)
LEFT_OUT: Final = frozenset(
    OWL + name for name in ("versionIRI", "imports", "versionInfo", "deprecated")
)
MARK: Final = mn("verification").value
DATE: Final = ox.NamedNode(XSD + "date")
ONTOLOGY: Final = ox.NamedNode(OWL + "Ontology")
ANNOTATION: Final = ox.NamedNode(OWL + "AnnotationProperty")


def logic_of(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """
    Keep axioms, declarations and facts; leave out labels, headers, dates, the lexicon and records.

    Dates are left out because the OWL 2 datatype map has no xsd:date, and the words of the lexicon
    because they are not facts of the world, and there are many of them. Marks and records of
    verification are about the files: they leave the classification as it is.
    """
    triples = list(triples)
    typed = [t for t in triples if t.predicate == TYPE]
    annotations = {t.subject for t in typed if t.object == ANNOTATION}
    ontologies = {t.subject for t in typed if t.object == ONTOLOGY}
    records = {t.subject for t in typed if t.object == RECORD_KIND}
    for t in triples:
        name = t.predicate.value
        if name == MARK or t.subject in records or t.object in records:
            continue
        if t.predicate in annotations or name in LEFT_OUT or _is_dated(t.object):
            continue
        if t.predicate == TYPE:
            if t.object == ONTOLOGY or name_of(t.subject).startswith(LEXICON):
                continue
        elif (
            not name.startswith((*LOGICAL, NS))
            or name_of(t.subject).startswith(LEXICON)
            or (t.subject in ontologies and not name.startswith(NS))
            or t.object in ontologies
        ):
            continue
        yield t


def logic_ntriples(triples: Iterable[ox.Triple]) -> str:
    """Write what is logic as N-Triples, as the reasoner is given it."""
    heading = f"<https://w3id.org/mednec/classified> <{TYPE.value}> <{OWL}Ontology> .\n"
    return heading + "".join(f"{t} .\n" for t in logic_of(triples))


def logic_digest(triples: Iterable[ox.Triple]) -> str:
    """
    Hash what the classification depends on.

    A change of a label, a definition, a word of the lexicon or a figure leaves it as it is: the
    value of a literal counts only if a class expression restricts its property.

    Args:
        triples: The statements as authors wrote them, with populations in plain words. The names
            of blank nodes and the order do not matter.
    """
    logic = list(logic_of(triples))
    restricted = {t.object for t in logic if t.predicate.value == OWL + "onProperty"}
    kept = [
        ox.Quad(t.subject, t.predicate, t.object.datatype)
        if isinstance(t.object, ox.Literal)
        and isinstance(t.subject, ox.NamedNode)
        and t.predicate not in restricted
        else ox.Quad(t.subject, t.predicate, t.object)
        for t in logic
    ]
    trees = ox.Dataset(q for q in kept if _has_blank_node(q))
    trees.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    every = [*(q for q in kept if not _has_blank_node(q)), *trees]
    lines = "\n".join(sorted({f"{q.subject} {q.predicate} {q.object}" for q in every}))
    return hashlib.sha256(lines.encode()).hexdigest()


def _has_blank_node(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)


def _is_dated(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> bool:
    return node == DATE or (isinstance(node, ox.Literal) and node.datatype == DATE)
