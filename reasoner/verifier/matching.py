"""All solutions of a rule over the facts below a level, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from .values import ERRORS, evaluate, read_value, variables_of, write_value
from .view import Row, View, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .rule_text import Part, Pattern
    from .turtle import Fact

TOTALS: Final[dict[str, Callable[[list[int]], int]]] = {"SUM": sum, "MAX": max, "MIN": min}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    A test or a computation of one solution.

    Attributes:
        text: As its author wrote it.
        values: The values that it read, by variable.
        gives: What came out; `binds` names the variable that takes it, empty for a test.
    """

    text: str
    values: Row
    gives: str
    binds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A pattern that nothing matched, and the closed list of facts that were searched for it."""

    pattern: Pattern
    searched: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A total, what it was taken over, and the closed list of facts that were searched."""

    function: str
    over: str
    binds: str
    values: tuple[str, ...]
    gives: str
    facts: tuple[Fact, ...]
    searched: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """One way in which a rule holds; `extra` are the premises that are optional."""

    row: Row
    premises: tuple[Fact, ...] = ()
    checks: tuple[Check, ...] = ()
    absences: tuple[Absence, ...] = ()
    counts: tuple[Count, ...] = ()
    extra: tuple[Fact, ...] = ()

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What tells a solution from others: its values."""
        return tuple(sorted(self.row.items()))


def solutions(group: Iterable[Part], view: View, below: int) -> list[Solution]:
    """Return all solutions, one for each row, sorted by their rows."""
    found: dict[tuple[tuple[str, str], ...], Solution] = {}
    for solution in solve(group, [Solution(row={})], view, below):
        found.setdefault(solution.key, solution)
    return [found[key] for key in sorted(found)]


def solve(group: Iterable[Part], rows: list[Solution], view: View, below: int) -> list[Solution]:
    """Extend solutions by each part of a group in turn."""
    for part in group:
        if not rows:
            return []
        rows = KINDS[part.kind](part, rows, view, below)
    return rows


def _facts(part: Part, rows: list[Solution], view: View, below: int) -> list[Solution]:
    """Match patterns, the cheapest first; premises stand in the order of the text."""
    found = []
    for start in rows:
        partial = [start.row]
        todo = list(part.patterns)
        while todo and partial:
            best = min(todo, key=lambda pattern: view.size(pattern, partial[0]))
            todo.remove(best)
            partial = [
                new
                for row in partial
                for fact in view.find(best, row, below)
                if (new := _bound(best, fact, row)) is not None
            ]
        found += [
            replace(
                start,
                row=row,
                premises=(*start.premises, *(fill(p, row) for p in part.patterns)),
            )
            for row in partial
        ]
    return found


def _bound(pattern: Pattern, fact: Fact, row: Row) -> Row | None:
    new = dict(row)
    for name, term in zip(pattern, fact, strict=True):
        if name.startswith("?") and new.setdefault(name[1:], term) != term:
            return None
    return new


def _read(part: Part, row: Row) -> Row:
    return {name: row[name] for name in variables_of(part.expression) if name in row}


def _filter(part: Part, rows: list[Solution], view: View, _: int) -> list[Solution]:
    found = []
    for solution in rows:
        try:
            holds = evaluate(part.expression, solution.row)
        except ERRORS:
            holds = False
        if holds is not True and solution.extra:
            view.barring.update(solution.premises)
        if holds is True:
            check = Check(
                text=part.text, values=_read(part, solution.row), gives=write_value(holds)
            )
            found.append(replace(solution, checks=(*solution.checks, check)))
    return found


def _bind(part: Part, rows: list[Solution], _: View, __: int) -> list[Solution]:
    found = []
    for solution in rows:
        try:
            term = write_value(evaluate(part.expression, solution.row))
        except ERRORS:
            found.append(solution)
            continue
        check = Check(
            text=part.text,
            values=_read(part, solution.row),
            gives=term,
            binds=part.names[0],
        )
        row = {**solution.row, part.names[0]: term}
        found.append(replace(solution, row=row, checks=(*solution.checks, check)))
    return found


def _values(part: Part, rows: list[Solution], _: View, __: int) -> list[Solution]:
    return [
        replace(solution, row={**solution.row, **choice})
        for solution in rows
        for terms in part.rows
        if _agree(choice := dict(zip(part.names, terms, strict=True)), solution.row)
    ]


def _agree(one: Row, other: Row) -> bool:
    return all(other.get(name, term) == term for name, term in one.items())


def _optional(part: Part, rows: list[Solution], view: View, below: int) -> list[Solution]:
    found = []
    for solution in rows:
        more = solve(part.inner[0], [solution], view, below)
        found += [replace(one, extra=one.premises[len(solution.premises) :]) for one in more] or [
            replace(
                solution, absences=(*solution.absences, *_searched(part, solution, view, below))
            )
        ]
    return found


def _union(part: Part, rows: list[Solution], view: View, below: int) -> list[Solution]:
    return [found for group in part.inner for found in solve(group, rows, view, below)]


def _absent(part: Part, rows: list[Solution], view: View, below: int) -> list[Solution]:
    found = []
    for solution in rows:
        there = solve(part.inner[0], [Solution(row=solution.row)], view, below)
        if there:
            view.barring.update(solution.premises, there[0].premises)
        else:
            absences = (*solution.absences, *_searched(part, solution, view, below))
            found.append(replace(solution, absences=absences))
    return found


def _searched(part: Part, solution: Solution, view: View, below: int) -> list[Absence]:
    return [
        Absence(
            pattern=fill(pattern, solution.row),
            searched=tuple(view.searched(pattern, solution.row, below)),
        )
        for inner in part.inner[0]
        for pattern in inner.patterns
    ]


def _count(part: Part, rows: list[Solution], view: View, below: int) -> list[Solution]:
    """Group what matches by the keys, and take the totals of each group."""
    keys = part.names[: len(part.names) - len(part.totals)]
    groups: dict[tuple[str, ...], dict[tuple[tuple[str, str], ...], Solution]] = {}
    for member in solve(part.inner[0], [Solution(row={})], view, below):
        group = groups.setdefault(tuple(member.row[key] for key in keys), {})
        group[member.key] = member
        view.barring.update(member.premises)
    found = []
    for values, members in sorted(groups.items()):
        counts = tuple(
            _total(part, total, list(members.values()), view, below) for total in part.totals
        )
        row = {**dict(zip(keys, values, strict=True)), **{c.binds: c.gives for c in counts}}
        found += [
            replace(solution, row={**solution.row, **row}, counts=(*solution.counts, *counts))
            for solution in rows
            if _agree(row, solution.row)
        ]
    return found


def _total(
    part: Part, total: tuple[str, str, str], members: list[Solution], view: View, below: int
) -> Count:
    function, over, name = total
    numbers = [cast("int", read_value(member.row[over])) for member in members]
    patterns = [pattern for inner in part.inner[0] for pattern in inner.patterns]
    looked = [
        fact for p in patterns for row in members for fact in view.searched(p, row.row, below)
    ]
    return Count(
        function=function,
        over=over,
        binds=name,
        values=tuple(write_value(number) for number in sorted(numbers)),
        gives=write_value(TOTALS[function](numbers)),
        facts=tuple(sorted({fact for member in members for fact in member.premises})),
        searched=tuple(sorted(set(looked))),
    )


KINDS: Final[dict[str, Callable[[Part, list[Solution], View, int], list[Solution]]]] = {
    "facts": _facts,
    "filter": _filter,
    "bind": _bind,
    "values": _values,
    "optional": _optional,
    "union": _union,
    "absent": _absent,
    "count": _count,
}
