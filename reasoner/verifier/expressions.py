"""Expressions of rules: how they are written down, and what they give for given values."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

from .terms import XSD, unescape, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Iri(str):
    """An IRI, without its brackets."""

    __slots__ = ()


Value = Iri | str | bool | int | Fraction | date
Expression = tuple[object, ...]
"""A name of an operation and what it is applied to; `("?", name)` and `("=", term)` are leaves."""
ERRORS: Final = (KeyError, TypeError, ValueError, ZeroDivisionError)
READERS: Final[dict[str, Callable[[str], Value]]] = {
    f"^^<{XSD}integer>": int,
    f"^^<{XSD}decimal>": Fraction,
    f"^^<{XSD}boolean>": lambda text: text in {"true", "1"},
    f"^^<{XSD}date>": date.fromisoformat,
}


def read_value(term: str) -> Value:
    """Return the value of a term."""
    if term.startswith("<"):
        return Iri(term[1:-1])
    text, _, kind = term[1:].rpartition('"')
    return READERS[kind](text) if kind in READERS else unescape(text)


def write_value(value: Value) -> str:
    """Write a value as a term; a decimal is cut after its twelfth place."""
    if isinstance(value, Iri):
        return f"<{value}>"
    if isinstance(value, bool):
        return f'"{str(value).lower()}"^^<{XSD}boolean>'
    if isinstance(value, int):
        return f'"{value}"^^<{XSD}integer>'
    if isinstance(value, Fraction):
        text = str(value.numerator) if value.denominator == 1 else f"{float(value):.12f}"
        return f'"{text}"^^<{XSD}decimal>'
    if isinstance(value, date):
        return f'"{value.isoformat()}"^^<{XSD}date>'
    return write_text(value)


def variables_of(expression: Expression) -> list[str]:
    """List the variables that an expression reads, in the order of their first mention."""
    if expression[0] == "?":
        return [str(expression[1])]
    parts = (p for p in expression[1:] if isinstance(p, tuple))
    return list(dict.fromkeys(name for part in parts for name in variables_of(part)))


def evaluate(expression: Expression, row: Mapping[str, str]) -> Value:
    """
    Return what an expression gives for a row.

    Raises:
        KeyError, TypeError, ValueError, ZeroDivisionError: It has no value under SPARQL: a
            variable has no value, or a value is of a kind that the operation does not take.
    """
    name, *rest = expression
    if name == "?":
        return read_value(row[str(rest[0])])
    if name == "=":
        return read_value(str(rest[0]))
    parts = cast("list[Expression]", rest)
    if name == "BOUND":
        return parts[0][1] in row
    if name == "IF":
        return evaluate(parts[1] if evaluate(parts[0], row) is True else parts[2], row)
    if name in {"&&", "||"}:
        return _either(parts, row, stop=name == "||")
    return OPERATIONS[str(name)](*(evaluate(part, row) for part in parts))


def _either(parts: list[Expression], row: Mapping[str, str], *, stop: bool) -> bool:
    """One part that is true makes an OR true, whatever the others give; likewise for AND."""
    fault: Exception | None = None
    for part in parts:
        try:
            if (evaluate(part, row) is True) is stop:
                return stop
        except ERRORS as error:
            fault = error
    if fault is not None:
        raise fault
    return not stop


def _number(value: Value) -> int | Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{value} is not a number")
    return value


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value} is not a date")
    return value


def _order(a: Value, b: Value) -> int:
    """Compare numbers with numbers, and all else with its like: less than, equal to, above 0."""
    if isinstance(a, date) and isinstance(b, date):
        return (a > b) - (a < b)
    if type(a) is str and type(b) is str:
        return (a > b) - (a < b)
    x, y = _number(a), _number(b)
    return (x > y) - (x < y)


def _same(a: Value, b: Value) -> bool:
    numbers = all(isinstance(v, int | Fraction) and not isinstance(v, bool) for v in (a, b))
    return a == b and (numbers or type(a) is type(b))


def _dated(text: Value, kind: Value) -> Value:
    if not isinstance(kind, Iri) or str(kind) != f"{XSD}date":
        raise TypeError(f"{kind} is not a type that a rule may give")
    return date.fromisoformat(_text(text))


def _divide(a: Value, b: Value) -> Value:
    return Fraction(_number(a)) / _number(b)


OPERATIONS: Final[dict[str, Callable[..., Value]]] = {
    "==": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": lambda a, b: _order(a, b) < 0,
    "<=": lambda a, b: _order(a, b) <= 0,
    ">": lambda a, b: _order(a, b) > 0,
    ">=": lambda a, b: _order(a, b) >= 0,
    "+": lambda a, b: _number(a) + _number(b),
    "-": lambda a, b: _number(a) - _number(b),
    "*": lambda a, b: _number(a) * _number(b),
    "/": _divide,
    "!": lambda a: a is not True,
    "CONCAT": lambda *parts: "".join(_text(part) for part in parts),
    "STR": _text,
    "IRI": lambda a: Iri(_text(a)),
    "STRAFTER": lambda a, b: _text(a).partition(_text(b))[2],
    "STRSTARTS": lambda a, b: _text(a).startswith(_text(b)),
    "STRDT": _dated,
    "YEAR": lambda a: _day(a).year,
    "MONTH": lambda a: _day(a).month,
    "DAY": lambda a: _day(a).day,
    "FLOOR": lambda a: Fraction(math.floor(_number(a))),
    "INTEGER": lambda a: int(_number(a)),
}
