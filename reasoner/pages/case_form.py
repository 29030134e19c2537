"""The page on which a case is begun: a form made from the form of a case, without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.cases.filling import answer_place, answers_of
from reasoner.knowledge.case_form import PART, TERM

from .environment import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reasoner.errors import Fault
    from reasoner.knowledge.case_form import CaseForm, Field, Part

INPUTS: Final = {"number": "number", "date": "date"}
"""The types of input fields by kind of value; others are text."""
FEW: Final = 12
"""The largest number of terms shown as boxes, where several can be chosen."""
READING: Final = frozenset({"readFrom", "readingConfidence", "letterDigest"})
"""What a letter's reader states, and nobody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChoice:
    """A term that can be chosen."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInput:
    """
    One field of the page.

    Attributes:
        name: The place of the answer; the id of the input in the page too.
        label: The question, or what the property is called.
        hint: What it means.
        kind: `choice`, `boxes`, `number`, `date` or `text`.
        value: What was answered; empty for nothing.
        choices: The terms to choose from.
        lowest: The smallest number; None for any.
        highest: The largest number; None for any.
        example: An example of an answer.
        errors: What is wrong with the answer.
    """

    name: str
    label: str
    hint: str
    kind: str
    value: str
    choices: tuple[TermChoice, ...]
    lowest: int | None
    highest: int | None
    example: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One part of a case: what is asked of it, and what else it can state."""

    title: str
    asked: tuple[FormInput, ...]
    more: tuple[FormInput, ...]
    opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSection:
    """
    The parts of one kind.

    Attributes:
        name: The property of the case.
        title: The question, or what the property is called.
        hint: What it means.
        rows: The parts, those without an answer last.
        asked: True if everybody is asked; else it is folded.
        opened: True if it has an answer.
        several: True if there can be several parts.
    """

    name: str
    title: str
    hint: str
    rows: tuple[PartRow, ...]
    asked: bool
    opened: bool
    several: bool


def case_form_html(
    form: CaseForm,
    case: Mapping[str, object],
    faults: Sequence[Fault] = (),
    add: str = "",
) -> str:
    """
    Write the page on which a case is begun.

    Args:
        form: The form of a case.
        case: What was answered so far, as a case in JSON.
        faults: What is wrong with it.
        add: The property of the case for which one more part is wanted; empty for none.
    """
    page = _Page(form, dict(case), faults)
    fields = [f for f in form.case.fields.values() if f.name not in READING]
    parts = sorted(
        (f for f in fields if f.kind == PART), key=lambda f: (not f.question, f.place, f.label)
    )
    sections = [page.section(field, extra=field.name == add) for field in parts]
    plain = tuple(page.input(f, f.name) for f in fields if f.kind != PART)
    known = {i.name for s in sections for r in s.rows for i in (*r.asked, *r.more)}
    known |= {i.name for i in plain} | {s.name for s in sections}
    errors = [(place if (place := answer_place(f.at)) in known else "", f.message) for f in faults]
    return render("case_form.html", sections=sections, plain=plain, errors=errors)


class _Page:
    """What is looked up while the page is made."""

    def __init__(self, form: CaseForm, case: dict[str, object], faults: Sequence[Fault]) -> None:
        self.form = form
        self.case = case
        self.answers: dict[str, list[str]] = {}
        for place, text in answers_of(case):
            self.answers.setdefault(place, []).append(text)
        self.errors: dict[str, list[str]] = {}
        for fault in faults:
            self.errors.setdefault(answer_place(fault.at), []).append(fault.message)

    def section(self, field: Field, *, extra: bool) -> PartSection:
        """Make the section of one property of the case."""
        given = self.case.get(field.name, [])
        count = len(given) if isinstance(given, list) else 1
        part = self.form.parts[field.parts[0]]
        rows = max(count, 1) + (extra and count > 0)
        return PartSection(
            name=field.name,
            title=field.question or field.label,
            hint=field.meaning,
            rows=tuple(self.row(part, f"{field.name}.{n}", n, rows) for n in range(rows)),
            asked=bool(field.question),
            opened=bool(given) or extra,
            several=field.most != 1,
        )

    def row(self, part: Part, place: str, number: int, count: int) -> PartRow:
        """Make the inputs of one part."""
        fields = sorted(part.fields.values(), key=lambda f: (f.place, f.name))
        asked = tuple(
            self.input(f, f"{place}.{f.name}") for f in fields if f.question and f.kind != PART
        )
        more = [self.identity(place)]
        for field in fields:
            if field.name in READING or (field.question and field.kind != PART):
                continue
            if field.kind != PART:
                more.append(self.input(field, f"{place}.{field.name}"))
                continue
            inner = self.form.parts[field.parts[0]]
            more += [
                self.input(f, f"{place}.{field.name}.0.{f.name}", within=field.label)
                for f in inner.fields.values()
                if f.kind != PART and f.name not in READING
            ]
        return PartRow(
            title=f"{part.label} {number + 1}" if count > 1 else part.label,
            asked=asked,
            more=tuple(more),
            opened=not asked or any(i.value or i.errors for i in more),
        )

    def identity(self, place: str) -> FormInput:
        """Make the input of the id of a part."""
        name = f"{place}.id"
        return FormInput(
            name=name,
            label="id",
            hint="a short name by which other parts of this case refer to this one",
            kind="text",
            value=next(iter(self.answers.get(name, [])), ""),
            choices=(),
            lowest=None,
            highest=None,
            example="",
            errors=tuple(self.errors.get(name, ())),
        )

    def input(self, field: Field, name: str, within: str = "") -> FormInput:
        """Make the input of a property."""
        given = self.answers.get(name, [])
        several = field.kind == TERM and field.most != 1 and len(field.terms) <= FEW
        offered = {term.name: term.label for term in field.terms.values()}
        if field.kind == "truth":
            offered = {"true": "yes", "false": "no"}
        offered |= {text: text for text in given if offered and text not in offered}
        kind = "boxes" if several else "choice" if offered else INPUTS.get(field.kind, "text")
        label = field.question or field.label
        return FormInput(
            name=name,
            label=f"{within}: {label}" if within else label,
            hint=field.meaning,
            kind=kind,
            value="" if offered else next(iter(given), ""),
            choices=tuple(
                TermChoice(name=each, label=text or each, chosen=each in given)
                for each, text in sorted(offered.items(), key=lambda pair: pair[1].lower())
            ),
            lowest=field.lowest,
            highest=field.highest,
            example="" if field.example is None or offered else str(field.example),
            errors=tuple(self.errors.get(name, ())),
        )
