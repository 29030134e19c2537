"""
Flow: which rules can read, negate or count what which rules conclude, found on the trees alone.

Two rules may use one property of different things: a scenario has a response, and a request has
one. So facts are followed by *sort*: what a case or the knowledge base names is of one sort, and
each kind of individual that rules make with IRI(...) is another. All rules are run over sorts
instead of individuals until nothing new comes up. What this finds holds for every case whose own
names differ from those that rules make; what it does not find cannot happen.

Glossary: a *flow* is a fact with sorts in place of its subject and object.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from .syntax import (
    RDF_TYPE,
    Bind,
    Call,
    Group,
    Iri,
    NotExists,
    Optional,
    Select,
    TriplePattern,
    Union,
    Variable,
)
from .tree import chosen, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .syntax import Construct, Node

NAMED: Final = "named"
"""The sort of what the case and the knowledge base name, and of all literals."""
STATED: Final = "stated"
"""In place of a class: one that a case or the knowledge base states."""
ANY: Final = "*"
"""In place of a property: any of them."""
Domains = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """
    One rule, or one population, as far as its order is concerned.

    Attributes:
        id: A name that no other clause has.
        path: The file, for messages.
        construct: What it matches and concludes.
        asserted: Whether it reads asserted facts alone.
    """

    id: str
    path: str
    construct: Construct
    asserted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    What is known of the facts that rules start from.

    Attributes:
        properties: The properties that a case or the knowledge base can state; None for any.
        classes: The classes that a case or the knowledge base can state; None for any.
        closed: For each property that only the knowledge base states, the IRIs of its values.
    """

    properties: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    closed: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Flow(NamedTuple):
    """
    A kind of fact.

    Attributes:
        subject: The sort of the subject.
        predicate: The property.
        value: The sort of the object, or the object itself as N-Triples writes it.
    """

    subject: str
    predicate: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """
    One clause that depends on another.

    Attributes:
        writer: The index of the clause that concludes.
        reader: The index of the clause that looks.
        predicate: The property concerned.
        negative: Whether the reader can lose a solution by it: it negates or counts.
    """

    writer: int
    reader: int
    predicate: str
    negative: bool


