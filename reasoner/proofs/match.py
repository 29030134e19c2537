"""Solutions of a part of a rule over the facts of one decision, found on the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.evaluate import holds, number_of, term_for
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

from .known import fill, unify
from .trees import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from fractions import Fraction

    from reasoner.kernel.syntax import Element

    from .known import Known, Row

FIGURES: Final[dict[str, Callable[[Iterable[int | Fraction]], int | Fraction]]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
}


def rows_of(element: Element, rows: list[Row], known: Known, below: int) -> list[Row]:  # noqa: C901, PLR0911 - one case a kind
    """
    Extend rows by one element of a rule, over the facts below a stratum.

    Returns:
        Each row with each way in which the element holds; none if it does not.
    """
    match element:
        case TriplePattern():
            pattern = text_of(element)
            return [
                {**row, **more}
                for row in rows
                for fact in known.find(pattern, row, below)
                if (more := unify(fill(pattern, row), fact)) is not None
            ]
        case Group():
            last = [e for e in element.elements if isinstance(e, Filter | NotExists)]
            for inner in (*(e for e in element.elements if e not in last), *last):
                rows = rows_of(inner, rows, known, below)
            return rows
        case Filter():
            return [row for row in rows if holds(element.condition, row)]
        case NotExists():
            return [row for row in rows if not rows_of(element.group, [row], known, below)]
        case Optional():
            return [
                new for row in rows for new in rows_of(element.group, [row], known, below) or [row]
            ]
        case Union():
            return [new for part in element.groups for new in rows_of(part, rows, known, below)]
        case Bind():
            return [new for row in rows for new in _bound(element, row)]
        case Values():
            names = [variable.name for variable in element.variables]
            choices = [
                dict(zip(names, (term.text for term in terms), strict=True))
                for terms in element.rows
            ]
            return _joined(rows, choices)
        case Select():
            return _joined(rows, _totals(element, known, below))


def _bound(bind: Bind, row: Row) -> list[Row]:
    """Give a variable its value; a row that already has another one does not hold."""
    name, term = bind.variable.name, term_for(bind.expression, row)
    if term is None:
        return [row]
    return [{**row, name: term}] if row.get(name, term) == term else []


def _joined(rows: list[Row], others: list[Row]) -> list[Row]:
    return [
        {**row, **other}
        for row in rows
        for other in others
        if all(row.get(name, term) == term for name, term in other.items())
    ]


def _totals(select: Select, known: Known, below: int) -> list[Row]:
    """Return one row for each combination of the keys, with the totals."""
    members: list[Row] = [{}]
    for pattern in select.patterns:
        members = rows_of(pattern, members, known, below)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for member in members:
        groups.setdefault(tuple(member[key.name] for key in select.keys), []).append(member)
    found = []
    for terms, inside in sorted(groups.items()):
        row = {key.name: term for key, term in zip(select.keys, terms, strict=True)}
        for figure in select.aggregates:
            numbers = [number_of(member[figure.variable.name]) for member in inside]
            total = FIGURES[figure.function](n for n in numbers if n is not None)
            row[figure.name.name] = f'"{total}"^^<http://www.w3.org/2001/XMLSchema#integer>'
        found.append(row)
    return found
