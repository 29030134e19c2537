"""The facts of a proof, each with its level, and what matches a pattern below a level."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .rule_text import Pattern
    from .turtle import Fact

Row = dict[str, str]


Key = tuple[str | None, str, str | None]


class Index:
    """Facts by predicate, alone and with subject, object or both."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts: set[Fact] = set()
        self.by: dict[Key, list[Fact]] = defaultdict(list)
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Add a fact that is not there."""
        self.facts.add(fact)
        s, p, o = fact
        self.by[None, p, None].append(fact)
        self.by[s, p, None].append(fact)
        self.by[None, p, o].append(fact)
        self.by[s, p, o].append(fact)


class View:
    """
    Facts with levels. What is told is at level 0; what a stratum concludes, above all it looked at.

    Attributes:
        level: The level of each fact that is not of the knowledge base.
        knowledge: The facts that stand in the knowledge base; shared, and never changed.
        barring: Facts on which some way to use a rule failed: what it matched, and what was there
            that it said was absent. A proof lists them, so that it can be checked by itself.
    """

    def __init__(self, told: Iterable[Fact], knowledge: Index) -> None:
        self.level: dict[Fact, int] = {}
        self.knowledge = knowledge
        self.barring: set[Fact] = set()
        self._own = Index(())
        for fact in told:
            self.add(fact, 0)

    def add(self, fact: Fact, level: int) -> None:
        """Add a fact; one that is there keeps its level."""
        if fact not in self.level and fact not in self.knowledge.facts:
            self.level[fact] = level
            self._own.add(fact)

    def has(self, fact: Fact, below: int) -> bool:
        """Tell whether a fact is there below a level."""
        return fact in self.knowledge.facts or self.level.get(fact, below) < below

    def _at(self, key: Key) -> Iterator[Fact]:
        yield from self.knowledge.by.get(key, ())
        yield from self._own.by.get(key, ())

    def find(self, pattern: Pattern, row: Row, below: int) -> Iterator[Fact]:
        """Yield the facts below a level that match a pattern, its variables filled from a row."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        same = s.startswith("?") and s == o
        for fact in self._at(key):
            if self.level.get(fact, 0) < below and not (same and fact[0] != fact[2]):
                yield fact

    def size(self, pattern: Pattern, row: Row) -> int:
        """Say how many facts there are to look at for a pattern."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return 1_000_000
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        return len(self.knowledge.by.get(key, ())) + len(self._own.by.get(key, ()))

    def searched(self, pattern: Pattern, row: Row, below: int) -> list[Fact]:
        """
        List what was searched for a pattern: each fact of its predicate that is there.

        Of the knowledge base only what is said of the same subject is listed, where there is one.
        """
        s, p, _ = fill(pattern, row)
        of_knowledge = self.knowledge.by.get((None if s.startswith("?") else s, p, None), ())
        own = self._own.by.get((None, p, None), ())
        return [*of_knowledge, *(fact for fact in own if self.level[fact] < below)]


def fill(pattern: Pattern, row: Row) -> Pattern:
    """Fill the variables of a pattern as far as a row has values for them."""
    s, p, o = (row.get(t[1:], t) if t.startswith("?") else t for t in pattern)
    return s, p, o
