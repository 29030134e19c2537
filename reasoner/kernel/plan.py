"""
The order in which the parts of a group are matched: tests at once, then the cheapest join.

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
    from collections.abc import Mapping

    from .index import Index
    from .syntax import Element, Node

SCAN: Final = 20.0
"""Assumed number of facts of an unknown property: one that cases state or rules conclude."""
FROM_SUBJECT: Final = 1.2
"""Objects of one subject, likewise."""
FROM_OBJECT: Final = 4.0
"""Subjects of one object, likewise."""
FROM_CONSTANT: Final = 10.0
"""Subjects of an object that the rule names, likewise: a class or a truth value."""
NEVER: Final = 1e12


@dataclass(frozen=True, slots=True)
class Statistics:
    """
    How many facts of each property the knowledge base states.

    Attributes:
        totals: For each property, its facts, subjects and objects.
        constants: For each property and object, its subjects.
    """

    totals: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    constants: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, index: Index) -> Statistics:
        """Count the facts of an index."""
        totals = {
            predicate: (sum(map(len, side.values())), len(side), len(index.subjects[predicate]))
            for predicate, side in index.objects.items()
        }
        constants = {
            (predicate, value): len(subjects)
            for predicate, side in index.subjects.items()
            for value, subjects in side.items()
        }
        return cls(totals, constants)

    def cost(self, pattern: TriplePattern, known: set[str]) -> float:
        """Estimate how many facts a pattern matches for one solution so far."""
        subject, value = _is_known(pattern.subject, known), _is_known(pattern.value, known)
        if not _is_known(pattern.predicate, known):
            return NEVER
        if subject and value:
            return 0.0
        predicate = pattern.predicate.text
        total, subjects, objects = self.totals.get(predicate, (0, 0, 0))
        if subject:
            return FROM_SUBJECT + total / (subjects or 1)
        if not value:
            return SCAN + total
        if isinstance(pattern.value, Variable):
            return FROM_OBJECT + total / (objects or 1)
        return FROM_CONSTANT + self.constants.get((predicate, pattern.value.text), 0)

    def frequency(self, pattern: TriplePattern) -> int:
        """Return how many facts of the knowledge base a pattern can match; none are the rarest."""
        predicate = pattern.predicate.text
        if isinstance(pattern.value, Variable):
            return self.totals.get(predicate, (0, 0, 0))[0]
        return self.constants.get((predicate, pattern.value.text), 0)


def _is_known(node: Node, known: set[str]) -> bool:
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

    Args:
        group: The group.
        known: The variables that have a value already.
        statistics: What is known of the facts.
    """
    todo = flatten(group)
    have = set(known)
    can_have = possible(group) | known
    order: list[Element] = []
    while todo:
        element = min(todo, key=lambda e: _cost(e, have, can_have, todo, statistics))
        todo.remove(element)
        order.append(element)
        have |= _gives(element)
    return order


def _gives(element: Element) -> frozenset[str]:
    if isinstance(element, Optional | Union):
        return possible(Group(elements=(element,)))
    return bound(Group(elements=(element,)))


def _cost(  # noqa: PLR0911 - one return a kind
    element: Element,
    have: set[str],
    can_have: frozenset[str],
    todo: list[Element],
    statistics: Statistics,
) -> float:
    """Estimate the cost of an element next; tests cost less than nothing, to come first."""
    match element:
        case Filter():
            return -2.0 if variables(element) <= have else NEVER
        case NotExists():
            return -1.0 if variables(element.group) & can_have <= have else NEVER
        case Bind():
            return _cost_of_bind(element, have, todo)
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
        case _:
            joins = (TriplePattern, Values, Select, Union)
            return NEVER if any(isinstance(e, joins) for e in todo) else NEVER / 8


def _cost_of_bind(element: Bind, have: set[str], todo: list[Element]) -> float:
    """Compute a value when a test waits for nothing else, else when no join is left."""
    if not variables(element.expression) <= have:
        return NEVER
    after = have | {element.variable.name}
    waited = any(isinstance(e, Filter) and variables(e) <= after for e in todo)
    return -0.25 if waited else NEVER / 2
