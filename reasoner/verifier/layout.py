"""
How a proof is laid out: from facts with levels, rules and populations to each of its parts.

There is one way only to write a proof, so that any change of it can be told. What is told is at
level 0, what a stratum concludes at an even level above all that it looked at; memberships in
populations are found at the odd level below the first stratum whose rules read them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .classes import Expression, members
from .faults import Unreadable
from .matching import Check, Count, Solution, solutions
from .sources import NS
from .turtle import TYPE, XSD
from .view import View, fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .rule_text import Part, Pattern, RuleText
    from .turtle import Fact

IN_POPULATION: Final = f"<{NS}inPopulation>"
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
Data = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One use of a rule, or one membership.

    Attributes:
        level: The level of what it concludes; it sees what is below.
        rule: The id of the rule; empty for a membership.
        solution: Its values, and what it rests on.
        concludes: The facts that it concludes.
        prefers: What is preferred, and what gives way to it; None if the rule ranks nothing.
    """

    level: int
    rule: str
    solution: Solution
    concludes: tuple[Fact, ...]
    prefers: tuple[str, str] | None = None

    @property
    def looked_at(self) -> Iterable[Fact]:
        """Each fact that the step names."""
        yield from self.solution.premises
        for absence in self.solution.absences:
            yield from absence.searched
        for count in self.solution.counts:
            yield from (*count.facts, *count.searched)
        yield from self.concludes


def membership_level(rules: Mapping[str, tuple[int, RuleText]]) -> int:
    """Say at which level memberships are found: just below the first stratum that reads them."""
    reading = [stratum for stratum, rule in rules.values() if _reads(rule.where)]
    return level_of(min(reading, default=0)) - 1


def level_of(stratum: int) -> int:
    """Return the level of what the rules of a stratum conclude; what is told is at level 0."""
    return 2 * stratum + 2


def _reads(group: Iterable[Part]) -> bool:
    return any(
        any(p == IN_POPULATION for _, p, _ in part.patterns) or any(_reads(g) for g in part.inner)
        for part in group
    )


def find_steps(
    view: View,
    rules: Mapping[str, tuple[int, RuleText]],
    populations: Mapping[str, Expression],
) -> list[Step]:
    """
    Find every solution of every rule and population over facts that are given with their levels.

    Args:
        view: The facts. None is added.
        rules: Stratum and text of each rule, by id.
        populations: The class expression of each population.

    Returns:
        The steps by level, then by rule or population, then by their values.
    """
    level = membership_level(rules)
    found = [
        Step(
            level=level,
            rule="",
            solution=Solution(row={"population": name, "situation": one}, premises=facts),
            concludes=((one, TYPE, name), (one, IN_POPULATION, name)),
        )
        for name, expression in sorted(populations.items())
        for one, facts in sorted(members(expression, view, level).items())
    ]
    for identity, (stratum, rule) in sorted(rules.items()):
        for solution in solutions(rule.where, view, level_of(stratum)):
            row = solution.row
            found.append(
                Step(
                    level=level_of(stratum),
                    rule=identity,
                    solution=solution,
                    concludes=tuple(fill(pattern, row) for pattern in rule.template),
                    prefers=(row[rule.prefers[0]], row[rule.prefers[1]]) if rule.prefers else None,
                )
            )
    return sorted(found, key=lambda step: step.level)


def as_of_facts(case: str, told: Iterable[Fact], as_of: str | None) -> set[Fact]:
    """
    Write the facts by which a day is asked for: the same one of each request of the case.

    Raises:
        Unreadable: The day is not written as YYYY-MM-DD.
    """
    if as_of is None:
        return set()
    if not isinstance(as_of, str) or not DAY.fullmatch(as_of):
        raise Unreadable(f"the case is decided as of {as_of!r}, which is no day")
    requests = {o for s, p, o in told if (s, p) == (case, f"<{NS}request>")}
    return {(one, f"<{NS}asOf>", f'"{as_of}"^^<{XSD}date>') for one in requests}


