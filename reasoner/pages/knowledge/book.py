"""An index of the knowledge base for its pages: what is described, where, and what refers to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import DEFINITION, LABEL, OWL, RDFS, SKOS, TYPE, name_of
from reasoner.knowledge.terms import CONCEPT, NS, PREFIXES, RULE, SHAPES, mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reasoner.knowledge.base import Knowledge

BASE: Final = NS.removesuffix("ns#")
GUIDELINE: Final = PREFIXES["mng"]
LAW: Final = PREFIXES["mnl"]
SHORT_NAME: Final = ox.NamedNode(SKOS + "altLabel")
COMMENT: Final = ox.NamedNode(RDFS + "comment")
CLASS: Final = OWL + "Class"
TOLD_ELSEWHERE: Final = frozenset({TYPE.value, LABEL.value, DEFINITION.value})

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    Something that a page names.

    Attributes:
        text: The text to show: a label, or the text of a literal.
        name: The IRI with its prefix; empty for a literal.
        path: The page, with an anchor for a part of a page; empty if there is none.
        address: The web address, if the text is one; else empty.
    """

    text: str
    name: str = ""
    path: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyValues:
    """A property of a thing with its values, sorted."""

    predicate: Link
    values: tuple[Link, ...]


def _in_order(pair: tuple[str, Node]) -> tuple[str, str]:
    predicate, value = pair
    return predicate, "" if isinstance(value, ox.BlankNode) else str(value)


