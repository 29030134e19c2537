"""A case put together from answers: the questions, and what becomes of the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import CaseUnreadable, Fault
from reasoner.knowledge.case_form import PART, TERM
from reasoner.knowledge.codes import SYSTEMS
from reasoner.knowledge.terms import NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reasoner.knowledge.case_form import CaseForm, Field, Part
    from reasoner.knowledge.codes import CodeTables

Json = dict[str, object]
CODE: Final = "code"
"""The key of a code whose system is not named; it becomes icd9 or icd10."""
WHOLE: Final = re.compile(r"[+-]?\d{1,15}")
STEP: Final = re.compile(r"\[(\d+)\]")
MOST: Final = 100
"""The largest place of a part in a list of answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """
    One question.

    Attributes:
        path: The place of the answer, such as `request.requestedVisits`.
        part: The property of the case that leads to the part.
        field: The property that is asked for.
    """

    path: str
    part: Field
    field: Field


def questions(form: CaseForm) -> tuple[CaseQuestion, ...]:
    """List the questions that lead to a case, in their order."""
    parts = sorted((f for f in form.case.fields.values() if f.question), key=_place)
    return tuple(
        CaseQuestion(path=f"{part.name}.{field.name}", part=part, field=field)
        for part in parts
        for field in sorted(form.parts[part.parts[0]].fields.values(), key=_place)
        if field.question
    )


def _place(field: Field) -> int:
    return field.place


def case_from(answers: Iterable[tuple[str, str]], form: CaseForm, tables: CodeTables) -> Json:
    """
    Put a case together.

    Args:
        answers: Places with what was answered: `request.requestedVisits`, or with the place of a
            part in its list `course.1.treatment`. A place that is given twice has two values; an
            empty answer is none. `diagnosis.code` is a code whose system is looked up.
        form: The form of a case.
        tables: The tables of codes.

    Returns:
        The case in JSON. A value that does not fit stays as it was given: reading the case
        reports it.

    Raises:
        CaseUnreadable: A place is not one of a case, or a code does not determine its system.
    """
    case: Json = {"type": form.case.name}
    for path, answer in answers:
        if text := answer.strip():
            _put(case, form.case, path.split("."), text, _Context(form, tables, path))
    return _compacted(case)


@dataclass(frozen=True, slots=True)
class _Context:
    form: CaseForm
    tables: CodeTables
    path: str


def _put(place: Json, part: Part, steps: list[str], text: str, context: _Context) -> None:
    """Put one answer into a part."""
    name, *deeper = steps
    if name == CODE and not deeper:
        name = _system_of(text, context)
    field = part.fields.get(name)
    if name == "id" and not deeper:
        place["id"] = text
        return
    if field is None or (field.kind == PART) != bool(deeper):
        _refuse(context.path, f"is not a property of {part.name}, or not a whole path.")
        return
    if field.kind != PART:
        value = _value(text, field)
        before = place.get(name)
        several = [*before, value] if isinstance(before, list) else [before, value]
        place[name] = value if before is None else several
        return
    index, rest = (int(deeper[0]), deeper[1:]) if deeper[0].isdecimal() else (0, deeper)
    if not rest or index > MOST:
        _refuse(context.path, f"is not a path to a property of {part.name}.")
    listed = place.setdefault(name, {})
    if not isinstance(listed, dict):
        return
    inner = listed.setdefault(str(index), {})
    if isinstance(inner, dict):
        _put(inner, context.form.parts[field.parts[0]], rest, text, context)


def _refuse(path: str, message: str) -> None:
    fault = Fault(at=path, value="", message=f"{path} {message}")
    raise CaseUnreadable(
        fault.message, hint="'mednec schema case' lists all properties.", faults=(fault,)
    )


def _system_of(code: str, context: _Context) -> str:
    """Return the property of the one system that has a code."""
    found = context.tables.systems_of(code)
    if len(found) > 1:
        names = " and ".join(SYSTEMS[system] for system in found)
        either = " or ".join(system.removeprefix(NS) for system in found)
        _refuse(context.path, f"is {code}, a code of {names}: give it as {either}.")
    digits = code.strip()[:1].isdigit()
    system = found[0] if found else next(s for s in SYSTEMS if s.endswith("9") == digits)
    return system.removeprefix(NS)


def _value(text: str, field: Field) -> object:
    """Read an answer as the kind of its property; what does not fit stays text."""
    if field.kind == "number" and WHOLE.fullmatch(text):
        return int(text)
    if field.kind == "truth" and text.lower() in {"true", "false", "yes", "no"}:
        return text.lower() in {"true", "yes"}
    if field.kind == TERM:
        said = text.lower()
        named = (t.name for t in field.terms.values() if said in {t.name.lower(), t.label.lower()})
        return next(named, text)
    return text


def _compacted(part: Json) -> Json:
    """Replace the numbered parts of a case by lists without gaps; one part stands alone."""
    found: Json = {}
    for key, value in part.items():
        if isinstance(value, dict):
            parts = [_compacted(v) for _, v in sorted(value.items(), key=_number) if _is_json(v)]
            found[key] = parts[0] if len(parts) == 1 else parts
        else:
            found[key] = value
    return found


def _number(item: tuple[str, object]) -> int:
    return int(item[0])


def _is_json(value: object) -> bool:
    return isinstance(value, dict)


def answers_of(case: Json) -> Iterator[tuple[str, str]]:
    """Yield the answers that a case was put together from, with their places."""
    for key, value in case.items():
        for place, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, dict):
                yield from ((f"{key}.{place}.{path}", text) for path, text in answers_of(one))
            elif key != "type":
                yield key, str(one).lower() if isinstance(one, bool) else str(one)


def answer_place(at: str) -> str:
    """Return the place of the answer that a JSON path is about: `$.course[1].weeks`."""
    steps = at.removeprefix("$").removeprefix(".").split(".")
    *parts, last = [step for step in steps if step] or [""]
    numbered = [STEP.sub(r".\1", part) if "[" in part else f"{part}.0" for part in parts]
    return ".".join([*numbered, STEP.sub("", last)])
