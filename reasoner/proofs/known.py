"""The facts of one derivation with the stratum of each, over those of the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.facts import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reasoner.kernel.derivation import Derivation, Firing
    from reasoner.kernel.facts import Fact, Facts

    from .trees import Pattern

Row = dict[str, str]
"""A term, as N-Triples writes it, for each variable."""
EVERY: Final = 1_000_000
"""A stratum above all others."""
MEMBERSHIP: Final = "memberships"


class Known:
    """
    The facts of one derivation.

    What is asserted is at stratum 0.

    Args:
        derivation: What follows from the case.
        stated: The facts of the knowledge base.
        strata: The stratum of each rule by its id, and of memberships by `MEMBERSHIP`.

    Attributes:
        asserted: The facts of the case.
        stratum: The stratum of each fact that is asserted or concluded, first conclusions first.
        membership: The stratum of memberships in populations.
    """

    def __init__(self, derivation: Derivation, stated: Facts, strata: Mapping[str, int]) -> None:
        self.derivation = derivation
        self.stated = stated
        self.of_rule = strata
        self.membership = self.of_rule[MEMBERSHIP]
        self.asserted = {encode(triple) for triple in derivation.asserted}
        self.stratum: dict[Fact, int] = dict.fromkeys(self.asserted, 0)
        for firing in sorted(derivation.firings, key=self.of):
            for fact in firing.concluded:
                if fact not in self.stated.all:
                    self.stratum.setdefault(fact, self.of(firing))

    def of(self, firing: Firing) -> int:
        """Return the stratum of a use of a rule, or of a membership."""
        return self.of_rule[firing.rule.id] if firing.rule else self.membership

    def find(self, pattern: Pattern, row: Row, below: int = EVERY) -> Iterator[Fact]:
        """Yield the facts below a stratum that match a pattern filled from a row."""
        s, p, o = fill(pattern, row)
        if p.startswith("?"):
            return
        subject = None if s.startswith("?") else s
        value = None if o.startswith("?") else o
        for found, other in self.derivation.facts.find(subject, p, value):
            fact = (found, p, other)
            if self.stratum.get(fact, 0) < below and not (s == o and found != other):
                yield fact

    def has(self, fact: Fact, below: int = EVERY) -> bool:
        """Return True if a fact is known below a stratum."""
        return fact in self.stated.all or self.stratum.get(fact, below) < below


def fill(pattern: Pattern, row: Row) -> Pattern:
    """Fill the variables of a pattern as far as a row has values for them."""
    s, p, o = (row.get(t[1:], t) if t.startswith("?") else t for t in pattern)
    return s, p, o


def unify(pattern: Pattern, fact: Pattern) -> Row | None:
    """Return the values under which a pattern is a fact; None if it cannot be that fact."""
    row: Row = {}
    for mine, theirs in zip(pattern, fact, strict=True):
        if theirs.startswith("?"):
            continue
        if not mine.startswith("?"):
            if mine != theirs:
                return None
        elif row.setdefault(mine[1:], theirs) != theirs:
            return None
    return row
