"""The steps of a proof: what each use of a rule rests on, read off its values and its tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reasoner.errors import ProofFailed
from reasoner.kernel.syntax import Group, NotExists, Optional, Select, TriplePattern, Union

from .known import fill, unify
from .match import rows_of
from .populations import class_expressions, grounds_of
from .trees import rule_trees, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner.kernel.derivation import Firing
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

    from .known import Known, Row
    from .trees import Pattern

Search = tuple["Pattern", int]
"""What was searched, and below which stratum; `?s` and `?o` stand for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """
    A group of facts that a rule totals.

    Attributes:
        names: The variables that take the totals.
        members: The facts of the group, sorted.
        searches: What was searched for members, sorted.
    """

    names: tuple[str, ...]
    members: tuple[Fact, ...]
    searches: tuple[Search, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofStep:
    """
    One use of a rule, or one membership in a population.

    Attributes:
        stratum: The stratum of what it concludes.
        rule: The id of the rule; empty for a membership.
        row: The values of its variables, by name.
        premises: The facts that its patterns match, in the order of the text.
        absent: The patterns that match nothing, each with what was searched for it.
        totals: The groups that it totals.
        concludes: The facts that it concludes.
        prefers: What is preferred, and what gives way to it; None if the rule ranks nothing.
    """

    stratum: int
    rule: str
    row: Row
    premises: tuple[Fact, ...]
    absent: tuple[tuple[Pattern, Search], ...]
    totals: tuple[Total, ...]
    concludes: tuple[Fact, ...]
    prefers: tuple[str, str] | None

    @property
    def searches(self) -> Iterator[Search]:
        """What was searched, in order."""
        for _, search in self.absent:
            yield search
        for total in self.totals:
            yield from total.searches


def proof_steps(known: Known, knowledge: Knowledge) -> list[ProofStep]:
    """
    Write each use of a rule and each membership of a derivation as a step.

    Returns:
        The steps by stratum, then by rule or population, then by their values.
    """
    writer = _Writer(known, knowledge)
    steps = [writer.step(firing) for firing in known.derivation.firings]
    return sorted(steps, key=lambda step: (step.stratum, step.rule, sorted(step.row.items())))


class _Writer:
    def __init__(self, known: Known, knowledge: Knowledge) -> None:
        self.known = known
        self.trees = rule_trees(knowledge)
        self.expressions = class_expressions(knowledge)

    def step(self, firing: Firing) -> ProofStep:
        """Write one use of a rule, or one membership."""
        stratum = self.known.of(firing)
        if firing.rule is None:
            return self._membership(firing, stratum)
        tree = self.trees[firing.rule.id]
        use = _Use(self.known, firing.row, 1 if tree.head.asserted else stratum)
        use.take(tree.construct.where)
        prefers = tree.head.prefers
        return ProofStep(
            stratum=stratum,
            rule=firing.rule.id,
            row=firing.row,
            premises=tuple(use.premises),
            absent=tuple(use.absent),
            totals=tuple(use.totals),
            concludes=tuple(fill(text_of(p), firing.row) for p in tree.construct.template),
            prefers=(firing.row[prefers[0]], firing.row[prefers[1]]) if prefers else None,
        )

    def _membership(self, firing: Firing, stratum: int) -> ProofStep:
        name, one = firing.row["population"], firing.row["situation"]
        grounds = grounds_of(self.expressions[name], one, self.known, stratum)
        if grounds is None:
            raise ProofFailed(
                f"{one} is not a member of {name} by the facts of the derivation.",
                hint="This is a fault of mednec: report it with the case.",
            )
        return ProofStep(
            stratum=stratum,
            rule="",
            row=firing.row,
            premises=grounds,
            absent=(),
            totals=(),
            concludes=firing.concluded,
            prefers=None,
        )


class _Use:
    """Collects what one use of a rule rests on; tests look at the whole group, so they are last."""

    def __init__(self, known: Known, row: Row, below: int) -> None:
        self.known, self.row, self.below = known, row, below
        self.premises: list[Fact] = []
        self.absent: list[tuple[Pattern, Search]] = []
        self.totals: list[Total] = []

    def take(self, group: Group) -> None:
        """Collect what a group that holds rests on."""
        late = [element for element in group.elements if isinstance(element, NotExists)]
        for element in (*(e for e in group.elements if not isinstance(e, NotExists)), *late):
            match element:
                case TriplePattern():
                    self.premises.append(fill(text_of(element), self.row))
                case Optional() if self._matches(element.group):
                    self.take(element.group)
                case Optional() | NotExists():
                    self._without(element.group)
                case Union():
                    self.take(next(part for part in element.groups if self._matches(part)))
                case Group():
                    self.take(element)
                case Select():
                    self._total(element)
                case _:
                    pass

    def _matches(self, group: Group) -> bool:
        """Return True if a group holds under the values of the use."""
        return bool(rows_of(group, [self.row], self.known, self.below))

    def _without(self, group: Group) -> None:
        for element in group.elements:
            if isinstance(element, TriplePattern):
                pattern = fill(text_of(element), self.row)
                self.absent.append((pattern, self._search(pattern)))

    def _search(self, pattern: Pattern) -> Search:
        """Return the search for a pattern: its property, of its subject or else with its value."""
        subject, predicate, value = pattern
        if not subject.startswith("?"):
            return (subject, predicate, "?o"), self.below
        return ("?s", predicate, "?o" if value.startswith("?") else value), self.below

    def _total(self, select: Select) -> None:
        """Collect the members of the group that the values of the use single out."""
        keys = {key.name: self.row[key.name] for key in select.keys}
        patterns = [text_of(pattern) for pattern in select.patterns]
        rows = self._solve(patterns, [keys])
        filled = [fill(pattern, row) for pattern in patterns for row in rows]
        searches = {self._search(pattern) for pattern in filled}
        self.totals.append(
            Total(
                names=tuple(figure.name.name for figure in select.aggregates),
                members=tuple(sorted(set(filled))),
                searches=tuple(sorted(searches)),
            )
        )

    def _solve(self, patterns: Iterable[Pattern], rows: list[Row]) -> list[Row]:
        for pattern in patterns:
            rows = [
                {**row, **more}
                for row in rows
                for fact in self.known.find(pattern, row, self.below)
                if (more := unify(fill(pattern, row), fact)) is not None
            ]
        return rows
