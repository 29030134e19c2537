"""A reading in the plain form in which readings are compared: codes, numbers and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reasoner.letters.readers.dosage import visits_of
from reasoner.letters.readers.facts import by_code

if TYPE_CHECKING:
    from .model import Amount, Citation, Concept, Dose, GuidelineLine, Item, Letter, Stated

T = TypeVar("T")


def as_reference(letter: Letter) -> dict[str, object]:
    """Return a letter as one object of codes, numbers and words; None where it does not say."""
    return {
        "case": _value(letter.case_number),
        "header": {
            **{name: stated.value.isoformat() for name, stated in sorted(letter.dates.items())},
            "priority": _value(letter.priority),
        },
        "reviewer": {
            "licensure": [s.value for s in letter.reviewer.licensure],
            "specialties": [s.value for s in letter.reviewer.specialties],
        },
        "age": _value(letter.age),
        "sex": _code(letter.sex),
        "summary": letter.words(letter.summary) if letter.summary else None,
        "items": [_item(item, letter) for item in letter.items],
    }


def _item(item: Item, letter: Letter) -> dict[str, object]:
    left = item.disputed[0] if item.disputed else item.original
    visits = [_visits(dose, computed=item.modified) for dose in item.disputed]
    data: dict[str, object] = {
        "heading": item.heading.value,
        "outcome": _code(item.outcome),
        "is_physical_medicine": item.physical_medicine,
        "pm_kind": item.kind,
        "frequency_per_week": _amount(left.per_week),
        "weeks": _amount(left.weeks),
        "quantity": _sum(visits),
        "ur_modified": item.modified,
        "original_request_quantity": _visits(item.original, computed=True)
        if item.modified
        else None,
        "ur_authorized_quantity": _visits(item.authorized, computed=True),
        "remaining_quantity": _sum(visits) if item.modified else None,
        "rationale": letter.words(item.rationale) if item.rationale else None,
        "citations": [],
    }
    for side, line in (
        ("claims_administrator", item.claims_administrator),
        ("reviewer", item.reviewer),
    ):
        data |= _line(side, line)
        data["citations"] = [
            *_list(data["citations"]),
            *(_citation(side, c) for c in (line.citations if line else ())),
        ]
    if item.facts:
        data["facts"] = dict(by_code(item.facts))
    return data


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _line(side: str, line: GuidelineLine | None) -> dict[str, object]:
    return {
        f"{side}_guideline": line.words if line else None,
        f"{side}_basis": _code(line.basis) if line else None,
    }


def _citation(side: str, citation: Citation) -> dict[str, object]:
    return {
        "side": side,
        "tier": citation.tier.code,
        "title": citation.title,
        "year": citation.year,
        "section": citation.section,
    }


def _value(stated: Stated[T] | None) -> T | None:
    return stated.value if stated else None


def _code(stated: Stated[Concept] | None) -> str | None:
    return stated.value.code if stated else None


def _visits(dose: Dose | None, *, computed: bool) -> int | str | None:
    """Write the visits that a dose states; of a request in parts also those that it comes to."""
    if dose is None or dose.visits or not computed:
        return _amount(dose.visits) if dose else None
    total = visits_of(dose)
    return total.value if total and not _open(dose) else None


def _open(dose: Dose) -> bool:
    """Return True if a range of the frequency leaves open how many visits a dose comes to."""
    return any(a and a.value.least < a.value.most for a in (dose.per_week, dose.weeks))


def _amount(stated: Stated[Amount] | None) -> int | str | None:
    """Write a number as such, and a range as its two ends with a hyphen."""
    if stated is None:
        return None
    amount = stated.value
    return amount.most if amount.least == amount.most else f"{amount.least}-{amount.most}"


def _sum(parts: list[int | str | None]) -> int | str | None:
    """Write the parts of a compound quantity with a plus between them."""
    if len(parts) > 1 and None not in parts:
        return "+".join(str(part) for part in parts)
    return parts[0] if parts else None
