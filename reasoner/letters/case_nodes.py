"""Parts of a case in the making: facts are added, with the passages that state them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE, XSD
from reasoner.knowledge.terms import CONCEPT, NS, PREFIXES, mn

from .model import Confidence

if TYPE_CHECKING:
    from .model import Span, Stated

T = TypeVar("T")

OA: Final = PREFIXES["oa"]
TRUST: Final = {
    Confidence.STATED: mn("StatedInWords"),
    Confidence.COMPUTED: mn("Computed"),
    Confidence.INFERRED: mn("InferredByConvention"),
    Confidence.CONFLICTING: mn("Conflicting"),
}


def concept(name: str) -> ox.NamedNode:
    """Return the concept with a name."""
    return ox.NamedNode(CONCEPT + name)


@dataclass(slots=True)
class Graph:
    """
    Facts in the making.

    Attributes:
        case: The case that they are about.
        facts: The facts, in the order in which they were added.
    """

    case: ox.NamedNode
    facts: list[ox.Triple] = field(default_factory=list)

    def node(self, name: str, kind: str, leading: str, parent: ox.NamedNode | None = None) -> Node:
        """Make a part of the case and link it."""
        made = ox.NamedNode(f"{self.case.value}#{name}")
        self.facts.append(ox.Triple(parent or self.case, mn(leading), made))
        self.facts.append(ox.Triple(made, TYPE, mn(kind)))
        return Node(graph=self, iri=made)


@dataclass(slots=True)
class Node:
    """A part of the case, to which facts are added; None adds nothing."""

    graph: Graph
    iri: ox.NamedNode

    def add(self, name: str, value: object) -> Node:
        """Add a fact: an IRI as text, a term, a date, a whole number or words."""
        term = _term(value)
        if term is not None:
            self.graph.facts.append(ox.Triple(self.iri, mn(name), term))
        return self

    def add_read(self, name: str, stated: Stated[T] | None) -> Node:
        """Add a fact that was read, with its passages."""
        if stated is not None and _term(stated.value) is not None:
            self.add(name, stated.value).read(stated.spans, stated.confidence)
        return self

    def read(self, spans: tuple[Span, ...], confidence: Confidence | None = None) -> Node:
        """Add passages; of several confidences the least sure stays."""
        for span in spans:
            if span.end <= span.start:
                continue
            passage = ox.NamedNode(f"{self.graph.case.value}#at-{span.start}-{span.end}")
            start, end = (ox.NamedNode(OA + name) for name in ("start", "end"))
            self.graph.facts += [
                ox.Triple(self.iri, mn("readFrom"), passage),
                ox.Triple(passage, TYPE, ox.NamedNode(OA + "TextPositionSelector")),
                ox.Triple(passage, start, ox.Literal(span.start)),
                ox.Triple(passage, end, ox.Literal(span.end)),
            ]
        if confidence is not None:
            self._trust(confidence)
        return self

    def _trust(self, confidence: Confidence) -> None:
        order = list(Confidence)
        for i, fact in enumerate(self.graph.facts):
            if fact.subject == self.iri and fact.predicate == mn("readingConfidence"):
                known = next(c for c, term in TRUST.items() if term == fact.object)
                worse = max(known, confidence, key=order.index)
                self.graph.facts[i] = ox.Triple(self.iri, fact.predicate, TRUST[worse])
                return
        self.add("readingConfidence", TRUST[confidence])


def _term(value: object) -> ox.NamedNode | ox.Literal | None:
    if value is None or isinstance(value, ox.NamedNode | ox.Literal):
        return value
    if isinstance(value, date):
        return ox.Literal(value.isoformat(), datatype=ox.NamedNode(XSD + "date"))
    if isinstance(value, bool | int):
        return ox.Literal(value)
    if isinstance(value, str):
        return ox.NamedNode(value) if value.startswith(NS) or "://" in value else ox.Literal(value)
    iri = getattr(value, "iri", None)
    return ox.NamedNode(iri) if isinstance(iri, str) else None


def turtle(facts: list[ox.Triple], case: str) -> bytes:
    """Write facts as Turtle, sorted, with short names for the parts of the case."""
    ordered = sorted(set(facts), key=str)
    used = {name: PREFIXES[name] for name in ("mn", "mnc", "mng", "oa", "xsd")}
    text = ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=used | {"": f"{case}#"})
    return text or b""
