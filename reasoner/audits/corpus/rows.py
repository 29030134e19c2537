"""One letter as a row of the index, as facts for queries, and as audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from msgspec import UNSET
from msgspec.structs import replace

from reasoner.audits.audit import deciding, departures, determination_of, of_each_item
from reasoner.audits.data import describe_audits
from reasoner.determinations.accusations import accuses
from reasoner.determinations.data import to_json
from reasoner.determinations.sentences import SHORT
from reasoner.kernel.terms import TYPE, name_of
from reasoner.knowledge.terms import CASE, mn

from .model import ItemRow, LetterRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.audits.audit import ItemAudit
    from reasoner.determinations.data import Json
    from reasoner.knowledge.base import Knowledge
    from reasoner.letters.model import Item, Letter

KEPT: Final = tuple(
    mn(name).value
    for name in (
        "agreesOn",
        "governedBy",
        "legalFinding",
        "measuredBy",
        "ofRequest",
        "outcome",
        "phase",
        "priorAtLeast",
        "response",
        "robust",
        "smallestLimit",
        "turnsOn",
    )
)
"""The kinds of conclusions that are stored for queries; scenarios are left out."""


def letter_row(
    letter: Letter, audits: tuple[ItemAudit, ...], knowledge: Knowledge, *, file: str
) -> LetterRow:
    """
    Return the row of one letter.

    Args:
        letter: The letter.
        audits: Its audits.
        knowledge: The knowledge base with which they were made.
        file: The name of the file that it was read from.
    """
    by_number = {n: deciding(parts, knowledge) for n, parts in of_each_item(audits).items()}
    return LetterRow(
        case=letter.case_number.value if letter.case_number else None,
        digest=letter.digest,
        knowledge=knowledge.digest,
        dates={name: stated.value.isoformat() for name, stated in sorted(letter.dates.items())},
        specialties=[s.value for s in letter.reviewer.specialties],
        problems=[p.kind for p in letter.problems],
        items=[_item(item, by_number.get(item.number), knowledge) for item in letter.items],
        file=file,
        source=letter.digest[:16],
    )


def _item(item: Item, audit: ItemAudit | None, knowledge: Knowledge) -> ItemRow:
    found = audit.determination if audit else None
    row = ItemRow(
        number=item.number,
        heading=item.heading.value,
        treatment=item.treatment.value.label if item.treatment else None,
        physical_medicine=item.physical_medicine,
        reviewer=item.outcome.value.label if item.outcome else None,
        modified=item.modified,
        cites=_cites(item, knowledge),
        decided=False,
        trouble=audit.trouble if audit else "",
    )
    if audit is None or found is None:
        return row
    compared = determination_of(audit, knowledge)
    kinds = {
        knowledge.label(name_of(fact.object))
        for sentence in departures(found)
        for fact in sentence.firing.conclusions
        if fact.predicate == mn("auditFinding")
    }
    return replace(
        row,
        decided=found.is_decided,
        trouble=UNSET if found.is_decided else found.robustness,
        imr=compared.imr,
        limit=compared.limit,
        robust=compared.robust,
        findings=compared.findings,
        treatment=found.treatment,
        regions=list(found.regions),
        outcome=found.label,
        governing=sorted({_edition(g.source.iri, knowledge) for g in found.governing}),
        departures=sorted(kinds),
        differs=_differs(item, compared.imr) if found.is_decided else None,
    )


def _differs(item: Item, ours: str | None) -> bool:
    return item.outcome is not None and item.outcome.value.label != ours


def _cites(item: Item, knowledge: Knowledge) -> list[str]:
    lines = item.reviewer.citations if item.reviewer else ()
    names = [_short(c.guideline, knowledge) if c.guideline else c.tier.label for c in lines]
    return sorted(set(names))


def _edition(recommendation: str, knowledge: Knowledge) -> str:
    return _short(knowledge.value(recommendation, mn("statedIn")) or recommendation, knowledge)


def _short(edition: str, knowledge: Knowledge) -> str:
    return knowledge.value(edition, SHORT) or knowledge.label(edition)


def facts_of(letter: Letter, audits: tuple[ItemAudit, ...]) -> Iterator[ox.Triple]:
    """Yield the facts of a letter for queries: itself, its cases, and what follows from them."""
    name = letter.case_number.value if letter.case_number else letter.digest[:16]
    iri = ox.NamedNode(f"{CASE}letter/{name}")
    yield ox.Triple(iri, TYPE, mn("Letter"))
    yield ox.Triple(iri, mn("caseNumber"), ox.Literal(name))
    yield ox.Triple(iri, mn("letterDigest"), ox.Literal(letter.digest))
    for specialty in letter.reviewer.specialties:
        yield ox.Triple(iri, mn("reviewerSpecialty"), ox.Literal(specialty.value))
    for audit in audits:
        if audit.decision is None:
            continue
        case = ox.NamedNode(audit.decision.case.iri)
        yield ox.Triple(iri, mn("tellsCase"), case)
        yield ox.Triple(case, mn("itemHeading"), ox.Literal(audit.item.heading.value))
        yield from audit.decision.case.triples
        derived = sorted(audit.decision.derivation.derived, key=str)
        yield from (fact for fact in derived if fact.predicate.value in KEPT)
        yield from _findings(audit)


def _findings(audit: ItemAudit) -> Iterator[ox.Triple]:
    """Yield the findings of an audit that may be reported, and apart from them observations."""
    for d in audit.decision.determinations if audit.decision else ():
        for sentence in d.audit:
            name = mn("auditFinding" if accuses(sentence) else "auditObservation")
            for fact in sentence.firing.conclusions:
                if fact.predicate == mn("auditFinding"):
                    yield ox.Triple(fact.subject, name, fact.object)


def audits_data(letter: Letter, audits: tuple[ItemAudit, ...], knowledge: Knowledge) -> list[Json]:
    """Write the audits of a letter as JSON, one for each item that was decided."""
    decided = (a.decision for a in audits if a.decision)
    return [to_json(page) for page in describe_audits(decided, knowledge, letter)]
