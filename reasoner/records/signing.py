"""
The decision of a named physician on a recommendation.

Only this module turns a recommendation into a decision. The document contains both: the unchanged
recommendation with its hash, and the decision with the physician, the date and the reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from reasoner.determinations.data import to_json
from reasoner.errors import DecisionRefused
from reasoner.kernel.terms import TYPE, name_of
from reasoner.knowledge.terms import NS, mn
from reasoner.knowledge.venues import dispositions_of

from .documents import DecisionData, Document, PhysicianData, check_document, digest

if TYPE_CHECKING:
    from reasoner.determinations.data import DeterminationData, Json
    from reasoner.knowledge.base import Knowledge

LONGEST = 4_000
"""The longest reason or name that is recorded, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Physician:
    """
    The physician who decides.

    Attributes:
        name: The name on the license.
        licence: State and number of the license.
        specialty: Certification or specialty.
        hours: When and how the treating physician can reach the physician, for a notice of
            utilization review; empty if not stated.
    """

    name: str
    licence: str
    specialty: str
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    The decision of the physician, to be recorded.

    Attributes:
        decision: `accept` or `override`.
        decided_on: The date, as YYYY-MM-DD.
        outcome: The local name of the outcome; None for the recommended one.
        visits: Visits found necessary; None if the outcome determines them.
        reason: The physician's reason; empty for none. An override requires one.
        item: The IRI of the determination, or the number of its item, from 1; None for all that are
            not decided.
    """

    decision: str
    decided_on: str
    outcome: str | None = None
    visits: int | None = None
    reason: str = ""
    item: str | None = None


def sign(document: Json, knowledge: Knowledge, physician: Physician, ruling: Ruling) -> Json:
    """
    Record a physician's decision on a recommendation.

    Args:
        document: An assessment, or a decision document with an item that is not decided.
        knowledge: The knowledge base, for the outcomes and their words.
        physician: The physician who decides.
        ruling: The decision of the physician.

    Returns:
        A decision document: the unchanged recommendation, and the decisions.

    Raises:
        RecommendationAltered: The recommendation was changed after it was made.
        DocumentUnreadable: A part of the document is missing or of another type.
        DecisionRefused: The decision is incomplete, or does not match the recommendation.
    """
    before = check_document(document, "the recommendation")
    _check_physician(physician)
    recommendation = before.recommendation
    chosen = _chosen(before, ruling)
    if len(chosen) > 1 and (ruling.decision != "accept" or ruling.outcome or ruling.visits):
        raise DecisionRefused(
            f"{len(chosen)} items are not decided; this decision is about one.",
            hint="Name the item by its number, counted from 1.",
        )
    who = PhysicianData(**asdict(physician))
    if any(d.physician != who for d in before.decisions):
        raise DecisionRefused("Another physician decided the other items of this document.")
    made = [_decided(d, recommendation.digest, knowledge, who, ruling) for d in chosen]
    after = Document(recommendation=recommendation, decisions=(*before.decisions, *made))
    status = mn("Decided" if after.is_decided else "PartlyDecided")
    signed: Json = {
        "case": recommendation.case,
        "name": recommendation.name,
        "status": knowledge.label(status.value),
        "recommendation": document.get("recommendation", document),
        "decisions": [to_json(d) for d in after.decisions],
    }
    return {**signed, "digest": digest(signed)}


def _check_physician(physician: Physician) -> None:
    for name, value in asdict(physician).items():
        unsaid = not value.strip() and (name != "hours" or value)
        if unsaid or len(value) > LONGEST or not value.isprintable():
            raise DecisionRefused(
                f"The physician's {name} is missing or cannot be printed.",
                hint="Only a named, licensed physician decides.",
            )


def _chosen(document: Document, ruling: Ruling) -> list[DeterminationData]:
    """Find the determinations that a ruling is about; all must be undecided."""
    items = document.recommendation.determinations
    if ruling.item is None:
        chosen = [d for d in items if document.decision_on(d) is None]
        if not chosen:
            raise DecisionRefused("Every item of this document is already decided.")
        return chosen
    names = {str(n): d for n, d in enumerate(items, start=1)} | {d.id: d for d in items}
    found = names.get(ruling.item)
    if found is None:
        raise DecisionRefused(
            f"Item '{ruling.item}' does not exist.", hint=f"Name one of 1 to {len(items)}."
        )
    if document.decision_on(found) is not None:
        raise DecisionRefused(f"Item '{ruling.item}' is already decided.")
    return [found]


def _decided(
    d: DeterminationData,
    recommendation_digest: str,
    knowledge: Knowledge,
    physician: PhysicianData,
    ruling: Ruling,
) -> DecisionData:
    """Check one decision and return it as data."""
    outcome = _outcome(d, knowledge, ruling)
    _check_date(d, ruling)
    iri = NS + outcome
    visits = _visits(d, outcome, ruling)
    supported = d.visits.supported
    if (
        ruling.decision == "override"
        and outcome == d.outcome
        and supported is not None
        and supported.least == supported.most == visits
    ):
        raise DecisionRefused(
            "This is what is recommended.", hint="Accept it, or name another outcome."
        )

    return DecisionData(
        id=f"{d.id}/decision",
        on=d.id,
        recommendation_digest=recommendation_digest,
        decision=ruling.decision,
        decision_label=knowledge.label(mn(ruling.decision.title()).value),
        outcome=outcome,
        label=knowledge.label(iri),
        adverse=knowledge.value(iri, mn("adverse")) == "true",
        decided={
            venue: knowledge.value(disposition, mn("decidedAs")) or ""
            for venue, disposition in dispositions_of(iri, knowledge).items()
        },
        visits=visits,
        reason=ruling.reason.strip(),
        decided_on=ruling.decided_on,
        physician=physician,
    )


def _outcome(d: DeterminationData, knowledge: Knowledge, ruling: Ruling) -> str:
    known = {
        name_of(t.subject).removeprefix(NS)
        for t in knowledge.facts
        if (t.predicate, t.object) == (TYPE, mn("Outcome"))
        and dispositions_of(name_of(t.subject), knowledge)
    }
    if ruling.decision not in {"accept", "override"}:
        raise DecisionRefused(
            f"'{ruling.decision}' is not a decision.", hint="Write accept or override."
        )
    if ruling.outcome is not None and ruling.outcome not in known:
        raise DecisionRefused(
            f"'{ruling.outcome}' is not an outcome.", hint=f"One of: {', '.join(sorted(known))}."
        )
    if len(ruling.reason) > LONGEST:
        raise DecisionRefused(f"The reason is longer than {LONGEST:,} characters.")
    if ruling.decision == "accept" and d.outcome not in known:
        raise DecisionRefused(
            f"The recommendation is {d.outcome}: there is no disposition to accept.",
            hint="Override it with the outcome that the physician finds, and give the reason.",
        )
    if ruling.decision == "accept":
        if ruling.outcome not in {None, d.outcome}:
            raise DecisionRefused(
                f"The recommendation is {d.outcome}, not {ruling.outcome}.",
                hint="Override it, and give the reason.",
            )
        return d.outcome
    if ruling.outcome is None or not ruling.reason.strip():
        raise DecisionRefused(
            "An override is missing its outcome or its reason.", hint="Give both."
        )
    return ruling.outcome


def _check_date(d: DeterminationData, ruling: Ruling) -> None:
    try:
        decided = date.fromisoformat(ruling.decided_on)
    except ValueError as error:
        raise DecisionRefused(
            f"'{ruling.decided_on}' is not a date.", hint="Write YYYY-MM-DD."
        ) from error
    if d.law_of and decided < date.fromisoformat(d.law_of):
        raise DecisionRefused(
            f"{ruling.decided_on} is before {d.law_of}, under whose law this was decided."
        )


def _visits(d: DeterminationData, outcome: str, ruling: Ruling) -> int:
    """Return the visits found necessary; only a partial outcome leaves a choice."""
    asked = d.asked.visits
    whole, part = mn("MedicallyNecessary").value, mn("NecessaryInPart").value
    if NS + outcome != part:
        fixed = asked if NS + outcome == whole else 0
        if ruling.visits not in {None, fixed}:
            raise DecisionRefused(f"With {outcome}, the visits are {fixed}, not {ruling.visits}.")
        return fixed
    supported = d.visits.supported
    visits = ruling.visits
    if supported and visits is None and d.outcome == outcome and supported.least == supported.most:
        visits = supported.most
    if visits is None or not 1 <= visits <= asked:
        raise DecisionRefused(f"State how many of the {asked} visits are necessary: 1 to {asked}.")
    within = supported is not None and supported.least <= visits <= supported.most
    if ruling.decision == "accept" and not within:
        raise DecisionRefused(
            f"{visits} visits are not recommended.", hint="Override it, and give the reason."
        )
    return visits
