"""
The value of an expression of a rule for given values of its variables, found on the tree.

Compiled rules compute the same values; this is for those who ask about one firing or no firing.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from .syntax import XSD, And, Arithmetic, Call, Comparison, Iri, Literal, Not, Or, Variable
from .values import Day, IriValue, equal, floor, order, term_of, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .syntax import Expression
    from .values import Value

FAILURES: Final = (KeyError, TypeError, ValueError, ZeroDivisionError)
"""What evaluation raises where SPARQL has an error: a value is missing or of another type."""
ORDER: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
"""What each relation asks of the sign of a comparison."""
SUMS: Final[dict[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def term_for(expression: Expression, row: Mapping[str, str]) -> str | None:
    """Return the value of an expression as N-Triples writes it; None if it has none."""
    try:
        return term_of(_value(expression, row))
    except FAILURES:
        return None


def holds(expression: Expression, row: Mapping[str, str]) -> bool | None:
    """Return whether a condition is true; None if it cannot be evaluated for these values."""
    try:
        return _value(expression, row) is True
    except FAILURES:
        return None


def number_of(term: str) -> int | Fraction | None:
    """Return the number that a term is; None if it is something else."""
    value = value_of(term)
    return value if isinstance(value, int | Fraction) and not isinstance(value, bool) else None


def _value(expression: Expression, row: Mapping[str, str]) -> Value:  # noqa: PLR0911 - one case a kind
    match expression:
        case Variable():
            return value_of(row[expression.name])
        case Iri() | Literal():
            return value_of(expression.text)
        case Comparison():
            left, right = _value(expression.left, row), _value(expression.right, row)
            return _compared(expression.operator, left, right)
        case And():
            return _all(expression.parts, row, wanted=True)
        case Or():
            return not _all(expression.parts, row, wanted=False)
        case Not():
            return _value(expression.part, row) is not True
        case Arithmetic():
            left, right = _value(expression.left, row), _value(expression.right, row)
            found = SUMS[expression.operator](Fraction(_number(left)), Fraction(_number(right)))
            whole = expression.operator != "/" and isinstance(left, int) and isinstance(right, int)
            return int(found) if whole else found
        case Call():
            return _called(expression, row)


def _all(parts: tuple[Expression, ...], row: Mapping[str, str], *, wanted: bool) -> bool:
    """Return True if each part is as wanted; one that is not decides, whatever others fail."""
    failure: Exception | None = None
    for part in parts:
        try:
            if (_value(part, row) is True) is not wanted:
                return False
        except FAILURES as error:
            failure = error
    if failure is not None:
        raise failure
    return True


def _compared(relation: str, left: Value, right: Value) -> bool:
    if relation in {"=", "!="}:
        return equal(left, right) is (relation == "=")
    return ORDER[relation](order(left, right))


def _number(value: Value) -> int | Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{value} is not a number")
    return value


def _called(call: Call, row: Mapping[str, str]) -> Value:  # noqa: C901, PLR0911 - one case a function
    name = call.function
    if name == "BOUND":
        return isinstance(call.arguments[0], Variable) and call.arguments[0].name in row
    if name == "IF":
        test, one, other = call.arguments
        return _value(one if _value(test, row) is True else other, row)
    values = [_value(part, row) for part in call.arguments]
    match name:
        case "CONCAT":
            return "".join(text_of(value) for value in values)
        case "STR":
            return text_of(values[0])
        case "IRI":
            return IriValue(f"<{text_of(values[0])}>")
        case "STRAFTER":
            return text_of(values[0]).partition(text_of(values[1]))[2]
        case "STRSTARTS":
            return text_of(values[0]).startswith(text_of(values[1]))
        case "STRDT":
            return value_of(f'"{text_of(values[0])}"^^{values[1]}')
        case "FLOOR":
            return floor(_number(values[0]))
        case "YEAR" | "MONTH" | "DAY":
            return _part_of_day(values[0], name)
        case _ if name == f"{XSD}integer":
            return int(_number(values[0]))
        case _:
            raise TypeError(f"{name} is not a function of rules")


def _part_of_day(value: Value, name: str) -> int:
    if not isinstance(value, Day):
        raise TypeError(f"{value} is not a date")
    year, month, day = value.split("-")
    return int({"YEAR": year, "MONTH": month, "DAY": day}[name])
