"""
Indexes over facts, one for each property: what compiled rules look into.

A term is written as N-Triples writes it. An index is copied property by property when something is
added, so that any number of derivations can start from one that is never changed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts import Fact

Side = dict[str, dict[str, None]]
"""For each term at one end of a property, the terms at the other end, in the order added."""


class Index:
    """
    Facts by property, in both directions.

    Args:
        base: Facts to start from; None for none. It must not change afterwards.

    Attributes:
        objects: For each property and subject, the objects.
        subjects: For each property and object, the subjects.
        own: The properties of the facts that were added over the base.
    """

    def __init__(self, base: Index | None = None) -> None:
        self.objects: dict[str, Side] = dict(base.objects) if base else {}
        self.subjects: dict[str, Side] = dict(base.subjects) if base else {}
        self.own: set[str] = set()
        self._shared: dict[str, tuple[Side, Side]] = {}

    def add(self, facts: Iterable[Fact]) -> None:
        """Add facts; those that are known already change nothing."""
        sides, other_sides, taken = self.objects, self.subjects, self._shared
        for subject, predicate, value in facts:
            if predicate not in taken:
                self._take(predicate)
            side = sides[predicate]
            known = side.get(subject)
            if known is None:
                side[subject] = {value: None}
            elif value in known:
                continue
            elif known is taken[predicate][0].get(subject):
                side[subject] = {**known, value: None}
            else:
                known[value] = None
            side = other_sides[predicate]
            known = side.get(value)
            if known is None:
                side[value] = {subject: None}
            elif known is taken[predicate][1].get(value):
                side[value] = {**known, subject: None}
            else:
                known[subject] = None

    def _take(self, predicate: str) -> None:
        """Make the index of a property our own before its first change."""
        shared = (self.objects.get(predicate, {}), self.subjects.get(predicate, {}))
        self.objects[predicate], self.subjects[predicate] = dict(shared[0]), dict(shared[1])
        self._shared[predicate] = shared
        self.own.add(predicate)

    @cached_property
    def facts(self) -> Facts:
        """The same facts, for those who look them up one by one; of an index that is complete."""
        facts = Facts()
        facts.add(
            (subject, predicate, value)
            for predicate, side in self.objects.items()
            for subject, values in side.items()
            for value in values
        )
        return facts

    def has(self, fact: Fact) -> bool:
        """Return True if a fact is known."""
        subject, predicate, value = fact
        return value in self.objects.get(predicate, {}).get(subject, ())
