"""
The order in which the parts of a group are matched: tests at once, joins by the least work.

Joins may be matched in any order; a filter or an absence applies to the whole group, so that it may
be tested as soon as its variables have their values. BIND and OPTIONAL come when nothing cheaper
is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
    from collections.abc import Collection, Iterable, Mapping

    from .index import Index
    from .syntax import Construct, Element, Node

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
MANY: Final = 20
"""More facts of a closed property than this make a list."""
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
        several: For some open properties, how many objects of one subject rules conclude.
    """

    totals: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    constants: Mapping[tuple[str, str], int] = field(default_factory=dict)
    open: Collection[str] | None = None
    several: Mapping[str, float] = field(default_factory=dict)

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
            stated = FROM_SUBJECT * more + total / (subjects or 1)
            return max(stated, self.several.get(predicate, 0.0))
        if not value:
            return WIDE if any_property else SCAN * more + total
        if isinstance(pattern.value, Variable):
            return FROM_OBJECT * more + total / (objects or 1)
        return FROM_CONSTANT * more + self.constants.get((predicate, pattern.value.text), 0)

    def with_conclusions(self, constructs: Iterable[Construct]) -> Statistics:
        """
        Add how many objects of one subject some rules conclude, where they list closed facts.

        Args:
            constructs: The rules.
        """
        several: dict[str, float] = {}
        for construct in constructs:
            patterns = [e for e in flatten(construct.where) if isinstance(e, TriplePattern)]
            if not any(self._lists(pattern) for pattern in patterns):
                continue
            facts = [
                (subject.name, predicate.text)
                for subject, predicate, value in (fact.nodes for fact in construct.template)
                if isinstance(subject, Variable) and isinstance(value, Variable)
                if not isinstance(predicate, Variable)
            ]
            for name in sorted({name for name, _ in facts}):
                rows = min(_best(construct.where, frozenset({name}), self).rows, SCAN * MANY)
                for _, predicate in (fact for fact in facts if fact[0] == name):
                    several[predicate] = max(rows, several.get(predicate, FROM_SUBJECT))
        return replace(self, several=several)

    def _lists(self, pattern: TriplePattern) -> bool:
        """Return True if a pattern can match many facts that only the knowledge base states."""
        predicate = pattern.predicate.text
        closed = self.open is not None and predicate not in self.open
        return closed and self.totals.get(predicate, (0, 0, 0))[0] > MANY

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """
    An element of a group, with what its place depends on.

    Attributes:
        element: The element.
        names: Its variables; of a computed value, those of the expression; of an absence, those
            that the rest of the group can give a value.
        gives: The variables that it gives a value.
    """

    element: Element
    names: frozenset[str]
    gives: frozenset[str]

    @classmethod
    def of(cls, element: Element, can_have: frozenset[str]) -> _Part:
        """Prepare an element of a group whose variables in reach are `can_have`."""
        alone = Group(elements=(element,))
        loose = isinstance(element, Optional | Union)
        names = variables(element.expression if isinstance(element, Bind) else element)
        if isinstance(element, NotExists):
            names &= can_have
        return cls(element=element, names=names, gives=possible(alone) if loose else bound(alone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """The start of an order: its estimated work and solutions, and what is left to place."""

    work: float
    rows: float
    order: tuple[Element, ...]
    have: frozenset[str]
    todo: tuple[_Part, ...]

    def then(self, part: _Part, cost: float) -> _Path:
        """Place a part that matches `cost` facts for one solution; below 0 it is a test."""
        rows = self.rows * (TESTED if cost < 0 else max(cost, LEAST))
        return _Path(
            work=self.work + (self.rows * (LOOKUP - cost + 1) if cost < 0 else rows),
            rows=rows,
            order=(*self.order, part.element),
            have=self.have | part.gives,
            todo=tuple(other for other in self.todo if other is not part),
        )


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
    return list(_best(group, known, statistics).order)


def _best(group: Group, known: frozenset[str], statistics: Statistics) -> _Path:
    """Find the order of the least work."""
    can_have = possible(group) | known
    todo = tuple(_Part.of(element, can_have) for element in flatten(group))
    followed = [_Path(work=0.0, rows=1.0, order=(), have=known, todo=todo)]
    while any(path.todo for path in followed):
        longer: dict[frozenset[int], _Path] = {}
        for path in followed:
            for step in _steps(path, statistics):
                left = frozenset(map(id, step.todo))
                if left not in longer or step.work < longer[left].work:
                    longer[left] = step
        followed = sorted(longer.values(), key=lambda path: path.work)[:FOLLOWED]
    return followed[0]


def _steps(path: _Path, statistics: Statistics) -> list[_Path]:
    """Return the paths that are one join longer, with the tests before it placed."""
    while path.todo:
        costs = [_cost(part, path, statistics) for part in path.todo]
        cost = min(costs)
        cheapest = path.todo[costs.index(cost)]
        if 0 <= cost < NEVER / 8 and not isinstance(cheapest.element, Select):
            pairs = zip(path.todo, costs, strict=True)
            return [path.then(part, cost) for part, cost in pairs if cost < NEVER / 8]
        path = path.then(cheapest, min(cost, 1.0))
    return [path]


def _cost(part: _Part, path: _Path, statistics: Statistics) -> float:  # noqa: PLR0911 - one a kind
    """Estimate the cost of a part next; tests cost less than nothing, to come first."""
    element, have = part.element, path.have
    if isinstance(element, Filter | NotExists | Bind):
        return _cost_of_test(part, path) if part.names <= have else NEVER
    if any(isinstance(p.element, Bind) and not p.gives.isdisjoint(part.names) for p in path.todo):
        return NEVER
    match element:
        case TriplePattern():
            return statistics.cost(element, have)
        case Values():
            return -0.5 if part.gives <= have else float(len(element.rows))
        case Select():
            return 0.5
        case Union():
            return SCAN if part.names & have else NEVER / 4
        case Optional() if _is_settled(part, path):
            return FROM_SUBJECT
        case _:
            joins = (TriplePattern, Values, Select, Union)
            return NEVER if any(isinstance(p.element, joins) for p in path.todo) else NEVER / 8


def _cost_of_test(part: _Part, path: _Path) -> float:
    """Estimate the cost of a test; a computed value comes last, or when a filter waits for it."""
    element = part.element
    if isinstance(element, Filter):
        return -2.0
    if isinstance(element, NotExists):
        return LOOKUP if len(element.group.elements) == 1 else -1.0
    after = path.have | part.gives
    waited = any(isinstance(p.element, Filter) and p.names <= after for p in path.todo)
    return -0.25 if waited else NEVER / 2


def _is_settled(part: _Part, path: _Path) -> bool:
    """Return True if no part left gives a variable of an optional part a value."""
    others = (other for other in path.todo if other is not part)
    open_ = part.names - path.have
    return bool(part.names & path.have) and all(other.gives.isdisjoint(open_) for other in others)
