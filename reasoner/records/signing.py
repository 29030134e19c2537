"""
The decision of a named physician on a recommendation.

Only this module turns a recommendation into a decision. The document contains both: the unchanged
recommendation with its hash, and the decision with the physician, the date and the reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from reasoner.determinations.data import to_json
from reasoner.errors import DecisionRefused
from reasoner.knowledge.terms import NS, mn
from reasoner.knowledge.venues import dispositions_of

from .documents import DecisionData, Document, PhysicianData, check_document, digest
from .rulings import LONGEST, Ruling, check_date, ruled_outcome, ruled_sources, ruled_visits

if TYPE_CHECKING:
    from reasoner.determinations.data import DeterminationData, Json
    from reasoner.knowledge.base import Knowledge


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
    made = [
        _decided(d, recommendation.digest, knowledge, who, _about(d, chosen, ruling))
        for d in chosen
    ]
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


def _about(d: DeterminationData, chosen: list[DeterminationData], ruling: Ruling) -> Ruling:
    """Restrict the sources of a ruling on several items to those that one item cites."""
    if len(chosen) == 1:
        return ruling
    named = {*ruling.confirmed, *ruling.withdrawn}
    cited = {s.iri for one in chosen for s in one.sources}
    if unknown := sorted(named - cited):
        raise DecisionRefused(
            f"'{unknown[0]}' is not the IRI of a source of these items.",
            hint="A number names a source of one item: name the item, or give IRIs.",
        )
    own = {s.iri for s in d.sources if not s.seen}
    return replace(
        ruling,
        confirmed=tuple(iri for iri in ruling.confirmed if iri in own),
        withdrawn=tuple(iri for iri in ruling.withdrawn if iri in own),
    )


def _decided(
    d: DeterminationData,
    recommendation_digest: str,
    knowledge: Knowledge,
    physician: PhysicianData,
    ruling: Ruling,
) -> DecisionData:
    """Check one decision and return it as data."""
    check_date(d, ruling)
    outcome = ruled_outcome(d, knowledge, ruling)
    iri = NS + outcome
    visits = ruled_visits(d, outcome, ruling)
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
        sources=ruled_sources(d, outcome, knowledge, ruling),
    )
