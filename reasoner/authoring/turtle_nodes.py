"""Which blank nodes of a graph can be written where they are used, and which need a label."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal
Edge = tuple[str, str, Term]
"""What ties a blank node to a term: "from" or "to" it, the property, the term."""
Look = tuple[int, tuple[tuple[str, str, str, int], ...]]
"""What a blank node looks like: its rank, and what ties it to which term or to which rank."""


def describe(triples: Iterable[ox.Triple]) -> dict[Node, dict[str, list[Term]]]:
    """Gather what is said of each subject: its properties, and their values without repetition."""
    about: dict[Node, dict[str, list[Term]]] = {}
    for subject, predicate, value in _plain(triples):
        values = about.setdefault(subject, {}).setdefault(predicate, [])
        values.append(value)
    return {s: {p: list(dict.fromkeys(v)) for p, v in said.items()} for s, said in about.items()}


def find_users(triples: Iterable[ox.Triple]) -> dict[ox.BlankNode, list[Node]]:
    """List for each blank node the subjects that use it, once for each property."""
    users: dict[ox.BlankNode, list[Node]] = {}
    for subject, _, value in dict.fromkeys(_plain(triples)):
        if isinstance(value, ox.BlankNode):
            users.setdefault(value, []).append(subject)
    return users


def label_nodes(triples: Sequence[ox.Triple]) -> dict[ox.BlankNode, str]:
    """
    Label the blank nodes that are used more than once, and one of each circle.

    Labels follow from what is said of the nodes, never from their order or their names.
    """
    plain = list(dict.fromkeys(_plain(triples)))
    users = find_users(triples)
    shared = {node for node, using in users.items() if len(using) > 1}
    circles = _circles(users)
    if not shared and not circles:
        return {}
    rank = _rank(plain, shared.union(*circles))
    chosen = shared | {min(circle, key=rank.__getitem__) for circle in circles}
    ordered = sorted(chosen, key=rank.__getitem__)
    return {node: f"_:b{number}" for number, node in enumerate(ordered, start=1)}


def find_owner(
    node: Node, users: Mapping[ox.BlankNode, list[Node]], labels: Mapping[ox.BlankNode, str]
) -> Node:
    """Return the subject inside whose description a node is written; for a subject, itself."""
    while isinstance(node, ox.BlankNode) and node in users and node not in labels:
        node = users[node][0]
    return node


def _plain(triples: Iterable[ox.Triple]) -> Iterable[tuple[Node, str, Term]]:
    """Take triples apart; a term that is itself a triple cannot come out of Turtle 1.1."""
    for t in triples:
        if not isinstance(t.subject, ox.Triple) and not isinstance(t.object, ox.Triple):
            yield t.subject, t.predicate.value, t.object


def _circles(users: Mapping[ox.BlankNode, list[Node]]) -> list[set[ox.BlankNode]]:
    """Find the circles of blank nodes in which each is used only by the previous one."""
    circles = []
    seen: set[Node] = set()
    for start in users:
        path: dict[Node, None] = {}
        node: Node = start
        while node not in seen and isinstance(node, ox.BlankNode) and len(users.get(node, ())) == 1:
            seen.add(node)
            path[node] = None
            node = users[node][0]
        if node in path:
            walked = list(path)
            circle = walked[walked.index(node) :]
            circles.append({n for n in circle if isinstance(n, ox.BlankNode)})
    return circles


def _rank(
    triples: Iterable[tuple[Node, str, Term]], wanted: set[ox.BlankNode]
) -> dict[ox.BlankNode, int]:
    """Order blank nodes by what is said of them and around them; no two wanted ones are equal."""
    edges: dict[ox.BlankNode, list[Edge]] = {}
    for subject, predicate, value in triples:
        if isinstance(subject, ox.BlankNode):
            edges.setdefault(subject, []).append(("from", predicate, value))
        if isinstance(value, ox.BlankNode):
            edges.setdefault(value, []).append(("to", predicate, subject))
    rank = _refined(edges, dict.fromkeys(edges, 0))
    while tied := [r for r, n in Counter(rank[node] for node in wanted).items() if n > 1]:
        # Set one of them apart: that which leaves the graph first in order. If several do, they
        # are interchangeable, but for graphs as regular as nobody writes them.
        alike = [node for node in wanted if rank[node] == min(tied)]
        apart = ({n: 2 * r + (n != first) for n, r in rank.items()} for first in alike)
        rank = min((_refined(edges, option) for option in apart), key=lambda r: _looks(edges, r))
    return rank


def _refined(
    edges: Mapping[ox.BlankNode, list[Edge]], rank: Mapping[ox.BlankNode, int]
) -> dict[ox.BlankNode, int]:
    """Part nodes of one rank by their neighbours, until nothing parts them any more."""
    current = dict(rank)
    while True:
        looks = {node: _look(node, around, current) for node, around in edges.items()}
        numbers = {look: number for number, look in enumerate(sorted(set(looks.values())))}
        refined = {node: numbers[look] for node, look in looks.items()}
        if len(set(refined.values())) == len(set(current.values())):
            return refined
        current = refined


def _looks(
    edges: Mapping[ox.BlankNode, list[Edge]], rank: Mapping[ox.BlankNode, int]
) -> list[Look]:
    """Describe the whole graph by ranks alone."""
    return sorted(_look(node, around, rank) for node, around in edges.items())


def _look(node: ox.BlankNode, around: Iterable[Edge], rank: Mapping[ox.BlankNode, int]) -> Look:
    """Describe a node by its rank and its neighbours."""
    ties = (
        (way, predicate, "itself" if term == node else "", rank[term])
        if isinstance(term, ox.BlankNode)
        else (way, predicate, str(term), -1)
        for way, predicate, term in around
    )
    return rank[node], tuple(sorted(ties))
