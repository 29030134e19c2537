"""The steps of a proof: every solution of every rule and population over facts with strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .facts import EVERY, fill, search_for
from .matching import Solution, solutions
from .populations import members
from .terms import IN_POPULATION, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .facts import Facts
    from .populations import Expression
    from .rule_text import Pattern, RuleText
    from .terms import Fact

Rules = dict[str, tuple[int, "RuleText"]]
"""The stratum and text of each rule, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One use of a rule, or one membership in a population.

    Attributes:
        stratum: The stratum of what it concludes.
        below: The stratum below which it sees facts: its own, or 1 if it reads asserted facts.
        rule: The id of the rule; empty for a membership.
        solution: Its values, and what it rests on.
        concludes: The facts that it concludes.
        prefers: What is preferred, and what gives way to it; None if the rule ranks nothing.
    """

    stratum: int
    below: int
    rule: str
    solution: Solution
    concludes: tuple[Fact, ...]
    prefers: tuple[str, str] | None = None

    @property
    def searches(self) -> Iterable[Pattern]:
        """What was searched, in order."""
        for pattern in self.solution.absent:
            yield search_for(pattern)
        for total in self.solution.totals:
            yield from total.searches


def find_steps(
    facts: Facts,
    rules: Rules,
    populations: Mapping[str, Expression],
    membership: int,
    *,
    later: bool = False,
) -> list[Step]:
    """
    Find every solution of every rule and population over facts whose strata are given.

    Args:
        facts: The facts. None is added.
        rules: The stratum and text of each rule, by id.
        populations: The class expression of each population.
        membership: The stratum at which members of populations are found.
        later: Whether each also sees what its own and later strata conclude.

    Returns:
        The steps by stratum, then by rule or population, then by their values.
    """
    sight = EVERY if later else membership
    found = [
        Step(
            stratum=membership,
            below=membership,
            rule="",
            solution=Solution(row={"population": name, "situation": one}, premises=grounds),
            concludes=((one, TYPE, name), (one, IN_POPULATION, name)),
        )
        for name, expression in sorted(populations.items())
        for one, grounds in sorted(members(expression, facts, sight).items())
    ]
    for identity, (stratum, rule) in sorted(rules.items()):
        below = 1 if rule.asserted else stratum
        sight = EVERY if later and not rule.asserted else below
        for solution in solutions(rule.where, facts, sight):
            row = solution.row
            found.append(
                Step(
                    stratum=stratum,
                    below=below,
                    rule=identity,
                    solution=solution,
                    concludes=tuple(fill(pattern, row) for pattern in rule.template),
                    prefers=(row[rule.prefers[0]], row[rule.prefers[1]]) if rule.prefers else None,
                )
            )
    return sorted(found, key=lambda step: step.stratum)
