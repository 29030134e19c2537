"""The clinical facts of an item in the codes in which people annotate them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.readers.surgeries import PERFORMED

if TYPE_CHECKING:
    from datetime import date

    from .lexicon import Lexicon
    from .model import Concept, Diagnosis, Item, Letter, Stated, Surgery

OTHER: Final = "other"
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
        "courses": _courses(letter, item),
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
    return {
        "region": next((code for r in regions if (code := lexicon.fact_code(r))), None),
        "status": surgery.status.value.code,
        "date": _day(surgery.performed_on),
    }


def _courses(letter: Letter, item: Item) -> list[dict[str, object]]:
    """Describe the earlier treatment of the item's class, as the facts of the item sum it up."""
    facts = item.facts
    certainty = _code(facts.prior_certainty) if facts else None
    if facts is None or certainty in {None, SILENT}:
        return []
    visits = facts.prior_visits.value if facts.prior_visits else None
    operated = any(s.status.value.code == PERFORMED for s in letter.surgeries)
    return [
        {
            "treatment": facts.treatment.value.code,
            "count": visits,
            "certainty": "none_given" if visits == 0 else certainty,
            "attended_or_authorized": "attended",
            "relative_to_surgery": "after" if operated else "no_surgery",
        }
    ]


def _code(stated: Stated[Concept] | None) -> str | None:
    return stated.value.code if stated else None


def _day(stated: Stated[date] | None) -> str | None:
    return stated.value.isoformat() if stated else None
