"""
The form of a case, read off the shapes: its parts, their properties, and what each may say.

The reader of JSON cases, the schema, the page with questions and `mednec new case` are made from
it, so that none of them offers what a case refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import LABEL, RDF, SH, SKOS, TYPE, XSD

from .populations import index_triples
from .terms import SHAPES, mn
from .vocabulary import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .populations import Index, Node
    from .shapes import ShapeSet

PART: Final = "part"
REFERENCE: Final = "reference"
TERM: Final = "term"
DATATYPES: Final = {
    XSD + "string": "text",
    XSD + "integer": "number",
    XSD + "date": "date",
    XSD + "boolean": "truth",
}
"""The kinds of literal values by datatype."""
EXAMPLES: Final[Mapping[str, str | int | bool]] = {
    "text": "in the words of the record",
    "number": 1,
    "date": "2014-05-09",
    "truth": True,
}
"""The example of a kind of value, for a property that is given none."""
CASE: Final = mn("Case").value
DEFINITION: Final = SKOS + "definition"
WORD: Final = SKOS + "altLabel"
DENOTES: Final = mn("denotes").value
VIOLATION: Final = ox.NamedNode(SH + "Violation")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedTerm:
    """
    A term that a property may name.

    Attributes:
        name: Its name in JSON.
        iri: Its IRI.
        label: What people call it.
        words: What else people call it, such as "low back" for the lumbar spine, sorted.
    """

    name: str
    iri: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    A property of a part of a case.

    Attributes:
        name: Its key in JSON.
        iri: The property.
        kind: `part` (an object), `reference` (the id of a part that is listed elsewhere in the
            case), `term`, `text`, `number`, `date` or `truth`.
        label: What people call it.
        meaning: Its definition.
        advice: The messages of its shapes: what to supply, and why.
        least: The number of values that it needs.
        most: The largest number of values; None for any number.
        advised: True if a case without it is decided with a warning.
        lowest: The smallest number allowed; None for any.
        highest: The largest number allowed; None for any.
        pattern: The regular expression that a text or date matches; None for any.
        parts: The names of the classes of a part or reference; else empty.
        terms: The terms allowed, by name; empty unless the kind is `term`.
        example: A value: a name for a term, an id for a reference; None for a part.
        question: What the page and `mednec new case` ask; empty if they do not ask.
        place: The place of the question among the others.
    """

    name: str
    iri: str
    kind: str
    label: str
    meaning: str
    advice: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    advised: bool = False
    lowest: int | None = None
    highest: int | None = None
    pattern: str | None = None
    parts: tuple[str, ...] = ()
    terms: Mapping[str, AllowedTerm]
    example: str | int | bool | None = None
    question: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """
    One way to meet a requirement: a property, or a path of properties, is stated.

    Attributes:
        names: The keys, from the part to the value.
        value: The name of the term that the last one has to have; None for any value.
    """

    names: tuple[str, ...]
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    A class of the parts of a case.

    Attributes:
        name: Its name in JSON (`type`).
        iri: The class.
        label: What people call it.
        meaning: Its definition.
        fields: Its properties by key, sorted.
        needs: Requirements beyond single properties, each with the ways to meet it.
    """

    name: str
    iri: str
    label: str
    meaning: str
    fields: Mapping[str, Field]
    needs: tuple[tuple[Need, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseForm:
    """
    The form of a case.

    Attributes:
        parts: The parts by name, sorted; `Case` is the whole.
    """

    parts: Mapping[str, Part]

    @property
    def case(self) -> Part:
        """The case itself."""
        return self.parts["Case"]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Each property by key, with what any part allows of it."""
        found: dict[str, Field] = {}
        for part in self.parts.values():
            for name, field in part.fields.items():
                other = found.get(name, field)
                found[name] = replace(
                    field,
                    parts=tuple(sorted({*other.parts, *field.parts})),
                    terms={**other.terms, **field.terms},
                )
        return dict(sorted(found.items()))

    @cached_property
    def by_iri(self) -> Mapping[str, Field]:
        """Each property by IRI; see `fields`."""
        return {field.iri: field for field in self.fields.values()}

    @cached_property
    def implied(self) -> Mapping[str, str]:
        """For each property that leads to a part of one class, the IRI of that class."""
        return {
            field.iri: self.parts[field.parts[0]].iri
            for field in self.fields.values()
            if field.kind in {PART, REFERENCE} and len(field.parts) == 1
        }

    @cached_property
    def terms(self) -> Mapping[str, str]:
        """The IRI of each term that some property allows, and of each part, by name."""
        parts = {part.name: part.iri for part in self.parts.values()}
        named = {t.name: t.iri for field in self.fields.values() for t in field.terms.values()}
        return dict(sorted({**parts, **named}.items()))

    def owners(self, key: str) -> tuple[Part, ...]:
        """Return the parts that have a property."""
        return tuple(part for part in self.parts.values() if key in part.fields)


