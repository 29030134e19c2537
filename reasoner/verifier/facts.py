"""The facts of a proof, each with its stratum, and what matches a pattern below a stratum."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from .terms import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .rule_text import Pattern
    from .terms import Fact

Row = dict[str, str]
"""A value for each variable."""
Key = tuple[str | None, str, str | None]
EVERY: Final = 1_000_000
"""A stratum above all others."""


class Index:
    """Facts by predicate, alone and with subject, object or both."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.facts: set[Fact] = set()
        self.by: dict[Key, list[Fact]] = defaultdict(list)
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Add a fact that is not in the index."""
        self.facts.add(fact)
        s, p, o = fact
        self.by[None, p, None].append(fact)
        self.by[s, p, None].append(fact)
        self.by[None, p, o].append(fact)
        self.by[s, p, o].append(fact)


class Facts:
    """
    The facts of a case, asserted and concluded, over those of the knowledge base.

    Args:
        asserted: The facts of the case, at stratum 0.
        knowledge: The facts of the knowledge base, shared and never changed.

    Attributes:
        stratum: The stratum of each fact that is not of the knowledge base.
    """

    def __init__(self, asserted: Iterable[Fact], knowledge: Index) -> None:
        self.stratum: dict[Fact, int] = {}
        self.knowledge = knowledge
        self._own = Index()
        for fact in asserted:
            self.add(fact, 0)

    def add(self, fact: Fact, stratum: int) -> None:
        """Add a fact; one that is known keeps its stratum."""
        if fact not in self.stratum and fact not in self.knowledge.facts:
            self.stratum[fact] = stratum
            self._own.add(fact)

    def has(self, fact: Fact) -> bool:
        """Return True if a fact is known, at any stratum."""
        return fact in self.knowledge.facts or fact in self.stratum

    def find(self, pattern: Pattern, row: Row, below: int = EVERY) -> Iterator[Fact]:
        """
        Yield the facts below a stratum that match a pattern filled from a row.

        Raises:
            Unreadable: The row gives no value to the variable that stands for the property.
        """
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            raise Unreadable(f"a rule looks for any property ({' '.join(pattern)})")
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        same = s.startswith("?") and s == o
        for index in (self.knowledge, self._own):
            for fact in index.by.get(key, ()):
                if self.stratum.get(fact, 0) < below and not (same and fact[0] != fact[2]):
                    yield fact

    def size(self, pattern: Pattern, row: Row) -> int:
        """Return the number of facts to look at for a pattern."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return EVERY
        key = (None if s.startswith("?") else s, p, None if o.startswith("?") else o)
        return sum(len(index.by.get(key, ())) for index in (self.knowledge, self._own))


def search_for(pattern: Pattern) -> Pattern:
    """Return what is searched for a pattern: its property, of its subject or with its value."""
    s, p, o = pattern
    if not s.startswith("?"):
        return s, p, "?o"
    return "?s", p, "?o" if o.startswith("?") else o


def fill(pattern: Pattern, row: Row) -> Pattern:
    """Fill the variables of a pattern as far as a row has values for them."""
    s, p, o = (row.get(t[1:], t) if t.startswith("?") else t for t in pattern)
    return s, p, o
