"""
The engine: run the rules over a case, stratum by stratum, and record each firing.

It knows nothing of medicine or law. The facts of a case lie over those of the knowledge base, which
are indexed once and never change; so any number of threads may derive at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from .matcher import COUNTED, Fact, Facts, Row, solve
from .terms import RULE, TYPE, Value, mn, name_of, triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .knowledge import Knowledge
    from .populations import Population
    from .rules import Pattern, Rule

Key = tuple[str, str | None]
"""A predicate, alone or with an object, of which there is a fact."""
ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
UNESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
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
        return (*fill(patterns, self.bindings), *self.counted)

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
            for fact in firing.conclusions:
                first.setdefault(fact, firing)
        return first

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], list[Value]]:
        index: dict[tuple[str, str], list[Value]] = {}
        for fact in dict.fromkeys((*self.told, *self._first)):
            key = (name_of(fact.subject), fact.predicate.value)
            index.setdefault(key, []).append(cast("Value", fact.object))
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


def derive(knowledge: Knowledge, told: tuple[ox.Triple, ...]) -> Derivation:
    """
    Derive everything that follows from the facts of a case.

    The compiled form of the rules is run; `reference.derive_in_store` runs their texts.

    Args:
        knowledge: The knowledge base.
        told: The facts of one case, without blank nodes.

    Returns:
        The derivation. The same facts in any order give the same derivation.
    """
    facts = Facts(knowledge.base_facts)
    present = set(knowledge.keys)
    ordered = tuple(sorted(told, key=str))
    _note(facts.add(encode(t) for t in ordered), present)
    firings: list[Firing] = []
    for stratum, rules in groupby(knowledge.rules, key=lambda rule: rule.stratum):
        if stratum == MEMBERSHIP:
            _settle(_memberships(knowledge, facts), facts, present, firings)
        fired = [f for rule in rules if rule.needs <= present for f in _fire(rule, facts)]
        _settle(fired, facts, present, firings)
    return Derivation(told=ordered, firings=tuple(firings))


def _settle(fired: list[Firing], facts: Facts, present: set[Key], firings: list[Firing]) -> None:
    """Add what a stratum concluded, after all its rules have looked at what was there before."""
    firings += fired
    _note(facts.add(encode(t) for f in fired for t in f.conclusions), present)


def _note(fresh: list[Fact], present: set[Key]) -> None:
    """Note the predicates of new facts, which may enable rules."""
    for _, predicate, value in fresh:
        present.add((predicate, None))
        present.add((predicate, value))


def _fire(rule: Rule, facts: Facts) -> list[Firing]:
    """Apply a rule to all facts; return its firings, sorted by their bindings."""
    rows = solve(rule.steps, facts)
    if len(rows) > 1:
        keyed = {_row_key(row): row for row in rows}
        rows = [keyed[key] for key in sorted(keyed)]
    return [_firing(rule, row) for row in rows]


def _row_key(row: Row) -> tuple[tuple[str, str], ...]:
    """Tell a solution by its variables and their values."""
    return tuple(sorted(item for item in row.items() if item[0] != COUNTED))


def _firing(rule: Rule, row: Row) -> Firing:
    counted = row.pop(COUNTED, ())
    bound = {name: decode(term) for name, term in row.items()}
    return Firing(
        rule,
        bound,
        tuple(fill(rule.template, bound)),
        tuple(sorted({decode_fact(*fact) for fact in counted}, key=str)) if counted else (),
    )


def _memberships(knowledge: Knowledge, facts: Facts) -> list[Firing]:
    """Find the populations that each situation belongs to."""
    return [
        membership(population, decode(situation))
        for population in knowledge.populations
        for situation in sorted({row["situation"] for row in solve(population.steps, facts)})
    ]


def membership(population: Population, situation: Value) -> Firing:
    """Record that a situation belongs to a population."""
    name = ox.NamedNode(population.iri)
    return Firing(
        None,
        {"situation": situation, "population": name},
        (triple(situation, TYPE, name), triple(situation, mn("inPopulation"), name)),
        (triple(situation, TYPE, mn("Situation")),),
    )


def encode(fact: ox.Triple) -> Fact:
    """Write a triple as the text of its three terms."""
    return (_text(fact.subject), _text(fact.predicate), _text(fact.object))


@lru_cache(maxsize=50_000)
def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term)


@lru_cache(maxsize=50_000)
def decode(term: str) -> Value:
    """Read a term from its text."""
    if term.startswith("<"):
        return ox.NamedNode(term[1:-1])
    text, _, kind = term[1:].rpartition('"')
    if kind.startswith("^^"):
        return ox.Literal(text, datatype=ox.NamedNode(kind[3:-1]))
    plain = UNESCAPE.sub(lambda m: ESCAPES.get(m[1], m[1]), text)
    return ox.Literal(plain, language=kind[1:]) if kind else ox.Literal(plain)


def decode_fact(subject: str, predicate: str, value: str) -> ox.Triple:
    """Read a triple from the text of its terms."""
    return triple(decode(subject), decode(predicate), decode(value))


def fill(patterns: Iterable[Pattern], bound: Mapping[str, Value]) -> list[ox.Triple]:
    """Fill patterns with the values of variables; leave out those that stay incomplete."""
    filled = []
    for s, p, o in patterns:
        subject = bound.get(s) if isinstance(s, str) else s
        predicate = bound.get(p) if isinstance(p, str) else p
        value = bound.get(o) if isinstance(o, str) else o
        if subject is not None and predicate is not None and value is not None:
            filled.append(triple(subject, predicate, value))
    return filled


def _partly(pattern: Pattern, bound: Mapping[str, Value]) -> Pattern:
    subject, predicate, value = (bound.get(s, s) if isinstance(s, str) else s for s in pattern)
    return (subject, predicate, value)


def rule_iri(rule: str) -> ox.NamedNode:
    """Return the IRI of a rule."""
    return ox.NamedNode(RULE + rule)
