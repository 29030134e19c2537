"""
Populations: OWL class expressions, compiled to SPARQL patterns.

The forms that compile are those whose members follow from asserted facts: named classes (with the
entailed types that the classification supplies), intersections, unions, existential restrictions,
values and numeric facets. Anything else is refused with the axiom named, because a pattern that
is silently too wide would be a wrong answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import AxiomUnsupported
from reasoner.kernel import tree
from reasoner.kernel.facts import encode_term
from reasoner.kernel.parser import parse_construct
from reasoner.kernel.rules import pattern_of
from reasoner.kernel.terms import OWL, RDF, TYPE, XSD

from .terms import mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.kernel.facts import Pattern
    from reasoner.kernel.syntax import Construct

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Index = dict[tuple[Node, str], list[Node]]

IS_A: Final = encode_term(TYPE)
MEMBER: Final = "situation"
"""The variable that stands for a member of a population."""
GROUP: Final = "population"
"""The variable that stands for a population."""
IN_POPULATION: Final = mn("inPopulation").value
FACETS: Final = {
    XSD + "minInclusive": ">=",
    XSD + "minExclusive": ">",
    XSD + "maxInclusive": "<=",
    XSD + "maxExclusive": "<",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """
    The class of situations that a recommendation speaks of.

    Attributes:
        iri: The named class.
        expression: The class expression, in functional style, for people and for proofs.
        pattern: A SPARQL group that binds `?situation` to the members.
        select: The query that lists the members.
        text: The rule that concludes who the members are, as SPARQL writes it.
        construct: The same rule, parsed.
        premises: The patterns that every member matches.
        needs: Pairs of a property and a class that a case must hold for there to be any member:
            some value of the property is of the class.
    """

    iri: str
    expression: str
    pattern: str
    select: str
    text: str
    construct: Construct
    premises: tuple[Pattern, ...]
    needs: frozenset[tuple[str, str]]


def index_triples(triples: Iterator[ox.Triple] | tuple[ox.Triple, ...]) -> Index:
    """Index triples by subject and predicate."""
    index: Index = {}
    for triple in triples:
        index.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)
    return index


def compile_populations(triples: tuple[ox.Triple, ...]) -> tuple[Population, ...]:
    """
    Compile the class expression of every population that a recommendation names.

    Raises:
        AxiomUnsupported: A population has no equivalent class, or one that does not compile.
    """
    index = index_triples(triples)
    names = {
        t.object.value
        for t in triples
        if t.predicate == mn("population") and isinstance(t.object, ox.NamedNode)
    }
    return tuple(_compile(name, index) for name in sorted(names))


def _compile(name: str, index: Index) -> Population:
    expressions = index.get((ox.NamedNode(name), OWL + "equivalentClass"), [])
    if len(expressions) != 1:
        raise AxiomUnsupported(
            f"{shorten(name)} is a population but has {len(expressions)} equivalent classes.",
            hint="Give it exactly one owl:equivalentClass that says who belongs to it.",
        )
    writer = _Writer(name, index)
    pattern = writer.members(expressions[0], "?situation")
    select = f"SELECT DISTINCT ?situation WHERE {{ {pattern} }}"
    concluded = f"?situation a <{name}> ; <{IN_POPULATION}> <{name}> ."
    text = f"CONSTRUCT {{ {concluded} }} WHERE {{ {pattern} }}"
    construct = parse_construct(text, shorten(name))
    premises = tuple(pattern_of(part) for part in tree.premises(construct))
    return Population(
        iri=name,
        expression=writer.functional(expressions[0]),
        pattern=pattern,
        select=select,
        text=text,
        construct=construct,
        premises=premises,
        needs=_needs(premises),
    )


def _needs(premises: tuple[Pattern, ...]) -> frozenset[tuple[str, str]]:
    """Join each step to a value with the class that the value is required to be of."""
    classes = {s: o for s, p, (open_, o) in premises if p == (False, IS_A) and not open_}
    reached = [(p, o) for _, p, o in premises if o in classes]
    return frozenset((predicate, classes[value]) for (_, predicate), value in reached)


class _Writer:
    """Writes one class expression as a SPARQL group, with fresh variables."""

    def __init__(self, name: str, index: Index) -> None:
        self.name = name
        self.index = index
        self.fresh = count(1)

    def refuse(self, what: str) -> AxiomUnsupported:
        return AxiomUnsupported(
            f"EquivalentClasses({shorten(self.name)} …): {what} cannot be compiled.",
            hint="Use named classes, intersection, union, some-values-from, has-value and facets.",
        )

    def only(self, node: Node, predicate: str) -> Node | None:
        values = self.index.get((node, predicate), [])
        return values[0] if len(values) == 1 else None

    def items(self, node: Node | None) -> list[Node]:
        found: list[Node] = []
        while node is not None and node != ox.NamedNode(RDF + "nil"):
            first = self.only(node, RDF + "first")
            if first is None:
                raise self.refuse("a list without an end")
            found.append(first)
            node = self.only(node, RDF + "rest")
        return found

    def members(self, node: Node, variable: str) -> str:
        """Return patterns that bind the variable to the members of a class expression."""
        if isinstance(node, ox.NamedNode):
            return f"{variable} a <{node.value}> ."
        if parts := self.only(node, OWL + "intersectionOf"):
            return " ".join(self.members(part, variable) for part in self.items(parts))
        if parts := self.only(node, OWL + "unionOf"):
            groups = [f"{{ {self.members(part, variable)} }}" for part in self.items(parts)]
            return " UNION ".join(groups)
        if path := self.only(node, OWL + "onProperty"):
            return self.restriction(node, path, variable)
        raise self.refuse(self.shape_of(node))

    def restriction(self, node: Node, path: Node, variable: str) -> str:
        if not isinstance(path, ox.NamedNode):
            raise self.refuse("an inverse property")
        if value := self.only(node, OWL + "hasValue"):
            return f"{variable} <{path.value}> {value} ."
        filler = self.only(node, OWL + "someValuesFrom")
        if filler is None:
            raise self.refuse(self.shape_of(node))
        other = f"?v{next(self.fresh)}"
        step = f"{variable} <{path.value}> {other} ."
        if self.only(filler, OWL + "onDatatype"):
            return f"{step} FILTER ({self.facets(filler, other)})"
        return f"{step} {self.members(filler, other)}"

    def facets(self, node: Node, variable: str) -> str:
        tests = []
        for facet in self.items(self.only(node, OWL + "withRestrictions")):
            for predicate, operator in FACETS.items():
                tests += [
                    f"{variable} {operator} {value}"
                    for value in self.index.get((facet, predicate), [])
                ]
        if not tests:
            raise self.refuse("a datatype restriction without a numeric facet")
        return " && ".join(tests)

    def shape_of(self, node: Node) -> str:
        used = sorted(p.removeprefix(OWL) for s, p in self.index if s == node and p.startswith(OWL))
        return "owl:" + ", owl:".join(used) if used else "an empty expression"

    def functional(self, node: Node) -> str:
        """Write a class expression in OWL's functional style."""
        if isinstance(node, ox.NamedNode):
            return shorten(node.value)
        for predicate, name in (("intersectionOf", "And"), ("unionOf", "Or")):
            if parts := self.only(node, OWL + predicate):
                written = [self.functional(part) for part in self.items(parts)]
                if name == "Or":
                    written = sorted(set(written))
                return f"{name}({' '.join(written)})"
        path = self.only(node, OWL + "onProperty")
        if isinstance(path, ox.NamedNode):
            if value := self.only(node, OWL + "hasValue"):
                return f"Value({shorten(path.value)} {value})"
            filler = self.only(node, OWL + "someValuesFrom")
            if filler is not None and not self.only(filler, OWL + "onDatatype"):
                return f"Some({shorten(path.value)} {self.functional(filler)})"
            if filler is not None:
                return f"Some({shorten(path.value)} {self.facets(filler, '?x')})"
        raise self.refuse(self.shape_of(node))
