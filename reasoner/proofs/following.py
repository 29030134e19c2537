"""
Follow a rule towards a goal as far as it goes, and find what is left: what fails.

What holds is matched first, in the order of the strata, and only where it speaks of what is known
already; so what is left over is what fails, with the values that came nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reasoner.kernel.evaluate import holds, term_for
from reasoner.kernel.syntax import (
    Bind,
    Filter,
    Group,
    NotExists,
    Optional,
    Select,
    TriplePattern,
    Union,
    Values,
)
from reasoner.kernel.tree import variables
from reasoner.knowledge.terms import mn

from .known import EVERY, fill, unify
from .match import rows_of
from .trees import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.facts import Fact
    from reasoner.kernel.syntax import Element, RuleText

    from .known import Known, Row
    from .trees import Pattern

IN_POPULATION: Final = f"<{mn('inPopulation').value}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    How far a rule went.

    Attributes:
        row: The values that came nearest.
        missing: The premises that nothing matches, as the rule writes them.
        failing: The filters that do not hold.
        present: What the rule requires to be absent, and is there.
        binds: What was computed on the way.
    """

    row: Row
    missing: tuple[Pattern, ...] = ()
    failing: tuple[Filter, ...] = ()
    present: tuple[Fact, ...] = ()
    binds: tuple[Bind, ...] = ()

    @property
    def faults(self) -> int:
        """The number of things that fail."""
        return len(self.missing) + len(self.failing) + len(self.present)

    @property
    def key(self) -> tuple[object, ...]:
        """What fails, and the values that it fails with."""
        tests = tuple(
            (test.condition, tuple(self.row.get(name, "") for name in sorted(variables(test))))
            for test in self.failing
        )
        return (tuple(fill(p, self.row) for p in self.missing), tests, self.present)


