"""
Judgment: the open terms that only a person can fill in, and the outcome under each answer.

Most answers are scenarios of the derivation itself. An answer that changes the governing guideline
is not: for it, the case is decided again with the answer supposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.engine import infer
from reasoner.kernel.terms import DEFINITION, TYPE
from reasoner.knowledge.terms import NS, mn

from .outcome_rules import rules_for
from .readings import span_of, supported_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge

REBUTTAL: Final = mn("rebuttal")
ACCEPTED: Final = mn("accepted")
FINDING: Final = mn("finding")
FINDING_TYPE: Final = mn("findingType")
TRUE: Final = ox.Literal(value=True)
Supposed = Mapping[tuple[str, str], "Derivation"]
"""The derivation of a case under each answer to a slot, by slot and answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One answer to a slot, with the outcome under it.

    Attributes:
        iri: The answer.
        label: The answer in one or two words.
        meaning: What the answer supposes.
        outcome: The IRI of the outcome under it.
        supported: The fewest and the most visits that any reading supports under it; None if the
            request is not decided under it.
        given: True if the record gives this answer.
    """

    iri: str
    label: str
    meaning: str
    outcome: str
    supported: tuple[int, int] | None
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """
    An open term that a person fills in.

    Attributes:
        iri: The slot.
        label: The term.
        question: The question to the person.
        evidence: What the evidence has to show.
        filled_by: The roles whose statement answers it, in words, sorted.
        judged_by: The roles that decide whether the statement persuades, in words, sorted.
        sources: The provisions in force that use or define the term, sorted.
        answers: In the order in which they are offered.
        is_open: True if the record does not answer it.
    """

    iri: str
    label: str
    question: str
    evidence: str
    filled_by: tuple[str, ...]
    judged_by: tuple[str, ...]
    sources: tuple[str, ...]
    answers: tuple[Answer, ...]
    is_open: bool


def suppose_answers(
    knowledge: Knowledge,
    derivation: Derivation,
    requests: Iterable[str],
    *,
    asserted: Iterable[ox.Triple] | None = None,
) -> Supposed:
    """
    Decide a case under each answer that is not a scenario of its derivation.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        requests: The requests of the case.
        asserted: The facts of the case; None for those of the derivation.

    Returns:
        The derivation under each answer, for `read_slots`. Each covers all requests and runs
        the rules that can affect an outcome.
    """
    wanted = {
        (slot.value, answer)
        for request in requests
        for slot in derivation.values(request, "slot")
        for answer in _offered(knowledge, slot.value)
        if not _is_derived(derivation, request, answer)
        and answer not in _stated(derivation, request)
    }
    rules = rules_for(knowledge)
    facts = derivation.asserted if asserted is None else tuple(asserted)
    return {
        (slot, answer): infer(knowledge, suppose(knowledge, facts, slot, answer), rules=rules)
        for slot, answer in sorted(wanted)
    }


def read_slots(
    knowledge: Knowledge, derivation: Derivation, request: str, supposed: Supposed
) -> tuple[Slot, ...]:
    """
    Read the slots that are open in a request, sorted by their labels.

    Args:
        knowledge: The knowledge base.
        derivation: The derivation of the case.
        request: The request.
        supposed: What `suppose_answers` returned for the case.
    """
    found = [
        _slot(knowledge, derivation, request, slot.value, supposed)
        for slot in derivation.values(request, "slot")
    ]
    return tuple(sorted(found, key=lambda slot: slot.label))


def _offered(knowledge: Knowledge, slot: str) -> list[str]:
    """List the answers to a slot, in the order in which they are offered."""
    return sorted(
        (v.value for v in knowledge.described.get((slot, mn("offers").value), ())),
        key=lambda iri: (int(knowledge.value(iri, mn("place")) or 0), iri),
    )


def _held(request: str, answer: str) -> str:
    """Name the property that is true of a request under an answer."""
    return f"{request}/answer/{answer.removeprefix(NS)}"


def _is_derived(derivation: Derivation, request: str, answer: str) -> bool:
    """Return True if an answer is a scenario of the derivation itself."""
    return derivation.value(_held(request, answer), "answer") is not None


def _stated(derivation: Derivation, request: str) -> set[str]:
    """Return the answers that the record gives, or that are assumed if it gives none."""
    names = ("givenAnswer", "assumedAnswer")
    return {value.value for name in names for value in derivation.values(request, name)}


def _slot(
    knowledge: Knowledge, derivation: Derivation, request: str, slot: str, supposed: Supposed
) -> Slot:
    def values(name: str) -> tuple[ox.NamedNode | ox.Literal, ...]:
        return knowledge.described.get((slot, mn(name).value), ())

    in_force = {value.value for value in derivation.values(request, "inForce")}
    return Slot(
        iri=slot,
        label=knowledge.label(slot),
        question=knowledge.value(slot, mn("asks")) or "",
        evidence=knowledge.value(slot, mn("evidenceAsked")) or "",
        filled_by=tuple(sorted(knowledge.label(v.value) for v in values("filledBy"))),
        judged_by=tuple(sorted(knowledge.label(v.value) for v in values("judgedBy"))),
        sources=tuple(sorted({v.value for v in values("definedAt")} & in_force)),
        answers=tuple(
            _answer(knowledge, derivation, request, answer, supposed.get((slot, answer)))
            for answer in _offered(knowledge, slot)
        ),
        is_open=slot in {value.value for value in derivation.values(request, "openSlot")},
    )


def _answer(
    knowledge: Knowledge,
    derivation: Derivation,
    request: str,
    answer: str,
    supposed: Derivation | None,
) -> Answer:
    held = _held(request, answer)
    if _is_derived(derivation, request, answer):
        outcome = derivation.value(held, "outcome")
        undecided = derivation.holds(request, "undecided")
        span = None if undecided else span_of(derivation, held)
    else:
        stated = answer in _stated(derivation, request)
        other = derivation if stated or supposed is None else supposed
        outcome = other.value(request, "outcome")
        span = supported_of(other, request)
    given = {value.value for value in derivation.values(request, "givenAnswer")}
    return Answer(
        iri=answer,
        label=knowledge.label(answer),
        meaning=knowledge.value(answer, DEFINITION) or "",
        outcome=outcome or mn("NotDecided").value,
        supported=span,
        given=answer in given,
    )


def suppose(
    knowledge: Knowledge, asserted: Iterable[ox.Triple], slot: str, answer: str
) -> tuple[ox.Triple, ...]:
    """
    Return the facts of a case, changed as if a slot were answered.

    A finding that the slot asks for is replaced by one that answers it. A rebuttal is accepted or
    rejected.
    """
    facts = list(asserted)
    truth = knowledge.value(answer, mn("supposesTruth"))
    finding = knowledge.value(slot, mn("asksFinding"))
    if finding is not None:
        kind = ox.NamedNode(finding)
        facts = _without(facts, {t.subject for t in facts if t.object == kind})
        if truth is not None:
            facts += _finding(knowledge, facts, slot, kind, ox.NamedNode(truth))
        return tuple(facts)
    accepted = knowledge.value(answer, mn("supposesAcceptance")) == "true"
    rebuttals = [t.object for t in facts if t.predicate == REBUTTAL]
    facts = [t for t in facts if t.predicate != ACCEPTED]
    facts += [
        ox.Triple(r, ACCEPTED, TRUE) for r in rebuttals if accepted and isinstance(r, ox.NamedNode)
    ]
    return tuple(facts)


def _without(facts: list[ox.Triple], findings: set[object]) -> list[ox.Triple]:
    return [t for t in facts if t.subject not in findings and t.object not in findings]


def _finding(
    knowledge: Knowledge,
    facts: list[ox.Triple],
    slot: str,
    kind: ox.NamedNode,
    truth: ox.NamedNode,
) -> list[ox.Triple]:
    who = knowledge.value(slot, mn("filledBy"))
    case = next(t.subject for t in facts if t.predicate == TYPE and t.object == mn("Case"))
    if not isinstance(case, ox.NamedNode) or who is None:
        return []
    node = ox.NamedNode(f"{case.value}#supposed-{kind.value.rsplit('/', 1)[-1]}")
    return [
        ox.Triple(case, FINDING, node),
        ox.Triple(node, TYPE, mn("Finding")),
        ox.Triple(node, FINDING_TYPE, kind),
        ox.Triple(node, mn("truth"), truth),
        ox.Triple(node, mn("statedBy"), ox.NamedNode(who)),
    ]
