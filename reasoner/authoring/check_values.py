"""Literals: whether each can be read as its datatype, and is what its property asks for."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import rdflib

from reasoner.kernel.terms import DEFINITION, LABEL, OWL, RDF, RDFS, SH, SKOS, TYPE, XSD, name_of
from reasoner.knowledge.literals import datatypes_of, literal_fault
from reasoner.knowledge.terms import CONCEPT, NS, shorten

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .places import Place, Places

BUILT_IN: Final = {
    RDF: rdflib.RDF,
    RDFS: rdflib.RDFS,
    OWL: rdflib.OWL,
    XSD: rdflib.XSD,
    SH: rdflib.SH,
}
"""Vocabularies that are complete, so that a term outside them is a misspelling."""
WRITTEN: Final = frozenset({LABEL.value, DEFINITION.value, SKOS + "altLabel", SKOS + "prefLabel"})
"""Properties whose text people read: it is there, and it is English."""


def check_values(places: Places) -> list[Finding]:
    """Check literals, and the kind and datatype of every value against its property."""
    found: list[Finding] = []
    for name, t, (kind, words) in _faults(places):
        found.append(
            Finding(
                **_place(places, name, t),
                kind=kind,
                message=f"{_named(t.subject)}{shorten(t.predicate.value)} is "
                f"{_spoken(t.object)}; expected {words}.",
                hint="Correct the value: nothing reads it as it is.",
            )
        )
    for name, t in places.facts:
        blank = t.predicate.value in WRITTEN and name.startswith("ontology/")
        if blank and isinstance(t.object, ox.Literal) and not t.object.value.strip():
            found.append(
                Finding(
                    **_place(places, name, t),
                    kind="text-empty",
                    message=f"{_named(t.subject)}{shorten(t.predicate.value)} is empty.",
                    hint="Write it, or remove the statement.",
                )
            )
    declared = frozenset().union(*_declared(places))
    return [*found, *_undeclared(places, declared)]


def faulty_statements(places: Places) -> frozenset[tuple[str, str]]:
    """Return the subjects and properties of the statements whose value cannot be used."""
    return frozenset((name_of(t.subject), t.predicate.value) for _, t, _ in _faults(places))


def _faults(places: Places) -> Iterator[tuple[str, ox.Triple, tuple[str, str]]]:
    """Yield each faulty statement with its file, the kind of finding and what was expected."""
    links, values, _ = _declared(places)
    ranges = datatypes_of(t for _, t in places.facts)
    for name, t in places.facts:
        if name.startswith("ontology/"):
            predicate = t.predicate.value
            fault = _fault(t.object, predicate, ranges.get(predicate, ""), links, values)
            if fault:
                yield name, t, fault


def _declared(
    places: Places,
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Collect object, datatype and annotation properties."""
    kinds: dict[str, set[str]] = {"ObjectProperty": set(), "DatatypeProperty": set()}
    kinds["AnnotationProperty"] = set()
    for _, t in places.facts:
        if t.predicate == TYPE:
            kind = name_of(t.object).removeprefix(OWL)
            kinds.get(kind, set()).add(name_of(t.subject))
    links, values, annotations = (frozenset(names) for names in kinds.values())
    return links, values, annotations


def _fault(
    node: object, predicate: str, wanted: str, links: frozenset[str], values: frozenset[str]
) -> tuple[str, str] | None:
    """Return the kind of finding and what was expected; None if the value is as it should be."""
    if not isinstance(node, ox.Literal):
        if predicate in values and isinstance(node, ox.NamedNode):
            return "value-of-wrong-kind", f"a literal{' of ' + shorten(wanted) if wanted else ''}"
        return None
    if predicate in links:
        return "value-of-wrong-kind", "an IRI, such as mnc:Massage"
    words = literal_fault(node, wanted)
    if words is None:
        return None
    typed = not wanted or node.datatype.value == wanted
    return ("value-malformed" if typed else "value-of-wrong-type"), words


def _spoken(node: object) -> str:
    if isinstance(node, ox.Literal):
        kind = node.datatype.value
        typed = f"^^{shorten(kind)}" if kind not in {XSD + "string", RDF + "langString"} else ""
        return f'"{node.value[:60]}"{typed}'
    return shorten(node.value) if isinstance(node, ox.NamedNode) else "a blank node"


def _named(node: object) -> str:
    return f"{shorten(node.value)}: " if isinstance(node, ox.NamedNode) else ""


def _place(places: Places, name: str, t: ox.Triple) -> Place:
    value = name_of(t.object)
    if isinstance(t.subject, ox.NamedNode):
        return places.where(t.subject.value, t.predicate.value, value, within=name)
    return {"path": name, "line": places.use_of(name, value)}


def _undeclared(places: Places, declared: frozenset[str]) -> Iterator[Finding]:
    """Find properties of other vocabularies that do not exist or are not declared, each once."""
    seen: set[str] = set()
    for name, t in places.facts:
        iri = t.predicate.value
        ours = iri.startswith((NS, CONCEPT))  # those are reported with all other terms of ours
        if ours or iri in declared | seen or name.startswith("shapes/"):
            continue
        seen.add(iri)
        standard = next((terms for start, terms in BUILT_IN.items() if iri.startswith(start)), None)
        if standard is not None and rdflib.URIRef(iri) in standard:
            continue
        among = declared if standard is None else {str(term) for term in dir(standard)}
        near = get_close_matches(iri, among, n=1, cutoff=0.85)
        yield Finding(
            path=name,
            line=places.use_of(name, iri),
            kind="property-undeclared",
            message=f"{shorten(iri)} is not declared.",
            hint=f"Did you mean {shorten(near[0])}?"
            if near
            else "Declare it as an annotation property with the other terms of that vocabulary.",
        )
