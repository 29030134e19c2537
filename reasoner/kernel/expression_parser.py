"""Expressions of a rule text: comparisons, logic, arithmetic and the functions that rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .syntax import XSD, And, Arithmetic, Call, Comparison, Expression, Iri, Not, Or
from .words import REFUSED

if TYPE_CHECKING:
    from .cursor import Cursor

FUNCTIONS: Final = {
    "BOUND": (1, 1),
    "CONCAT": (1, 20),
    "DAY": (1, 1),
    "FLOOR": (1, 1),
    "IF": (3, 3),
    "IRI": (1, 1),
    "MONTH": (1, 1),
    "STR": (1, 1),
    "STRAFTER": (2, 2),
    "STRDT": (2, 2),
    "STRSTARTS": (2, 2),
    "YEAR": (1, 1),
}
"""The functions that rules may use, with the fewest and the most arguments."""
CASTS: Final = frozenset({XSD + "integer"})
RELATIONS: Final = ("=", "!=", "<", "<=", ">", ">=")


def parse_expression(cursor: Cursor) -> Expression:
    """Parse an expression of any kind."""
    with cursor.nested():
        parts = [_conjunction(cursor)]
        while cursor.take_mark("||"):
            parts.append(_conjunction(cursor))
        return parts[0] if len(parts) == 1 else Or(parts=tuple(parts))


def _conjunction(cursor: Cursor) -> Expression:
    parts = [_relation(cursor)]
    while cursor.take_mark("&&"):
        parts.append(_relation(cursor))
    return parts[0] if len(parts) == 1 else And(parts=tuple(parts))


def _relation(cursor: Cursor) -> Expression:
    left = _sum(cursor)
    if cursor.is_mark(*RELATIONS):
        operator = cursor.advance().text
        return Comparison(operator=operator, left=left, right=_sum(cursor))
    if cursor.is_word("IN", "NOT"):
        cursor.fail("an operator", "Write one comparison for each value, joined by '||'.")
    return left


def _sum(cursor: Cursor) -> Expression:
    found = _product(cursor)
    while cursor.is_mark("+", "-"):
        operator = cursor.advance().text
        found = Arithmetic(operator=operator, left=found, right=_product(cursor))
    return found


def _product(cursor: Cursor) -> Expression:
    found = _unary(cursor)
    while cursor.is_mark("*", "/"):
        operator = cursor.advance().text
        found = Arithmetic(operator=operator, left=found, right=_unary(cursor))
    return found


def _unary(cursor: Cursor) -> Expression:
    if cursor.take_mark("!"):
        with cursor.nested():
            return Not(part=_unary(cursor))
    if cursor.is_mark("-") and cursor.after.kind != "number":
        cursor.fail("a number, a variable or a function", "Write 0 - ?x for the negative of ?x.")
    if cursor.take_mark("("):
        found = parse_expression(cursor)
        cursor.mark(")")
        return found
    if cursor.token.kind == "word" and not cursor.is_word("TRUE", "FALSE"):
        return _call(cursor)
    found = cursor.node("an expression")
    if isinstance(found, Iri) and cursor.is_mark("("):
        return _cast(cursor, found)
    return found


def _call(cursor: Cursor) -> Expression:
    token = cursor.advance()
    name = token.text.upper()
    if name in REFUSED or name == "NOT":
        cursor.fail(
            "an expression", "Write FILTER NOT EXISTS { ... } as a filter of its own.", token
        )
    if name not in FUNCTIONS:
        cursor.fail("a function", f"Rules may use {', '.join(FUNCTIONS)}.", token)
    arguments = _arguments(cursor)
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(arguments) <= most:
        cursor.fail(
            f"{name} with {fewest if fewest == most else f'{fewest} to {most}'} arguments",
            f"It has {len(arguments)}.",
            token,
        )
    if name == "BOUND" and not hasattr(arguments[0], "name"):
        cursor.fail("BOUND with a variable", "Write BOUND(?x).", token)
    return Call(function=name, arguments=arguments)


def _cast(cursor: Cursor, function: Iri) -> Expression:
    token = cursor.token
    arguments = _arguments(cursor)
    if function.value not in CASTS or len(arguments) != 1:
        cursor.fail(
            "xsd:integer(...) or a named function", "No other cast can be used in a rule.", token
        )
    return Call(function=function.value, arguments=arguments)


def _arguments(cursor: Cursor) -> tuple[Expression, ...]:
    cursor.mark("(")
    found = [parse_expression(cursor)]
    while cursor.take_mark(","):
        found.append(parse_expression(cursor))
    cursor.mark(")")
    return tuple(found)
