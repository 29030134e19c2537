"""Example parts and an example case: what each property gives as its example, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.knowledge.case_form import PART, REFERENCE, TERM

if TYPE_CHECKING:
    from reasoner.knowledge.case_form import CaseForm, Field, Part

Json = dict[str, object]


def example_case(form: CaseForm) -> Json:
    """Return a case that can be decided, with what is required, advised or asked for."""
    return {"id": "case-17", "type": form.case.name, **example_of(form.case, form)}


def example_of(part: Part, form: CaseForm) -> Json:
    """
    Return an example of a part: its required, advised and asked properties.

    A requirement that these do not meet is met in its first way. A reference is given only if it
    is required. A part without any of them has its texts and terms.
    """
    wanted = [
        field
        for field in part.fields.values()
        if field.least or (field.kind != REFERENCE and (field.advised or field.question))
    ] or [field for field in part.fields.values() if field.kind in {"text", TERM}]
    found = {field.name: example_value(field, form) for field in wanted}
    for ways in part.needs:
        if not any(way.names[0] in found for way in ways):
            found[ways[0].names[0]] = example_value(part.fields[ways[0].names[0]], form)
    return dict(sorted(found.items()))


def example_value(field: Field, form: CaseForm) -> object:
    """Return the example of a property; for a part, an example of the part."""
    return example_of(form.parts[field.parts[0]], form) if field.kind == PART else field.example
