"""
The engine: run the rules over a case, stratum by stratum, and record each firing.

It knows nothing of medicine or law. Each thread has one private store that holds the working facts
of the knowledge base; a case is added, the rules run, and what was added is taken out again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
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
MEMBERSHIP: Final = 7
"""The stratum whose rules read populations: the populations are matched just before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """
    One application of a rule, or one membership in a population.

    Attributes:
        rule: The id of the rule; `POP` for a membership.
        bindings: The values of the rule's variables, by name.
        conclusions: The facts that it adds to the derivation, or confirms.
        premises: The facts that it rests on.
        absences: Groups of patterns, filled as far as they are bound, that nothing matched.
    """

    rule: str
    bindings: Mapping[str, Value]
    conclusions: tuple[ox.Triple, ...]
    premises: tuple[ox.Triple, ...]
    absences: tuple[tuple[Pattern, ...], ...] = ()


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
    _first: dict[ox.Triple, Firing] = field(default_factory=dict, repr=False)
    _index: dict[tuple[str, str], list[Value]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for firing in self.firings:
            for triple in firing.conclusions:
                self._first.setdefault(triple, firing)
        for triple in (*self.told, *self._first):
            values = self._index.setdefault((triple.subject.value, triple.predicate.value), [])
            if triple.object not in values:
                values.append(triple.object)

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

    def subjects(self, name: str, value: Value) -> list[str]:
        """Return all subjects that have a value for one of our own properties, sorted."""
        wanted = mn(name).value
        return sorted(s for (s, p), vs in self._index.items() if p == wanted and value in vs)

    def by_rule(self, rule: str) -> list[Firing]:
        """Return the firings of one rule."""
        return [f for f in self.firings if f.rule == rule]


class _Bench(threading.local):
    """One store for each thread, filled with the working facts of one knowledge base."""

    def __init__(self) -> None:
        self.digest = ""
        self.store = ox.Store()

    def ready(self, knowledge: Knowledge) -> ox.Store:
        if self.digest != knowledge.digest:
            self.store = ox.Store()
            self.store.extend(knowledge.working_facts)
            self.digest = knowledge.digest
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
    own = [ox.Quad(t.subject, t.predicate, t.object) for t in sorted(told, key=str)]
    added = [quad for quad in own if quad not in store]
    store.extend(added)
    firings: list[Firing] = []
    try:
        for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
            if stratum == MEMBERSHIP:
                _settle(store, match_populations(knowledge, store), firings, added)
            fired = [firing for rule in rules for firing in fire(rule, store)]
            _settle(store, fired, firings, added)
    finally:
        for quad in added:
            store.remove(quad)
    return Derivation(told=tuple(sorted(told, key=str)), firings=tuple(firings))


def _settle(
    store: ox.Store, fired: Iterable[Firing], firings: list[Firing], added: list[ox.Quad]
) -> None:
    """Add what a stratum concluded, after all its rules have looked at what was there before."""
    fresh: dict[ox.Quad, None] = {}
    for firing in fired:
        firings.append(firing)
        for t in firing.conclusions:
            quad = ox.Quad(t.subject, t.predicate, t.object)
            if quad not in fresh and quad not in store:
                fresh[quad] = None
    store.extend(fresh)
    added += fresh


def fire(rule: Rule, store: ox.Store) -> list[Firing]:
    """Apply a rule to all that a store holds; return its firings, sorted by their bindings."""
    solutions = store.query(rule.select)
    names = [v.value for v in solutions.variables]
    firings = [_firing(rule, dict(zip(names, s, strict=True)), store) for s in solutions]
    if len(firings) > 1:
        firings.sort(key=lambda f: [f"{n}={f.bindings[n]}" for n in sorted(f.bindings)])
    return firings


def _firing(rule: Rule, solution: dict[str, Value | None], store: ox.Store) -> Firing:
    bound = {name: value for name, value in solution.items() if value is not None}
    premises = [t for p in rule.premises if (t := _fill(p, bound)) is not None]
    if rule.tallies:
        premises += _counted(rule, bound, store)
    return Firing(
        rule=rule.id,
        bindings=bound,
        conclusions=tuple(t for p in rule.template if (t := _fill(p, bound)) is not None),
        premises=tuple(premises),
        absences=tuple(tuple(_partly(p, bound) for p in group) for group in rule.absences),
    )


def _fill(pattern: Pattern, bound: Mapping[str, Value]) -> ox.Triple | None:
    subject, predicate, value = (bound.get(s) if isinstance(s, str) else s for s in pattern)
    if subject is None or predicate is None or value is None:
        return None
    return ox.Triple(subject, predicate, value)


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
        for part in parts
        if (t := _fill(part, {n: v for n, v in zip(names, s, strict=True) if v is not None}))
    }
    return sorted(found, key=str)


def match_populations(knowledge: Knowledge, store: ox.Store) -> list[Firing]:
    """Find the populations that each situation in a store belongs to."""
    present = _treatments(store)
    return [
        firing
        for population in knowledge.populations
        if population.needs is None or population.needs & present
        for firing in _members(population, store)
    ]


def _treatments(store: ox.Store) -> frozenset[str]:
    """Collect the classes of all treatments that situations ask for."""
    text = f"SELECT DISTINCT ?c WHERE {{ ?s a {mn('Situation')} ; {mn('treatment')} ?t . ?t a ?c }}"
    return frozenset(solution["c"].value for solution in store.query(text))


def _members(population: Population, store: ox.Store) -> list[Firing]:
    found = sorted((s["situation"] for s in store.query(population.select)), key=str)
    name = ox.NamedNode(population.iri)
    return [
        Firing(
            rule="POP",
            bindings={"situation": situation, "population": name},
            conclusions=(
                ox.Triple(situation, TYPE, name),
                ox.Triple(situation, mn("inPopulation"), name),
            ),
            premises=(ox.Triple(situation, TYPE, mn("Situation")),),
        )
        for situation in found
    ]


def rule_iri(rule: str) -> ox.NamedNode:
    """Return the IRI of a rule."""
    return ox.NamedNode(RULE + rule)


