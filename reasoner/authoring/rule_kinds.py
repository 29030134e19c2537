"""What the variables of a rule stand for, by domains, ranges and disjoint classes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.syntax import Iri, Literal, Variable
from reasoner.kernel.terms import OWL, RDF, RDFS, TYPE
from reasoner.kernel.tree import premises
from reasoner.knowledge.terms import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reasoner.kernel.syntax import Construct, TriplePattern

Clash = tuple[int, str, str]
"""A line, why the rule cannot fire, and what to do."""
LITERAL: Final = "a literal"
HINT: Final = "Look at the subject and the object of the pattern, or at the domain and the range."


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """
    What the vocabulary declares of properties and classes.

    Attributes:
        links: Object properties.
        values: Datatype properties.
        domains: For each property, the named class of its subjects.
        ranges: For each object property, the named class of its objects.
        above: For each class, itself and the asserted superclasses, near and far.
        disjoint: Pairs of classes without a common member, in both orders.
    """

    links: frozenset[str]
    values: frozenset[str]
    domains: Mapping[str, str]
    ranges: Mapping[str, str]
    above: Mapping[str, frozenset[str]]
    disjoint: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, triples: Iterable[ox.Triple]) -> Kinds:
        """Collect the declarations of an ontology."""
        about: dict[tuple[object, str], list[object]] = defaultdict(list)
        for t in triples:
            about[t.subject, t.predicate.value].append(t.object)

        def typed(kind: str) -> frozenset[str]:
            node = ox.NamedNode(OWL + kind)
            found = (s for (s, p), os in about.items() if p == TYPE.value and node in os)
            return frozenset(s.value for s in found if isinstance(s, ox.NamedNode))

        def named(predicate: str) -> dict[str, str]:
            return {
                s.value: os[0].value
                for (s, p), os in about.items()
                if p == predicate and isinstance(s, ox.NamedNode)
                if len(os) == 1 and isinstance(os[0], ox.NamedNode)
            }

        below = {
            s.value: {o.value for o in os if isinstance(o, ox.NamedNode)}
            for (s, p), os in about.items()
            if p == RDFS + "subClassOf" and isinstance(s, ox.NamedNode)
        }
        return cls(
            links=typed("ObjectProperty"),
            values=typed("DatatypeProperty"),
            domains=named(RDFS + "domain"),
            ranges=named(RDFS + "range"),
            above={name: _closed(name, below) for name in below},
            disjoint=frozenset(_disjoint(about)),
        )

    def contradictions(self, construct: Construct) -> Iterator[Clash]:
        """Find required patterns that no facts can match together."""
        kinds: dict[str, dict[str, str]] = defaultdict(dict)
        for pattern in premises(construct):
            for variable, kind, why in self._said(pattern):
                for other, reason in kinds[variable].items():
                    if self._exclude(kind, other):
                        words = f"{_spoken(kind)} ({why}) and {_spoken(other)} ({reason})"
                        yield pattern.line, f"?{variable} would be {words}", HINT
                        return
                kinds[variable][kind] = why
            if clash := self._fixed(pattern):
                yield (pattern.line, clash, HINT)
                return

    def _said(self, pattern: TriplePattern) -> Iterator[tuple[str, str, str]]:
        """Yield what a pattern says of its variables: name, kind, and by which property."""
        subject, predicate, value = pattern.nodes
        if not isinstance(predicate, Iri):
            return
        why = shorten(predicate.value)
        if isinstance(subject, Variable):
            yield subject.name, OWL + "Thing", f"the subject of {why}"
            if predicate.value == TYPE.value and isinstance(value, Iri):
                yield subject.name, value.value, "its class"
            if predicate.value in self.domains:
                yield subject.name, self.domains[predicate.value], f"the domain of {why}"
        if isinstance(value, Variable):
            if predicate.value in self.values:
                yield value.name, LITERAL, f"the object of {why}"
            elif predicate.value in self.links:
                kind = self.ranges.get(predicate.value, OWL + "Thing")
                yield value.name, kind, f"the range of {why}"

    def _fixed(self, pattern: TriplePattern) -> str:
        """Return why the object of a pattern is of the wrong kind; empty if it is not."""
        predicate, value = pattern.predicate, pattern.value
        if not isinstance(predicate, Iri):
            return ""
        if predicate.value in self.links and isinstance(value, Literal):
            return f"{shorten(predicate.value)} leads to things, never to {value.text}"
        if predicate.value in self.values and isinstance(value, Iri):
            return f"{shorten(predicate.value)} has literal values, never {shorten(value.value)}"
        return ""

    def _exclude(self, one: str, other: str) -> bool:
        if LITERAL in {one, other}:
            return one != other
        wide = [self.above.get(kind, frozenset({kind})) for kind in (one, other)]
        return any((a, b) in self.disjoint for a in wide[0] for b in wide[1])


def _spoken(kind: str) -> str:
    return {LITERAL: LITERAL, OWL + "Thing": "a thing"}.get(kind, shorten(kind))


def _closed(name: str, below: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        kind = todo.pop()
        if kind not in found:
            found.add(kind)
            todo += below.get(kind, ())
    return frozenset(found)


def _disjoint(about: Mapping[tuple[object, str], list[object]]) -> Iterator[tuple[str, str]]:
    for (subject, predicate), values in about.items():
        if predicate == OWL + "disjointWith":
            pairs = [[subject, value] for value in values]
        elif predicate == OWL + "members":
            pairs = [_items(value, about) for value in values]
        else:
            continue
        for group in pairs:
            names = [node.value for node in group if isinstance(node, ox.NamedNode)]
            yield from ((a, b) for a in names for b in names if a != b)


def _items(node: object, about: Mapping[tuple[object, str], list[object]]) -> list[object]:
    found: list[object] = []
    while about.get((node, RDF + "first")):
        found += about[node, RDF + "first"][:1]
        node = next(iter(about.get((node, RDF + "rest"), ())), None)
    return found
