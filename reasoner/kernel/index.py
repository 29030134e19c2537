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
        for subject, predicate, value in facts:
            shared = self._shared.get(predicate) or self._take(predicate)
            objects = self.objects[predicate]
            known = objects.get(subject)
            if known is None:
                objects[subject] = {value: None}
            elif value not in known:
                _extend(objects, shared[0], subject, value)
            else:
                continue
            subjects = self.subjects[predicate]
            if value in subjects:
                _extend(subjects, shared[1], value, subject)
            else:
                subjects[value] = {subject: None}

    def _take(self, predicate: str) -> tuple[Side, Side]:
        """Make the index of a property our own before its first change; return the shared one."""
        shared = (self.objects.get(predicate, {}), self.subjects.get(predicate, {}))
        self.objects[predicate], self.subjects[predicate] = dict(shared[0]), dict(shared[1])
        self._shared[predicate] = shared
        self.own.add(predicate)
        return shared

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


def _extend(side: Side, shared: Side, key: str, term: str) -> None:
    """Add a term to those at the other end, which are copied first where they are shared."""
    known = side[key]
    if known is shared.get(key):
        side[key] = {**known, term: None}
    else:
        known[term] = None
