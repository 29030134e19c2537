"""
Follow a rule towards a goal as far as it goes, and say what is left: what fails.

What holds is matched first, in the order of the strata, and only where it speaks of what is known
already; so what is left over is what fails, with the values that came nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reasoner.verifier.layout import IN_POPULATION, level_of
from reasoner.verifier.matching import Solution, solve
from reasoner.verifier.values import ERRORS, evaluate, variables_of, write_value
from reasoner.verifier.view import fill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.kernel.derivation import Derivation
    from reasoner.kernel.facts import Fact
    from reasoner.verifier.rule_text import Part, Pattern, RuleText
    from reasoner.verifier.view import Row, View

DEEPEST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    How far a rule went.

    Attributes:
        row: The values that came nearest.
        missing: The premises that nothing matches, as the rule writes them.
        failing: The tests that do not hold.
        present: What the rule says is absent, and is there.
        binds: What was computed on the way.
    """

    row: Row
    missing: tuple[Pattern, ...] = ()
    failing: tuple[Part, ...] = ()
    present: tuple[Fact, ...] = ()
    binds: tuple[Part, ...] = ()

    @property
    def faults(self) -> int:
        """How many things fail."""
        return len(self.missing) + len(self.failing) + len(self.present)

    @property
    def key(self) -> tuple[object, ...]:
        """What fails, and the values that it fails with."""
        tests = tuple(
            (part.text, tuple(self.row.get(v, "") for v in variables_of(part.expression)))
            for part in self.failing
        )
        return (tuple(fill(p, self.row) for p in self.missing), tests, self.present)


class Follower:
    """
    Follows the rules over the facts of one decision.

    Args:
        view: The facts.
        derivation: The uses of rules that were made.
        rules: Stratum and text of each rule, by id.
        membership: The stratum before which memberships in populations are found.
    """

    def __init__(
        self,
        view: View,
        derivation: Derivation,
        rules: Mapping[str, tuple[int, RuleText]],
        membership: int,
    ) -> None:
        self.view, self.derivation = view, derivation
        self.rules, self.membership = rules, membership
        self.concluding: dict[str, list[str]] = {}
        # The lowest stratum makes variants of a request for a comparison: no way to a conclusion.
        lowest = min((stratum for stratum, _ in rules.values()), default=0)
        for name, (stratum, rule) in sorted(rules.items(), key=lambda item: (item[1][0], item[0])):
            for predicate in sorted({p for _, p, _ in rule.template}) if stratum > lowest else ():
                self.concluding.setdefault(predicate, []).append(name)

    def attempts(self, name: str, template: Pattern, goal: Pattern) -> list[Attempt]:
        """
        Follow a rule to a goal from one of the triples that it concludes.

        Returns:
            The attempts with the fewest faults, each different; none if the rule could not speak of
            the goal.
        """
        stratum, rule = self.rules[name]
        start = unify(template, goal)
        if start is not None:
            start = self._minted(name, template[0], start)
        if start is None:
            return []
        patterns = [p for part in rule.where if part.kind == "facts" for p in part.patterns]
        rows, missing = self._matched(patterns, start, level_of(stratum))
        found = [Attempt(row=row, missing=tuple(missing)) for row in rows]
        for part in rule.where:
            if part.kind != "facts":
                found = [new for a in found for new in self._further(part, a, level_of(stratum))]
        found = [a for a in found if not self._elsewhere(a, goal)]
        least = min((a.faults for a in found), default=0)
        return list({a.key: a for a in found if a.faults == least}.values())

    def mints(self, name: str, subject: str) -> bool:
        """Tell whether a rule gives a name to what it concludes something of."""
        return any(
            part.kind == "bind" and f"?{part.names[0]}" == subject
            for part in self.rules[name][1].where
        )

    def _minted(self, name: str, subject: str, start: Row) -> Row | None:
        """Take the values of the use that minted what the goal is about; None if none did."""
        minted = subject[1:]
        if minted not in start or not self.mints(name, subject):
            return start
        computed = {p.names[0] for p in self.rules[name][1].where if p.kind == "bind"}
        for firing in self.derivation.by_rule(name):
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
                    for fact in self.view.find(pattern, row, below)
                    if (more := unify(pattern, fact)) is not None
                ]
                if new:
                    rows, going = new, True
                    todo.remove(pattern)
                    break
        return rows, sorted(todo, key=patterns.index)

    def _stratum(self, pattern: Pattern) -> int:
        """Say from which stratum on a pattern can match: 0 for what is told."""
        if pattern[1] == IN_POPULATION:
            return self.membership
        strata = [
            self.rules[name][0]
            for name in self.concluding.get(pattern[1], [])
            if any(unify(t, pattern) is not None for t in self.rules[name][1].template)
        ]
        told = any(self.view.level.get(f, 0) == 0 for f in self.view.find(pattern, {}, DEEPEST))
        return 0 if told else min(strata, default=0)

    def _elsewhere(self, attempt: Attempt, goal: Pattern) -> bool:
        """Tell whether a rule speaks of another kind of thing than the goal is told to be."""
        left = [fill(pattern, attempt.row) for pattern in attempt.missing]
        return any(o == goal[0] and p not in self.concluding for _, p, o in left)

    def _further(self, part: Part, attempt: Attempt, below: int) -> list[Attempt]:
        """Take an attempt past a part of the rule; none is left if it cannot be of the goal."""
        if part.kind == "bind":
            return _computed(part, attempt)
        if part.kind == "filter":
            return [_tested(part, attempt)]
        found = solve([part], [Solution(row=attempt.row)], self.view, below)
        if part.kind == "absent":
            return [attempt if found else self._barred(part, attempt, below)]
        if part.kind == "count" and not found:
            return [replace(attempt, missing=(*attempt.missing, *part.inner[0][0].patterns[:1]))]
        return [replace(attempt, row=solution.row) for solution in found]

    def _barred(self, part: Part, attempt: Attempt, below: int) -> Attempt:
        """Note what is there and should be absent, where the absence speaks of something known."""
        if not _tied(part, attempt.row):
            return attempt
        inner = solve(part.inner[0], [Solution(row=attempt.row)], self.view, below)
        there = tuple(fact for solution in inner[:1] for fact in solution.premises)
        return replace(attempt, present=(*attempt.present, *there))


