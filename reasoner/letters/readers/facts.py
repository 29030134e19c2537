"""The facts of an item of physical medicine: what header, heading and summary say together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reasoner.letters.model import Confidence, ItemFacts, Stated
from reasoner.letters.numbers import add_months

from .dosage import visits_of
from .response import IMPROVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Concept, Course, Item, Span

    from .response import Response


def with_facts(
    item: Item,
    lexicon: Lexicon,
    courses: tuple[Course, ...],
    responses: tuple[Response, ...],
    context: Context,
) -> Item:
    """Return an item with its facts; one of a treatment that no word names stays as it is."""
    if item.treatment is None:
        return item
    same = courses_of(item, lexicon, courses)
    visits, certainty = _prior(lexicon, same, item)
    dose = item.original
    facts = ItemFacts(
        treatment=item.treatment,
        regions=item.regions or tuple(_inferred(context.diagnosed)),
        visits_original=visits_of(dose),
        visits_disputed=_disputed(item),
        ur_outcome=_ur_outcome(lexicon, item),
        ur_approved=visits_of(item.authorized),
        prior_visits=visits,
        prior_certainty=certainty,
        response=_response(lexicon, item, same, responses),
        home_program=context.home_program or _silent(lexicon, "HomeProgramPhrase", item),
        phase=_phase(lexicon, context.injured_on, context.decided_on),
    )
    return replace(item, facts=facts)


def parts_of(item: Item) -> tuple[Item, ...]:
    """
    Return an item in the parts that are decided by themselves, in the order of the letter.

    A remainder that names a number of visits for some regions and another for others has one for
    each; a part that is as large as the original request was denied as a whole. Two treatments in
    one heading are two parts.
    """
    if item.treatments:
        return item.treatments
    if item.facts is None or len(item.disputed) < 2:  # noqa: PLR2004 - one dose is the item
        return (item,)
    return tuple(_part(item, item.facts, n) for n in range(len(item.disputed)))


def _part(item: Item, facts: ItemFacts, n: int) -> Item:
    dose = item.disputed[n]
    visits, whole = visits_of(dose), facts.visits_original
    denied = visits is not None and whole is not None and visits.value >= whole.value
    return replace(
        item,
        part=n + 1,
        disputed=(dose,),
        modified=not denied,
        authorized=None if denied else item.authorized,
        facts=replace(
            facts,
            regions=dose.regions or facts.regions,
            visits_disputed=visits,
            ur_outcome=None if denied else facts.ur_outcome,
            ur_approved=None if denied else facts.ur_approved,
        ),
    )


class Context:
    """What all items of a letter share: diagnosed regions, home program, the two dates."""

    def __init__(
        self,
        *,
        diagnosed: tuple[Stated[Concept], ...],
        home_program: Stated[Concept] | None,
        injured_on: Stated[date] | None,
        decided_on: Stated[date] | None,
    ) -> None:
        self.diagnosed = diagnosed
        self.home_program = home_program
        self.injured_on = injured_on
        self.decided_on = decided_on


def classes_of(lexicon: Lexicon, concept: Concept) -> set[str]:
    """Return the classes of treatments whose earlier visits speak for a treatment."""
    entry = lexicon.entries[concept.entry]
    return {entry.one("treatmentClass"), *entry.of("countsWith")}


def courses_of(item: Item, lexicon: Lexicon, courses: Iterable[Course]) -> list[Course]:
    """
    Return the courses of the item's class of treatment that were not for other regions alone.

    An item that names no region takes those for any region.
    """
    if item.treatment is None:
        return []
    own = classes_of(lexicon, item.treatment.value)
    regions = {r.value.code for r in item.regions}
    entries = lexicon.entries
    return [
        c
        for c in courses
        if entries[c.treatment.value.entry].one("treatmentClass") in own
        and not (regions and c.regions and regions.isdisjoint(r.value.code for r in c.regions))
    ]


def _inferred(regions: Iterable[Stated[Concept]]) -> list[Stated[Concept]]:
    return [replace(r, confidence=Confidence.INFERRED) for r in regions]


def _disputed(item: Item) -> Stated[int] | None:
    if item.whole_in_dispute:
        return visits_of(item.original)
    return visits_of(item.disputed[0]) if item.disputed else None


def _ur_outcome(lexicon: Lexicon, item: Item) -> Stated[Concept]:
    entry = lexicon.coded("OutcomeWord", "modified" if item.modified else "denied")
    spans = (item.authorized.span,) if item.authorized else item.heading.spans
    confidence = Confidence.STATED if item.modified else Confidence.INFERRED
    return Stated(value=entry.concept, spans=spans, confidence=confidence)


def _silent(lexicon: Lexicon, kind: str, item: Item) -> Stated[Concept]:
    """Return "not mentioned": silence has no words, so the heading of the item stands for them."""
    code = {"HomeProgramPhrase": "not_mentioned", "ResponsePhrase": "not_documented"}[kind]
    entry = lexicon.coded(kind, code)
    return Stated(value=entry.concept, spans=item.heading.spans, confidence=Confidence.INFERRED)


def _prior(
    lexicon: Lexicon, same: list[Course], item: Item
) -> tuple[Stated[int] | None, Stated[Concept]]:
    """
    Return the earlier visits: the highest count, an exact one before a least one.

    A letter often counts one course twice, as "at least twelve" and as "twelve": so counts of the
    same class are not added. Where it counts fewer later on, the highest is only a least number.
    """
    if not same and item.asks_for_more:
        entry = lexicon.coded("CertaintyWord", "unknown")
        return None, replace(item.asks_for_more, value=entry.concept)
    if not same:
        entry = lexicon.coded("CertaintyWord", "none_stated")
        silent = Stated(
            value=entry.concept, spans=item.heading.spans, confidence=Confidence.INFERRED
        )
        return None, silent
    counted = [c for c in same if c.visits is not None]
    positive = [c for c in counted if c.visits and c.visits.value > 0]
    if not positive:
        uncounted = [c for c in same if c.visits is None and not c.after_denial]
        best = (uncounted or counted or same)[0]
        return best.visits, best.certainty
    best = max(
        positive,
        key=lambda c: (c.visits.value if c.visits else 0, c.certainty.value.code == "exact"),
    )
    differs = len({c.visits.value for c in positive if c.visits}) > 1
    visits, certainty = best.visits, best.certainty
    if visits and differs:
        visits = replace(visits, confidence=Confidence.CONFLICTING)
        after = positive[positive.index(best) + 1 :]
        if any(c.visits.value < visits.value for c in after if c.visits and not c.after_denial):
            least = lexicon.coded("CertaintyWord", "at_least")
            certainty = replace(certainty, value=least.concept)
    return visits, certainty


def _response(
    lexicon: Lexicon, item: Item, same: list[Course], responses: Iterable[Response]
) -> Stated[Concept]:
    """Return the response to treatment of the item's class; words against it come first."""
    silent = _silent(lexicon, "ResponsePhrase", item)
    taken = [c for c in same if c.visits is None or c.visits.value > 0]
    if item.treatment is None or not taken:
        return silent
    own = classes_of(lexicon, item.treatment.value)
    near = [r for r in responses if r.treatment_class is None or r.treatment_class in own]
    if _credited_elsewhere(responses, own):
        near = [r for r in near if r.said.value.code != IMPROVED or r.treatment_class]
    by_code: dict[str, list[Stated[Concept]]] = {}
    for response in near:
        by_code.setdefault(response.said.value.code, []).append(response.said)
    for entry in lexicon.kind("ResponsePhrase"):
        said = by_code.get(entry.code)
        if said:
            conflicting = len(by_code) > 1
            return replace(
                said[0],
                confidence=Confidence.CONFLICTING if conflicting else said[0].confidence,
            )
    return silent


