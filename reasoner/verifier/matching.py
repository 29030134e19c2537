"""All solutions of a rule over the facts below a stratum, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from .expressions import ERRORS, evaluate, read_value, write_value
from .facts import Facts, Row, fill, search_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .rule_text import Part, Pattern
    from .terms import Fact

TOTALS: Final[dict[str, Callable[[list[int]], int]]] = {"SUM": sum, "MAX": max, "MIN": min}


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The members of a group that a rule totals, and what was searched for them."""

    names: tuple[str, ...]
    members: tuple[Fact, ...]
    searches: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """
    One way in which a rule holds.

    Attributes:
        row: The values of its variables.
        premises: The facts that its patterns match, in the order of the text.
        absent: The patterns that match nothing, filled as far as the row goes.
        totals: The groups that it totals.
    """

    row: Row
    premises: tuple[Fact, ...] = ()
    absent: tuple[Pattern, ...] = ()
    totals: tuple[Total, ...] = ()

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The values, by which solutions differ."""
        return tuple(sorted(self.row.items()))


def solutions(group: Iterable[Part], facts: Facts, below: int) -> list[Solution]:
    """Return all solutions, one for each row, sorted by their rows."""
    found: dict[tuple[tuple[str, str], ...], Solution] = {}
    for solution in _solve(group, [Solution(row={})], facts, below):
        found.setdefault(solution.key, solution)
    return [found[key] for key in sorted(found)]


def _solve(
    group: Iterable[Part], found: list[Solution], facts: Facts, below: int
) -> list[Solution]:
    """Extend solutions by each part of a group in turn."""
    for part in group:
        if not found:
            return []
        found = KINDS[part.kind](part, found, facts, below)
    return found


def _facts(part: Part, found: list[Solution], facts: Facts, below: int) -> list[Solution]:
    """Match patterns, the most selective first; premises keep the order of the text."""
    extended = []
    for start in found:
        rows = [start.row]
        todo = list(part.patterns)
        while todo and rows:
            best = min(todo, key=lambda pattern: facts.size(pattern, rows[0]))
            todo.remove(best)
            rows = [
                new
                for row in rows
                for fact in facts.find(best, row, below)
                if (new := _bound(best, fact, row)) is not None
            ]
        extended += [
            replace(
                start,
                row=row,
                premises=(*start.premises, *(fill(p, row) for p in part.patterns)),
            )
            for row in rows
        ]
    return extended


def _bound(pattern: Pattern, fact: Fact, row: Row) -> Row | None:
    new = dict(row)
    for name, term in zip(pattern, fact, strict=True):
        if name.startswith("?") and new.setdefault(name[1:], term) != term:
            return None
    return new


def _filter(part: Part, found: list[Solution], _: Facts, __: int) -> list[Solution]:
    return [solution for solution in found if _holds(part, solution.row)]


def _holds(part: Part, row: Row) -> bool:
    try:
        return evaluate(part.expression, row) is True
    except ERRORS:
        return False


def _bind(part: Part, found: list[Solution], _: Facts, __: int) -> list[Solution]:
    return [_computed(part, solution) for solution in found]


def _computed(part: Part, solution: Solution) -> Solution:
    try:
        term = write_value(evaluate(part.expression, solution.row))
    except ERRORS:
        return solution
    return replace(solution, row={**solution.row, part.names[0]: term})


def _values(part: Part, found: list[Solution], _: Facts, __: int) -> list[Solution]:
    return [
        replace(solution, row={**solution.row, **choice})
        for solution in found
        for terms in part.rows
        if _agree(choice := dict(zip(part.names, terms, strict=True)), solution.row)
    ]


def _agree(one: Row, other: Row) -> bool:
    return all(other.get(name, term) == term for name, term in one.items())


def _optional(part: Part, found: list[Solution], facts: Facts, below: int) -> list[Solution]:
    extended = []
    for solution in found:
        more = _solve(part.inner[0], [solution], facts, below)
        extended += more or [_without(part, solution)]
    return extended


def _absent(part: Part, found: list[Solution], facts: Facts, below: int) -> list[Solution]:
    return [
        _without(part, solution)
        for solution in found
        if not _solve(part.inner[0], [Solution(row=solution.row)], facts, below)
    ]


def _without(part: Part, solution: Solution) -> Solution:
    patterns = (p for inner in part.inner[0] for p in inner.patterns)
    absent = (fill(pattern, solution.row) for pattern in patterns)
    return replace(solution, absent=(*solution.absent, *absent))


def _union(part: Part, found: list[Solution], facts: Facts, below: int) -> list[Solution]:
    return [one for group in part.inner for one in _solve(group, found, facts, below)]


def _count(part: Part, found: list[Solution], facts: Facts, below: int) -> list[Solution]:
    """Group what matches by the keys, and take the totals of each group."""
    keys = part.names[: len(part.names) - len(part.totals)]
    groups: dict[tuple[str, ...], list[Solution]] = {}
    for member in solutions(part.inner[0], facts, below):
        groups.setdefault(tuple(member.row[key] for key in keys), []).append(member)
    extended = []
    for values, members in sorted(groups.items()):
        row = dict(zip(keys, values, strict=True))
        for function, over, name in part.totals:
            numbers = [cast("int", read_value(member.row[over])) for member in members]
            row[name] = write_value(TOTALS[function](numbers))
        total = _total(part, members)
        extended += [
            replace(solution, row={**solution.row, **row}, totals=(*solution.totals, total))
            for solution in found
            if _agree(row, solution.row)
        ]
    return extended


def _total(part: Part, members: list[Solution]) -> Total:
    patterns = [pattern for inner in part.inner[0] for pattern in inner.patterns]
    filled = {fill(pattern, member.row) for pattern in patterns for member in members}
    return Total(
        names=tuple(name for _, _, name in part.totals),
        members=tuple(sorted({fact for member in members for fact in member.premises})),
        searches=tuple(sorted({search_for(pattern) for pattern in filled})),
    )


KINDS: Final[dict[str, Callable[[Part, list[Solution], Facts, int], list[Solution]]]] = {
    "facts": _facts,
    "filter": _filter,
    "bind": _bind,
    "values": _values,
    "optional": _optional,
    "union": _union,
    "absent": _absent,
    "count": _count,
}
