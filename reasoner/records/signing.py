"""
The decision of a named physician on a recommendation.

A recommendation becomes a decision here and nowhere else. Both are kept: the recommendation as it
was made, under its hash, and the decision with the physician, the date and the reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from reasoner.determinations.as_data import digest
from reasoner.errors import DecisionRefused
from reasoner.kernel.terms import NS, TYPE, mn, name_of

from .documents import check_document, decision_on, is_decided, recommendation_of

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data
    from reasoner.knowledge.base import Knowledge

LONGEST = 4_000
"""The longest reason or name that is recorded, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Physician:
    """
    The physician who decides.

    Attributes:
        name: As it stands on the licence.
        licence: State and number of the licence.
        specialty: Certification or specialty.
        hours: When and how the physician can be reached, which a notice of utilization review
            tells the treating physician; empty if it is not stated.
    """

    name: str
    licence: str
    specialty: str
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    What the physician decides.

    Attributes:
        decision: `accept` or `override`.
        decided_on: The date, as YYYY-MM-DD.
        outcome: The local name of the outcome; None to take the recommended one.
        visits: Visits found necessary; None where the outcome leaves no choice.
        reason: The physician's reason; empty for none, which an override may not have.
        item: The IRI of the determination, or the number of its item from 1; None for every one
            that is not decided.
    """

    decision: str
    decided_on: str
    outcome: str | None = None
    visits: int | None = None
    reason: str = ""
    item: str | None = None


def sign(document: Data, knowledge: Knowledge, physician: Physician, ruling: Ruling) -> Data:
    """
    Record a physician's decision on a recommendation.

    Args:
        document: A determination, or a document of decision in which not all is decided.
        knowledge: The knowledge base, for the outcomes and their words.
        physician: Who decides.
        ruling: What is decided.

    Returns:
        A document of decision, which holds the recommendation unchanged and the decision.

    Raises:
        RecommendationAltered: The recommendation is not the one that was made.
        DecisionRefused: Something is lacking, or does not fit the recommendation.
    """
    check_document(document, "the recommendation")
    _check_physician(physician)
    recommendation = recommendation_of(document)
    chosen = _chosen(document, recommendation, ruling)
    if len(chosen) > 1 and (ruling.decision != "accept" or ruling.outcome or ruling.visits):
        raise DecisionRefused(
            f"{len(chosen)} items are undecided, and this decision fits one.",
            hint="Name the item; its number counts from 1.",
        )
    earlier = cast("list[Data]", document.get("decisions", []))
    if any(d["physician"] != _named(physician) for d in earlier):
        raise DecisionRefused("Another physician decided the other items of this document.")
    made = [_decided(d, recommendation, knowledge, physician, ruling) for d in chosen]
    signed: Data = {
        "case": recommendation["case"],
        "name": recommendation["name"],
        "status": "",
        "recommendation": recommendation,
        "decisions": [*earlier, *made],
    }
    status = mn("Decided" if is_decided(signed) else "PartlyDecided")
    signed["status"] = knowledge.label(status.value)
    return {**signed, "digest": digest(signed)}


def _named(physician: Physician) -> dict[str, str]:
    """Return what is stated of a physician."""
    return {name: value for name, value in asdict(physician).items() if value}


def _check_physician(physician: Physician) -> None:
    for name, value in asdict(physician).items():
        unsaid = not value.strip() and (name != "hours" or value)
        if unsaid or len(value) > LONGEST or not value.isprintable():
            raise DecisionRefused(
                f"The physician's {name} is missing or cannot be printed.",
                hint="Only a named, licensed physician decides.",
            )


def _chosen(document: Data, recommendation: Data, ruling: Ruling) -> list[Data]:
    """Find the determinations that a ruling speaks of, none of which is decided."""
    all_of_them = cast("list[Data]", recommendation["determinations"])
    if ruling.item is None:
        chosen = [d for d in all_of_them if decision_on(document, d) is None]
        if not chosen:
            raise DecisionRefused("Every item of this document is decided.")
        return chosen
    names = {str(n): d for n, d in enumerate(all_of_them, start=1)}
    names |= {str(d["id"]): d for d in all_of_them}
    found = names.get(ruling.item)
    if found is None:
        raise DecisionRefused(
            f"There is no item '{ruling.item}'.", hint=f"Name one of 1 to {len(all_of_them)}."
        )
    if decision_on(document, found) is not None:
        raise DecisionRefused(f"Item '{ruling.item}' is decided.")
    return [found]


def _decided(
    d: Data, recommendation: Data, knowledge: Knowledge, physician: Physician, ruling: Ruling
) -> Data:
    """Write one decision down, once it is checked."""
    outcome = _outcome(d, knowledge, ruling)
    _check_date(d, ruling)
    kind = mn(ruling.decision.title()).value
    iri = NS + outcome
    asked = cast("Data", d["asked"])
    visits = _visits(d, outcome, ruling, cast("int", asked["visits"]))
    supported = cast("Data", cast("Data", d["visits"])["supported"])
    if (
        ruling.decision == "override"
        and outcome == d["outcome"]
        and supported["least"] == supported["most"] == visits
    ):
        raise DecisionRefused(
            "This is what is recommended.", hint="Accept it, or name another outcome."
        )
    dispositions = {
        key: knowledge.value(iri, mn(name)) or ""
        for key, name in (
            ("utilizationReview", "urDisposition"),
            ("independentMedicalReview", "imrDisposition"),
        )
    }
    return {
        "id": f"{d['id']}/decision",
        "on": d["id"],
        "recommendationDigest": recommendation["digest"],
        "decision": ruling.decision,
        "decisionLabel": knowledge.label(kind),
        "outcome": outcome,
        "label": knowledge.label(iri),
        "adverse": knowledge.value(iri, mn("adverse")) == "true",
        "decided": {
            key: knowledge.value(value, mn("decidedAs")) or ""
            for key, value in dispositions.items()
        },
        "visits": visits,
        "reason": ruling.reason.strip(),
        "decidedOn": ruling.decided_on,
        "physician": _named(physician),
    }


def _outcome(d: Data, knowledge: Knowledge, ruling: Ruling) -> str:
    known = {
        name_of(t.subject).removeprefix(NS)
        for t in knowledge.facts
        if (t.predicate, t.object) == (TYPE, mn("Outcome"))
    }
    if ruling.decision not in {"accept", "override"}:
        raise DecisionRefused(
            f"'{ruling.decision}' is no decision.", hint="Write accept or override."
        )
    if ruling.outcome is not None and ruling.outcome not in known:
        raise DecisionRefused(
            f"'{ruling.outcome}' is no outcome.", hint=f"One of: {', '.join(sorted(known))}."
        )
    if len(ruling.reason) > LONGEST:
        raise DecisionRefused(f"The reason is longer than {LONGEST:,} characters.")
    if ruling.decision == "accept":
        if ruling.outcome not in {None, d["outcome"]}:
            raise DecisionRefused(
                f"The recommendation is {d['outcome']}, not {ruling.outcome}.",
                hint="Override it, and give the reason.",
            )
        return str(d["outcome"])
    if ruling.outcome is None or not ruling.reason.strip():
        raise DecisionRefused("An override lacks its outcome or its reason.", hint="Give both.")
    return ruling.outcome


def _check_date(d: Data, ruling: Ruling) -> None:
    try:
        decided = date.fromisoformat(ruling.decided_on)
    except ValueError as error:
        raise DecisionRefused(
            f"'{ruling.decided_on}' is no date.", hint="Write YYYY-MM-DD."
        ) from error
    if d["lawOf"] and decided < date.fromisoformat(str(d["lawOf"])):
        raise DecisionRefused(
            f"{ruling.decided_on} is before {d['lawOf']}, under whose law this was decided."
        )


def _visits(d: Data, outcome: str, ruling: Ruling, asked: int) -> int:
    """Return the visits found necessary, which only a part leaves open."""
    whole, part = mn("MedicallyNecessary").value, mn("NecessaryInPart").value
    if NS + outcome != part:
        fixed = asked if NS + outcome == whole else 0
        if ruling.visits not in {None, fixed}:
            raise DecisionRefused(f"With {outcome}, the visits are {fixed}, not {ruling.visits}.")
        return fixed
    supported = cast("dict[str, int]", cast("Data", d["visits"])["supported"])
    recommended = d["outcome"] == outcome and supported["least"] == supported["most"]
    visits = ruling.visits
    if visits is None and recommended:
        visits = supported["most"]
    if visits is None or not 1 <= visits <= asked:
        raise DecisionRefused(f"Say how many of the {asked} visits are necessary: 1 to {asked}.")
    if ruling.decision == "accept" and not supported["least"] <= visits <= supported["most"]:
        raise DecisionRefused(
            f"{visits} visits are not recommended.", hint="Override it, and give the reason."
        )
    return visits
