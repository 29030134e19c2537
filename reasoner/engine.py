"""
The engine: run the rules over a case, stratum by stratum, and record each firing.

It knows nothing of medicine or law. Each thread has one private store that holds the working facts
of the knowledge base; a case is added, the rules run, and what was added is taken out again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .populations import Population
from .terms import RULE, TYPE, mn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .knowledge import Knowledge
    from .rules import Pattern, Rule, Slot

Value = ox.NamedNode | ox.Literal
Key = tuple[ox.NamedNode, ox.NamedNode | ox.Literal | None]
"""A predicate, alone or with an object, of which there is a fact."""
REUSE: Final = 50
"""How many cases one store serves: measured, a store slows by a third after a thousand."""
MEMBERSHIP: Final = 7
"""The stratum whose rules read populations: the populations are matched just before it."""


@dataclass(frozen=True, eq=False)
class Firing:
    """
    One application of a rule, or one membership in a population.

    Attributes:
        rule: The rule; None for a membership in a population.
        bindings: The values of the rule's variables, by name.
        conclusions: The facts that it adds to the derivation, or confirms.
        counted: The facts that an aggregate of the rule counted over.
    """

    rule: Rule | None
    bindings: Mapping[str, Value]
    conclusions: tuple[ox.Triple, ...]
    counted: tuple[ox.Triple, ...] = ()

    @property
    def name(self) -> str:
        """The id of the rule, or `POP` for a membership in a population."""
        return self.rule.id if self.rule else "POP"

    @cached_property
    def premises(self) -> tuple[ox.Triple, ...]:
        """The facts that the firing rests on."""
        patterns = self.rule.premises if self.rule else ()
        return (*_fill(patterns, self.bindings), *self.counted)

    @property
    def absences(self) -> tuple[tuple[Pattern, ...], ...]:
        """Groups of patterns, filled as far as they are bound, that nothing matched."""
        groups = self.rule.absences if self.rule else ()
        return tuple(tuple(_partly(p, self.bindings) for p in group) for group in groups)


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """
    All that follows from a case.

    Attributes:
        told: The facts of the case.
        firings: In the order in which they were made.
    """

    told: tuple[ox.Triple, ...]
    firings: tuple[Firing, ...]

    @cached_property
    def _first(self) -> Mapping[ox.Triple, Firing]:
        first: dict[ox.Triple, Firing] = {}
        for firing in self.firings:
            for triple in firing.conclusions:
                first.setdefault(triple, firing)
        return first

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], list[Value]]:
        index: dict[tuple[str, str], list[Value]] = {}
        for triple in dict.fromkeys((*self.told, *self._first)):
            key = (triple.subject.value, triple.predicate.value)
            index.setdefault(key, []).append(triple.object)
        return index

    @property
    def derived(self) -> frozenset[ox.Triple]:
        """The facts that were concluded and not told."""
        return frozenset(self._first) - frozenset(self.told)

    def firing_of(self, fact: ox.Triple) -> Firing | None:
        """Return the first firing that concluded a fact; None if it was told or does not hold."""
        return self._first.get(fact)

    def values(self, subject: str, name: str) -> list[Value]:
        """Return the values of one of our own properties, sorted as text."""
        return sorted(self._index.get((subject, mn(name).value), []), key=str)

    def value(self, subject: str, name: str) -> str | None:
        """Return the least value of one of our own properties as text; None if there is none."""
        found = self.values(subject, name)
        return found[0].value if found else None

    def number(self, subject: str, name: str) -> int | None:
        """Return the least integer value of one of our own properties; None if there is none."""
        found = [int(v.value) for v in self.values(subject, name)]
        return min(found, default=None)

    def holds(self, subject: str, name: str) -> bool:
        """Tell whether a property of ours is stated to be true."""
        return self.value(subject, name) == "true"

    def types(self, subject: str) -> list[Value]:
        """Return the classes of which something is told or derived to be a member."""
        return self._index.get((subject, TYPE.value), [])

    @cached_property
    def _roles(self) -> Mapping[str, list[Firing]]:
        roles: dict[str, list[Firing]] = {}
        for firing in self.firings:
            if firing.rule is not None:
                roles.setdefault(firing.rule.role, []).append(firing)
        return roles

    def with_role(self, role: str) -> list[Firing]:
        """Return the firings of the rules of one role."""
        return self._roles.get(role, [])

    @cached_property
    def _by_value(self) -> Mapping[tuple[str, Value], list[str]]:
        found: dict[tuple[str, Value], list[str]] = {}
        for (subject, predicate), values in self._index.items():
            for value in values:
                found.setdefault((predicate, value), []).append(subject)
        return found

    def subjects(self, name: str, value: Value) -> list[str]:
        """Return all subjects that have a value for one of our own properties, sorted."""
        return sorted(self._by_value.get((mn(name).value, value), ()))

    def by_rule(self, rule: str) -> list[Firing]:
        """Return the firings of one rule."""
        return [f for f in self.firings if f.name == rule]


class _Bench(threading.local):
    """One store for each thread, filled with the working facts of one knowledge base."""

    def __init__(self) -> None:
        self.digest = ""
        self.store = ox.Store()
        self.used = 0

    def ready(self, knowledge: Knowledge) -> ox.Store:
        """Return the store; it is made anew now and then, since what is removed leaves traces."""
        self.used += 1
        if self.digest != knowledge.digest or self.used > REUSE:
            self.store = ox.Store()
            self.store.extend(knowledge.working_facts)
            self.digest = knowledge.digest
            self.used = 0
        return self.store


_bench = _Bench()


def derive(knowledge: Knowledge, told: tuple[ox.Triple, ...]) -> Derivation:
    """
    Derive everything that follows from the facts of a case.

    Args:
        knowledge: The knowledge base.
        told: The facts of one case, without blank nodes.

    Returns:
        The derivation. The same facts in any order give the same derivation.
    """
    store = _bench.ready(knowledge)
    facts = tuple(sorted(told, key=str))
    present = set(knowledge.keys)
    added: list[ox.Quad] = []
    firings: list[Firing] = []
    try:
        _add(facts, store, present, added)
        for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
            if stratum == MEMBERSHIP:
                _settle(match_populations(knowledge, store), store, present, added, firings)
            able = [rule for rule in rules if rule.needs <= present]
            fired = [firing for rule in able for firing in fire(rule, store)]
            _settle(fired, store, present, added, firings)
    finally:
        for quad in added:
            store.remove(quad)
    return Derivation(told=facts, firings=tuple(firings))


def _settle(
    fired: list[Firing],
    store: ox.Store,
    present: set[Key],
    added: list[ox.Quad],
    firings: list[Firing],
) -> None:
    """Add what a stratum concluded, after all its rules have looked at what was there before."""
    firings += fired
    _add(dict.fromkeys(t for firing in fired for t in firing.conclusions), store, present, added)


def _add(
    triples: Iterable[ox.Triple], store: ox.Store, present: set[Key], added: list[ox.Quad]
) -> None:
    """Add facts to the store, and note what must be taken out and which rules they enable."""
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
    fresh = [quad for quad in quads if quad not in store]
    store.extend(fresh)
    added += fresh
    for quad in fresh:
        present.add((quad.predicate, None))
        present.add((quad.predicate, quad.object))


def fire(rule: Rule, store: ox.Store) -> list[Firing]:
    """Apply a rule to all that a store holds; return its firings, sorted by their bindings."""
    solutions = store.query(rule.select)
    names = [v.value for v in solutions.variables]
    found = [dict(zip(names, solution, strict=False)) for solution in solutions]
    if rule.has_optional:
        found = [{n: v for n, v in bound.items() if v is not None} for bound in found]
    if len(found) > 1:
        names.sort()
        found.sort(key=lambda bound: [str(bound.get(name)) for name in names])
    return [_firing(rule, bound, store) for bound in found]


def _firing(rule: Rule, bound: dict[str, Value], store: ox.Store) -> Firing:
    counted = tuple(_counted(rule, bound, store)) if rule.tallies else ()
    return Firing(rule, bound, tuple(_fill(rule.template, bound)), counted)


def _fill(patterns: Iterable[Pattern], bound: Mapping[str, Value]) -> list[ox.Triple]:
    """Fill patterns with the values of variables; leave out those that stay incomplete."""
    filled = []
    for s, p, o in patterns:
        subject = bound.get(s) if type(s) is str else s
        predicate = bound.get(p) if type(p) is str else p
        value = bound.get(o) if type(o) is str else o
        if subject is not None and predicate is not None and value is not None:
            filled.append(ox.Triple(subject, predicate, value))
    return filled


def _partly(pattern: Pattern, bound: Mapping[str, Value]) -> Pattern:
    subject, predicate, value = (bound.get(s, s) if isinstance(s, str) else s for s in pattern)
    return (subject, predicate, value)


def _write(slot: Slot) -> str:
    return f"?{slot}" if isinstance(slot, str) else str(slot)


def _counted(rule: Rule, bound: Mapping[str, Value], store: ox.Store) -> list[ox.Triple]:
    """List the facts that an aggregate counted over."""
    parts = [_partly(p, bound) for p in rule.tallies]
    body = " ".join(" ".join(_write(s) for s in part) + " ." for part in parts)
    solutions = store.query(f"SELECT * WHERE {{ {body} }}")
    names = [v.value for v in solutions.variables]
    found = {
        t
        for s in solutions
        for t in _fill(parts, {n: v for n, v in zip(names, s, strict=True) if v is not None})
    }
    return sorted(found, key=str)


def match_populations(knowledge: Knowledge, store: ox.Store) -> list[Firing]:
    """Find the populations that each situation in a store belongs to."""
    present = _linked_classes(store)
    return [
        firing
        for population in knowledge.populations
        if all(need & present for need in population.needs)
        for firing in _members(population, store)
    ]


def _linked_classes(store: ox.Store) -> frozenset[str]:
    """Collect the classes of all that situations, and the diagnoses they treat, are linked to."""
    text = (
        f"SELECT DISTINCT ?c WHERE {{ ?s a {mn('Situation')} ; ?p ?t . "
        f"{{ ?t a ?c }} UNION {{ ?t {mn('condition')} ?x . ?x a ?c }} }}"
    )
    return frozenset(solution["c"].value for solution in store.query(text))


def _members(population: Population, store: ox.Store) -> list[Firing]:
    found = sorted((s["situation"] for s in store.query(population.select)), key=str)
    name = ox.NamedNode(population.iri)
    return [
        Firing(
            None,
            {"situation": situation, "population": name},
            (
                ox.Triple(situation, TYPE, name),
                ox.Triple(situation, mn("inPopulation"), name),
            ),
            (ox.Triple(situation, TYPE, mn("Situation")),),
        )
        for situation in found
    ]


def rule_iri(rule: str) -> ox.NamedNode:
    """Return the IRI of a rule."""
    return ox.NamedNode(RULE + rule)


