"""
The order of rules: what a rule reads, denies or totals is concluded in strata below its own.

A proof names the strata; folders and numbers of files have no meaning. All rules are applied to
flows, whatever they deny, until nothing new comes up; so what no flow shows cannot happen.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from .flows import Clause, Flows
from .terms import IN_POPULATION, TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .populations import Expression
    from .rule_text import Part, Pattern, RuleText
    from .terms import Fact


def find_circles(
    rules: Mapping[str, tuple[int, RuleText]],
    populations: Mapping[str, Expression],
    membership: int,
    asserted: Iterable[Fact],
    knowledge: Collection[Fact],
) -> Iterator[str]:
    """
    Yield each way in which strata are not an order in which rules can be applied.

    Args:
        rules: The stratum and text of each rule, by id.
        populations: The class expression of each population.
        membership: The stratum at which members of populations are found.
        asserted: The facts of the case.
        knowledge: The facts of the knowledge base.
    """
    clauses = [
        Clause(name, stratum, rule.template, rule.where, asserted=rule.asserted)
        for name, (stratum, rule) in sorted(rules.items())
    ]
    clauses += _of_populations(populations, membership)
    clauses.sort(key=lambda clause: clause.stratum)
    flows = Flows(asserted, knowledge, clauses)
    waiting: dict[str, set[int]] = defaultdict(set)
    for number, clause in enumerate(clauses):
        for _, p, _ in clause.sure:
            waiting["" if p.startswith("?") else p].add(number)
    todo = set(range(len(clauses)))
    while todo:
        changed: set[str] = set()
        for number in sorted(todo):
            clause = clauses[number]
            if clause.follow(flows):
                found = list(clause.conclusions())
                changed |= {one for one, flow in found if flows.add(one, flow, clause)}
        todo = set[int]().union(*(waiting[one] for one in changed))
        todo |= waiting[""] if changed else set()
    for clause in clauses:
        if not clause.asserted and clause.follow(flows):
            yield from _late(clause, flows)


def _late(clause: Clause, flows: Flows) -> Iterator[str]:
    for pattern in dict.fromkeys((*clause.sure, *clause.other)):
        late = {
            maker
            for _, makers in clause.matching(pattern, flows)
            for maker in makers
            if maker[0] >= clause.stratum
        }
        for stratum, name in sorted(late):
            yield (
                f"{clause.name}, of stratum {clause.stratum}, rests on {' '.join(pattern)}, which "
                f"{name} concludes in stratum {stratum}: the strata are not an order of the rules"
            )


def _of_populations(populations: Mapping[str, Expression], stratum: int) -> list[Clause]:
    """Make one clause of all populations that ask for the same properties."""
    alike: dict[tuple[Pattern, ...], tuple[list[str], set[Pattern]]] = {}
    for name, expression in sorted(populations.items()):
        patterns = list(_asked(expression, "situation", sure=True))
        leading = tuple(dict.fromkeys(pattern for pattern, sure in patterns if sure))
        names, others = alike.setdefault(leading, ([], set()))
        names.append(name)
        others.update(pattern for pattern, sure in patterns if not sure)
    clauses = []
    for leading, (names, others) in alike.items():
        template = [("?situation", TYPE, name) for name in names]
        template += [("?situation", IN_POPULATION, name) for name in names]
        clause = Clause(f"the population {names[0]}", stratum, template, ())
        clause.sure, clause.other = list(leading), sorted(others)
        clauses.append(clause)
    return clauses


def _asked(expression: Expression, variable: str, *, sure: bool) -> Iterator[tuple[Pattern, bool]]:
    """Yield the patterns of a class expression; the classes of values are never sure."""
    word = expression[0]
    parts = cast("list[Expression]", expression[1:])
    if word in {"and", "or"}:
        for part in parts:
            yield from _asked(part, variable, sure=sure and word == "and")
    elif word == "is":
        yield (f"?{variable}", TYPE, str(expression[1])), sure and variable == "situation"
    elif word == "value":
        yield (f"?{variable}", str(expression[1]), str(expression[2])), False
    elif word == "some":
        yield (f"?{variable}", str(expression[1]), f"?{variable}{expression[1]}"), sure
        yield from _asked(parts[1], f"{variable}{expression[1]}", sure=sure)


def denied(group: Iterable[Part]) -> Iterator[Pattern]:
    """Yield the patterns whose matches can take a solution away or change its totals."""
    for part in group:
        inside = part.kind in {"absent", "optional", "count"}
        for inner in part.inner:
            yield from patterns_of(inner) if inside else denied(inner)


def patterns_of(group: Iterable[Part]) -> Iterator[Pattern]:
    """Yield all patterns of a group."""
    for part in group:
        yield from part.patterns
        for inner in part.inner:
            yield from patterns_of(inner)
