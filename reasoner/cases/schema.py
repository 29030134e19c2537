"""The JSON Schema of a case, made from the form of a case: what a case may say, in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.knowledge.case_form import PART, REFERENCE, TERM
from reasoner.knowledge.terms import CONTEXT

from .examples import example_case, example_of

if TYPE_CHECKING:
    from reasoner.knowledge.case_form import CaseForm, Field, Need, Part

Json = dict[str, object]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTITY: Final = "https://w3id.org/mednec/schema/case"
LITERALS: Final[dict[str, Json]] = {
    "text": {"type": "string"},
    "number": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "truth": {"type": "boolean"},
}
NAME: Final[Json] = {
    "type": "string",
    "pattern": '^[^\\s"<>\\\\^`{|}]+$',
    "description": "A short name without spaces or colon, local to the case, by which other parts "
    "refer to this one; or a whole IRI.",
}


def case_schema(form: CaseForm) -> Json:
    """Return the JSON Schema (2020-12) of a case, with a definition for each part."""
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "Case",
        "$ref": "#/$defs/Case",
        "$defs": part_schemas(form, "#/$defs/"),
    }


def part_schemas(form: CaseForm, refer: str) -> Json:
    """
    Return the schema of each part of a case by name.

    Args:
        form: The form of a case.
        refer: What a reference to a part begins with: `#/$defs/` or `#/components/schemas/`.
    """
    return {name: _part(part, form, refer) for name, part in form.parts.items()}


def _part(part: Part, form: CaseForm, refer: str) -> Json:
    whole = part is form.case
    properties: Json = {"id": {**NAME, "examples": [_id_of(part, form)]}}
    properties["type"] = {"const": part.name}
    if whole:
        properties["@context"] = {"const": CONTEXT}
    properties |= {name: _many(field, refer) for name, field in part.fields.items()}
    found: Json = {
        "type": "object",
        "title": part.label,
        "description": _sentence(part.meaning),
        "properties": properties,
        "additionalProperties": False,
        "examples": [example_case(form) if whole else example_of(part, form)],
    }
    if required := [name for name, field in part.fields.items() if field.least]:
        found["required"] = required
    elif not part.needs:
        found["minProperties"] = 1
    if part.needs:
        found["allOf"] = [{"anyOf": [_need(way) for way in ways]} for ways in part.needs]
    return found


def _id_of(part: Part, form: CaseForm) -> str:
    owner = next((n for n, f in form.case.fields.items() if part.name in f.parts), part.name)
    return "case-17" if part is form.case else f"{owner}-1"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _many(field: Field, refer: str) -> Json:
    """Describe a property: one value, or one or a list of several."""
    one = _one(field, refer)
    said = " ".join([_sentence(field.meaning), *field.advice]).strip()
    found: Json = {"title": field.label, "description": said}
    if field.example is not None:
        found["examples"] = [field.example]
    if field.most == 1:
        return {**found, **one}
    several: Json = {"type": "array", "items": one, "minItems": max(field.least, 0)}
    if field.most is not None:
        several["maxItems"] = field.most
    return {**found, "anyOf": [one, several]}


def _one(field: Field, refer: str) -> Json:
    """Describe one value of a property."""
    if field.kind == PART:
        refs: list[Json] = [{"$ref": refer + name} for name in field.parts]
        return refs[0] if len(refs) == 1 else {"anyOf": refs}
    if field.kind == REFERENCE:
        target = " or ".join(field.parts)
        return {"type": "string", "x-refersTo": target, "minLength": 1}
    if field.kind == TERM:
        return {
            "enum": list(field.terms),
            "x-labels": {name: term.label for name, term in field.terms.items()},
        }
    found = dict(LITERALS[field.kind])
    if field.lowest is not None:
        found["minimum"] = field.lowest
    if field.highest is not None:
        found["maximum"] = field.highest
    if field.pattern is not None:
        found["pattern"] = field.pattern
    return found


def _need(way: Need) -> Json:
    """Describe one way to meet a requirement: a property, or one of a part, is there."""
    name, *deeper = way.names
    if not deeper:
        stated: Json = {"required": [name]}
        return {**stated, "properties": {name: {"const": way.value}}} if way.value else stated
    inner: Json = {"type": "object", "required": deeper[:1]}
    either: Json = {"anyOf": [inner, {"type": "array", "contains": inner}]}
    return {"required": [name], "properties": {name: either}}
