"""
Populations in plain words, and the OWL class expression that each stands for.

A recommendation states whom it is for with five properties. Several values of one property mean any
of them, except for `mn:phase`: a situation is in all of the phases.

========================  ====================================================================
`mn:limits`               the treatment of the situation
`mn:phase`                a phase of care that the situation is in
`mn:procedure`            the operation that the situation follows
`mn:covers`               the condition of a diagnosis that is treated
`mn:region`               a region of the condition of a diagnosis that is treated
========================  ====================================================================

The class is named by `mn:population`, or after the recommendation with the suffix `-situations`.
Its label is made of the labels of the values unless the class is declared with one.
Whatever these words cannot say is written as a class expression of the population itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

import pyoxigraph as ox

from reasoner.errors import PopulationMalformed
from reasoner.kernel.terms import LABEL, OWL, RDF, TYPE, name_of

from .terms import mn, shorten

Node = ox.NamedNode | ox.BlankNode
File = TypeVar("File", bound=Hashable)

SUFFIX: Final = "-situations"
POPULATION: Final = mn("population")
LIMITS, PHASE, PROCEDURE = mn("limits"), mn("phase"), mn("procedure")
COVERS, REGION = mn("covers"), mn("region")
WORDS: Final = (LIMITS, PHASE, COVERS, REGION, PROCEDURE)
RECOMMENDATION: Final = mn("Recommendation")
EQUIVALENT: Final = ox.NamedNode(OWL + "equivalentClass")
CLASS: Final = ox.NamedNode(OWL + "Class")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPopulation:
    """
    A population in the words of its recommendation.

    Attributes:
        recommendation: The IRI of the recommendation.
        iri: The IRI of the population.
        named: Whether the recommendation names the population with `mn:population`.
        words: For each property of `WORDS` that is stated, its values, sorted by IRI.
    """

    recommendation: ox.NamedNode
    iri: ox.NamedNode
    named: bool
    words: Mapping[ox.NamedNode, tuple[ox.NamedNode, ...]]


def read_plain_populations(triples: Sequence[ox.Triple]) -> tuple[PlainPopulation, ...]:
    """
    Read the populations that recommendations state in plain words, sorted by recommendation.

    Args:
        triples: The statements of one file: a recommendation is stated in one file.

    Raises:
        PopulationMalformed: A value is not an IRI, a population is stated by two recommendations,
            or both in words and as a class expression.
    """
    recommendations = {
        t.subject for t in triples if t.predicate == TYPE and t.object == RECOMMENDATION
    }
    said: dict[ox.NamedNode, dict[ox.NamedNode, set[ox.NamedNode]]] = {}
    for t in triples:
        if t.subject not in recommendations or not isinstance(t.subject, ox.NamedNode):
            continue
        if t.predicate in (*WORDS, POPULATION):
            if not isinstance(t.object, ox.NamedNode):
                raise PopulationMalformed(
                    f"{shorten(t.subject.value)}: {shorten(t.predicate.value)} is {t.object}, "
                    "and must be the IRI of a concept or class.",
                    hint="Write a concept with its prefix, such as mnc:LumbarStrain.",
                )
            said.setdefault(t.subject, {}).setdefault(t.predicate, set()).add(t.object)
    explicit = {t.subject for t in triples if t.predicate == EQUIVALENT}
    found: dict[ox.NamedNode, PlainPopulation] = {}
    for recommendation, values in sorted(said.items(), key=lambda item: item[0].value):
        words = {w: tuple(sorted(values[w], key=name_of)) for w in WORDS if w in values}
        if not words:
            continue
        names = sorted(values.get(POPULATION, ()), key=name_of)
        iri = names[0] if names else ox.NamedNode(recommendation.value + SUFFIX)
        if iri in explicit or iri in found:
            other = shorten(found[iri].recommendation.value) if iri in found else "a class axiom"
            raise PopulationMalformed(
                f"{shorten(iri.value)} is stated by {shorten(recommendation.value)} and "
                f"by {other}; one population has one statement.",
                hint="Keep the plain words or the class expression, and name the population "
                "with mn:population where a second recommendation shares it.",
            )
        found[iri] = PlainPopulation(
            recommendation=recommendation, iri=iri, named=bool(names), words=words
        )
    return tuple(found.values())


def expand_populations(files: Mapping[File, Sequence[ox.Triple]]) -> dict[File, list[ox.Triple]]:
    """
    Add to each file the class expressions that its plain words stand for.

    Args:
        files: The statements of each file of the ontology.

    Returns:
        The same files and statements, each followed by `mn:population` where it was not stated, and
        by the class, its label and its class expression.

    Raises:
        PopulationMalformed: See `read_plain_populations`.
    """
    labels = {
        t.subject: t.object.value
        for triples in files.values()
        for t in triples
        if t.predicate == LABEL and isinstance(t.object, ox.Literal)
    }
    return {
        file: [
            *triples,
            *(t for p in read_plain_populations(triples) for t in _statements(p, labels)),
        ]
        for file, triples in files.items()
    }


def _statements(
    population: PlainPopulation, labels: Mapping[Node | ox.Triple, str]
) -> list[ox.Triple]:
    writer = _Writer(population.iri)
    expression = writer.population(population)
    iri = population.iri
    link = [] if population.named else [ox.Triple(population.recommendation, POPULATION, iri)]
    label = ox.Literal(_label(population, labels), language="en")
    named = [] if iri in labels else [ox.Triple(iri, LABEL, label)]
    return [
        *link,
        ox.Triple(iri, TYPE, CLASS),
        *named,
        ox.Triple(iri, EQUIVALENT, expression),
        *writer.triples,
    ]


def _label(population: PlainPopulation, labels: Mapping[Node | ox.Triple, str]) -> str:
    """Write, for example, `physical medicine, chronic: low back pain; lumbar strain`."""
    spoken = {
        word: [labels.get(value, shorten(value.value)) for value in values]
        for word, values in population.words.items()
    }
    care = [one for word in (LIMITS, PHASE) for one in spoken.get(word, ())]
    patient = [one for word in (COVERS, REGION, PROCEDURE) for one in spoken.get(word, ())]
    return ": ".join(part for part in (", ".join(care), "; ".join(patient)) if part)


class _Writer:
    """Writes class expressions as triples; its blank nodes are named after the population."""

    def __init__(self, population: ox.NamedNode) -> None:
        self.triples: list[ox.Triple] = []
        self.prefix = "p" + hashlib.sha256(population.value.encode()).hexdigest()[:16]
        self.fresh = count(1)

    def population(self, population: PlainPopulation) -> Node:
        """Write the class of the situations that the words describe."""
        words = population.words
        parts: list[Node] = [mn("Situation")]
        if treatments := words.get(LIMITS):
            parts.append(self.some(mn("treatment"), self.any_of(treatments)))
        parts += [self.some(PHASE, phase) for phase in words.get(PHASE, ())]
        if procedures := words.get(PROCEDURE):
            parts.append(self.some(mn("treatsProcedure"), self.any_of(procedures)))
        conditions: list[Node] = []
        if covered := words.get(COVERS):
            conditions.append(self.any_of(covered))
        if regions := words.get(REGION):
            conditions.append(self.any_of([self.value(REGION, region) for region in regions]))
        if conditions:
            condition = self.some(mn("condition"), self.joined("intersectionOf", conditions))
            parts.append(self.some(mn("treatsDiagnosis"), condition))
        return self.joined("intersectionOf", parts)

    def any_of(self, classes: Sequence[Node]) -> Node:
        return self.joined("unionOf", classes)

    def joined(self, how: str, parts: Sequence[Node]) -> Node:
        """Write an intersection or union; one part alone is itself."""
        if len(parts) == 1:
            return parts[0]
        return self._node("Class", {how: self._list(parts)})

    def some(self, path: ox.NamedNode, filler: Node) -> Node:
        return self._node("Restriction", {"onProperty": path, "someValuesFrom": filler})

    def value(self, path: ox.NamedNode, value: ox.NamedNode) -> Node:
        return self._node("Restriction", {"onProperty": path, "hasValue": value})

    def _node(self, kind: str, values: Mapping[str, Node]) -> ox.BlankNode:
        node = ox.BlankNode(f"{self.prefix}n{next(self.fresh)}")
        self.triples.append(ox.Triple(node, TYPE, ox.NamedNode(OWL + kind)))
        self.triples += [ox.Triple(node, ox.NamedNode(OWL + p), o) for p, o in values.items()]
        return node

    def _list(self, items: Sequence[Node]) -> Node:
        rest: Node = ox.NamedNode(RDF + "nil")
        for item in reversed(items):
            cell = ox.BlankNode(f"{self.prefix}n{next(self.fresh)}")
            self.triples.append(ox.Triple(cell, ox.NamedNode(RDF + "first"), item))
            self.triples.append(ox.Triple(cell, ox.NamedNode(RDF + "rest"), rest))
            rest = cell
        return rest
