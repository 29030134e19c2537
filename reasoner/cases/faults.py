"""What the shapes find wrong with a case, as faults: where, what was sent, and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.errors import Fault
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.case_form import TERM, local_name
from reasoner.knowledge.terms import PREFIXES, shorten
from reasoner.knowledge.vocabulary import text_of

from .limits import shown
from .nearest import nearest_terms, term_advice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.knowledge.case_form import CaseForm, Field

    from .intake import CaseReport, Result
    from .read import CaseGraph


def report_faults(report: CaseReport, case: CaseGraph, form: CaseForm) -> tuple[Fault, ...]:
    """List the violations of a report as faults, in the order of the report."""
    kinds: dict[str, set[str]] = {}
    for t in case.triples:
        if t.predicate == TYPE:
            kinds.setdefault(text_of(t.subject), set()).add(text_of(t.object))
    wrong = [result for result in report.results if result.severity == "Violation"]
    named = {name for result in wrong for name in _parts_of(result, form)}
    return tuple(
        _fault(result, case, form, kinds.get(result.focus, set()))
        for result in wrong
        if result.focus or result.shape.removesuffix("Shape") not in named
    )


def _parts_of(result: Result, form: CaseForm) -> tuple[str, ...]:
    """Return the parts that a property of the case leads to, if a result is about one."""
    known = form.case.fields.get(result.path.partition(":")[2])
    return known.parts if known else ()


def _fault(result: Result, case: CaseGraph, form: CaseForm, kinds: set[str]) -> Fault:
    prefix, _, name = result.path.partition(":")
    iri = PREFIXES.get(prefix, prefix) + name
    field = next(
        (
            f
            for p in form.parts.values()
            if p.iri in kinds
            for f in p.fields.values()
            if f.iri == iri
        ),
        None,
    )
    nearest = result.nearest or _allowed(result, field)
    in_json = local_name if case.parts else shorten
    value = in_json(result.value) if "://" in result.value else result.value
    at = _place(result, case, iri, name)
    sent = f" is {shown(value)}." if value and not result.nearest else ":"
    message = f"{at}{sent} {result.message}"
    if field and nearest and not result.nearest:
        message = f"{message} {term_advice(nearest, field)}"
    return Fault(at=at, value=shown(value), message=message, nearest=nearest)


def _allowed(result: Result, field: Field | None) -> tuple[tuple[str, str], ...]:
    """Return the allowed terms most like a value that is of another kind."""
    if field is None or field.kind != TERM or not result.value:
        return ()
    if any(term.iri == result.value for term in field.terms.values()):
        return ()
    return nearest_terms(local_name(result.value), field)


def _place(result: Result, case: CaseGraph, iri: str, name: str) -> str:
    """Return where a result is: its JSON path if the case came in JSON, else part and property."""
    if not case.parts:
        focus = shorten(result.focus) if result.focus else "the case"
        return f"{focus} {result.path}".rstrip()
    part = case.parts.get(result.focus, "$")
    value = case.values.get((result.focus, iri, result.value))
    return value or (f"{part}.{name}" if result.path else part)


def beyond(faults: Iterable[Fault], others: Iterable[Fault]) -> tuple[Fault, ...]:
    """
    Return the faults that do not follow from leaving out what the other faults are about.

    A value that cannot be read is missing for the shapes: what they say of its place, of the list
    that it is in, or of the part that it describes follows from that.
    """
    places = [other.at for other in others]
    return tuple(
        fault
        for fault in faults
        if not any(
            place == fault.at or place.startswith((f"{fault.at}.", f"{fault.at}[", f"{fault.at} "))
            for place in places
        )
    )


def fault_data(fault: Fault) -> dict[str, object]:
    """Write a fault as a JSON object."""
    return {
        "at": fault.at,
        "value": fault.value,
        "message": fault.message,
        "nearest": [{"value": value, "title": title} for value, title in fault.nearest],
    }
