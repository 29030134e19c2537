"""The lines in which the subjects of a Turtle file are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeGuard

import pyoxigraph as ox

from reasoner.kernel.terms import DCTERMS, OWL, RDF, RDFS, SH, SKOS

from .turtle_nodes import Node, Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .turtle_text import TurtleWords

OBJECTS_WIDTH: Final = 100
"""Several objects stand on one line up to this column."""
NODE_WIDTH: Final = 120
"""A node in brackets stands on one line up to this column."""
STEP: Final = 4
RANK: Final = {
    iri: place
    for place, iri in enumerate(
        (
            RDF + "type",
            RDFS + "subClassOf",
            RDFS + "subPropertyOf",
            RDFS + "label",
            SKOS + "prefLabel",
            SKOS + "altLabel",
            SKOS + "definition",
            DCTERMS + "title",
            DCTERMS + "description",
            DCTERMS + "source",
            RDFS + "domain",
            RDFS + "range",
            SH + "targetClass",
            SH + "path",
            SH + "prefix",
        )
    )
}
"""Generic properties that come first, in this order; all others follow by their names."""
_TYPE: Final = ox.NamedNode(RDF + "type")
_FIRST: Final = ox.NamedNode(RDF + "first")
_REST: Final = ox.NamedNode(RDF + "rest")
_NIL: Final = ox.NamedNode(RDF + "nil")
# A version is an address, not a term: a prefix would only hide where it is found.
_IN_FULL: Final = OWL + "versionIRI"

Pair = tuple[str, list[tuple[Term, str]]]
"""A property as it is written, and its values, each also as one line of text."""


@dataclass(frozen=True, kw_only=True)
class TurtlePage:
    """
    What is to be written, and how its terms are called.

    Attributes:
        about: What is said of each node: its properties and their values.
        labels: The blank nodes that need a label; the others are written where they are used.
        words: How IRIs and literals are written.
        lines: What is found once: blank nodes as one line of text.
    """

    about: Mapping[Node, Mapping[str, Sequence[Term]]]
    labels: Mapping[ox.BlankNode, str]
    words: TurtleWords
    lines: dict[ox.BlankNode, str] = field(default_factory=dict)

    def line(self, term: Term) -> str:
        """Write a term as one line; only a literal that has lines itself breaks it."""
        if isinstance(term, ox.Literal):
            return self.words.literal(term)
        if isinstance(term, ox.NamedNode):
            return "()" if term == _NIL else self.words.name(term.value)
        if term in self.labels:
            return self.labels[term]
        if term not in self.lines:
            self.lines[term] = self._node_line(term)
        return self.lines[term]

    def _node_line(self, node: ox.BlankNode) -> str:
        if node not in self.about:
            return "[]"
        items = self.items(node)
        if items is not None:
            return f"( {' '.join(self.line(item) for item in items)} )"
        return f"[ {' ; '.join(_pair_line(pair) for pair in self.pairs(node))} ]"

    def items(self, node: Term) -> list[Term] | None:
        """Return the items of a list that can be written in parentheses, None for other nodes."""
        items: list[Term] = []
        while node != _NIL:
            if not isinstance(node, ox.BlankNode) or node in self.labels:
                return None
            said = self.about.get(node, {})
            first, rest = said.get(_FIRST.value, ()), said.get(_REST.value, ())
            if (len(said), len(first), len(rest)) != (2, 1, 1):
                return None
            items.append(first[0])
            node = rest[0]
        return items

    def pairs(self, node: Node) -> list[Pair]:
        """Return what is said of a node, in the order in which it is written."""
        found = []
        for iri, values in self.about[node].items():
            verb = "a" if iri == _TYPE.value else self.words.name(iri)
            full = iri == _IN_FULL
            texts = [
                (v, str(v) if full and isinstance(v, ox.NamedNode) else self.line(v))
                for v in values
            ]
            texts.sort(key=lambda pair: (_kind(pair[0]), pair[1]))
            found.append((RANK.get(iri, len(RANK)), verb, texts))
        return [(verb, texts) for _, verb, texts in sorted(found, key=lambda f: f[:2])]

    def pair(self, pair: Pair, indent: int, column: int) -> str:
        """Write a property and its values; lines after the first are indented further."""
        verb, values = pair
        text = _pair_line(pair)
        if len(values) == 1:
            return f"{verb} {self.value(*values[0], indent, column + len(verb) + 1)}"
        if "\n" not in text and column + len(text) <= OBJECTS_WIDTH:
            return text
        inner = indent + STEP
        return verb + ",".join(f"{_new(inner)}{self.value(*v, inner, inner)}" for v in values)

    def value(self, term: Term, line: str, indent: int, column: int) -> str:
        """Write a value, broken over lines if it is a node that does not fit on this one."""
        fits = "\n" not in line and column + len(line) <= NODE_WIDTH
        if self._opens(term) and not fits:
            return self._broken(term, indent, column)
        return line

    def _opens(self, term: Term) -> TypeGuard[ox.BlankNode]:
        """Return True if a term is written in brackets that are not empty."""
        return isinstance(term, ox.BlankNode) and term not in self.labels and term in self.about

    def _broken(self, node: Node, indent: int, column: int) -> str:
        inner = indent + STEP
        items = self.items(node)
        if items is not None:
            lines = (self.value(item, self.line(item), inner, inner) for item in items)
            return f"({''.join(_new(inner) + line for line in lines)}{_new(indent)})"
        pairs = self.pairs(node)
        verb, values = pairs[-1]
        # `[ a owl:Class ; owl:intersectionOf (` stays on one line: only what it holds is broken.
        opening = f"[ {''.join(f'{_pair_line(pair)} ; ' for pair in pairs[:-1])}{verb} "
        end = column + len(opening)
        last = values[0][0]
        if len(values) == 1 and self._opens(last) and "\n" not in opening and end <= OBJECTS_WIDTH:
            return f"{opening}{self._broken(last, indent, end)} ]"
        lines = (self.pair(pair, inner, inner) for pair in pairs)
        return f"[{' ;'.join(_new(inner) + line for line in lines)}{_new(indent)}]"

    def block(self, node: Node) -> str:
        """Write all that is said of a subject, one property a line."""
        if isinstance(node, ox.NamedNode):
            name = self.words.name(node.value)
        else:
            name = self.labels.get(node, "[]")
        pairs = self.pairs(node)
        typed = pairs[0][0] == "a"
        lines = [self.pair(pairs[0], STEP, len(name) + 1)] if typed else []
        lines += [self.pair(pair, STEP, STEP) for pair in pairs[len(lines) :]]
        return f"{name}{' ' if typed else _new(STEP)}{f' ;{_new(STEP)}'.join(lines)} ."


def _pair_line(pair: Pair) -> str:
    return f"{pair[0]} {', '.join(text for _, text in pair[1])}"


def _new(indent: int) -> str:
    return "\n" + " " * indent


def _kind(term: Term) -> int:
    return (ox.NamedNode, ox.Literal, ox.BlankNode).index(type(term))
