"""A case written as JSON: each part where the form lists it, references as ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.case_form import PART, REFERENCE, TERM, local_name
from reasoner.knowledge.terms import CASE
from reasoner.knowledge.vocabulary import text_of

from .names import stem_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

    from reasoner.knowledge.case_form import CaseForm, Field

    from .read import CaseGraph

Json = dict[str, object]


def case_json(case: CaseGraph, form: CaseForm) -> Json:
    """
    Write a case as JSON that reads back as the same facts.

    Facts that no shape reads, and parts that the case does not link to, are left out.
    """
    facts: dict[str, dict[str, list[ox.Triple]]] = {}
    for t in case.triples:
        facts.setdefault(text_of(t.subject), {}).setdefault(t.predicate.value, []).append(t)
    return _Writer(case, form, facts).part(case.iri, None)


class _Writer:
    """What is looked up while a case is written."""

    def __init__(
        self,
        case: CaseGraph,
        form: CaseForm,
        facts: Mapping[str, Mapping[str, list[ox.Triple]]],
    ) -> None:
        self.case = case
        self.form = form
        self.facts = facts
        self.classes = {part.iri: part for part in form.parts.values()}
        self.written: set[str] = set()

    def name(self, iri: str) -> str:
        """Return the id of a part: its local name if it is local to the case."""
        if iri == self.case.iri:
            return iri.removeprefix(CASE) if ":" not in iri.removeprefix(CASE) else iri
        local = iri.removeprefix(stem_of(self.case.iri))
        return local if local != iri and ":" not in local else iri

    def part(self, iri: str, leading: Field | None) -> Json:
        """Write a part with its id; its type only where the property does not imply it."""
        self.written.add(iri)
        stated = self.facts.get(iri, {})
        kinds = [text_of(t.object) for t in stated.get(TYPE.value, [])]
        part = next((self.classes[kind] for kind in kinds if kind in self.classes), None)
        found: Json = {"id": self.name(iri)}
        if part and (leading is None or leading.parts != (part.name,)):
            found["type"] = part.name
        for field in part.fields.values() if part else ():
            values = [self.value(t.object, field) for t in stated.get(field.iri, [])]
            if values:
                found[field.name] = values[0] if len(values) == 1 else values
        return found

    def value(
        self, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, field: Field
    ) -> object:
        """Write a value of a property."""
        text = text_of(value)
        if field.kind == TERM:
            name = local_name(text)
            return name if name in field.terms and field.terms[name].iri == text else text
        if field.kind == REFERENCE or (field.kind == PART and text in self.written):
            return self.name(text)
        if field.kind == PART:
            return self.part(text, field)
        if field.kind == "number":
            return int(text)
        return text == "true" if field.kind == "truth" else text
