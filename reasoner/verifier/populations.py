"""Populations: class expressions of OWL, and whether a situation belongs to one."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

from .expressions import read_value
from .terms import OWL, RDF, TYPE, XSD, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .facts import Facts
    from .terms import Fact

Expression = list[object]
"""
`["is", class]`, `["and", …]`, `["or", …]`, `["some", property, expression]`,
`["value", property, term]`, or `["range", bound, term, …]` over a number. The parts of `and` and
`or` are sorted by their text.
"""
FACETS: Final = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
Index = dict[tuple[str, str], list[str]]


def read_class(name: str, index: Index) -> Expression:
    """
    Read the class expression that a population is equivalent to.

    Raises:
        Unreadable: It has none, or one of a form that populations may not use.
    """
    return _expression(_only(index, name, "equivalentClass"), index)


def _only(index: Index, node: str, name: str) -> str:
    values = index.get((node, f"<{OWL}{name}>"), [])
    if len(values) != 1:
        raise Unreadable(f"{node} has {len(values)} values of owl:{name}, not one.")
    return values[0]


def _has(index: Index, node: str, name: str) -> bool:
    return (node, f"<{OWL}{name}>") in index


def _items(index: Index, node: str) -> list[str]:
    found = []
    while node != f"<{RDF}nil>":
        found.append(index[node, f"<{RDF}first>"][0])
        node = index[node, f"<{RDF}rest>"][0]
    return found


def _expression(node: str, index: Index) -> Expression:
    if node.startswith("<"):
        return ["is", node]
    for name, word in (("intersectionOf", "and"), ("unionOf", "or")):
        if _has(index, node, name):
            parts = _items(index, _only(index, node, name))
            return [word, *sorted((_expression(part, index) for part in parts), key=json.dumps)]
    if _has(index, node, "withRestrictions"):
        found: Expression = ["range"]
        for facet in _items(index, _only(index, node, "withRestrictions")):
            for bound in FACETS:
                for term in index.get((facet, f"<{XSD}{bound}>"), []):
                    found += [bound, term]
        return found
    path = _only(index, node, "onProperty")
    if _has(index, node, "hasValue"):
        return ["value", path, _only(index, node, "hasValue")]
    return ["some", path, _expression(_only(index, node, "someValuesFrom"), index)]


def members(expression: Expression, facts: Facts, below: int) -> Mapping[str, tuple[Fact, ...]]:
    """Find all members of a class expression, each with the first facts that make it one."""
    word = expression[0]
    if word == "and":
        first, *others = _parts(expression)
        found = dict(members(first, facts, below))
        for part in others:
            found = {
                one: (*grounds, *more)
                for one, grounds in found.items()
                if (more := grounds_of(part, one, facts, below)) is not None
            }
        return found
    if word == "or":
        joined: dict[str, tuple[Fact, ...]] = {}
        for part in _parts(expression):
            joined = {**members(part, facts, below), **joined}
        return joined
    predicate, value = _asked(expression)
    subjects = {fact[0] for fact in facts.find(("?s", predicate, value), {}, below)}
    return {
        one: grounds
        for one in sorted(subjects)
        if (grounds := grounds_of(expression, one, facts, below)) is not None
    }


def _asked(expression: Expression) -> tuple[str, str]:
    """Return the property and the value that each member has."""
    word = expression[0]
    if word == "is":
        return TYPE, str(expression[1])
    return str(expression[1]), str(expression[2]) if word == "value" else "?x"


def _parts(expression: Expression) -> list[Expression]:
    return cast("list[Expression]", expression[1:])


def grounds_of(
    expression: Expression, one: str, facts: Facts, below: int
) -> tuple[Fact, ...] | None:
    """Return the first facts, in the order of their text, that make a thing a member; or None."""
    word = expression[0]
    if word == "range":
        return () if _within(expression[1:], one) else None
    if word == "and":
        every = [grounds_of(part, one, facts, below) for part in _parts(expression)]
        met = [grounds for grounds in every if grounds is not None]
        return (
            tuple(fact for grounds in met for fact in grounds) if len(met) == len(every) else None
        )
    if word == "or":
        options = (grounds_of(part, one, facts, below) for part in _parts(expression))
        return next((grounds for grounds in options if grounds is not None), None)
    predicate, value = _asked(expression)
    inner = cast("Expression", expression[2]) if word == "some" else None
    for fact in sorted(facts.find((one, predicate, value), {}, below)):
        more = grounds_of(inner, fact[2], facts, below) if inner else ()
        if more is not None:
            return (fact, *more)
    return None


def _within(bounds: list[object], term: str) -> bool:
    """Return True if a number is within all bounds."""
    value = read_value(term)
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return False
    for bound, limit in zip(bounds[::2], bounds[1::2], strict=True):
        other = cast("int", read_value(str(limit)))
        kept = {
            "minInclusive": value >= other,
            "minExclusive": value > other,
            "maxInclusive": value <= other,
            "maxExclusive": value < other,
        }
        if not kept[str(bound)]:
            return False
    return True
