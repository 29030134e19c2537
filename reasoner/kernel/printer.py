"""Syntax trees written as SPARQL with full IRIs, for other engines and for comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .syntax import (
    And,
    Arithmetic,
    Bind,
    Call,
    Comparison,
    Filter,
    Group,
    Iri,
    Literal,
    Not,
    NotExists,
    Optional,
    Or,
    Select,
    TriplePattern,
    Union,
    Values,
    Variable,
)

if TYPE_CHECKING:
    from .syntax import Construct, Element, Expression


def print_construct(construct: Construct) -> str:
    """Write a query as SPARQL that parses to the same tree."""
    template = "\n".join(f"  {print_pattern(pattern)}" for pattern in construct.template)
    return f"CONSTRUCT {{\n{template}\n}}\nWHERE {print_group(construct.where)}\n"


def print_pattern(pattern: TriplePattern) -> str:
    """Write a triple pattern, with a full stop."""
    return " ".join(node.text for node in pattern.nodes) + " ."


def print_group(group: Group, indent: str = "") -> str:
    """Write a group in braces, one element a line."""
    inner = indent + "  "
    lines = [f"{inner}{_element(element, inner)}" for element in group.elements]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _element(element: Element, indent: str) -> str:  # noqa: PLR0911 - one case a kind
    match element:
        case TriplePattern():
            return print_pattern(element)
        case Filter():
            return f"FILTER ({print_expression(element.condition)})"
        case NotExists():
            return f"FILTER NOT EXISTS {print_group(element.group, indent)}"
        case Bind():
            return f"BIND ({print_expression(element.expression)} AS {element.variable.text})"
        case Values():
            names = " ".join(variable.text for variable in element.variables)
            rows = " ".join(f"({' '.join(t.text for t in row)})" for row in element.rows)
            return f"VALUES ({names}) {{ {rows} }}"
        case Optional():
            return f"OPTIONAL {print_group(element.group, indent)}"
        case Union():
            return " UNION ".join(print_group(group, indent) for group in element.groups)
        case Select():
            return _select(element)
        case Group():
            return print_group(element, indent)


def _select(select: Select) -> str:
    keys = " ".join(key.text for key in select.keys)
    figures = " ".join(
        f"({a.function}({a.variable.text}) AS {a.name.text})" for a in select.aggregates
    )
    patterns = " ".join(print_pattern(pattern) for pattern in select.patterns)
    return f"SELECT {keys} {figures} WHERE {{ {patterns} }} GROUP BY {keys}"


def print_expression(expression: Expression) -> str:
    """Write an expression, with brackets around each part that has parts."""
    match expression:
        case Iri() | Literal() | Variable():
            return expression.text
        case Comparison() | Arithmetic():
            return f"{_inner(expression.left)} {expression.operator} {_inner(expression.right)}"
        case And():
            return " && ".join(_inner(part) for part in expression.parts)
        case Or():
            return " || ".join(_inner(part) for part in expression.parts)
        case Not():
            return f"!{_inner(expression.part)}"
        case Call():
            name = expression.function
            arguments = ", ".join(print_expression(part) for part in expression.arguments)
            return f"{f'<{name}>' if ':' in name else name}({arguments})"


def _inner(expression: Expression) -> str:
    text = print_expression(expression)
    simple = isinstance(expression, Iri | Literal | Variable | Call | Not)
    return text if simple else f"({text})"
