"""
The order in which the parts of a group are matched: tests at once, joins by the least work.

Joins may be matched in any order; a filter or an absence applies to the whole group, so that it may
be tested as soon as its variables have their values. BIND and OPTIONAL come when nothing cheaper
is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .syntax import (
    Bind,
    Filter,
    Group,
    NotExists,
    Optional,
    Select,
    TriplePattern,
    Union,
    Values,
    Variable,
)
from .tree import bound, possible, variables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .index import Index
    from .syntax import Element, Node

SCAN: Final = 8.0
"""Assumed number of facts of an open property, over those of the knowledge base."""
WIDE: Final = 200.0
"""Facts of a property that only a solution names."""
FROM_SUBJECT: Final = 1.2
"""Objects of one subject, likewise."""
FROM_OBJECT: Final = 4.0
"""Subjects of one object, likewise."""
FROM_CONSTANT: Final = 6.0
"""Subjects of an object that the rule names, likewise: a class or a truth value."""
NEVER: Final = 1e12
LOOKUP: Final = -1.5
"""The cost of looking up one fact; a test costs less than nothing, so as to come first."""
TESTED: Final = 0.5
"""The share of solutions that pass a test."""
LEAST: Final = 0.01
"""In place of no solutions at all, so that later elements still count."""
FOLLOWED: Final = 6
"""The number of orders that are followed at once."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """
    How many facts of each property the knowledge base states.

    A property is *open* if cases state it or rules conclude it: more facts than these can be there.

    Attributes:
        totals: For each property, its facts, subjects and objects.
        constants: For each property and object, its subjects.
        open: The open properties; None for all.
    """

    totals: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    constants: Mapping[tuple[str, str], int] = field(default_factory=dict)
    open: Collection[str] | None = None

    @classmethod
    def of(cls, index: Index, opened: Collection[str] | None = None) -> Statistics:
        """Count the facts of an index; `opened` are its open properties, None for all."""
        totals = {
            predicate: (sum(map(len, side.values())), len(side), len(index.subjects[predicate]))
            for predicate, side in index.objects.items()
        }
        constants = {
            (predicate, value): len(subjects)
            for predicate, side in index.subjects.items()
            for value, subjects in side.items()
        }
        return cls(totals, constants, opened)

    def cost(self, pattern: TriplePattern, known: frozenset[str]) -> float:
        """Estimate how many facts a pattern matches for one solution so far."""
        subject, value = _is_known(pattern.subject, known), _is_known(pattern.value, known)
        if not _is_known(pattern.predicate, known):
            return NEVER
        if subject and value:
            return LOOKUP
        predicate = pattern.predicate.text
        total, subjects, objects = self.totals.get(predicate, (0, 0, 0))
        any_property = isinstance(pattern.predicate, Variable)
        more = 1.0 if any_property or self.open is None or predicate in self.open else 0.0
        if subject:
            return FROM_SUBJECT * more + total / (subjects or 1)
        if not value:
            return WIDE if any_property else SCAN * more + total
        if isinstance(pattern.value, Variable):
            return FROM_OBJECT * more + total / (objects or 1)
        return FROM_CONSTANT * more + self.constants.get((predicate, pattern.value.text), 0)

    def frequency(self, pattern: TriplePattern) -> int:
        """Return how many facts of the knowledge base a pattern can match; none are the rarest."""
        predicate = pattern.predicate.text
        if isinstance(pattern.value, Variable):
            return self.totals.get(predicate, (0, 0, 0))[0]
        return self.constants.get((predicate, pattern.value.text), 0)


def _is_known(node: Node, known: frozenset[str]) -> bool:
    return not isinstance(node, Variable) or node.name in known


def flatten(group: Group) -> list[Element]:
    """List the elements of a group and of the groups that are joined to it."""
    found: list[Element] = []
    for element in group.elements:
        found += flatten(element) if isinstance(element, Group) else [element]
    return found


def plan(group: Group, known: frozenset[str], statistics: Statistics) -> list[Element]:
    """
    Order the elements of a group.

    Several orders are followed at once, always those of the least work so far; what is a test, or
    looks at nothing else, is placed as soon as it can be.

    Args:
        group: The group.
        known: The variables that have a value already.
        statistics: What is known of the facts.
    """
    can_have = possible(group) | known
    todo = tuple(flatten(group))
    followed = [_Path(work=0.0, rows=1.0, order=(), have=known, todo=todo)]
    while any(path.todo for path in followed):
        longer: dict[frozenset[int], _Path] = {}
        for path in followed:
            for step in _steps(path, can_have, statistics) if path.todo else [path]:
                left = frozenset(map(id, step.todo))
                if left not in longer or step.work < longer[left].work:
                    longer[left] = step
        followed = sorted(longer.values(), key=lambda path: path.work)[:FOLLOWED]
    return list(followed[0].order)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """The start of an order: its estimated work and solutions, and what is left to place."""

    work: float
    rows: float
    order: tuple[Element, ...]
    have: frozenset[str]
    todo: tuple[Element, ...]

    def then(self, element: Element, cost: float) -> _Path:
        """Place an element that matches `cost` facts for one solution; below 0 it is a test."""
        rows = self.rows * (TESTED if cost < 0 else max(cost, LEAST))
        return _Path(
            work=self.work + (self.rows * (LOOKUP - cost + 1) if cost < 0 else rows),
            rows=rows,
            order=(*self.order, element),
            have=self.have | _gives(element),
            todo=tuple(other for other in self.todo if other is not element),
        )


def _steps(path: _Path, can_have: frozenset[str], statistics: Statistics) -> list[_Path]:
    """Return the paths that are one element longer."""
    costs = [(_cost(e, path.have, can_have, path.todo, statistics), e) for e in path.todo]
    cost, cheapest = min(costs, key=lambda pair: pair[0])
    if cost < 0 or isinstance(cheapest, Select) or cost >= NEVER / 8:
        return [path.then(cheapest, min(cost, 1.0))]
    return [path.then(element, cost) for cost, element in costs if cost < NEVER / 8]


def _gives(element: Element) -> frozenset[str]:
    if isinstance(element, Optional | Union):
        return possible(Group(elements=(element,)))
    return bound(Group(elements=(element,)))


def _cost(  # noqa: PLR0911 - one return a kind
    element: Element,
    have: frozenset[str],
    can_have: frozenset[str],
    todo: tuple[Element, ...],
    statistics: Statistics,
) -> float:
    """Estimate the cost of an element next; tests cost less than nothing, to come first."""
    if isinstance(element, Filter | NotExists | Bind):
        return _cost_of_test(element, have, can_have, todo)
    computed = {e.variable.name for e in todo if isinstance(e, Bind)}
    if variables(element) & computed - have:
        return NEVER
    match element:
        case TriplePattern():
            return statistics.cost(element, have)
        case Values():
            free = {v.name for v in element.variables} - have
            return float(len(element.rows)) if free else -0.5
        case Select():
            return 0.5
        case Union():
            return SCAN if variables(element) & have else NEVER / 4
        case Optional() if _is_settled(element, have, todo):
            return FROM_SUBJECT
        case _:
            joins = (TriplePattern, Values, Select, Union)
            return NEVER if any(isinstance(e, joins) for e in todo) else NEVER / 8


def _cost_of_test(
    element: Filter | NotExists | Bind,
    have: frozenset[str],
    can_have: frozenset[str],
    todo: tuple[Element, ...],
) -> float:
    """Estimate the cost of what needs all its variables; the value of BIND comes last if it can."""
    if isinstance(element, Filter):
        return -2.0 if variables(element) <= have else NEVER
    if isinstance(element, NotExists):
        if not variables(element.group) & can_have <= have:
            return NEVER
        return LOOKUP if len(element.group.elements) == 1 else -1.0
    if not variables(element.expression) <= have:
        return NEVER
    after = have | {element.variable.name}
    waited = any(isinstance(e, Filter) and variables(e) <= after for e in todo)
    return -0.25 if waited else NEVER / 2


def _is_settled(element: Optional, have: frozenset[str], todo: tuple[Element, ...]) -> bool:
    """Return True if no element left gives a variable of an optional part a value."""
    asked = variables(element.group)
    others = (other for other in todo if other is not element)
    return bool(asked & have) and all(_gives(other) & asked <= have for other in others)
