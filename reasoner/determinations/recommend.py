"""
Recommend: the outcome of each request of one or many cases, with its figures.

Only the rules that can affect these are run, over all cases at once, and no firing is recorded:
reasons, slots, proposals and proofs are a second step, on demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.kernel.engine import infer

from .outcome_rules import rules_for
from .readings import measured_of, outcome_of, situations_of
from .settled import settle
from .slots import Supposed, suppose_answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reasoner.cases.read import CaseGraph
    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

TOGETHER: Final = 32
"""Number of cases decided in one run; more would take more memory and no less time per case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """
    The recommendation on one request.

    Attributes:
        request: The IRI of the request.
        outcome: The IRI of the outcome.
        robust: True if no completion of the open facts changes the outcome; None if the request is
            not decided.
        governing: The IRIs of the recommendations that govern, sorted.
        limit: The smallest governing maximum of visits; None if none is set.
        supported: The fewest and the most visits that any reading of the record supports; None if
            the request is not decided.
    """

    request: str
    outcome: str
    robust: bool | None
    governing: tuple[str, ...]
    limit: int | None
    supported: tuple[int, int] | None


def recommend(
    cases: Sequence[CaseGraph], knowledge: Knowledge
) -> tuple[tuple[Recommendation, ...], ...]:
    """
    Return the recommendations on the requests of cases.

    Args:
        cases: The cases, checked.
        knowledge: The knowledge base.

    Returns:
        For each case the recommendations on its requests, in the order of their IRIs.

    Raises:
        OutcomesContradict: The rules conclude more than one outcome of a request.
    """
    found: list[tuple[Recommendation, ...]] = []
    for group in _groups(cases):
        asserted = (fact for case in group for fact in case.triples)
        derivation = infer(knowledge, asserted, rules=rules_for(knowledge))
        for case in group:
            found.append(tuple(_recommend(knowledge, derivation, case, r) for r in case.requests))
    return tuple(found)


def _groups(cases: Iterable[CaseGraph]) -> Iterable[list[CaseGraph]]:
    """Group cases to be decided together; two cases with one IRI are in different groups."""
    group: list[CaseGraph] = []
    for case in cases:
        if len(group) == TOGETHER or any(case.iri == other.iri for other in group):
            yield group
            group = []
        group.append(case)
    if group:
        yield group


def _recommend(
    knowledge: Knowledge, derivation: Derivation, case: CaseGraph, request: str
) -> Recommendation:
    situations = situations_of(derivation, request)
    measured = measured_of(derivation, request)
    limits = [n for s in measured if (n := derivation.number(s, "smallestLimit")) is not None]
    governing = {v.value for s in situations for v in derivation.values(s, "governedBy")}
    supposed: Supposed = {}
    if derivation.values(request, "restsOnAnswer"):
        supposed = suppose_answers(knowledge, derivation, case.requests, asserted=case.triples)
    settled = settle(knowledge, derivation, request, supposed)
    return Recommendation(
        request=request,
        outcome=outcome_of(knowledge, derivation, request),
        robust=settled.robust,
        governing=tuple(sorted(governing)),
        limit=min(limits, default=None),
        supported=settled.supported,
    )