def _tested(part: Part, attempt: Attempt) -> Attempt:
    try:
        holds = evaluate(part.expression, attempt.row) is True
    except ERRORS:
        return attempt
    return attempt if holds else replace(attempt, failing=(*attempt.failing, part))


def unify(template: Pattern, goal: Pattern) -> Row | None:
    """Return the values under which a triple with variables is the goal; None if it cannot be."""
    row: Row = {}
    for mine, theirs in zip(template, goal, strict=True):
        if theirs.startswith("?"):
            continue
        if not mine.startswith("?"):
            if mine != theirs:
                return None
        elif row.setdefault(mine[1:], theirs) != theirs:
            return None
    return row


def _connected(pattern: Pattern, row: Row) -> bool:
    """Tell whether a pattern speaks of something known, so that what it matches is to the point."""
    subject, predicate, value = pattern
    if predicate.startswith("?") and predicate[1:] not in row:
        return False
    variables = [part for part in (subject, value) if part.startswith("?")]
    return not variables or any(part[1:] in row for part in variables)


def _tied(part: Part, row: Row) -> bool:
    """Tell whether an absence speaks of something known."""
    patterns = [p for inner in part.inner[0] for p in inner.patterns]
    return all(_connected(pattern, row) for pattern in patterns)


def _computed(part: Part, attempt: Attempt) -> list[Attempt]:
    """Compute a value; an attempt that names something other than the goal is not of the goal."""
    name, row = part.names[0], attempt.row
    if any(v not in row for v in variables_of(part.expression)):
        return [attempt]
    try:
        term = write_value(evaluate(part.expression, row))
    except ERRORS:
        return [attempt]
    if row.get(name, term) != term:
        return []
    return [replace(attempt, row={**row, name: term}, binds=(*attempt.binds, part))]
