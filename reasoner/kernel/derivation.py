"""What follows from a case, as data: each application of a rule, and an index over the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from .facts import Fact, Facts, decode, decode_fact, encode, encode_term
from .program import Row
from .rules import Rule
from .terms import TYPE, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyoxigraph as ox

    from .facts import Pattern
    from .index import Index


class Firing(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """
    One application of a rule, or one membership in a population.

    A struct rather than a dataclass: a derivation makes hundreds, each in a tenth of the time.

    Attributes:
        rule: The rule; None for a membership in a population.
        names: The variables of the rule, sorted.
        terms: The value of each, as N-Triples writes it; None where it is unbound.
        matched: Returns the facts that the patterns of the rule matched, for these terms.
        concluded: The facts that it adds to the derivation, or confirms.
        counted: The facts that an aggregate of the rule counted over.
    """

    rule: Rule | None
    names: tuple[str, ...]
    terms: Row
    matched: Callable[[Row], tuple[Fact, ...]]
    concluded: tuple[Fact, ...]
    counted: tuple[Fact, ...] = ()

    @property
    def name(self) -> str:
        """The id of the rule, or `POP` for a membership in a population."""
        return self.rule.id if self.rule else "POP"

    @cached_property
    def row(self) -> dict[str, str]:
        """The values of the rule's variables that are bound, by name, as terms in text."""
        pairs = zip(self.names, self.terms, strict=True)
        return {name: term for name, term in pairs if term is not None}

    @cached_property
    def rests_on(self) -> tuple[Fact, ...]:
        """The facts that the firing rests on."""
        return (*self.matched(self.terms), *self.counted)

    @property
    def absences(self) -> tuple[tuple[tuple[str, str, str], ...], ...]:
        """Groups of patterns, filled as far as they are bound, that nothing matched."""
        groups = self.rule.absences if self.rule else ()
        if not groups:
            return ()
        return tuple(tuple(self._partly(pattern) for pattern in group) for group in groups)

    def _partly(self, pattern: Pattern) -> tuple[str, str, str]:
        s, p, o = (self.row.get(name, f"?{name}") if var else name for var, name in pattern)
        return (s, p, o)

    @cached_property
    def bindings(self) -> Mapping[str, Value]:
        """The values of the rule's variables, by name."""
        return {name: decode(term) for name, term in self.row.items()}

    @property
    def conclusions(self) -> tuple[ox.Triple, ...]:
        """The facts that it adds to the derivation, or confirms, as triples."""
        return tuple(decode_fact(fact) for fact in self.concluded)

    @property
    def premises(self) -> tuple[ox.Triple, ...]:
        """The facts that the firing rests on, as triples."""
        return tuple(decode_fact(fact) for fact in self.rests_on)


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivation:
    """
    All that follows from a case.

    Attributes:
        asserted: The facts of the case.
        firings: In the order in which they were made.
        index: What was asserted and what was concluded, over the knowledge base.
        base: The knowledge base.
        namespace: The namespace of the properties that are read by their local names.
    """

    asserted: tuple[ox.Triple, ...]
    firings: tuple[Firing, ...]
    index: Index
    base: Index
    namespace: str

    @cached_property
    def facts(self) -> Facts:
        """The index of the asserted and the concluded facts, over the knowledge base."""
        facts = Facts(self.base.facts)
        facts.add(
            fact
            for fact in (
                *(encode(fact) for fact in self.asserted),
                *(fact for firing in self.firings for fact in firing.concluded),
            )
        )
        return facts

    @cached_property
    def _first(self) -> Mapping[Fact, Firing]:
        first: dict[Fact, Firing] = {}
        for firing in self.firings:
            for fact in firing.concluded:
                first.setdefault(fact, firing)
        return first

    @cached_property
    def _roles(self) -> Mapping[str, list[Firing]]:
        roles: dict[str, list[Firing]] = {}
        for firing in self.firings:
            if firing.rule is not None:
                roles.setdefault(firing.rule.role, []).append(firing)
        return roles

    @cached_property
    def _by_rule(self) -> Mapping[str, list[Firing]]:
        rules: dict[str, list[Firing]] = {}
        for firing in self.firings:
            rules.setdefault(firing.name, []).append(firing)
        return rules

    @cached_property
    def _about(self) -> dict[str, dict[str | None, list[Firing]]]:
        """By role and thing the firings about it, for the roles that were asked for so far."""
        return {}

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {id(firing): place for place, firing in enumerate(self.firings)}

    @property
    def derived(self) -> frozenset[ox.Triple]:
        """The facts that were concluded and not asserted."""
        asserted = {encode(fact) for fact in self.asserted}
        return frozenset(decode_fact(fact) for fact in self._first if fact not in asserted)

    def firing_of(self, fact: ox.Triple | Fact) -> Firing | None:
        """Return the first firing that concluded a fact; None if it was asserted or is not true."""
        return self._first.get(fact if isinstance(fact, tuple) else encode(fact))

    def with_role(self, role: str) -> list[Firing]:
        """Return the firings of the rules of one role."""
        return self._roles.get(role, [])

    def firings_about(self, role: str, thing: str) -> list[Firing]:
        """Return the firings of the rules of one role that are about one thing."""
        if role not in self._about:
            found: dict[str | None, list[Firing]] = {}
            for firing in self.with_role(role):
                if firing.rule is not None and firing.rule.about in firing.names:
                    term = firing.terms[firing.names.index(firing.rule.about)]
                    found.setdefault(term, []).append(firing)
            self._about[role] = found
        return self._about[role].get(f"<{thing}>", [])

    def in_order(self, firings: Iterable[Firing]) -> tuple[Firing, ...]:
        """Return firings of this derivation in the order in which they were made, each once."""
        places = self._places
        unique = {id(firing): firing for firing in firings}
        return tuple(unique[key] for key in sorted(unique, key=places.__getitem__))

    def by_rule(self, rule: str) -> list[Firing]:
        """Return the firings of one rule."""
        return self._by_rule.get(rule, [])

    def types(self, subject: str) -> list[Value]:
        """Return the classes that a thing is asserted or derived to be a member of."""
        return self._values(subject, encode_term(TYPE))

    def values(self, subject: str, name: str) -> list[Value]:
        """Return the values of the property with a local name, sorted as text."""
        return self._values(subject, f"<{self.namespace}{name}>")

    def _values(self, subject: str, predicate: str) -> list[Value]:
        found = self.index.objects.get(predicate, {}).get(f"<{subject}>", ())
        return [decode(term) for term in sorted(found)]

    def value(self, subject: str, name: str) -> str | None:
        """Return the least value of a property as text; None if there is none."""
        found = self.values(subject, name)
        return found[0].value if found else None

    def number(self, subject: str, name: str) -> int | None:
        """Return the least integer value of a property; None if there is none."""
        found = [int(v.value) for v in self.values(subject, name)]
        return min(found, default=None)

    def holds(self, subject: str, name: str) -> bool:
        """Return True if a property is stated to be true."""
        return self.value(subject, name) == "true"

    def subjects(self, name: str, value: Value) -> list[str]:
        """Return all subjects that have a value for a property, sorted."""
        found = self.index.subjects.get(f"<{self.namespace}{name}>", {}).get(encode_term(value), ())
        return sorted(term[1:-1] for term in found)
