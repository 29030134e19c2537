"""A recorded determination, read from its JSON, as triples in the terms of `as_rdf`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.determinations.as_rdf import (
    DESCRIPTION,
    IDENTIFIER,
    LETTER_PARTS,
    LINKS,
    RATIONALE,
    SOURCE,
)
from reasoner.determinations.proof_graph import PLACES, STATEMENT
from reasoner.kernel.facts import decode
from reasoner.kernel.terms import LABEL, PROV, TYPE, XSD, triple
from reasoner.knowledge.terms import KNOWLEDGE_BASE, NS, PREFIXES, RULE, mn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reasoner.determinations.data import DeterminationData, SentenceData, StepData
    from reasoner.kernel.terms import Value
    from reasoner.records.documents import RecommendationData

ROLES: Final = {
    "reasons": "reasons",
    "missing": "missing",
    "changes": "changes",
    "would_decide": "would_decide",
    "legal": "legal",
    "otherwise": "otherwise",
    "audit": "audit",
    "search": "search",
    "administrator": "administrator",
    "dates": "governing_dates",
    **{part: part for part in LETTER_PARTS},
}
"""The roles of `as_rdf`, each with the field of the JSON that contains its sentences."""
USED: Final = ox.NamedNode(PROV + "used")
TEXT: Final = (f"{XSD}string", "")


def determination_triples(data: RecommendationData, ranges: Mapping[str, str]) -> list[ox.Triple]:
    """
    Write the determinations of an assessment as triples.

    Args:
        data: The assessment.
        ranges: The datatype of each property with literal values, by IRI: the JSON writes facts
            without datatypes.
    """
    case, made = ox.NamedNode(data.case), data.provenance
    found = {
        ox.Triple(case, mn("canonicalHash"), ox.Literal(made.case_hash)),
        ox.Triple(case, IDENTIFIER, ox.Literal(f"sha256:{made.case_digest}")),
    }
    if made.as_of:
        day = ox.Literal(made.as_of, datatype=ox.NamedNode(f"{XSD}date"))
        found.add(ox.Triple(case, mn("decidedAsOf"), day))
    for d in data.determinations:
        node, activity = ox.NamedNode(d.id), ox.NamedNode(f"{d.id}/activity")
        engine = ox.NamedNode(f"urn:mednec:engine:{made.engine.split()[-1]}")
        found |= {
            ox.Triple(node, ox.NamedNode(f"{PROV}wasGeneratedBy"), activity),
            ox.Triple(node, IDENTIFIER, ox.Literal(f"sha256:{data.digest}")),
            ox.Triple(activity, TYPE, ox.NamedNode(f"{PROV}Activity")),
            ox.Triple(activity, USED, case),
            ox.Triple(activity, USED, ox.NamedNode(f"urn:sha256:{made.knowledge_digest}")),
            ox.Triple(activity, USED, ox.NamedNode(f"{KNOWLEDGE_BASE}/{made.knowledge_version}")),
            ox.Triple(activity, ox.NamedNode(f"{PROV}wasAssociatedWith"), engine),
        }
        found |= set(_determination(d))
        found |= set(_Steps(d, ranges).triples())
    return sorted(found, key=str)


def _determination(d: DeterminationData) -> Iterator[ox.Triple]:
    node = ox.NamedNode(d.id)
    yield ox.Triple(node, TYPE, mn("Determination"))
    yield ox.Triple(node, mn("ofRequest"), ox.NamedNode(d.request))
    yield ox.Triple(node, mn("outcome"), ox.NamedNode(NS + d.outcome))
    yield ox.Triple(node, mn("status"), mn("Recommended"))
    yield ox.Triple(node, mn("atVenue"), ox.NamedNode(NS + d.venue))
    yield ox.Triple(node, DESCRIPTION, ox.Literal(d.robustness, language="en"))
    if d.robust is not None:
        yield ox.Triple(node, mn("robust"), ox.Literal(d.robust))
    if d.as_made:
        yield ox.Triple(node, mn("madeAnswer"), ox.NamedNode(NS + d.as_made))
    for governing in d.governing:
        row = d.sources[governing.source - 1].iri
        yield ox.Triple(node, mn("governedBy"), ox.NamedNode(row))
    yield from _slots(node, d)
    yield from _ledger(node, d)
    for role, name in ROLES.items():
        sentences: Sequence[SentenceData] = getattr(d, name)
        for place, sentence in enumerate(sentences, start=1):
            reason = ox.NamedNode(f"{d.id}/{role}-{place}")
            yield ox.Triple(node, mn(LINKS.get(role, f"has{role.title()}")), reason)
            yield ox.Triple(reason, TYPE, mn("Reason"))
            yield ox.Triple(reason, DESCRIPTION, ox.Literal(sentence.text, language="en"))
            yield ox.Triple(reason, IDENTIFIER, ox.Literal(sentence.rule))
            if sentence.rationale:
                yield ox.Triple(reason, RATIONALE, ox.Literal(sentence.rationale))
            if sentence.basis != sentence.rationale:  # else the basis is the rationale
                yield ox.Triple(reason, SOURCE, ox.Literal(sentence.basis))
            if isinstance(sentence.kind, str) and sentence.kind:
                yield ox.Triple(reason, mn("findingKind"), ox.Literal(sentence.kind))
            for number in sentence.sources:
                yield ox.Triple(reason, SOURCE, ox.NamedNode(d.sources[number - 1].iri))


def _slots(node: ox.NamedNode, d: DeterminationData) -> Iterator[ox.Triple]:
    for slot in d.slots:
        yield ox.Triple(node, mn("hasSlot"), ox.NamedNode(NS + slot.slot))
        for answer in slot.answers:
            held = ox.NamedNode(f"{d.request}/answer/{answer.answer}")
            yield ox.Triple(node, mn("heldAnswer"), held)
            yield ox.Triple(held, mn("answer"), ox.NamedNode(NS + answer.answer))
            yield ox.Triple(held, mn("outcome"), ox.NamedNode(NS + answer.outcome))
            if answer.given:
                yield ox.Triple(node, mn("givenAnswer"), ox.NamedNode(NS + answer.answer))


def _ledger(node: ox.NamedNode, d: DeterminationData) -> Iterator[ox.Triple]:
    for place, entry in enumerate(d.ledger, start=1):
        for item in entry.toward:
            part = ox.NamedNode(f"{d.id}/ledger-{place}/{item.toward}")
            yield ox.Triple(node, mn("hasLedgerEntry"), part)
            yield ox.Triple(part, TYPE, mn("LedgerEntry"))
            yield ox.Triple(part, mn("ofCourse"), ox.NamedNode(entry.course))
            yield ox.Triple(part, mn("countsToward"), ox.Literal(item.toward))
            yield ox.Triple(part, mn("counts"), ox.Literal(item.counts))
            yield ox.Triple(part, mn("leastCounted"), ox.Literal(item.least))
            yield ox.Triple(part, DESCRIPTION, ox.Literal(item.text, language="en"))
            yield ox.Triple(part, IDENTIFIER, ox.Literal(item.rule))
            if item.most is not None:
                yield ox.Triple(part, mn("mostCounted"), ox.Literal(item.most))


class _Steps:
    """The steps of the proof of one determination; a fact is one statement for all of them."""

    def __init__(self, d: DeterminationData, ranges: Mapping[str, str]) -> None:
        self.d, self.ranges = d, ranges
        self.ends = (ox.NamedNode(d.request), mn("outcome"))
        self.concluded: dict[str, list[ox.NamedNode]] = {}
        self.facts: dict[str, ox.NamedNode] = {}

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the triples of all steps and facts."""
        for number, step in enumerate(self.d.proof, start=1):
            yield from self._step(ox.NamedNode(f"{self.d.id}/step-{number}"), step)
        for text, statement in self.facts.items():
            yield ox.Triple(statement, TYPE, STATEMENT)
            for place, part in zip(PLACES, read_fact(text, self.ranges), strict=True):
                if part is not None:
                    yield ox.Triple(statement, place, part)

    def _step(self, this: ox.NamedNode, step: StepData) -> Iterator[ox.Triple]:
        yield ox.Triple(ox.NamedNode(self.d.id), mn("hasStep"), this)
        yield ox.Triple(this, TYPE, mn("Step"))
        yield ox.Triple(this, LABEL, ox.Literal(step.text, language="en"))
        yield _means(this, step)
        for text in step.premises:
            yield ox.Triple(this, mn("premise"), self._fact(text))
            for below in self.concluded.get(text, ()):
                yield ox.Triple(this, mn("restsOn"), below)
        for text in (text for group in step.absent for text in group.split(" . ")):
            yield ox.Triple(this, mn("absentPremise"), self._fact(text))
        for text in step.concludes:
            yield ox.Triple(this, mn("concludes"), self._fact(text))
            yield from self._conclusion(this, text)

    def _conclusion(self, this: ox.NamedNode, text: str) -> Iterator[ox.Triple]:
        self.concluded.setdefault(text, []).append(this)
        subject, predicate, value = read_fact(text, self.ranges)
        if subject is not None and predicate is not None and value is not None:
            yield triple(subject, predicate, value)
        if (subject, predicate) == self.ends:
            yield ox.Triple(ox.NamedNode(self.d.id), mn("outcomeStep"), this)

    def _fact(self, text: str) -> ox.NamedNode:
        name = f"{self.d.id}/fact-{len(self.facts) + 1}"
        return self.facts.setdefault(text, ox.NamedNode(name))


