"""Populations as a proof lists them: class expressions, and the facts that make a member."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from reasoner.errors import AxiomUnsupported
from reasoner.kernel.evaluate import number_of
from reasoner.kernel.facts import encode_term
from reasoner.kernel.terms import OWL, RDF, TYPE, XSD
from reasoner.knowledge.populations import index_triples
from reasoner.knowledge.terms import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.populations import Index, Node

    from .known import Known

Expression = list[object]
"""
`["is", class]`, `["and", ...]`, `["or", ...]`, `["some", property, expression]`,
`["value", property, term]`, or `["range", bound, term, ...]` over a number. The parts of `and` and
`or` are sorted by their text.
"""
IS_A: Final = encode_term(TYPE)
BOUNDS: Final[dict[str, Callable[[object, object], bool]]] = {
    "minInclusive": lambda value, limit: value >= limit,  # type: ignore[operator]
    "minExclusive": lambda value, limit: value > limit,  # type: ignore[operator]
    "maxInclusive": lambda value, limit: value <= limit,  # type: ignore[operator]
    "maxExclusive": lambda value, limit: value < limit,  # type: ignore[operator]
}


@lru_cache(maxsize=4)
def class_expressions(knowledge: Knowledge) -> Mapping[str, Expression]:
    """
    Read the class expression of each population, by its name as N-Triples writes it.

    Raises:
        AxiomUnsupported: A class expression has a form that populations may not have.
    """
    index = index_triples(knowledge.facts)
    found = {}
    for iri in sorted(population.iri for population in knowledge.populations):
        axioms = index.get((ox.NamedNode(iri), OWL + "equivalentClass"), [])
        if len(axioms) != 1:
            raise AxiomUnsupported(f"{shorten(iri)} has {len(axioms)} equivalent classes, not one.")
        found[f"<{iri}>"] = _expression(axioms[0], index)
    return found


def _expression(node: Node, index: Index) -> Expression:
    if isinstance(node, ox.NamedNode):
        return ["is", encode_term(node)]
    for name, word in (("intersectionOf", "and"), ("unionOf", "or")):
        if parts := index.get((node, OWL + name)):
            inner = [_expression(part, index) for part in _items(parts[0], index)]
            return [word, *sorted(inner, key=json.dumps)]
    if facets := index.get((node, OWL + "withRestrictions")):
        found: Expression = ["range"]
        for facet in _items(facets[0], index):
            for bound in BOUNDS:
                for term in index.get((facet, XSD + bound), []):
                    found += [bound, encode_term(term)]
        return found
    (path,) = index[node, OWL + "onProperty"]
    if values := index.get((node, OWL + "hasValue")):
        return ["value", encode_term(path), encode_term(values[0])]
    (filler,) = index[node, OWL + "someValuesFrom"]
    return ["some", encode_term(path), _expression(filler, index)]


def _items(node: Node, index: Index) -> list[Node]:
    found = []
    while (node, RDF + "first") in index:
        found.append(index[node, RDF + "first"][0])
        node = index[node, RDF + "rest"][0]
    return found


def parts_of(expression: Expression) -> list[Expression]:
    """Return the parts of an `and` or `or`; of any other expression, itself."""
    whole = expression[0] in {"and", "or"}
    return cast("list[Expression]", expression[1:] if whole else [expression])


def grounds_of(
    expression: Expression, one: str, known: Known, below: int
) -> tuple[Fact, ...] | None:
    """
    Return the facts below a stratum that make a thing a member of a class; None if it is not one.

    Where several would do, it is the first by their text, and the first part of an `or`.
    """
    word = expression[0]
    if word == "range":
        return () if _within(expression[1:], one) else None
    if word == "and":
        found: tuple[Fact, ...] = ()
        for part in parts_of(expression):
            grounds = grounds_of(part, one, known, below)
            if grounds is None:
                return None
            found += grounds
        return found
    if word == "or":
        options = (grounds_of(part, one, known, below) for part in parts_of(expression))
        return next((grounds for grounds in options if grounds is not None), None)
    predicate = IS_A if word == "is" else str(expression[1])
    value = {"is": expression[1], "value": expression[-1]}.get(str(word), "?any")
    inner = cast("Expression", expression[2]) if word == "some" else None
    for fact in sorted(known.find((one, predicate, str(value)), {}, below)):
        more = grounds_of(inner, fact[2], known, below) if inner else ()
        if more is not None:
            return (fact, *more)
    return None


def _within(bounds: list[object], term: str) -> bool:
    """Return True if a number is within all bounds."""
    value = number_of(term)
    limits = zip(bounds[::2], bounds[1::2], strict=True)
    return value is not None and all(
        BOUNDS[str(bound)](value, number_of(str(limit))) for bound, limit in limits
    )
