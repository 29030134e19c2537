"""What a physician rules on one recommendation, checked: outcome, visits, date and sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from reasoner.determinations.selection import figure_sources, rejected_by, unseen_sources
from reasoner.errors import DecisionRefused
from reasoner.kernel.terms import TYPE, name_of
from reasoner.knowledge.terms import NS, mn
from reasoner.knowledge.venues import dispositions_of

from .documents import SourceRulingData

if TYPE_CHECKING:
    from reasoner.determinations.data import DeterminationData, SourceData
    from reasoner.knowledge.base import Knowledge

LONGEST: Final = 4_000
"""The longest reason or name that is recorded, in characters."""
WHOLE: Final = mn("MedicallyNecessary").value.removeprefix(NS)
PART: Final = mn("NecessaryInPart").value.removeprefix(NS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    The decision of the physician, to be recorded.

    Attributes:
        decision: `accept` or `override`.
        decided_on: The date, as YYYY-MM-DD.
        outcome: The local name of the outcome; None for the recommended one.
        visits: Visits found necessary; None if the outcome and the recommendation determine them.
        reason: The physician's reason; empty for none. An override requires one.
        item: The IRI of the determination, or the number of its item, from 1; None for all that are
            not decided.
        confirmed: The sources whose text the physician saw, by number or IRI.
        withdrawn: The sources that were not seen and are left out of what is served.
    """

    decision: str
    decided_on: str
    outcome: str | None = None
    visits: int | None = None
    reason: str = ""
    item: str | None = None
    confirmed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def ruled_outcome(d: DeterminationData, knowledge: Knowledge, ruling: Ruling) -> str:
    """
    Return the local name of the outcome that a physician rules.

    A recommendation that supports an interval of visits is accepted with a number in it, which
    determines whether a part, all or nothing is found necessary.

    Raises:
        DecisionRefused: The ruling is incomplete, or does not match the recommendation.
    """
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
            f"The recommendation is {d.outcome}, which has no disposition to accept.",
            hint="Override it with the outcome that the physician finds, and give the reason.",
        )
    if ruling.decision == "accept":
        if ruling.outcome not in {None, d.outcome}:
            raise DecisionRefused(
                f"The recommendation is {d.outcome}, not {ruling.outcome}.",
                hint="Override it, and give the reason.",
            )
        return _accepted(d, ruling)
    if ruling.outcome is None or not ruling.reason.strip():
        raise DecisionRefused(
            "An override is missing its outcome or its reason.", hint="Give both."
        )
    return ruling.outcome


def check_date(d: DeterminationData, ruling: Ruling) -> None:
    """Raise DecisionRefused if the date of a ruling is not one, or is before the law applied."""
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


def _accepted(d: DeterminationData, ruling: Ruling) -> str:
    """Return the outcome of an accepted recommendation, under the number that is stated."""
    span = d.visits.supported
    if span is None or span.least == span.most or d.outcome == WHOLE:
        return d.outcome
    visits = ruling.visits
    if visits is None or not span.least <= visits <= span.most:
        given = "no number is stated" if visits is None else f"{visits} visits are not among them"
        raise DecisionRefused(
            f"The record supports {span.least} to {span.most} visits, and {given}.",
            hint=f"State the visits found necessary, from {span.least} to {span.most}; "
            "for another number, override the recommendation and give the reason.",
        )
    if visits == 0:
        return d.outcome
    return WHOLE if visits == d.asked.visits else PART


def ruled_visits(d: DeterminationData, outcome: str, ruling: Ruling) -> int:
    """
    Return the visits found necessary; only a partial outcome leaves a choice.

    Raises:
        DecisionRefused: The number is missing, or does not match the outcome.
    """
    asked = d.asked.visits
    if outcome != PART:
        fixed = asked if outcome == WHOLE else 0
        if ruling.visits not in {None, fixed}:
            raise DecisionRefused(f"With {outcome}, the visits are {fixed}, not {ruling.visits}.")
        return fixed
    span = d.visits.supported
    visits = ruling.visits
    if span and visits is None and d.outcome == outcome and span.least == span.most:
        visits = span.most
    if visits is None or not 1 <= visits <= asked:
        raise DecisionRefused(f"State how many of the {asked} visits are necessary: 1 to {asked}.")
    within = span is not None and span.least <= visits <= span.most
    if ruling.decision == "accept" and not within:
        raise DecisionRefused(
            f"{visits} visits are not recommended.", hint="Override it, and give the reason."
        )
    return visits


def ruled_sources(
    d: DeterminationData, outcome: str, knowledge: Knowledge, ruling: Ruling
) -> list[SourceRulingData]:
    """
    Return what the physician rules on each source that was not seen and that is served.

    Raises:
        DecisionRefused: A source of the letter is neither confirmed nor withdrawn; one that is
            named was seen, is not cited, or is named for both; or the recommendation is accepted
            without the source that it rests on.
    """
    unseen = unseen_sources(d, outcome, rejected_by(outcome, knowledge))
    sources = [d.sources[n - 1] for n in unseen]
    confirmed = {_named(name, d) for name in ruling.confirmed}
    withdrawn = {_named(name, d) for name in ruling.withdrawn}
    if both := sorted(confirmed & withdrawn):
        raise DecisionRefused(f"Source {both[0]} is both confirmed and withdrawn.")
    if missing := [s for s in sources if s.number not in confirmed | withdrawn]:
        named = [f"  [{s.number}] {s.citation}: {s.title} ({s.iri})" for s in missing]
        listed = "\n".join(["", *named, ""])
        raise DecisionRefused(
            f"The text of these sources was not seen:{listed}",
            hint="Confirm each one after reading it, or withdraw it.",
        )
    rests = sorted(withdrawn & figure_sources(d))
    if ruling.decision == "accept" and rests:
        raise DecisionRefused(
            f"The recommendation rests on source {rests[0]}, which is withdrawn.",
            hint="Confirm the source, or override the recommendation and give the reason.",
        )
    return [
        SourceRulingData(
            iri=s.iri,
            citation=s.citation,
            title=s.title,
            ruling="confirmed" if s.number in confirmed else "withdrawn",
        )
        for s in d.sources
        if s.number in confirmed | withdrawn
    ]


def _named(name: str, d: DeterminationData) -> int:
    """Return the number of the source that a number or an IRI names."""
    names: dict[str, SourceData] = {str(s.number): s for s in d.sources}
    names |= {s.iri: s for s in d.sources}
    found = names.get(name)
    if found is None or found.seen:
        raise DecisionRefused(
            f"'{name}' is not a source to confirm or withdraw.",
            hint="It was seen, or the determination does not cite it.",
        )
    return found.number
