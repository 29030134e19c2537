"""Questions about a syntax tree: what it consists of, what it binds, reads, negates and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from .syntax import (
    Aggregate,
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
    from collections.abc import Iterator, Mapping

    from .syntax import Construct, Expression, Tree


TOTAL: Final = frozenset({"BOUND", "CONCAT", "IRI", "STR", "STRAFTER", "STRSTARTS"})
"""The functions that have a value for all arguments."""


class Key(NamedTuple):
    """
    The facts that a pattern can match or make.

    Attributes:
        predicate: The IRI of the property; None for any.
        value: The IRI of the object, for `rdf:type` and wherever it is fixed; None for any.
    """

    predicate: str | None
    value: str | None = None

    def meets(self, other: Key) -> bool:
        """Return True if one fact can be of both."""
        return _may_equal(self.predicate, other.predicate) and _may_equal(self.value, other.value)

    def __str__(self) -> str:
        """Write the key for people, as a pattern."""
        return " ".join(f"<{part}>" if part else "*" for part in self)


def _may_equal(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def children(tree: Tree) -> tuple[Tree, ...]:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Return the parts of a tree, in the order of the text."""
    match tree:
        case TriplePattern():
            return tree.nodes
        case Comparison() | Arithmetic():
            return (tree.left, tree.right)
        case And() | Or():
            return tree.parts
        case Not():
            return (tree.part,)
        case Call():
            return tree.arguments
        case Filter():
            return (tree.condition,)
        case NotExists() | Optional():
            return (tree.group,)
        case Bind():
            return (tree.expression, tree.variable)
        case Values():
            return (*tree.variables, *(term for row in tree.rows for term in row))
        case Union():
            return tree.groups
        case Aggregate():
            return (tree.variable, tree.name)
        case Select():
            return (*tree.keys, *tree.aggregates, *tree.patterns)
        case Group():
            return tree.elements
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and everything in it, from the top, in the order of the text."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def variables(tree: Tree) -> frozenset[str]:
    """Return the names of all variables of a tree."""
    return frozenset(part.name for part in walk(tree) if isinstance(part, Variable))


def never_fails(expression: Expression) -> bool:
    """Return True if an expression has a value whenever its variables have one."""
    match expression:
        case Iri() | Literal() | Variable():
            return True
        case Call() if expression.function in TOTAL:
            return all(never_fails(part) for part in expression.arguments)
        case _:
            return False


def premises(construct: Construct) -> tuple[TriplePattern, ...]:
    """Return the patterns that every solution matches: not optional, not negated, not counted."""
    return _premises(construct.where)


def _premises(group: Group) -> tuple[TriplePattern, ...]:
    found: list[TriplePattern] = []
    for element in group.elements:
        if isinstance(element, TriplePattern):
            found.append(element)
        elif isinstance(element, Group):
            found += _premises(element)
    return tuple(found)


def counted(construct: Construct) -> tuple[TriplePattern, ...]:
    """Return the patterns that the aggregates of a query count over."""
    selects = (part for part in walk(construct.where) if isinstance(part, Select))
    return tuple(pattern for select in selects for pattern in select.patterns)


def absences(construct: Construct) -> tuple[tuple[TriplePattern, ...], ...]:
    """Return the patterns of each group that must have no solution."""
    groups = (part.group for part in walk(construct.where) if isinstance(part, NotExists))
    return tuple(
        tuple(part for part in walk(group) if isinstance(part, TriplePattern)) for group in groups
    )


def bound(group: Group) -> frozenset[str]:
    """Return the names of the variables that have a value in every solution of a group."""
    found: set[str] = set()
    for element in group.elements:
        match element:
            case TriplePattern():
                found |= variables(element)
            case Bind():
                found.add(element.variable.name)
            case Values():
                found |= {variable.name for variable in element.variables}
            case Select():
                found |= {v.name for v in (*element.keys, *(a.name for a in element.aggregates))}
            case Group():
                found |= bound(element)
            case Union():
                found |= frozenset.intersection(*(bound(g) for g in element.groups))
            case _:
                pass
    return frozenset(found)


def possible(group: Group) -> frozenset[str]:
    """Return the names of the variables that have a value in some solution of a group."""
    found = set(bound(group))
    for element in group.elements:
        if isinstance(element, Optional):
            found |= possible(element.group)
        elif isinstance(element, Union):
            found |= frozenset[str]().union(*(possible(g) for g in element.groups))
        elif isinstance(element, Group):
            found |= possible(element)
    return frozenset(found)


def chosen(group: Group) -> Mapping[str, frozenset[str]]:
    """Return the IRIs that VALUES allows for a variable, by its name, where all are IRIs."""
    found: dict[str, frozenset[str]] = {}
    for element in group.elements:
        if isinstance(element, Values):
            for place, variable in enumerate(element.variables):
                terms = [row[place] for row in element.rows]
                iris = frozenset(term.value for term in terms if isinstance(term, Iri))
                if len(iris) == len(set(terms)):
                    found[variable.name] = iris
        elif isinstance(element, Group):
            found |= chosen(element)
    return found


def keys(pattern: TriplePattern, allowed: Mapping[str, frozenset[str]]) -> frozenset[Key]:
    """
    Return the keys of the facts that a pattern can match or make.

    Args:
        pattern: The pattern.
        allowed: What `chosen` returns for the group.
    """

    def values(node: object) -> frozenset[str | None]:
        if isinstance(node, Iri):
            return frozenset({node.value})
        if isinstance(node, Variable):
            return allowed.get(node.name) or frozenset({None})
        return frozenset({getattr(node, "text", None)})

    return frozenset(
        Key(predicate, value)
        for predicate in values(pattern.predicate)
        for value in values(pattern.value)
    )


def writes(construct: Construct) -> frozenset[Key]:
    """Return the keys of the facts that a query can conclude."""
    return _keys_of(construct.template, construct)


def reads(construct: Construct) -> frozenset[Key]:
    """Return the keys of all facts that a query looks at, negated or not."""
    parts = (part for part in walk(construct.where) if isinstance(part, TriplePattern))
    return _keys_of(tuple(parts), construct)


def negates(construct: Construct) -> frozenset[Key]:
    """
    Return the keys of the facts whose presence can take a solution away or change its figures.

    These are the patterns of NOT EXISTS, of OPTIONAL, and those that an aggregate counts over.
    """
    found: list[TriplePattern] = list(counted(construct))
    for part in walk(construct.where):
        if isinstance(part, NotExists | Optional):
            found += (p for p in walk(part.group) if isinstance(p, TriplePattern))
    return _keys_of(tuple(found), construct)


def _keys_of(patterns: tuple[TriplePattern, ...], construct: Construct) -> frozenset[Key]:
    allowed = chosen(construct.where)
    return frozenset(key for pattern in patterns for key in keys(pattern, allowed))


def conditions(group: Group) -> tuple[Expression, ...]:
    """Return the conditions of the filters of a group itself, each part of a conjunction alone."""
    found: list[Expression] = []
    for element in group.elements:
        if isinstance(element, Filter):
            parts = element.condition
            found += parts.parts if isinstance(parts, And) else (parts,)
    return tuple(found)