class Book:
    """
    An index of a knowledge base for readers.

    Everything in it is asserted in the files, except members named `entailed`.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    @cached_property
    def asserted(self) -> Mapping[Node, tuple[tuple[str, Node], ...]]:
        """For each subject, its properties and values in order; blank nodes as in the file."""
        found: dict[Node, list[tuple[str, Node]]] = {}
        for t in self.knowledge.facts:
            found.setdefault(t.subject, []).append((t.predicate.value, t.object))
        return {
            node: tuple(sorted(pairs, key=_in_order))
            if isinstance(node, ox.NamedNode)
            else tuple(pairs)
            for node, pairs in found.items()
        }

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """The IRIs of all described things in our own namespaces, including rules, sorted."""
        named = {n.value for n in self.asserted if isinstance(n, ox.NamedNode)}
        ours = {iri for iri in named if iri.startswith(BASE)}
        return tuple(sorted(ours | {RULE + rule.id for rule in self.knowledge.rules}))

    @cached_property
    def _subjects(self) -> frozenset[str]:
        return frozenset(self.subjects)

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """For each subject, the classes that its file states; never the subject itself."""
        return {
            node.value: tuple(
                name_of(value)
                for predicate, value in pairs
                if predicate == TYPE.value and name_of(value) != node.value
            )
            for node, pairs in self.asserted.items()
            if isinstance(node, ox.NamedNode)
        }

    def members(self, kind: str) -> tuple[str, ...]:
        """Return the stated members of a class, sorted by label."""
        return self.in_order(iri for iri, kinds in self.kinds.items() if kind in kinds)

    def in_order(self, iris: Iterable[str]) -> tuple[str, ...]:
        """Sort IRIs by their labels, ignoring case, then by IRI."""
        return tuple(sorted(set(iris), key=lambda iri: (self.label(iri).lower(), iri)))

    def label(self, iri: str) -> str:
        """Return the label of a thing; for a rule, its id and title."""
        if iri.startswith(RULE) and (rule := self.knowledge.rule.get(iri.removeprefix(RULE))):
            return f"{rule.id} {rule.title}"
        return self.knowledge.label(iri)

    def path(self, iri: str) -> str:
        """Return the path of the page about an IRI; empty if there is none."""
        if iri.startswith(SHAPES):
            return f"shapes#{iri.removeprefix(SHAPES)}"
        if iri not in self._subjects:
            return ""
        return f"ns/{iri.removeprefix(NS)}" if iri.startswith(NS) else iri.removeprefix(BASE)

    def link(self, iri: str) -> Link:
        """Name a thing by its label."""
        path = self.path(iri)
        address = "" if path or not iri.startswith(("http://", "https://")) else iri
        return Link(text=self.label(iri), name=shorten(iri), path=path, address=address)

    def links(self, iris: Iterable[str]) -> tuple[Link, ...]:
        """Name things by their labels, sorted by them."""
        return tuple(self.link(iri) for iri in self.in_order(iris))

    def value(self, node: Node) -> Link:
        """Name the value of a property: a thing, a text, or an address."""
        if isinstance(node, ox.NamedNode):
            return self.link(node.value)
        if isinstance(node, ox.BlankNode):
            inner = (f"{shorten(p)} {name_of(v)}" for p, v in self.asserted.get(node, ()))
            return Link(text=" · ".join(inner))
        text = name_of(node)
        return Link(text=text, address=text if text.startswith(("http://", "https://")) else "")

    def values(self, iri: str, predicate: ox.NamedNode) -> tuple[str, ...]:
        """Return the values of a property as texts or IRIs, sorted."""
        pairs = self.asserted.get(ox.NamedNode(iri), ())
        return tuple(name_of(v) for p, v in pairs if p == predicate.value)

    def text(self, iri: str, predicate: ox.NamedNode) -> str:
        """Return the first value of a property; empty if there is none."""
        return next(iter(self.values(iri, predicate)), "")

    def statements(
        self, iri: str, *, without: frozenset[str] = frozenset()
    ) -> tuple[PropertyValues, ...]:
        """Return all asserted properties of a thing except types, label and definition."""
        found: dict[str, list[Link]] = {}
        for predicate, value in self.asserted.get(ox.NamedNode(iri), ()):
            if predicate not in TOLD_ELSEWHERE and predicate not in without:
                found.setdefault(predicate, []).append(self.value(value))
        return tuple(
            PropertyValues(predicate=self.link(predicate), values=tuple(values))
            for predicate, values in found.items()
        )

    @cached_property
    def owners(self) -> Mapping[Node, str]:
        """For each blank node, the named subject whose description contains it."""
        parents = {t.object: t.subject for t in self.knowledge.facts}
        found: dict[Node, str] = {}
        for node in self.asserted:
            top: Node = node
            while isinstance(top, ox.BlankNode) and top in parents:
                top = parents[top]
            found[node] = name_of(top)
        return found

    @cached_property
    def mentions(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each thing, by property, the subjects that name it; "" inside an expression."""
        found: dict[str, dict[str, set[str]]] = {}
        for t in self.knowledge.facts:
            if t.predicate == TYPE or not isinstance(t.object, ox.NamedNode):
                continue
            inside = isinstance(t.subject, ox.BlankNode)
            by = found.setdefault(t.object.value, {})
            by.setdefault("" if inside else t.predicate.value, set()).add(self.owners[t.subject])
        return {iri: {p: frozenset(s) for p, s in sorted(by.items())} for iri, by in found.items()}

    @cached_property
    def stated_of(self) -> Mapping[str, Mapping[str, int]]:
        """For each property, how many named subjects of each kind have it."""
        pairs = {
            (t.predicate.value, t.subject.value)
            for t in self.knowledge.facts
            if isinstance(t.subject, ox.NamedNode)
        }
        found: dict[str, Counter[str]] = {}
        for predicate, subject in pairs:
            found.setdefault(predicate, Counter()).update(self.kind_names(subject))
        return {p: dict(sorted(c.items())) for p, c in found.items()}

    def kind_names(self, iri: str) -> tuple[str, ...]:
        """Return the kinds of a thing: its classes in our vocabulary, else those of OWL."""
        kinds = self.kinds.get(iri, ())
        ours = tuple(k for k in kinds if k.startswith(NS))
        if iri.startswith(CONCEPT):
            return ("concept",)
        return tuple(self.label(k) for k in ours) or tuple(
            k.rsplit("#", 1)[-1] for k in kinds if k.startswith(OWL)
        )

    def mark(self, iri: str) -> Link | None:
        """Return the verification that the file of a thing states; None if it states none."""
        value = self.text(iri, mn("verification"))
        return self.link(value) if value else None

    def file(self, iri: str) -> str:
        """Return the file that describes a thing; empty if none does."""
        if iri.startswith(RULE):
            return f"ontology/{self.knowledge.rule[iri.removeprefix(RULE)].path}"
        return self.knowledge.origins.get(iri, "")
