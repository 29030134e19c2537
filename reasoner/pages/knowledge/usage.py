"""The uses of a term: rules that read or conclude it, and shapes that check it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import SH, name_of
from reasoner.knowledge.terms import NS, RULE, SHAPES, shorten

from .book import BASE, Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.rules import Rule

    from .book import Book, Node

PREFIX: Final = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
NAME: Final = re.compile(r"(?<![\w?$:<])([a-z]+):([A-Za-z][\w-]*)")
IRI: Final = re.compile(r"<([^<>\s]+)>")
TEXT: Final = re.compile(r'"[^"\n]*"')
CONSTRUCT: Final = re.compile(r"CONSTRUCT\s*\{([^{}]*)\}(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerms:
    """The IRIs that a rule concludes with, and those that it reads."""

    concludes: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeCheck:
    """
    A property shape.

    Attributes:
        name: Its local name, the anchor on the page of shapes.
        paths: The property, or the alternatives.
        expects: The class or datatype of the values; None if any.
        least: The least number of values; None if none is required.
        most: The largest number of values; None without a maximum.
        severity: `Violation`, `Warning` or `Info`.
        message: Its message, for the person who can fix the case.
    """

    name: str
    paths: tuple[Link, ...]
    expects: Link | None
    least: str | None
    most: str | None
    severity: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeOf:
    """
    A node shape.

    Attributes:
        name: Its local name.
        file: The file that states it.
        target: The class, or the property whose subjects it checks.
        target_iri: The IRI of that.
        of_subjects: True if the target is a property.
        own: Its own check, in addition to its property shapes; None if it has none.
        checks: Its property shapes, in order of their names.
    """

    name: str
    file: str
    target: Link
    target_iri: str
    of_subjects: bool
    own: ShapeCheck | None
    checks: tuple[ShapeCheck, ...]


class Usage:
    """Reads rules and shapes once, and finds the uses of each term."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def rules(self) -> Mapping[str, RuleTerms]:
        """For each rule by id, the terms it names."""
        return {rule.id: rule_terms(rule) for rule in self.book.knowledge.rules}

    def reading(self, iri: str) -> tuple[Link, ...]:
        """Return the rules that read a term, by stratum and id."""
        return self._rules(id_ for id_, terms in self.rules.items() if iri in terms.reads)

    def concluding(self, iri: str) -> tuple[Link, ...]:
        """Return the rules that conclude with a term, by stratum and id."""
        return self._rules(id_ for id_, terms in self.rules.items() if iri in terms.concludes)

    def _rules(self, ids: Iterator[str]) -> tuple[Link, ...]:
        return tuple(self.book.link(RULE + id_) for id_ in ids)

    @cached_property
    def shapes(self) -> tuple[ShapeOf, ...]:
        """All node shapes, by file and name."""
        knowledge = self.book.knowledge
        sets = {"case": knowledge.shapes, **knowledge.other_shapes}
        found: list[ShapeOf] = []
        for file, shapes in sorted(sets.items()):
            reader = _ShapeReader(self.book, shapes.triples)
            for shape, (kind, target) in sorted(shapes.targets.items()):
                found.append(
                    ShapeOf(
                        name=shape.removeprefix(SHAPES),
                        file=f"shapes/{file}.ttl",
                        target=self.book.link(target),
                        target_iri=target,
                        of_subjects=kind == "subjects",
                        own=reader.own(shape),
                        checks=reader.checks(shape),
                    )
                )
        return tuple(found)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The local names of all shapes: the anchors of their page."""
        return frozenset(
            name for s in self.shapes for name in (s.name, *(check.name for check in s.checks))
        )

    @cached_property
    def _checking(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        knowledge = self.book.knowledge
        for shapes in (knowledge.shapes, *knowledge.other_shapes.values()):
            reader = _ShapeReader(self.book, shapes.triples)
            for shape in sorted(s for s in reader.asserted if isinstance(s, ox.NamedNode)):
                for iri in reader.names(shape):
                    found.setdefault(iri, {}).setdefault(shape.value.removesuffix("-query"))
        return {iri: tuple(shapes) for iri, shapes in found.items()}

    def checking(self, iri: str) -> tuple[Link, ...]:
        """Return the shapes that name a term, by name."""
        names = sorted({shape.removeprefix(SHAPES) for shape in self._checking.get(iri, ())})
        return tuple(Link(text=name, name=f"mnsh:{name}", path=f"shapes#{name}") for name in names)

    def schema(self, iri: str) -> tuple[ShapeCheck, ...]:
        """Return the checks of shapes on the properties of a class."""
        return tuple(c for s in self.shapes if s.target_iri == iri for c in s.checks if c.paths)

    def bearers(self, iri: str) -> tuple[tuple[Link, ShapeCheck], ...]:
        """Return the classes whose shapes check a property, with the checks."""
        name = shorten(iri)
        return tuple(
            (shape.target, check)
            for shape in self.shapes
            for check in shape.checks
            if any(path.name == name for path in check.paths)
        )


def rule_terms(rule: Rule) -> RuleTerms:
    """Find the terms that a rule concludes with, and those that its conditions read."""
    parts = CONSTRUCT.search(rule.text)
    bound = dict(PREFIX.findall(rule.text))
    template, where = (parts[1], parts[2]) if parts else ("", rule.text)
    return RuleTerms(concludes=_named(template, bound), reads=_named(where, bound))


def _named(text: str, bound: Mapping[str, str]) -> frozenset[str]:
    plain = TEXT.sub(" ", text)
    full = {iri for iri in IRI.findall(plain) if iri.startswith(BASE)}
    short = {bound[p] + name for p, name in NAME.findall(IRI.sub(" ", plain)) if p in bound}
    return frozenset(full | {iri for iri in short if iri.startswith(BASE)})


class _ShapeReader:
    """Reads one file of shapes."""

    def __init__(self, book: Book, triples: tuple[ox.Triple, ...]) -> None:
        self.book = book
        self.asserted: dict[Node, list[tuple[str, Node]]] = {}
        for t in triples:
            self.asserted.setdefault(t.subject, []).append((t.predicate.value, t.object))

    def one(self, node: Node, name: str) -> Node | None:
        return next((v for p, v in self.asserted.get(node, ()) if p == SH + name), None)

    def text(self, node: Node, name: str) -> str | None:
        value = self.one(node, name)
        return None if value is None else name_of(value)

    def checks(self, shape: str) -> tuple[ShapeCheck, ...]:
        nodes = [v for p, v in self.asserted.get(ox.NamedNode(shape), ()) if p == SH + "property"]
        return tuple(self.check(node) for node in sorted(nodes, key=str))

    def own(self, shape: str) -> ShapeCheck | None:
        found = self.check(ox.NamedNode(shape))
        return found if found.message else None

    def check(self, node: Node) -> ShapeCheck:
        path = self.one(node, "path")
        expects = self.one(node, "class") or self.one(node, "datatype")
        return ShapeCheck(
            name=name_of(node).removeprefix(SHAPES),
            paths=tuple(self.book.link(iri) for iri in self.paths(path)) if path else (),
            expects=self.book.link(name_of(expects)) if expects else None,
            least=self.text(node, "minCount"),
            most=self.text(node, "maxCount"),
            severity=(self.text(node, "severity") or f"{SH}Violation").removeprefix(SH),
            message=self.text(node, "message") or "",
        )

    def paths(self, node: Node) -> Iterator[str]:
        """Yield the properties of a path."""
        if isinstance(node, ox.NamedNode):
            if not node.value.startswith((SH, "http://www.w3.org/1999/02/22-rdf-syntax-ns#")):
                yield node.value
            return
        for _, value in self.asserted.get(node, ()):
            yield from self.paths(value)

    def names(self, node: Node) -> Iterator[str]:
        """Yield the terms of our vocabulary that a shape names, including its parts and queries."""
        for _, value in self.asserted.get(node, ()):
            if isinstance(value, ox.NamedNode):
                if value.value.startswith(BASE) and not value.value.startswith(SHAPES):
                    yield value.value
            elif isinstance(value, ox.BlankNode):
                yield from self.names(value)
            elif isinstance(value, ox.Literal):
                yield from (i for i in IRI.findall(value.value) if i.startswith((NS, BASE)))
