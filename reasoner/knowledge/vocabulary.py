"""The vocabulary as a reader of cases needs it: which terms there are, and what they are for."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import OWL, RDFS, TYPE

from .terms import CONCEPT, NS, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST: Final = 100
"""Characters of the longest name for which terms with a similar name are looked for."""
OURS: Final = (NS, CONCEPT)


def text_of(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return the IRI, label or characters of a node."""
    return str(node) if isinstance(node, ox.Triple) else node.value


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """
    The terms that a case may use.

    Attributes:
        classes: IRIs of classes.
        links: IRIs of object properties.
        values: IRIs of datatype properties, with the IRI of the datatype.
        individuals: IRIs of concepts and other named individuals.
        coded: For a datatype property and a code, the facts of the concepts that bear the code.
    """

    classes: frozenset[str]
    links: frozenset[str]
    values: Mapping[str, str]
    individuals: frozenset[str]
    coded: Mapping[tuple[str, str], tuple[ox.Triple, ...]]

    @classmethod
    def read(cls, triples: Iterable[ox.Triple]) -> Vocabulary:
        """Collect the terms that an ontology declares."""
        kinds: dict[str, set[str]] = {}
        ranges: dict[str, str] = {}
        coded: dict[tuple[str, str], tuple[ox.Triple, ...]] = {}
        for t in triples:
            if not isinstance(t.subject, ox.NamedNode):
                continue
            if isinstance(t.object, ox.Literal) and t.subject.value.startswith(CONCEPT):
                key = (t.predicate.value, t.object.value)
                coded[key] = (*coded.get(key, ()), t)
            if not isinstance(t.object, ox.NamedNode):
                continue
            if t.predicate == TYPE:
                kinds.setdefault(t.object.value, set()).add(t.subject.value)
            elif t.predicate.value == RDFS + "range":
                ranges[t.subject.value] = t.object.value
        guidelines = kinds.get(NS + "Guideline", set())
        return cls(
            classes=frozenset(kinds.get(OWL + "Class", set())),
            links=frozenset(kinds.get(OWL + "ObjectProperty", set())),
            values={p: ranges.get(p, "") for p in sorted(kinds.get(OWL + "DatatypeProperty", ()))},
            individuals=frozenset(kinds.get(OWL + "NamedIndividual", set()) | guidelines),
            coded=coded,
        )

    @cached_property
    def longest(self) -> Mapping[str, int]:
        """For each datatype property, the length of the longest code that a concept bears."""
        found: dict[str, int] = {}
        for predicate, code in self.coded:
            found[predicate] = max(found.get(predicate, 0), len(code))
        return found

    @cached_property
    def terms(self) -> frozenset[str]:
        """IRIs of everything that the vocabulary declares."""
        return self.classes | self.properties | self.individuals

    @cached_property
    def named(self) -> Mapping[str, str]:
        """The IRIs of the classes and individuals by local name; a concept before another term."""
        found: dict[str, str] = {}
        for iri in sorted(self.classes | self.individuals):
            found.setdefault(iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1], iri)
        return found

    @cached_property
    def properties(self) -> frozenset[str]:
        """IRIs of all properties."""
        return self.links | frozenset(self.values)

    def knows(self, iri: str) -> bool:
        """Return True if an IRI is a term; those outside our namespaces are always known."""
        if not iri.startswith(OURS):
            return True
        return iri in self.terms

    def nearest(self, name: str, among: Iterable[str]) -> str:
        """Return a hint that names the terms most like a name; empty if none is like it."""
        if len(name) > LONGEST:
            return ""  # the comparison takes the square of the length
        short = {iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]: iri for iri in sorted(among)}
        close = get_close_matches(name, short, n=2, cutoff=0.5)
        return f"Did you mean {' or '.join(shorten(short[c]) for c in close)}?" if close else ""
