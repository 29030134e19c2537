"""
A case with a figure moved: what its requests come to if a row stated another number.

Only the rules that the figure can reach are run again, over the facts that it cannot reach.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel import tree
from reasoner.kernel.engine import infer_over
from reasoner.kernel.facts import encode
from reasoner.kernel.index import Index
from reasoner.kernel.rules import rules_towards
from reasoner.knowledge.terms import mn

from .outcome_rules import rules_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

MOVED_LIMIT: Final = "movedLimit"
MOVED_TRIAL: Final = "movedTrial"
LEGAL: Final = "legalFinding"


class MovedFigures:
    """
    The requests of a case under other figures.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case, with its firings.
    """

    def __init__(self, knowledge: Knowledge, derivation: Derivation) -> None:
        self._knowledge = knowledge
        self._derivation = derivation
        self._kept: dict[str, Index] = {}
        self._found: dict[tuple[str, str, tuple[str, ...], int], Derivation] = {}

    def decided(
        self, figure: str, rows: Iterable[str], number: int, *, legal: bool = False
    ) -> Derivation:
        """
        Decide the case with a figure of some rows moved.

        Args:
            figure: `MOVED_LIMIT` or `MOVED_TRIAL`.
            rows: The IRIs of the rows, or of the caps, that state the figure.
            number: What they state instead.
            legal: True to derive the legal findings, False to derive the outcomes.

        Returns:
            A derivation without firings.
        """
        goal = LEGAL if legal else ""
        moved = tuple(sorted(rows))
        key = (goal, figure, moved, number)
        if key not in self._found:
            reached = reached_by(self._knowledge, figure)
            facts = [
                encode(ox.Triple(ox.NamedNode(row), mn(figure), ox.Literal(number)))
                for row in moved
            ]
            self._found[key] = infer_over(
                self._knowledge,
                self._unreached(figure),
                facts,
                rules=reached & _wanted(self._knowledge, goal),
            )
        return self._found[key]

    def _unreached(self, figure: str) -> Index:
        """Return the facts of the derivation that do not depend on a figure."""
        if figure not in self._kept:
            reached = reached_by(self._knowledge, figure)
            index = Index(self._derivation.base)
            index.add(encode(fact) for fact in self._derivation.asserted)
            index.add(
                fact
                for firing in self._derivation.firings
                if firing.name not in reached
                for fact in firing.concluded
            )
            self._kept[figure] = index
        return self._kept[figure]


@lru_cache(maxsize=16)
def _wanted(knowledge: Knowledge, goal: str) -> frozenset[str]:
    """Return the ids of the rules on which the outcomes, or the facts of a property, can rest."""
    if not goal:
        return rules_for(knowledge)
    return rules_towards(knowledge.rules, frozenset({mn(goal).value}), knowledge.after)


@lru_cache(maxsize=16)
def reached_by(knowledge: Knowledge, figure: str) -> frozenset[str]:
    """Return the names of the rules whose conclusions can change if a figure moves."""
    name = mn(figure).value
    found = {
        rule.id
        for rule in knowledge.rules
        if any(key.predicate == name for key in tree.reads(rule.construct))
    }
    todo = list(found)
    followers: dict[str, list[str]] = {}
    for rule_id, before in knowledge.after.items():
        for one in before:
            followers.setdefault(one, []).append(rule_id)
    while todo:
        for follower in followers.get(todo.pop(), ()):
            if follower not in found:
                found.add(follower)
                todo.append(follower)
    return frozenset(found)