class Follower:
    """
    Follows the rules over the facts of one decision.

    Args:
        known: The facts.
        trees: The rules, by id.
    """

    def __init__(self, known: Known, trees: Mapping[str, RuleText]) -> None:
        self.known, self.trees = known, trees
        self.concluding: dict[str, list[str]] = {}
        for name in sorted(trees, key=lambda name: (known.of_rule[name], name)):
            # A rule that reads asserted facts alone makes variants of a request to compare it with.
            if not trees[name].head.asserted:
                for predicate in sorted({p for _, p, _ in self.template(name)}):
                    self.concluding.setdefault(predicate, []).append(name)

    def template(self, name: str) -> list[Pattern]:
        """Return the patterns that a rule concludes."""
        return [text_of(pattern) for pattern in self.trees[name].construct.template]

    def attempts(self, name: str, template: Pattern, goal: Pattern) -> list[Attempt]:
        """
        Follow a rule to a goal from one of the triples that it concludes.

        Returns:
            The attempts with the fewest faults, each different; none if the rule could not speak of
            the goal.
        """
        start = unify(template, goal)
        if start is not None:
            start = self._minted(name, template[0], start)
        if start is None:
            return []
        below = self.known.of_rule[name]
        elements = self.trees[name].construct.where.elements
        patterns = [text_of(e) for e in elements if isinstance(e, TriplePattern)]
        rows, missing = self._matched(patterns, start, below)
        found = [Attempt(row=row, missing=tuple(missing)) for row in rows]
        last = [e for e in elements if isinstance(e, Filter | NotExists)]
        for element in (*(e for e in elements if e not in last), *last):
            if not isinstance(element, TriplePattern):
                found = [new for one in found for new in self._further(element, one, below)]
        found = [attempt for attempt in found if not self._elsewhere(attempt, goal)]
        least = min((attempt.faults for attempt in found), default=0)
        return list({a.key: a for a in found if a.faults == least}.values())

    def mints(self, name: str, subject: str) -> bool:
        """Return True if a rule gives a name to what it concludes something of."""
        return subject in {f"?{bind.variable.name}" for bind in self._binds(name)}

    def _binds(self, name: str) -> list[Bind]:
        return [e for e in self.trees[name].construct.where.elements if isinstance(e, Bind)]

    def _minted(self, name: str, subject: str, start: Row) -> Row | None:
        """Take the values of the use that minted what the goal is about; None if none did."""
        minted = subject[1:]
        if minted not in start or not self.mints(name, subject):
            return start
        computed = {bind.variable.name for bind in self._binds(name)}
        for firing in self.known.derivation.by_rule(name):
            if firing.row[minted] == start[minted]:
                kept = {n: term for n, term in firing.row.items() if n not in computed}
                return {**kept, **start}
        return None

    def _matched(
        self, patterns: list[Pattern], start: Row, below: int
    ) -> tuple[list[Row], list[Pattern]]:
        """Match what can be matched, lower strata first; return the rows and what is left over."""
        todo = sorted(patterns, key=lambda p: (self._stratum(p), patterns.index(p)))
        rows, going = [start], True
        while going and todo:
            going = False
            for pattern in todo:
                if rows[0] and not _connected(pattern, rows[0]):
                    continue
                new = [
                    {**row, **more}
                    for row in rows
                    for fact in self.known.find(pattern, row, below)
                    if (more := unify(pattern, fact)) is not None
                ]
                if new:
                    rows, going = new, True
                    todo.remove(pattern)
                    break
        return rows, sorted(todo, key=patterns.index)

    def _stratum(self, pattern: Pattern) -> int:
        """Return the stratum from which on a pattern can match: 0 for what is asserted."""
        if pattern[1] == IN_POPULATION:
            return self.known.membership
        strata = [
            self.known.of_rule[name]
            for name in self.concluding.get(pattern[1], [])
            if any(unify(template, pattern) is not None for template in self.template(name))
        ]
        found = self.known.find(pattern, {}, EVERY)
        return 0 if any(not self.known.stratum.get(f) for f in found) else min(strata, default=0)

    def _elsewhere(self, attempt: Attempt, goal: Pattern) -> bool:
        """Return True if a rule speaks of another kind of thing than the goal is about."""
        left = [fill(pattern, attempt.row) for pattern in attempt.missing]
        return any(o == goal[0] and p not in self.concluding for _, p, o in left)

    def _further(self, element: Element, attempt: Attempt, below: int) -> list[Attempt]:
        """Take an attempt past a part of the rule; none is left if it cannot be of the goal."""
        match element:
            case Bind():
                return _computed(element, attempt)
            case Filter():
                return [_tested(element, attempt)]
            case NotExists():
                return [self._barred(element.group, attempt, below)]
            case Optional() | Union() | Group() | Select() | Values():
                rows = rows_of(element, [attempt.row], self.known, below)
                if not rows and (total := _first_total(element)):
                    return [replace(attempt, missing=(*attempt.missing, total))]
                return [replace(attempt, row=row) for row in rows]
            case _:
                return [attempt]

    def _barred(self, group: Group, attempt: Attempt, below: int) -> Attempt:
        """Note what is there and should be absent, where the absence speaks of something known."""
        patterns = [text_of(e) for e in group.elements if isinstance(e, TriplePattern)]
        rows = rows_of(group, [attempt.row], self.known, below)
        if not rows or not all(_connected(pattern, attempt.row) for pattern in patterns):
            return attempt
        there = tuple(fill(pattern, rows[0]) for pattern in patterns)
        return replace(attempt, present=(*attempt.present, *there))


def _first_total(element: Element) -> Pattern | None:
    """Return the first pattern of a sub-SELECT, bare or in braces; None if it is something else."""
    while isinstance(element, Group) and len(element.elements) == 1:
        element = element.elements[0]
    return text_of(element.patterns[0]) if isinstance(element, Select) else None


def _tested(test: Filter, attempt: Attempt) -> Attempt:
    failed = holds(test.condition, attempt.row) is False
    return replace(attempt, failing=(*attempt.failing, test)) if failed else attempt


def _connected(pattern: Pattern, row: Row) -> bool:
    """Return True if a pattern speaks of something known, so that what it matches is relevant."""
    subject, predicate, value = pattern
    if predicate.startswith("?") and predicate[1:] not in row:
        return False
    open_ = [part for part in (subject, value) if part.startswith("?")]
    return not open_ or any(part[1:] in row for part in open_)


def _computed(bind: Bind, attempt: Attempt) -> list[Attempt]:
    """Compute a value; an attempt that names something other than the goal is not of the goal."""
    name, row = bind.variable.name, attempt.row
    known = variables(bind.expression) <= row.keys()
    term = term_for(bind.expression, row) if known else None
    if term is None:
        return [attempt]
    if row.get(name, term) != term:
        return []
    return [replace(attempt, row={**row, name: term}, binds=(*attempt.binds, bind))]
