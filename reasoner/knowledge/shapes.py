"""Shapes: checked when loaded, so that none is passed over in silence, and prepared for use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import shifty

from reasoner.errors import ShapeMalformed
from reasoner.kernel.terms import RDF, SH, TYPE, XSD, name_of

from .populations import index_triples
from .terms import SHAPES, mn, shorten
from .vocabulary import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .populations import Index, Node

TERMS: Final = frozenset(
    """
    alternativePath and class closed datatype deactivated declare description disjoint equals flags
    hasValue ignoredProperties in inversePath languageIn lessThan lessThanOrEquals maxCount
    maxExclusive maxInclusive maxLength message minCount minExclusive minInclusive minLength name
    namespace node nodeKind not oneOrMorePath or order path pattern prefix prefixes property
    qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint select
    severity sparql targetClass targetNode targetObjectsOf targetSubjectsOf uniqueLang xone
    zeroOrMorePath zeroOrOnePath NodeShape PropertyShape SPARQLConstraint Violation Warning Info
    IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral
    """.split()  # noqa: SIM905 - a list that people read
)
BOUNDS: Final = tuple(
    SH + name for name in ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
)
DATE: Final = f"^^<{XSD}date>"
NODE: Final = ox.NamedNode(SH + "NodeShape")
PROPERTY: Final = ox.NamedNode(SH + "PropertyShape")
TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf")
DIRECT_TARGETS: Final = (SH + "targetNode", SH + "targetObjectsOf")
NESTING: Final = tuple(
    SH + name for name in ("node", "property", "not", "and", "or", "xone", "qualifiedValueShape")
)


@dataclass(frozen=True, kw_only=True)
class ShapeSet:
    """
    All shapes of the knowledge base.

    Attributes:
        triples: The shapes graph.
    """

    triples: tuple[ox.Triple, ...]

    @classmethod
    def read(cls, triples: Iterable[ox.Triple]) -> ShapeSet:
        """
        Check and hold shapes.

        Raises:
            ShapeMalformed: A term that SHACL does not know, a shape that refers to itself, or a
                property shape without a name or message.
        """
        found = cls(triples=tuple(triples))
        check_shapes(found.triples)
        return found

    @cached_property
    def text(self) -> bytes:
        """The shapes graph as N-Triples."""
        return "".join(f"{t} .\n" for t in self.triples).encode()

    @cached_property
    def validator(self) -> shifty.PreparedValidator:
        """The shapes, parsed and planned once."""
        return shifty.PreparedValidator(self.text)

    @cached_property
    def _messages(self) -> Mapping[tuple[str, str], str]:
        index = index_triples(self.triples)
        found: dict[tuple[str, str], str] = {}
        for shape in self.targets:
            node = ox.NamedNode(shape)
            for part in (node, *index.get((node, SH + "property"), [])):
                for message in index.get((part, SH + "message"), []):
                    found[shape, text_of(message)] = text_of(part).removeprefix(SHAPES)
        return found

    def named_by(self, shape: str | None, message: str | None) -> str:
        """Return the local name of the property shape of a node shape that has a message."""
        name = shape or ""
        return self._messages.get((name, message or ""), name.removeprefix(SHAPES))

    @cached_property
    def path_of(self) -> Mapping[str, str]:
        """For each property shape by local name, its property, if its path is just one."""
        return {
            text_of(t.subject).removeprefix(SHAPES): text_of(t.object)
            for t in self.triples
            if t.predicate.value == SH + "path"
            and isinstance(t.subject, ox.NamedNode)
            and isinstance(t.object, ox.NamedNode)
        }

    def terms_of(self, shape: str) -> frozenset[str]:
        """Return the IRIs that a property shape, by its local name, mentions directly."""
        node = ox.NamedNode(SHAPES + shape)
        return frozenset(
            t.object.value
            for t in self.triples
            if t.subject == node and isinstance(t.object, ox.NamedNode)
        )

    @cached_property
    def targets(self) -> Mapping[str, tuple[str, str]]:
        """For each node shape, the kind of its target and the class or property."""
        kinds = {SH + "targetClass": "class", SH + "targetSubjectsOf": "subjects"}
        return {
            text_of(t.subject): (kinds[t.predicate.value], text_of(t.object))
            for t in sorted(self.triples, key=str)
            if t.predicate.value in kinds
        }

    @cached_property
    def tested(self) -> frozenset[str]:
        """The classes that constraints ask for: other types make no difference to a report."""
        asked = {name_of(t.object) for t in self.triples if t.predicate.value == SH + "class"}
        return frozenset(asked | {mn("Condition").value})

    @cached_property
    def required(self) -> frozenset[str]:
        """The node shapes whose target must be found in a case."""
        return frozenset(
            text_of(t.subject) for t in self.triples if t.predicate.value == SHAPES + "mustMatch"
        )

    @cached_property
    def paths(self) -> Mapping[str, frozenset[str]]:
        """For each class with a shape, the properties that its property shapes read."""
        index = index_triples(self.triples)
        found: dict[str, frozenset[str]] = {}
        for shape, (kind, target) in self.targets.items():
            if kind == "class":
                read = {
                    path.value
                    for prop in index.get((ox.NamedNode(shape), SH + "property"), [])
                    for path in index.get((prop, SH + "path"), [])
                    if isinstance(path, ox.NamedNode)
                }
                found[target] = found.get(target, frozenset()) | read
        return found

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """For each property that leads to a part of a case, the class of the part."""
        index = index_triples(self.triples)
        found: dict[str, str] = {}
        for (prop, predicate), values in index.items():
            if predicate == SH + "class" and text_of(values[0]) in self.paths:
                for path in index.get((prop, SH + "path"), []):
                    if isinstance(path, ox.NamedNode):
                        found[path.value] = text_of(values[0])
        return found


def check_shapes(triples: tuple[ox.Triple, ...]) -> None:
    """
    Refuse what a validator would pass over in silence.

    Raises:
        ShapeMalformed: See `ShapeSet.read`.
    """
    for t in triples:
        for node in (t.predicate, t.object):
            if isinstance(node, ox.NamedNode) and node.value.startswith(SH):
                name = node.value.removeprefix(SH)
                if name not in TERMS:
                    raise ShapeMalformed(
                        f"{shorten(str(getattr(t.subject, 'value', '')))} uses sh:{name}, "
                        "which SHACL does not know.",
                        hint="Look for a misspelling: an unknown constraint is never checked.",
                    )
        if t.predicate.value in BOUNDS and DATE in str(t.object):
            raise ShapeMalformed(
                f"{shorten(str(text_of(t.subject)))} bounds a date.",
                hint="The fast validator takes every date for out of bounds: use sh:pattern.",
            )
    index = index_triples(triples)
    for subject in sorted({s for s, _ in index}, key=str):
        _refuse_recursion(subject, index)
    _check_node_shapes(index)
    _check_property_shapes(index)


def _check_node_shapes(index: Index) -> None:
    """Reject a node shape that checks nothing, or whose complaints cannot be distinguished."""
    for node in sorted(
        {s for s, p in index if p in DIRECT_TARGETS or _is_a(s, NODE, index)}, key=str
    ):
        name = shorten(str(getattr(node, "value", node)))
        if not any((node, target) in index for target in (*TARGETS, *DIRECT_TARGETS)):
            raise ShapeMalformed(f"{name} has no target.", hint="Name the class that it is for.")
        if any((node, target) in index for target in DIRECT_TARGETS):
            raise ShapeMalformed(
                f"{name} has a target that a report cannot count.",
                hint="Use sh:targetClass or sh:targetSubjectsOf.",
            )
        said: dict[object, object] = {}
        for part in index.get((node, SH + "property"), []):
            if not isinstance(part, ox.NamedNode) or (part, SH + "path") not in index:
                raise ShapeMalformed(
                    f"{name} has a property shape that is not described or has no name.",
                    hint="Look for a misspelling; name each property shape mnsh:Class-path.",
                )
            for message in index.get((part, SH + "message"), []):
                if said.setdefault(message, part) != part:
                    raise ShapeMalformed(f"{name} has two property shapes with one message.")


def _check_property_shapes(index: Index) -> None:
    """Refuse a property shape that no node shape uses, or that has nothing to say."""
    used = {part for (_, p), parts in index.items() if p == SH + "property" for part in parts}
    named = {s for s, _ in index if _is_a(s, PROPERTY, index)}
    for node in sorted(used | named, key=str):
        name = shorten(str(getattr(node, "value", node)))
        if not isinstance(node, ox.NamedNode):
            raise ShapeMalformed("A property shape has no name.", hint="Name it mnsh:Class-path.")
        if node not in used:
            raise ShapeMalformed(
                f"{name} is used by no node shape.", hint="List it as sh:property."
            )
        if len(index.get((node, SH + "message"), [])) != 1:
            raise ShapeMalformed(f"{name} needs exactly one sh:message.")
        if len(index.get((node, SH + "severity"), [])) != 1:
            raise ShapeMalformed(f"{name} needs exactly one sh:severity.")


def _is_a(node: Node, kind: ox.NamedNode, index: Index) -> bool:
    return kind in index.get((node, TYPE.value), [])


def _refuse_recursion(start: Node, index: Index) -> None:
    todo = list(_nested(start, index))
    seen: set[object] = set()
    while todo:
        node = todo.pop()
        if node == start:
            raise ShapeMalformed(
                f"{shorten(str(getattr(start, 'value', start)))} refers to itself.",
                hint="A recursive shape gives no answer below its third level: write it without.",
            )
        if node not in seen:
            seen.add(node)
            todo += _nested(node, index)


def _nested(node: Node, index: Index) -> list[Node]:
    found: list[Node] = []
    for predicate in (*NESTING, RDF + "first", RDF + "rest"):
        found += index.get((node, predicate), [])
    return found
