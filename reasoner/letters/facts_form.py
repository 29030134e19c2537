"""The clinical facts of an item in the codes in which people annotate them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.readers.facts import courses_of
from reasoner.letters.readers.surgeries import PERFORMED

if TYPE_CHECKING:
    from datetime import date

    from .lexicon import Lexicon
    from .model import Concept, Course, Diagnosis, Item, Letter, Stated, Surgery

OTHER: Final = "other"
SOON: Final = 7
"""Days after the injury within which an operation leaves no time for a course before it."""
SILENT: Final = "none_stated"
"""The certainty of earlier visits where the summary mentions none, and so no course."""
REQUEST_DATES: Final = {"rfa_or_request_dated": "request_dated", "received": "request_received"}
"""The dates of the request: their names in the annotation and in `Letter.dates`."""


def with_facts_read(data: dict[str, object], letter: Letter, lexicon: Lexicon) -> dict[str, object]:
    """Add to each item of physical medicine what was read of its clinical facts."""
    items = data["items"]
    if isinstance(items, list):
        for item in letter.items:
            if item.facts:
                items[item.number - 1]["read"] = facts_read(letter, item, lexicon)
    return data


def facts_read(letter: Letter, item: Item, lexicon: Lexicon) -> dict[str, object]:
    """
    Return what was read of one item and of the summary: codes, numbers and dates as YYYY-MM-DD.

    None or an empty list says that the letter does not state it, or that it was not understood.
    """
    facts = item.facts
    dates = {name: letter.dates.get(key) for name, key in REQUEST_DATES.items()}
    return {
        "conditions": [c for d in letter.diagnoses for c in _conditions(d, lexicon)],
        "surgeries": [_surgery(s, lexicon) for s in letter.surgeries],
        "request_dates": {name: _day(day) for name, day in dates.items()},
        "courses": _courses(letter, item, lexicon),
        "functional_change": {"value": _code(facts.response) if facts else None},
        "reviewer_grounds": sorted({ground.value.code for ground in item.grounds}),
    }


def _conditions(diagnosis: Diagnosis, lexicon: Lexicon) -> list[dict[str, object]]:
    """Describe a condition once for each part of the body; words that name only a place, never."""
    if not diagnosis.kind:
        return []
    known = diagnosis.condition.value.iri if diagnosis.condition else None
    stated = [part.value.code for part in diagnosis.parts]
    implied = [lexicon.fact_code(iri) for iri in lexicon.regions_of.get(known or "", ())]
    status = diagnosis.status.value.code if diagnosis.status else ""
    return [
        {"kind": diagnosis.kind, "region": region or OTHER, "status": status or "current"}
        for region in dict.fromkeys(stated or implied or [None])
    ]


def _surgery(surgery: Surgery, lexicon: Lexicon) -> dict[str, object]:
    iri = surgery.procedure.value.iri if surgery.procedure else None
    regions = lexicon.regions_of.get(iri or "", ())
    named = [part.value.code for part in surgery.parts]
    implied = [code for r in regions if (code := lexicon.fact_code(r))]
    return {
        "region": next(iter(named or implied), None),
        "status": surgery.status.value.code,
        "date": _day(surgery.performed_on),
    }


def _courses(letter: Letter, item: Item, lexicon: Lexicon) -> list[dict[str, object]]:
    """
    Describe the earlier treatment of the item's class, as the facts of the item sum it up.

    A request for the initial visits of a treatment says that none was given.
    """
    facts = item.facts
    certainty = _code(facts.prior_certainty) if facts else None
    if facts is None or certainty is None:
        return []
    same = courses_of(item, lexicon, letter.courses)
    visits = facts.prior_visits.value if facts.prior_visits else None
    first = lexicon.mentions((lexicon.coded("WordList", "initial_request"),), item.heading.value)
    if certainty == SILENT:
        if not first:
            return []
        visits = 0
    counted = [c for c in same if c.visits and c.visits.value == visits]
    named = next(iter(sorted(counted, key=lambda c: c.until is None)), next(iter(same), None))
    return [
        {
            "treatment": (named.treatment if named else facts.treatment).value.code,
            "count": visits,
            "certainty": "none_given" if visits == 0 else certainty,
            "attended_or_authorized": _taken(same),
            "relative_to_surgery": _relation(letter, named),
        }
    ]


def _taken(same: list[Course]) -> str:
    """Return whether visits were attended or only authorized, or that the letter leaves it open."""
    if same and all(c.authorized for c in same):
        return "authorized"
    return "unclear" if same and all(c.after_denial for c in same) else "attended"


def _relation(letter: Letter, course: Course | None) -> str:
    """Return whether a course came before or after the operations that took place."""
    done = [s for s in letter.surgeries if s.status.value.code == PERFORMED and not s.past]
    if not done:
        return "no_surgery"
    days = [s.performed_on.value for s in done if s.performed_on]
    if course and course.until and days:
        return "before" if course.until.value < min(days) else "after"
    injured = letter.injured_on.value if letter.injured_on else None
    soon = injured and days and (min(days) - injured).days <= SOON
    return "after" if soon or not days else "unclear"


def _code(stated: Stated[Concept] | None) -> str | None:
    return stated.value.code if stated else None


def _day(stated: Stated[date] | None) -> str | None:
    return stated.value.isoformat() if stated else None
