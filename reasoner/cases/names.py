"""Name the blank nodes of a case, so that the same facts have the same names in any order."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import CaseUnreadable
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import CASE, NS, mn

from .limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPTH: Final = LIMITS.depth
Resource = ox.NamedNode | ox.BlankNode | ox.Triple


def case_named(source: str) -> str:
    """Return the IRI of a case that has no name: made of what its document is called."""
    slug = re.sub(r"[^a-z0-9-]+", "-", source.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower())
    return CASE + (slug.strip("-") or "unnamed")


def stem_of(case: str) -> str:
    """Return what the IRIs of the parts of a case begin with; an IRI has one fragment."""
    return f"{case}-" if "#" in case else f"{case}#"


def find_names(
    triples: set[ox.Triple], case: str, source: str
) -> Mapping[ox.BlankNode, ox.NamedNode]:
    """
    Name each blank node by the property that leads to it and its place among similar nodes.

    Args:
        triples: The facts of one case.
        case: The IRI of the case; the new names begin with it.
        source: What to call the document in messages.

    Raises:
        CaseUnreadable: A blank node is reached in two ways, in a circle, or from nowhere.
    """
    parents: dict[ox.BlankNode, list[ox.Triple]] = {}
    about: dict[Resource, list[ox.Triple]] = {}
    for t in triples:
        about.setdefault(t.subject, []).append(t)
        if isinstance(t.object, ox.BlankNode):
            parents.setdefault(t.object, []).append(t)
    if shared := [n for n, leading in parents.items() if len(leading) > 1]:
        raise CaseUnreadable(
            f"{source}: a part without a name is reached in {len(parents[shared[0]])} ways.",
            hint="Give a part that is used twice an IRI.",
        )
    names = {
        node: ox.NamedNode(case)
        for node in about
        if isinstance(node, ox.BlankNode) and ox.Triple(node, TYPE, mn("Case")) in triples
    }
    contents = {node: _content(node, about, source, frozenset()) for node in parents}
    taken = {t.object for t in triples} | set(about)
    siblings: dict[str, list[tuple[str, ox.BlankNode]]] = {}
    for node, (leading,) in parents.items():
        if node not in names:
            key = leading.predicate.value.removeprefix(NS)
            siblings.setdefault(key, []).append((_address(node, parents, contents), node))
    stem = stem_of(case)
    for key, nodes in siblings.items():
        free = (n for i in count(1) if (n := ox.NamedNode(f"{stem}{key}-{i}")) not in taken)
        for _, node in sorted(nodes, key=lambda pair: pair[0]):
            names[node] = next(free)
    if orphan := [n for n in about if isinstance(n, ox.BlankNode) and n not in names]:
        raise CaseUnreadable(
            f"{source}: {len(orphan)} parts without a name are not linked from the case.",
            hint="Link each part from the case.",
        )
    return names


def with_names(triple: ox.Triple, names: Mapping[ox.BlankNode, ox.NamedNode]) -> ox.Triple:
    """Return a fact with the names of its blank nodes."""
    subject, value = triple.subject, triple.object
    if isinstance(subject, ox.BlankNode):
        subject = names[subject]
    if isinstance(value, ox.BlankNode):
        value = names[value]
    return ox.Triple(subject, triple.predicate, value)


def _address(
    node: Resource,
    parents: Mapping[ox.BlankNode, list[ox.Triple]],
    contents: Mapping[ox.BlankNode, str],
) -> str:
    """Return a key for a blank node: its facts, then the path to it, in any order of facts."""
    if not isinstance(node, ox.BlankNode):
        return str(node)
    if node not in parents:
        return ""
    return f"{contents[node]} < {_address(parents[node][0].subject, parents, contents)}"


def _content(
    node: ox.BlankNode,
    about: Mapping[Resource, list[ox.Triple]],
    source: str,
    above: frozenset[ox.BlankNode],
) -> str:
    """Write the facts of a blank node, without names of blank nodes."""
    if node in above:
        raise CaseUnreadable(f"{source}: parts without a name refer to each other in a circle.")
    if len(above) >= DEPTH:
        raise CaseUnreadable(
            f"{source}: parts without a name are nested more than {DEPTH} levels deep."
        )
    below = above | {node}
    said = (
        f"{t.predicate}{_content(t.object, about, source, below)}"
        if isinstance(t.object, ox.BlankNode)
        else f"{t.predicate}{t.object}"
        for t in about.get(node, [])
    )
    return f"[{';'.join(sorted(said))}]"
