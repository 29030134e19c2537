"""A reading as a page of text for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .show import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .model import Concept, Dose, GuidelineLine, Item, Letter, Stated

WIDTH = 26


def letter_text(letter: Letter) -> str:
    """Return the page: header, person, history, items, then what was not understood."""
    return "\n".join([*_head(letter), *_history(letter), *_items(letter), *_gaps(letter), ""])


def _row(name: str, value: str) -> str:
    return f"{name:<{WIDTH}}{value}"


def _said(stated: Stated[object] | None) -> str:
    """Return a value, with its confidence where the words do not simply say it."""
    if stated is None:
        return "not stated"
    trust = stated.confidence.value
    return spoken(stated.value) + ("" if trust == "stated" else f" ({trust})")


def _head(letter: Letter) -> Iterator[str]:
    yield _row("Case", _said(letter.case_number))
    for name, stated in sorted(letter.dates.items(), key=lambda kv: kv[1].value):
        yield _row(name.replace("_", " ").capitalize(), _said(stated))
    yield _row("Priority", _said(letter.priority))
    yield _row("Reviewer licensed in", _list(letter.reviewer.licensure))
    yield _row("Reviewer's specialties", _list(letter.reviewer.specialties))


def _list(values: Iterable[Stated[str]] | Iterable[Stated[Concept]]) -> str:
    return ", ".join(_said(v) for v in values) or "not stated"


def _history(letter: Letter) -> Iterator[str]:
    yield ""
    yield _row("Age, sex", f"{_said(letter.age)}, {_said(letter.sex)}")
    for diagnosis in letter.diagnoses:
        known = _said(diagnosis.condition) if diagnosis.condition else "no known condition"
        status = f", {diagnosis.status.value.code}" if diagnosis.status else ""
        yield _row("Diagnosis", f"{diagnosis.words.value} = {known}{status}")
    for course in letter.courses:
        count = f"{course.visits.value} visits" if course.visits else "visits not counted"
        yield _row(
            "Earlier treatment", f"{_said(course.treatment)}, {count}, {_said(course.certainty)}"
        )
    for surgery in letter.surgeries:
        yield _row("Operation", f"{_said(surgery.status)}: {surgery.words}")
    for response in letter.responses:
        yield _row("Response", f'{_said(response)}: "{letter.words(response.spans[0])}"')
    yield _row("Program at home", _said(letter.home_program))
    for record in letter.missing_records:
        yield _row("Missing record", record.words)


def _items(letter: Letter) -> Iterator[str]:
    for item in letter.items:
        yield ""
        yield f"{item.number}. {item.heading.value}: {_said(item.outcome).upper()}"
        yield from _amounts(item)
        yield from _facts(item)
        yield from _side("Claims administrator", item.claims_administrator)
        yield from _side("Reviewer", item.reviewer)


def _amounts(item: Item) -> Iterator[str]:
    yield _row("   Asked", _dose(item.original))
    if item.authorized:
        yield _row("   Approved", _dose(item.authorized))
        for dose in item.disputed:
            yield _row("   In dispute", _dose(dose))


def _dose(dose: Dose) -> str:
    parts = [
        f"{_said(amount)} {unit}"
        for amount, unit in (
            (dose.visits, "in all"),
            (dose.per_week, "a week"),
            (dose.weeks, "weeks"),
        )
        if amount
    ]
    regions = _list(dose.regions) if dose.regions else ""
    return "; ".join([", ".join(parts) or "no quantity", *([regions] if regions else [])])


def _facts(item: Item) -> Iterator[str]:
    facts = item.facts
    if facts is None:
        return
    yield _row("   Treatment", _said(facts.treatment))
    yield _row("   Regions", _list(facts.regions))
    yield _row("   UR", f"{_said(facts.ur_outcome)}, approved: {_said(facts.ur_approved)}")
    yield _row("   Earlier visits", f"{_said(facts.prior_visits)}, {_said(facts.prior_certainty)}")
    yield _row("   Response", _said(facts.response))
    yield _row("   Program at home", _said(facts.home_program))
    yield _row("   Stage by dates", _said(facts.phase))


def _side(name: str, line: GuidelineLine | None) -> Iterator[str]:
    if line is None:
        yield _row(f"   {name}", "no guideline line")
        return
    yield _row(f"   {name}", f"rests on {_said(line.basis)}")
    for cited in line.citations:
        year = f" {cited.year}" if cited.year else ""
        section = f", {cited.section}" if cited.section else ""
        yield _row("", f"{cited.tier.label}: {cited.title}{year}{section}")


def _gaps(letter: Letter) -> Iterator[str]:
    yield ""
    if not letter.problems and not letter.not_understood:
        yield "Nothing was left that should have said something."
    for problem in letter.problems:
        yield _row("Problem", f"{problem.message} {problem.hint}".rstrip())
    for gap in letter.not_understood:
        yield _row("Not understood", f'{gap.part}: "{gap.words}"')