@dataclass(slots=True)
class _Flows:
    """All flows found so far, by predicate, each with the clauses that conclude it."""

    by_predicate: dict[str, dict[Flow, set[int]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, flow: Flow, clause: int) -> bool:
        """Note a flow and who concludes it; return True if no clause concluded it before."""
        known = self.by_predicate[flow.predicate]
        fresh = flow not in known
        known.setdefault(flow, set()).add(clause)
        return fresh

    def of(self, predicates: frozenset[str] | None) -> Iterator[tuple[Flow, set[int]]]:
        for predicate in self.by_predicate if predicates is None else {*predicates, ANY}:
            yield from self.by_predicate.get(predicate, {}).items()


class _Reader:
    """What one clause looks for, prepared."""

    def __init__(self, clause: Clause, given: Given) -> None:
        self.given = given
        where = clause.construct.where
        self.template = clause.construct.template
        self.asserted = clause.asserted
        self.sure: list[TriplePattern] = []
        self.perhaps: list[TriplePattern] = []
        self.against: list[TriplePattern] = []
        self._collect(where)
        self.made: Domains = {}
        for part in walk(where):
            if isinstance(part, Bind) and isinstance(part.expression, Call):
                made = part.expression.function == "IRI"
                sort = _sort_of(part.variable.name, clause) if made else NAMED
                self.made[part.variable.name] = frozenset({sort})
        self.chosen = dict(chosen(where))
        for pattern in self.sure:
            if isinstance(pattern.predicate, Iri) and isinstance(pattern.value, Variable):
                values = given.closed.get(pattern.predicate.value)
                if values is not None:
                    self.chosen.setdefault(pattern.value.name, values)

    def _collect(self, group: Group) -> None:
        for element in group.elements:
            match element:
                case TriplePattern():
                    self.sure.append(element)
                case Group():
                    self._collect(element)
                case Select():
                    self.sure += element.patterns
                    self.against += element.patterns
                case NotExists() | Optional():
                    self.against += _patterns(element.group)
                case Union():
                    for part in element.groups:
                        self._perhaps(part)
                case _:
                    pass

    def _perhaps(self, group: Group) -> None:
        patterns = _patterns(group)
        negated = [
            p
            for part in walk(group)
            if isinstance(part, NotExists | Optional)
            for p in _patterns(part.group)
        ]
        self.perhaps += [p for p in patterns if p not in negated]
        self.against += negated

    def predicates(self, pattern: TriplePattern) -> frozenset[str] | None:
        """Return the properties that a pattern can be of; None for any."""
        if isinstance(pattern.predicate, Iri):
            return frozenset({pattern.predicate.value})
        return self.chosen.get(getattr(pattern.predicate, "name", ""))

    def matches(
        self, pattern: TriplePattern, domains: Domains, flows: _Flows
    ) -> list[tuple[Flow, set[int]]]:
        """Return the flows that a pattern can match, with their writers."""
        subjects = _allowed(pattern.subject, domains)
        terms = self.terms(pattern.value)
        values = terms | {NAMED} if terms else _allowed(pattern.value, domains)
        if values is not None and NAMED in values and _meet(terms, self.given.classes):
            values |= {STATED}
        loose = values is not None and not terms and NAMED in values
        return [
            (flow, writers)
            for flow, writers in flows.of(self.predicates(pattern))
            if (subjects is None or flow.subject in subjects)
            and (values is None or flow.value in values or (loose and _is_term(flow.value)))
        ]

    def terms(self, node: Node) -> frozenset[str] | None:
        """Return the terms that a node can stand for; None if they are not known."""
        if not isinstance(node, Variable):
            return frozenset({node.text})
        found = self.chosen.get(node.name)
        return None if found is None else frozenset(f"<{iri}>" for iri in found)

    def domains(self, flows: _Flows) -> Domains | None:
        """Return the sorts that each variable can have; None if the clause cannot fire yet."""
        domains: Domains = dict(self.made)
        if self.asserted:
            return domains
        changed = True
        while changed:
            changed = False
            for pattern in self.sure:
                ends = self._ends(pattern, domains, flows)
                for place, node in enumerate((pattern.subject, pattern.value)):
                    if not ends[place]:
                        return None
                    if isinstance(node, Variable) and domains.get(node.name) != ends[place]:
                        domains[node.name] = ends[place]
                        changed = True
        return domains

    def _ends(
        self, pattern: TriplePattern, domains: Domains, flows: _Flows
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the sorts that the subject and the object of a pattern can have."""
        subjects, values = _allowed(pattern.subject, domains), _allowed(pattern.value, domains)
        ends = [(f.subject, _sort_of_value(f)) for f, _ in self.matches(pattern, domains, flows)]
        named = all(sorts is None or NAMED in sorts for sorts in (subjects, values))
        if named and self._can_be_given(pattern):
            ends.append((NAMED, NAMED))
        return frozenset(s for s, _ in ends), frozenset(v for _, v in ends)

    def _can_be_given(self, pattern: TriplePattern) -> bool:
        """Return True if a case or the knowledge base can state what a pattern asks for."""
        predicates = self.predicates(pattern)
        if predicates is not None and predicates == {RDF_TYPE}:
            return _meet(self.terms(pattern.value), self.given.classes)
        return _meet(predicates, self.given.properties)


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or not one.isdisjoint(other)


def _patterns(group: Group) -> list[TriplePattern]:
    return [part for part in walk(group) if isinstance(part, TriplePattern)]


def _sort_of(name: str, clause: Clause) -> str:
    """Name the sort of what a clause makes: by its classes, else by its properties."""
    about = [
        pattern
        for pattern in clause.construct.template
        if isinstance(pattern.subject, Variable) and pattern.subject.name == name
    ]
    classes = {
        p.value.value
        for p in about
        if isinstance(p.predicate, Iri)
        and p.predicate.value == RDF_TYPE
        and isinstance(p.value, Iri)
    }
    properties = {p.predicate.value for p in about if isinstance(p.predicate, Iri)}
    return "made " + " ".join(sorted(classes or properties or {clause.id}))


def _sort_of_value(flow: Flow) -> str:
    return NAMED if flow.value == STATED or _is_term(flow.value) else flow.value


def _is_term(value: str) -> bool:
    return value.startswith(("<", '"'))


def _allowed(node: Node, domains: Domains) -> frozenset[str] | None:
    if isinstance(node, Variable):
        return domains.get(node.name)
    return frozenset({NAMED})


def _conclusions(reader: _Reader, domains: Domains) -> Iterator[Flow]:
    """Yield the flows that a clause concludes."""
    for pattern in reader.template:
        subjects = _allowed(pattern.subject, domains) or {NAMED}
        values = reader.terms(pattern.value) or _allowed(pattern.value, domains) or {NAMED}
        for predicate in reader.predicates(pattern) or {ANY}:
            copied = reader.asserted and predicate == RDF_TYPE and values == {NAMED}
            for subject in subjects:
                for value in {STATED} if copied else values:
                    yield Flow(subject, predicate, value)


def find_edges(clauses: Sequence[Clause], given: Given) -> tuple[Edge, ...]:
    """
    Find which clauses depend on which.

    Args:
        clauses: The rules and populations.
        given: What is known of the facts that they start from.

    Returns:
        The edges, sorted; one for each property and pair of clauses.
    """
    readers = [_Reader(clause, given) for clause in clauses]
    domains = _spread(readers, flows := _Flows())
    found: dict[tuple[int, int, str], bool] = {}
    for index, reader in enumerate(readers):
        known = None if reader.asserted else domains[index]
        if known is None:
            continue
        for patterns, negative in (
            (reader.sure, False),
            (reader.perhaps, False),
            (reader.against, True),
        ):
            for pattern in patterns:
                for flow, writers in reader.matches(pattern, known, flows):
                    for writer in writers:
                        key = (writer, index, flow.predicate)
                        found[key] = found.get(key, False) or negative
    return tuple(
        Edge(writer=writer, reader=reader, predicate=predicate, negative=negative)
        for (writer, reader, predicate), negative in sorted(found.items())
    )


def _spread(readers: Sequence[_Reader], flows: _Flows) -> list[Domains | None]:
    """Run all clauses over sorts until nothing new comes up; return the sorts of each."""
    waiting: dict[str, set[int]] = defaultdict(set)
    for index, reader in enumerate(readers):
        for pattern in reader.sure:
            for predicate in reader.predicates(pattern) or {ANY}:
                waiting[predicate].add(index)
    domains: list[Domains | None] = [None] * len(readers)
    todo = set(range(len(readers)))
    while todo:
        changed: set[str] = set()
        for index in sorted(todo):
            found = readers[index].domains(flows)
            if found is None:
                continue
            domains[index] = found
            changed |= {
                flow.predicate
                for flow in _conclusions(readers[index], found)
                if flows.add(flow, index)
            }
        todo = set().union(*(waiting[p] for p in changed), waiting[ANY] if changed else set())
    return domains