class Layout:
    """
    The parts of a proof, as they must be written.

    Args:
        case: The name of the case.
        told: The facts of the case.
        view: All facts with their levels.
        steps: What `find_steps` found.
        as_of: The day whose law was asked for; None if the case is decided under its own dates.
    """

    def __init__(
        self,
        case: str,
        told: Iterable[Fact],
        view: View,
        steps: list[Step],
        as_of: str | None = None,
    ) -> None:
        self.case, self.view, self.steps = case, view, steps
        self.told = sorted(set(told))
        self.asked = as_of_facts(case, self.told, as_of)
        every = {fact for step in steps for fact in step.looked_at} | view.barring
        every |= {fact for fact, level in view.level.items() if level}
        first = set(self.told)
        stated = view.knowledge.facts
        self.known = sorted(f for f in every if f in stated and f not in first)
        derived = (f for f in every if f not in stated and f not in first)
        self.derived = sorted(derived, key=lambda f: (view.level.get(f, 0), f))
        self.ids = {
            fact: f"{letter}{number}"
            for letter, facts in (("c", self.told), ("k", self.known), ("d", self.derived))
            for number, fact in enumerate(facts, start=1)
        }
        self.by: dict[Fact, list[str]] = {}
        for number, step in enumerate(steps, start=1):
            for fact in step.concludes:
                self.by.setdefault(fact, []).append(f"s{number}")

    def facts(self, places: Mapping[Fact, tuple[str, int]]) -> list[Data]:
        """Write the facts: those of the case, of the knowledge base, and those concluded."""
        found: list[Data] = [
            {
                "id": self.ids[fact],
                "fact": list(fact),
                "from": "asked" if fact in self.asked else "case",
            }
            for fact in self.told
        ]
        for fact in self.known:
            file, line = places[fact]
            found.append({"id": self.ids[fact], "fact": list(fact), "file": file, "line": line})
        for fact in self.derived:
            found.append(
                {
                    "id": self.ids[fact],
                    "fact": list(fact),
                    "level": self.view.level.get(fact, 0),
                    "by": list(dict.fromkeys(self.by.get(fact, []))),
                }
            )
        return found

    def written_steps(self) -> list[Data]:
        """Write the steps."""
        return [self._step(f"s{n}", step) for n, step in enumerate(self.steps, start=1)]

    def _names(self, facts: Iterable[Fact]) -> list[str]:
        return [self.ids[fact] for fact in facts]

    def _step(self, name: str, step: Step) -> Data:
        solution = step.solution
        made = {"rule": step.rule} if step.rule else {"population": solution.row["population"]}
        return {
            "id": name,
            **made,
            "bindings": dict(sorted(solution.row.items())),
            "premises": self._names(solution.premises),
            "checks": [_check(check) for check in solution.checks],
            "absent": [
                {
                    "pattern": list(absence.pattern),
                    "searched": self._names(sorted(absence.searched)),
                }
                for absence in solution.absences
            ],
            "counted": [self._count(count) for count in solution.counts],
            "concludes": self._names(step.concludes),
        }

    def _count(self, count: Count) -> Data:
        return {
            "total": f"{count.function}(?{count.over})",
            "binds": count.binds,
            "values": list(count.values),
            "gives": count.gives,
            "facts": self._names(count.facts),
            "searched": self._names(count.searched),
        }

    def priorities(self) -> list[Data]:
        """Write which recommendation came before which, and by what step."""
        return [
            {"step": f"s{number}", "over": step.prefers[0], "under": step.prefers[1]}
            for number, step in enumerate(self.steps, start=1)
            if step.prefers is not None
        ]

    def requests(self) -> list[Data]:
        """Write what was decided of each request, and the outcome of each of its completions."""
        asked = sorted(o for s, p, o in self.told if (s, p) == (self.case, f"<{NS}request>"))
        return [
            {
                "request": request,
                "outcome": self._found((request, f"<{NS}outcome>", "?x")),
                "robust": self._found((request, f"<{NS}robust>", "?x")),
                "completions": [
                    {
                        "scenario": scenario,
                        "outcome": self._found((scenario, f"<{NS}scenarioOutcome>", "?x")),
                    }
                    for scenario in self._completions(request)
                ],
            }
            for request in asked
        ]

    def _found(self, pattern: Pattern) -> list[str]:
        return self._names(sorted(self.view.find(pattern, {}, ABOVE_ALL)))

    def _completions(self, request: str) -> list[str]:
        of_request = self.view.find(("?s", f"<{NS}ofRequest>", request), {}, ABOVE_ALL)
        return sorted(
            s for s, _, _ in of_request if self.view.has((s, TYPE, f"<{NS}Completion>"), ABOVE_ALL)
        )


ABOVE_ALL: Final = 1_000_000


def _check(check: Check) -> Data:
    made = {"binds": check.binds} if check.binds else {}
    return {"expression": check.text, **made, "values": dict(check.values), "gives": check.gives}