def _means(step: ox.NamedNode, data: StepData) -> ox.Triple:
    """Return by what a step concludes: a rule, which has a file, or a population."""
    if data.file:
        return ox.Triple(step, mn("usesRule"), ox.NamedNode(RULE + data.rule))
    return ox.Triple(step, mn("usesPopulation"), _population(data))


def _population(data: StepData) -> ox.NamedNode:
    """Return the population that a step finds a situation to belong to."""
    for text in data.concludes:
        *_, value = text.split(" ", 2)
        found = read_term(value, TEXT[0])
        if isinstance(found, ox.NamedNode):
            return found
    return mn("Situation")


def read_fact(
    text: str, ranges: Mapping[str, str]
) -> tuple[Value | None, Value | None, Value | None]:
    """
    Read a fact or pattern that `step_data.fact_text` wrote.

    Returns:
        Subject, predicate and object; None for an open place.
    """
    subject, predicate, value = text.split(" ", 2)
    named = read_term(predicate, TEXT[0])
    kind = ranges.get(named.value, TEXT[0]) if named is not None else TEXT[0]
    return read_term(subject, TEXT[0]), named, read_term(value, kind)


def read_term(text: str, datatype: str) -> Value | None:
    """Read a term that was written with a prefix, in angle brackets or in quotation marks."""
    if text.startswith("?"):
        return None
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    if text.startswith('"'):
        typed = text.endswith('"') and datatype not in TEXT
        return decode(f"{text}^^<{datatype}>" if typed else text)
    prefix, _, local = text.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)
