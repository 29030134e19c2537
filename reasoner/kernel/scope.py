"""
Scope: each variable of a rule has a value where it is used, in every engine alike.

SPARQL gives a meaning to texts that read as something else: a filter in a nested group does not see
the variables around the group, and a variable of an OPTIONAL joins with anything where it is
unbound. Such texts are refused, so that the compiled rule and a SPARQL engine agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.errors import RuleMalformed

from .syntax import Bind, Filter, Group, NotExists, Optional, Select, TriplePattern, Union, Values
from .tree import bound, never_fails, possible, variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .syntax import Construct


def check_scope(construct: Construct, path: str) -> None:
    """
    Refuse a query that uses a variable where it has no value.

    Raises:
        RuleMalformed: See the module.
    """
    _check(construct.where, path, frozenset())
    sure = bound(construct.where)
    for pattern in construct.template:
        _refuse(
            path,
            pattern.line,
            variables(pattern) - sure,
            "the template concludes a fact with {}, which some solution does not bind",
            "Bind it in WHERE, outside OPTIONAL and in every branch of UNION.",
        )


def _check(group: Group, path: str, given: frozenset[str]) -> None:
    """Check a group whose filters also see some variables from outside."""
    before: set[str] = set()
    unsure: set[str] = set()
    everywhere = possible(group) | given
    failing = {
        e.variable.name
        for e in group.elements
        if isinstance(e, Bind) and not never_fails(e.expression)
    }
    for element in group.elements:
        if isinstance(element, Filter):
            _refuse(
                path,
                element.line,
                variables(element) - everywhere,
                "the filter tests {}, which its group never binds",
                "Bind it by a pattern of the same group, or move the filter.",
            )
            continue
        if isinstance(element, NotExists):
            _check(element.group, path, everywhere)
            _refuse(
                path,
                element.line,
                variables(element.group) & (failing | (everywhere - bound(group) - given)),
                "NOT EXISTS names {}, which some solution does not bind",
                "Use a variable that every solution binds, or a name of its own.",
            )
            continue
        line = getattr(element, "line", 0)
        _refuse(
            path,
            line,
            variables(element) & unsure,
            "{} may be unbound here, after OPTIONAL, UNION or a BIND that can fail",
            "Use it in FILTER and BIND alone, or bind it in a pattern before.",
        ) if not isinstance(element, Bind) else None
        _check_element(element, path, before, line)
        if isinstance(element, Bind):
            unsure |= failing & {element.variable.name}
        if isinstance(element, Optional):
            unsure |= possible(element.group) - before
            before |= possible(element.group)
        elif isinstance(element, Union | Group):
            parts = element.groups if isinstance(element, Union) else (element,)
            found = frozenset[str]().union(*(possible(part) for part in parts))
            sure = frozenset.intersection(*(bound(part) for part in parts))
            unsure |= found - sure - before
            before |= found
        else:
            before |= bound(Group(elements=(element,)))


def _check_element(element: object, path: str, before: Iterable[str], line: int) -> None:
    match element:
        case Bind():
            _refuse(
                path,
                line,
                variables(element.expression) - frozenset(before),
                "BIND reads {}, which nothing before it in the group binds",
                "Move BIND below the patterns that bind it.",
            )
            _refuse(
                path,
                line,
                {element.variable.name} & frozenset(before),
                "BIND gives a value to {}, which already has one",
                "Choose another name, or write a filter.",
            )
        case Optional():
            _check(element.group, path, frozenset(before))
        case Union():
            for part in element.groups:
                _check(part, path, frozenset())
        case Group():
            _check(element, path, frozenset())
        case TriplePattern() | Values() | Select() | _:
            pass


def _refuse(path: str, line: int, names: Iterable[str], what: str, hint: str) -> None:
    found = sorted(names)
    if found:
        place = f"{path}:{line}" if line else path
        raise RuleMalformed(f"{place}: {what.format(f'?{found[0]}')}.", hint=hint)
