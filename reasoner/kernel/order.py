"""
Order: rules run after all rules whose conclusions they read, negate or count.

The order follows from the trees. A base in which rules depend on each other in a circle, or a rule
on what it concludes itself, is refused: such rules have no order, and a negation in the circle
would be decided before its facts are complete.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reasoner.errors import RulesUnordered

from .flow import find_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .flow import Clause, Edge, Given

SHOWN: Final = 12
"""The largest number of rules of a circle that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    The order of some clauses.

    Attributes:
        strata: For each clause its stratum, from 0: one more than the largest stratum of those
            that conclude what it looks at. Clauses that read asserted facts alone have stratum 0.
        after: For each clause, by id, the ids of those whose conclusions it looks at.
    """

    strata: tuple[int, ...]
    after: Mapping[str, frozenset[str]]


def find_order(
    clauses: Sequence[Clause], given: Given, *, shorten: Callable[[str], str] = "<{}>".format
) -> Order:
    """
    Find the order of clauses.

    Args:
        clauses: The rules and populations.
        given: What is known of the facts that they start from.
        shorten: How a message writes the IRI of a property.

    Raises:
        RulesUnordered: The clauses depend on each other in a circle; the message names the rules,
            their files and the properties.
    """
    edges = find_edges(clauses, given)
    before: dict[int, set[int]] = {index: set() for index in range(len(clauses))}
    for edge in edges:
        if edge.writer == edge.reader:
            raise _own_conclusion(clauses, edge, shorten(edge.predicate))
        before[edge.reader].add(edge.writer)
    try:
        order = tuple(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise _circle(clauses, edges, error.args[1], shorten) from error
    lowest = 1 if any(clause.asserted for clause in clauses) else 0
    strata = [0] * len(clauses)
    for index in order:
        if not clauses[index].asserted:
            strata[index] = max((strata[other] + 1 for other in before[index]), default=lowest)
    names = [clause.id for clause in clauses]
    return Order(
        strata=tuple(strata),
        after={
            names[index]: frozenset(names[other] for other in others)
            for index, others in before.items()
        },
    )


def _own_conclusion(clauses: Sequence[Clause], edge: Edge, name: str) -> RulesUnordered:
    clause = clauses[edge.reader]
    verb = "negates or counts" if edge.negative else "reads"
    return RulesUnordered(
        f"{clause.path}: {clause.id} {verb} what it concludes itself: {name}.",
        paths=(clause.path,),
        hint="Conclude a property of its own; or state 'reads: asserted' if the rule is to look "
        "at asserted facts alone.",
    )


def _circle(
    clauses: Sequence[Clause],
    edges: Sequence[Edge],
    circle: Sequence[int],
    shorten: Callable[[str], str],
) -> RulesUnordered:
    """Describe a circle, each clause with what it reads of the one before."""
    between: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        between[edge.writer, edge.reader].append(edge)
    steps = []
    for writer, reader in pairwise(circle):
        found = between.get((writer, reader)) or between[reader, writer]
        edge = max(found, key=lambda e: e.negative)
        verb = "negates or counts" if edge.negative else "reads"
        clause, writes = clauses[edge.reader], clauses[edge.writer].id
        steps.append(f"{clause.id} ({clause.path}) {verb} {shorten(edge.predicate)} of {writes}")
    more = f"; and {len(steps) - SHOWN} more" if len(steps) > SHOWN else ""
    return RulesUnordered(
        f"The rules cannot be ordered; they depend on each other in a circle: "
        f"{'; '.join(steps[:SHOWN])}{more}.",
        paths=tuple(dict.fromkeys(clauses[index].path for index in circle)),
        hint="Conclude a property of its own in one of them.",
    )
