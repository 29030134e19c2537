"""The facts of a proof with the level at which each is there, and what matches a pattern below one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .rule_text import Pattern
    from .turtle import Fact

Row = dict[str, str]


class View:
    """
    Facts with levels. What is told is at level 0; what a stratum concludes, above all it looked at.

    Attributes:
        level: The level of each fact.
        knowledge: The facts that stand in the knowledge base.
        barring: Facts on which some way to use a rule failed: what it matched, and what was there
            that it said was absent. A proof lists them, so that it can be checked by itself.
    """

    def __init__(self, told: Iterable[Fact], knowledge: Iterable[Fact]) -> None:
        self.level: dict[Fact, int] = {}
        self.knowledge: set[Fact] = set()
        self.barring: set[Fact] = set()
        self._by: dict[tuple[str | None, str, str | None], list[Fact]] = defaultdict(list)
        for fact in knowledge:
            self.knowledge.add(fact)
            self.add(fact, 0)
        for fact in told:
            self.add(fact, 0)

    def add(self, fact: Fact, level: int) -> None:
        """Add a fact; one that is there keeps its level."""
        if fact not in self.level:
            self.level[fact] = level
            s, p, o = fact
            for key in ((None, p, None), (s, p, None), (None, p, o), (s, p, o)):
                self._by[key].append(fact)

    def find(self, pattern: Pattern, row: Row, below: int) -> Iterator[Fact]:
        """Yield the facts below a level that match a pattern, its variables filled from a row."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        same = s.startswith("?") and s == o
        for fact in self._by.get(key, ()):
            if self.level[fact] < below and not (same and fact[0] != fact[2]):
                yield fact

    def size(self, pattern: Pattern, row: Row) -> int:
        """Say how many facts there are to look at for a pattern."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return 1_000_000
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        return len(self._by.get(key, ()))

    def searched(self, pattern: Pattern, row: Row, below: int) -> list[Fact]:
        """
        List what was searched for a pattern: each fact of its predicate that is there.

        Of the knowledge base only what is said of the same subject is listed, where there is one.
        """
        s, p, _ = fill(pattern, row)
        free = s.startswith("?")
        return [
            fact
            for fact in self._by.get((None, p, None), ())
            if self.level[fact] < below
            and (free or fact[0] == s or fact not in self.knowledge)
        ]


def fill(pattern: Pattern, row: Row) -> Pattern:
    """Fill the variables of a pattern as far as a row has values for them."""
    s, p, o = (row.get(t[1:], t) if t.startswith("?") else t for t in pattern)
    return s, p, o
