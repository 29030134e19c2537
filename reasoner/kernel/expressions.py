"""SPARQL expressions that rules may use, compiled to Python functions of a row."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rdflib.term import Literal, URIRef, Variable

from reasoner.errors import RuleMalformed

from .terms import XSD

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue

INTEGER: Final = f"^^<{XSD}integer>"
BOOLEAN: Final = f"^^<{XSD}boolean>"
DECIMAL: Final = f"^^<{XSD}decimal>"
DATE: Final = f"^^<{XSD}date>"


class Iri(str):
    """An IRI, in angle brackets."""

    __slots__ = ()


class Day(str):
    """A date, as YYYY-MM-DD: text order is the order of days."""

    __slots__ = ()


Value = Iri | Day | str | int | bool | Fraction
Expression = Callable[[dict[str, str]], Value]


@lru_cache(maxsize=50_000)
def value_of(term: str) -> Value:
    """Return the value of a term that is written as N-Triples writes it."""
    if term.startswith("<"):
        return Iri(term)
    text, _, kind = term[1:].rpartition('"')
    if kind == INTEGER:
        return int(text)
    if kind == BOOLEAN:
        return text == "true"
    if kind == DECIMAL:
        return Fraction(text)
    if kind == DATE:
        return Day(text)
    return text.replace('\\"', '"').replace("\\\\", "\\")


def term_of(value: object) -> str:
    """Write a value as a term."""
    if isinstance(value, Iri):
        return str(value)
    if isinstance(value, bool):
        return f'"{str(value).lower()}"{BOOLEAN}'
    if isinstance(value, int):
        return f'"{value}"{INTEGER}'
    if isinstance(value, Fraction):
        text = str(value.numerator) if value.denominator == 1 else f"{float(value):.12f}"
        return f'"{text}"{DECIMAL}'
    if isinstance(value, Day):
        return f'"{value}"{DATE}'
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def compile_expression(node: CompValue, where: str) -> Expression:
    """
    Compile an expression.

    Raises:
        RuleMalformed: It uses a function that rules may not use.
    """
    if isinstance(node, Variable):
        name = str(node)
        return lambda row: value_of(row[name])
    if isinstance(node, URIRef):
        iri = Iri(f"<{node}>")
        return lambda _: iri
    if isinstance(node, Literal):
        plain = value_of(term_of(node.toPython()))
        return lambda _: plain
    builder = BUILDERS.get(node.name)
    if builder is None:
        raise RuleMalformed(
            f"{where}: {node.name.removeprefix('Builtin_')} cannot be compiled.",
            hint=f"Rules may use {', '.join(n.removeprefix('Builtin_') for n in BUILDERS)}.",
        )
    return builder(node, where)


def _relation(node: CompValue, where: str) -> Expression:
    left, right = compile_expression(node.expr, where), compile_expression(node.other, where)
    compare: dict[str, Callable[[Value, Value], bool]] = {
        "=": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,  # type: ignore[operator] # a mixed pair is an error of the row
        "<=": lambda a, b: a <= b,  # type: ignore[operator] # likewise
        ">": lambda a, b: a > b,  # type: ignore[operator] # likewise
        ">=": lambda a, b: a >= b,  # type: ignore[operator] # likewise
    }
    operator = compare[node.op]
    return lambda row: operator(left(row), right(row))


def _and(node: CompValue, where: str) -> Expression:
    parts = [compile_expression(part, where) for part in (node.expr, *node.other)]
    return lambda row: all(part(row) for part in parts)


def _or(node: CompValue, where: str) -> Expression:
    parts = [compile_expression(part, where) for part in (node.expr, *node.other)]

    def either(row: dict[str, str]) -> bool:
        fault: Exception | None = None
        for part in parts:
            try:
                if part(row) is True:
                    return True
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                fault = error
        if fault:
            raise fault
        return False

    return either


def _sum(node: CompValue, where: str) -> Expression:
    first = compile_expression(node.expr, where)
    rest = [
        (operator, compile_expression(part, where))
        for operator, part in zip(node.op, node.other, strict=True)
    ]

    def total(row: dict[str, str]) -> Value:
        result = _number(first(row))
        for operator, part in rest:
            other = _number(part(row))
            if operator == "+":
                result += other
            elif operator == "-":
                result -= other
            elif operator == "*":
                result *= other
            else:
                result = Fraction(result) / other
        return result

    return total


def _number(value: Value) -> int | Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{value} is no number")
    return value


def _not(node: CompValue, where: str) -> Expression:
    inner = compile_expression(node.expr, where)
    return lambda row: not inner(row)


def _bound(node: CompValue, _: str) -> Expression:
    name = str(node.arg)
    return lambda row: name in row


def _if(node: CompValue, where: str) -> Expression:
    test, yes, no = (compile_expression(a, where) for a in (node.arg1, node.arg2, node.arg3))
    return lambda row: yes(row) if test(row) else no(row)


def _text(value: Value) -> str:
    if isinstance(value, Iri):
        return value[1:-1]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _concat(node: CompValue, where: str) -> Expression:
    parts = [compile_expression(part, where) for part in node.arg]
    return lambda row: "".join(_text(part(row)) for part in parts)


def _str(node: CompValue, where: str) -> Expression:
    inner = compile_expression(node.arg, where)
    return lambda row: _text(inner(row))


def _iri(node: CompValue, where: str) -> Expression:
    inner = compile_expression(node.arg, where)
    return lambda row: Iri(f"<{_text(inner(row))}>")


def _after(node: CompValue, where: str) -> Expression:
    text, mark = compile_expression(node.arg1, where), compile_expression(node.arg2, where)
    return lambda row: _text(text(row)).partition(_text(mark(row)))[2]


def _starts(node: CompValue, where: str) -> Expression:
    text, start = compile_expression(node.arg1, where), compile_expression(node.arg2, where)
    return lambda row: _text(text(row)).startswith(_text(start(row)))


def _typed(node: CompValue, where: str) -> Expression:
    text, kind = compile_expression(node.arg1, where), compile_expression(node.arg2, where)

    def day(row: dict[str, str]) -> Day:
        if kind(row) != f"<{XSD}date>":
            raise TypeError(f"{kind(row)} is no type that a rule may give")
        return Day(text(row))

    return day


def _date_part(start: int, end: int) -> Callable[[CompValue, str], Expression]:
    def build(node: CompValue, where: str) -> Expression:
        inner = compile_expression(node.arg, where)

        def part(row: dict[str, str]) -> int:
            day = inner(row)
            if not isinstance(day, Day):
                raise TypeError(f"{day} is no date")
            return int(day[start:end])

        return part

    return build


def _floor(node: CompValue, where: str) -> Expression:
    inner = compile_expression(node.arg, where)
    return lambda row: Fraction(math.floor(_number(inner(row))))


def _cast(node: CompValue, where: str) -> Expression:
    if str(node.iri) != XSD + "integer":
        raise RuleMalformed(f"{where}: the function {node.iri} cannot be compiled.")
    inner = compile_expression(node.expr[0], where)
    return lambda row: int(_number(inner(row)))


BUILDERS: Final[dict[str, Callable[[CompValue, str], Expression]]] = {
    "RelationalExpression": _relation,
    "ConditionalAndExpression": _and,
    "ConditionalOrExpression": _or,
    "AdditiveExpression": _sum,
    "MultiplicativeExpression": _sum,
    "UnaryNot": _not,
    "Function": _cast,
    "Builtin_BOUND": _bound,
    "Builtin_CONCAT": _concat,
    "Builtin_DAY": _date_part(8, 10),
    "Builtin_FLOOR": _floor,
    "Builtin_IF": _if,
    "Builtin_IRI": _iri,
    "Builtin_MONTH": _date_part(5, 7),
    "Builtin_STR": _str,
    "Builtin_STRAFTER": _after,
    "Builtin_STRDT": _typed,
    "Builtin_STRSTARTS": _starts,
    "Builtin_YEAR": _date_part(0, 4),
}
