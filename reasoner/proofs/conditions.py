"""Conditions of rules as people write them: few brackets, and numbers and dates without types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.kernel.syntax import (
    STRING,
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
from reasoner.knowledge.terms import shorten

if TYPE_CHECKING:
    from reasoner.kernel.syntax import Expression

STRENGTH: Final = {"||": 1, "&&": 2, "+": 4, "-": 4, "*": 5, "/": 5}
RELATION: Final = 3
UNARY: Final = 6


def condition_text(expression: Expression) -> str:
    """Write an expression as one line, in the syntax of rules."""
    return _written(expression, 0)


def _written(expression: Expression, above: int) -> str:
    """Write an expression that stands inside one of some strength."""
    match expression:
        case Variable():
            return expression.text
        case Iri():
            return shorten(expression.value)
        case Literal():
            plain = expression.datatype != STRING and not expression.language
            return expression.lexical if plain else expression.text
        case And() | Or():
            sign = "&&" if isinstance(expression, And) else "||"
            strength = STRENGTH[sign]
            text = f" {sign} ".join(_written(part, strength) for part in expression.parts)
        case Comparison() | Arithmetic():
            sign = expression.operator
            strength = STRENGTH.get(sign, RELATION)
            left = _written(expression.left, strength - 1)
            text = f"{left} {sign} {_written(expression.right, strength)}"
        case Not():
            return f"!{_written(expression.part, UNARY)}"
        case Call():
            inner = ", ".join(_written(part, 0) for part in expression.arguments)
            name = expression.function
            return f"{shorten(name) if ':' in name else name}({inner})"
    return f"({text})" if strength <= above else text
