"""Reading SPARQL algebra: which triple patterns every solution matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib.plugins.sparql.parserutils import CompValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rdflib.term import Node


def parts(node: object) -> Iterator[object]:
    """Yield what a node of the algebra is made of."""
    if isinstance(node, CompValue):
        yield from node.values()
    elif isinstance(node, list | tuple):
        yield from node


def is_tree(node: object) -> bool:
    """Tell whether a node of the algebra has parts to look into."""
    return isinstance(node, CompValue | list)


def required(node: object) -> list[tuple[Node, Node, Node]]:
    """Collect the patterns that every solution matches: not optional, not negated, not counted."""
    if isinstance(node, CompValue):
        if node.name == "BGP":
            return list(node.triples)
        if node.name in {"LeftJoin", "Minus"}:
            return required(node.p1)
        if node.name in {"Union", "Group", "AggregateJoin"} or node.name.startswith("Builtin_"):
            return []
    return [t for part in parts(node) for t in required(part)] if is_tree(node) else []
