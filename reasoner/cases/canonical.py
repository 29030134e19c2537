"""The canonical form of a case (RDFC-1.0): the same for the same facts, in any order and naming."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from .read import CaseGraph


def canonical_case(case: CaseGraph) -> str:
    """
    Write a case as it was sent, as canonical N-Quads.

    The same facts in Turtle and in JSON give the same text: a part that was sent without a class
    gets the class that its property implies. Blank nodes are named by RDFC-1.0. A case that was
    sent without a name gets the name under which it is decided, so that the text alone is enough
    to decide it again.
    """
    if not any(isinstance(n, ox.BlankNode) for t in case.sent for n in (t.subject, t.object)):
        return "".join(sorted(f"{triple} .\n" for triple in case.sent))
    root = next((t.subject for t in case.sent if (t.predicate, t.object) == CASE), None)
    name = ox.NamedNode(case.iri)

    def named(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode:
        return name if node == root else node  # type: ignore[return-value] # the kind is kept

    quads = (ox.Quad(named(t.subject), t.predicate, named(t.object)) for t in case.sent)
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))


def canonical_hash(text: str) -> str:
    """Hash canonical N-Quads: SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


CASE = (TYPE, mn("Case"))
