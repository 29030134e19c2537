"""Expressions of rules whose value does not depend on any fact."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from reasoner.kernel.syntax import (
    XSD,
    And,
    Arithmetic,
    Call,
    Comparison,
    Iri,
    Literal,
    Not,
    Or,
    Variable,
)
from reasoner.kernel.tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reasoner.kernel.syntax import Expression

Constant = float | str | bool
NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double"))
TESTS: Final[dict[str, Callable[[Constant, Constant], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SUMS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
NEVER_TRUE: Final = frozenset({"!=", "<", ">"})


def is_false(condition: Expression) -> bool:
    """Return True if a condition is false, or an error, whatever the facts are."""
    if isinstance(condition, And):
        return any(is_false(part) for part in condition.parts)
    if isinstance(condition, Or):
        return all(is_false(part) for part in condition.parts)
    if isinstance(condition, Comparison) and condition.left == condition.right:
        simple = isinstance(condition.left, Variable)
        return simple and condition.operator in NEVER_TRUE
    if any(isinstance(part, Variable | Call) for part in walk(condition)):
        return False
    return _value(condition) is not True


def _value(expression: Expression) -> Constant | None:
    """Compute an expression without variables and calls; None for an error."""
    try:
        if isinstance(expression, Literal):
            return _literal(expression)
        if isinstance(expression, And | Or):
            parts = [bool(_value(part)) for part in expression.parts]
            return all(parts) if isinstance(expression, And) else any(parts)
        if isinstance(expression, Not):
            return not _value(expression.part)
        return _joined(expression)
    except (ArithmeticError, TypeError, ValueError):
        return None


def _joined(expression: Expression) -> Constant | None:
    """Compute a comparison, a sum or an IRI."""
    if not isinstance(expression, Comparison | Arithmetic):
        return expression.value if isinstance(expression, Iri) else None
    left, right = _value(expression.left), _value(expression.right)
    if left is None or right is None:
        return None
    if isinstance(expression, Comparison):
        return TESTS[expression.operator](left, right)
    return SUMS[expression.operator](float(left), float(right))


def _literal(literal: Literal) -> Constant:
    if literal.datatype in NUMBERS:
        return float(literal.lexical)
    if literal.datatype == XSD + "boolean":
        return literal.lexical in {"true", "1"}
    return literal.lexical