def read_form(
    shapes: ShapeSet, facts: Iterable[ox.Triple], filling: Iterable[ox.Triple] = ()
) -> CaseForm:
    """
    Read the form of a case off its shapes.

    Args:
        shapes: The shapes of a case.
        facts: The triples of the ontology, asserted and entailed: labels, definitions, and the
            classes of the terms.
        filling: Examples of properties, and questions with their order, by property shape.
    """
    reader = _Reader(shapes, facts, filling)
    parts = {part.name: part for part in map(reader.part, sorted(shapes.paths))}
    listed = {name: key for key, field in parts["Case"].fields.items() for name in field.parts}
    linked = {
        name: part
        if name == "Case"
        else replace(part, fields={k: _linked(f, listed) for k, f in part.fields.items()})
        for name, part in parts.items()
    }
    return CaseForm(parts=dict(sorted(linked.items())))


def _linked(field: Field, listed: Mapping[str, str]) -> Field:
    """Make a part that is listed under another property of the case a reference."""
    owners = {listed.get(name, field.name) for name in field.parts} - {field.name}
    if not owners:
        return field
    return replace(field, kind=REFERENCE, example=f"{min(owners)}-1")


def local_name(iri: str) -> str:
    """Return the last part of an IRI: its name in JSON."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


class _Reader:
    """What is looked up while the form is read."""

    def __init__(
        self, shapes: ShapeSet, facts: Iterable[ox.Triple], filling: Iterable[ox.Triple]
    ) -> None:
        self.shapes = shapes
        self.index: Index = index_triples((*shapes.triples, *filling))
        self.members: dict[str, list[str]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.words: dict[str, set[str]] = {}
        self.denoted: dict[str, set[str]] = {}
        for t in facts:
            subject = text_of(t.subject)
            if t.predicate == TYPE and isinstance(t.subject, ox.NamedNode):
                self.members.setdefault(text_of(t.object), []).append(subject)
            elif t.predicate.value in {LABEL.value, DEFINITION}:
                self.texts.setdefault((subject, t.predicate.value), text_of(t.object))
            elif t.predicate.value == WORD:
                self.words.setdefault(subject, set()).add(text_of(t.object))
            elif t.predicate.value == DENOTES:
                self.denoted.setdefault(text_of(t.object), set()).add(subject)

    def values(self, node: Node, name: str, within: str = SH) -> list[Node | ox.Literal]:
        return list(self.index.get((node, within + name), []))

    def called(self, iri: str) -> tuple[str, ...]:
        """Return what people call a term: by its entry, and by the words that denote it."""
        entries = (iri, *self.denoted.get(iri, ()))
        return tuple(sorted({word for entry in entries for word in self.words.get(entry, ())}))

    def value(self, node: Node, name: str, within: str = SH) -> str | None:
        return next((text_of(value) for value in self.values(node, name, within)), None)

    def text(self, iri: str, predicate: str) -> str:
        return self.texts.get((iri, predicate), "")

    def items(self, head: Node | ox.Literal) -> list[Node | ox.Literal]:
        """Return the items of an RDF list."""
        found: list[Node | ox.Literal] = []
        while isinstance(head, ox.BlankNode) and (head, RDF + "first") in self.index:
            found += self.index[head, RDF + "first"]
            head = self.index[head, RDF + "rest"][0]
        return found

    def part(self, iri: str) -> Part:
        """Describe a class from the node shapes that target it."""
        nodes = [
            ox.NamedNode(shape)
            for shape, (kind, target) in sorted(self.shapes.targets.items())
            if kind == "class" and target == iri
        ]
        properties = [p for node in nodes for p in self.values(node, "property")]
        by_path: dict[str, list[Node]] = {}
        needs = []
        for shape in sorted(properties, key=str):
            if isinstance(shape, ox.Literal):
                continue
            path = self.values(shape, "path")[0]
            if isinstance(path, ox.NamedNode):
                by_path.setdefault(path.value, []).append(shape)
            elif either := self.values(path, "alternativePath") if _is_node(path) else []:
                names = (local_name(text_of(item)) for item in self.items(either[0]))
                needs.append(tuple(Need(names=(name,), value=None) for name in names))
        fields = {local_name(path): self.field(path, by_path[path]) for path in sorted(by_path)}
        needs += [ways for node in (*nodes, *self.aimed(by_path)) if (ways := self.ways(node))]
        return Part(
            name=local_name(iri),
            iri=iri,
            label=self.text(iri, LABEL.value) or local_name(iri),
            meaning=self.text(iri, DEFINITION),
            fields=fields,
            needs=tuple(needs),
        )

    def aimed(self, paths: Iterable[str]) -> list[ox.NamedNode]:
        """Return the node shapes that target the subjects of one of some properties."""
        return [
            ox.NamedNode(shape)
            for shape, (kind, target) in sorted(self.shapes.targets.items())
            if kind == "subjects" and target in set(paths)
        ]

    def ways(self, node: Node) -> tuple[Need, ...]:
        """Return the ways of a node shape that asks for one of several paths; else none."""
        if self.value(node, "severity") != VIOLATION.value:
            return ()
        found = []
        for option in (o for head in self.values(node, "or") for o in self.items(head)):
            path = self.values(option, "path")[0] if _is_node(option) else None
            steps = self.items(path) if isinstance(path, ox.BlankNode) else [path]
            stated = self.value(option, "hasValue") if _is_node(option) else None
            if path is None or not (stated or self.value(option, "minCount")):
                return ()
            names = tuple(local_name(text_of(step)) for step in steps if step is not None)
            found.append(Need(names=names, value=local_name(stated) if stated else None))
        return tuple(found)

    def field(self, path: str, shapes: list[Node]) -> Field:
        """Describe a property from all property shapes of one class that constrain it."""
        strict = [s for s in shapes if self.value(s, "severity") == VIOLATION.value]
        asked = [s for s in shapes if s not in strict and self.value(s, "minCount")]

        def bound(name: str) -> int | None:
            return next((int(v) for s in strict if (v := self.value(s, name))), None)

        classes = [text_of(c) for s in strict for c in self.classes(s)]
        datatype = next((d for s in strict if (d := self.value(s, "datatype"))), XSD + "string")
        parts = tuple(local_name(c) for c in classes if c in self.shapes.paths)
        kind = PART if parts else TERM if classes else DATATYPES[datatype]
        terms = {
            local_name(iri): AllowedTerm(
                name=local_name(iri),
                iri=iri,
                label=self.text(iri, LABEL.value),
                words=self.called(iri),
            )
            for c in classes
            for iri in sorted(set(self.members.get(c, [])))
            if kind == TERM
        }
        given = next((e for s in shapes if (e := self.value(s, "example", SHAPES))), None)
        return Field(
            name=local_name(path),
            iri=path,
            kind=kind,
            label=self.text(path, LABEL.value) or local_name(path),
            meaning=self.text(path, DEFINITION),
            advice=tuple(text_of(m) for s in (*strict, *asked) for m in self.values(s, "message")),
            least=bound("minCount") or 0,
            most=bound("maxCount"),
            advised=bool(asked),
            lowest=bound("minInclusive"),
            highest=bound("maxInclusive"),
            pattern=next((p for s in strict if (p := self.value(s, "pattern"))), None),
            parts=parts,
            terms=dict(sorted(terms.items())),
            example=_example(kind, given, terms, bound("minInclusive")),
            question=next((q for s in shapes if (q := self.value(s, "question", SHAPES))), ""),
            place=next((int(n) for s in shapes if (n := self.value(s, "place", SHAPES))), 0),
        )

    def classes(self, shape: Node) -> list[Node | ox.Literal]:
        """Return the classes that a value may have: one, or one of several."""
        options = [o for head in self.values(shape, "or") for o in self.items(head)]
        return [c for s in (shape, *options) if _is_node(s) for c in self.values(s, "class")]


def _is_node(value: object) -> bool:
    return isinstance(value, ox.NamedNode | ox.BlankNode)


def _example(
    kind: str,
    given: str | None,
    terms: Mapping[str, AllowedTerm],
    lowest: int | None,
) -> str | int | bool | None:
    """Return the example of a property: the one that is given, else one of its kind."""
    if kind == PART:
        return None
    if kind == TERM:
        name = local_name(given) if given else ""
        return name if name in terms else next(iter(sorted(terms)), None)
    if given is None:
        return max(lowest or 0, 1) if kind == "number" else EXAMPLES[kind]
    if kind == "number":
        return int(given)
    return given == "true" if kind == "truth" else given


def datatype_of(field: Field) -> str:
    """Return the IRI of the datatype of a literal property."""
    return next(iri for iri, kind in DATATYPES.items() if kind == field.kind)