def _credited_elsewhere(responses: Iterable[Response], own: set[str]) -> bool:
    """Return True if the summary credits improvement to other classes and to none of these."""
    credited = {r.treatment_class for r in responses if r.said.value.code == IMPROVED} - {None}
    return bool(credited) and not credited & own


def _phase(
    lexicon: Lexicon, injured_on: Stated[date] | None, decided_on: Stated[date] | None
) -> Stated[Concept] | None:
    """Return the stage of the injury on the day of the decision at utilization review."""
    if injured_on is None or decided_on is None:
        return None
    best = None
    for entry in sorted(lexicon.kind("PhaseByDates"), key=lambda e: int(e.one("afterMonths", "0"))):
        begins = add_months(injured_on.value, int(entry.one("afterMonths", "0")))
        strictly = entry.one("strictlyAfter") == "true"
        if decided_on.value > begins or (decided_on.value == begins and not strictly):
            best = entry
    if best is None:
        return None
    spans: tuple[Span, ...] = tuple(sorted({*injured_on.spans, *decided_on.spans}))
    return Stated(value=best.concept, spans=spans, confidence=Confidence.COMPUTED)


def by_code(facts: ItemFacts) -> Mapping[str, object]:
    """Return the facts in the codes of the lexicon, as people annotate them."""

    def code(stated: Stated[Concept] | None) -> str | None:
        return stated.value.code if stated else None

    def number(stated: Stated[int] | None) -> int | None:
        return stated.value if stated else None

    return {
        "treatment": code(facts.treatment),
        "body_regions": [r.value.code for r in facts.regions],
        "visits_requested_original": number(facts.visits_original),
        "visits_in_dispute": number(facts.visits_disputed),
        "ur_outcome": code(facts.ur_outcome),
        "ur_approved_visits": number(facts.ur_approved),
        "prior_visits": number(facts.prior_visits),
        "prior_visits_certainty": code(facts.prior_certainty),
        "functional_improvement": code(facts.response),
        "home_exercise": code(facts.home_program),
        "phase_by_dates": code(facts.phase),
    }
