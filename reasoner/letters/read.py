"""The one pipeline: the text of a letter, and the lexicon, to a `Letter`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reasoner.errors import LetterUnreadable
from reasoner.letters.forms.header import DATES, read_form
from reasoner.letters.forms.kinds import REQUEST, REVIEW, form_of
from reasoner.letters.forms.numbered import outline_sentences
from reasoner.letters.forms.outline import outline_items
from reasoner.letters.forms.request import read_request
from reasoner.letters.marked.mark import mark
from reasoner.letters.readers.conditions import diagnosed_regions, read_conditions
from reasoner.letters.readers.courses import read_courses
from reasoner.letters.readers.facts import Context, with_facts
from reasoner.letters.readers.grounds import with_grounds
from reasoner.letters.readers.items import (
    as_reviewed,
    decided_in_review,
    read_items,
    with_treatments,
)
from reasoner.letters.readers.operations import hardware, placed, settled, with_readings
from reasoner.letters.readers.person import read_age, read_day, read_sex
from reasoner.letters.readers.regions import mostly_named
from reasoner.letters.readers.request_dates import read_request_dates
from reasoner.letters.readers.response import (
    read_home_program,
    read_measured,
    read_missing_records,
    read_responses,
)
from reasoner.letters.readers.surgeries import read_surgeries

from .model import Confidence, Letter, NotUnderstood, Problem, Stated
from .text import plain_text

if TYPE_CHECKING:
    from datetime import date

    from reasoner.letters.forms.header import HeaderForm
    from reasoner.letters.forms.outline import Outline

    from .lexicon import Lexicon
    from .model import Item
    from .text import Text

KEPT: Final = (
    *DATES,
    "part_summary",
    "part_issues",
    "licensure",
    "specialty",
    "claims_administrator",
    "reviewer",
    "rationale",
)
"""Marks of the form: a line with one is not page furniture, even if it recurs."""


def read_letter(source: str, lexicon: Lexicon) -> Letter:
    """
    Read a letter.

    Args:
        source: The text as it came out of the file.
        lexicon: The words, of `read_lexicon`.

    Raises:
        LetterUnreadable: The text is not of a form that is read.
    """
    kept = [p for code in KEPT for p in lexicon.mark(code).patterns]
    text = plain_text(source, lexicon.mark("page_furniture").patterns, kept)
    if not text.flat.strip():
        raise LetterUnreadable(
            "The letter holds no text.",
            hint="A scan has to go through text recognition first.",
        )
    lexicon = lexicon.in_form(form_of(text, lexicon))
    if lexicon.form == REQUEST:
        text, form = read_request(source, text, lexicon)
    else:
        form = read_form(text, lexicon)
    return _read(source, text, lexicon, form)


def _read(source: str, text: Text, lexicon: Lexicon, form: HeaderForm) -> Letter:
    at = form.summary or (0, 0)
    marked = mark(text, lexicon, *at)
    courses = tuple(read_courses(text, lexicon, *at))
    responses = (*read_responses(text, lexicon, *at, marked), *read_measured(text, lexicon, *at))
    injured_on, problems = _both(form, "date_of_injury", _told(text, lexicon, "injury_date", at))
    decided_on, more = _both(form, "ur_denial_date", _told(text, lexicon, "ur_date", at))
    problems += more
    diagnoses, unknown = read_conditions(marked, lexicon, injured_on.value if injured_on else None)
    since = injured_on.value if injured_on else None
    operated = placed(marked, read_surgeries(text, lexicon, *at, since))
    surgeries = [*with_readings(operated, lexicon, diagnoses), *hardware(marked, lexicon)]
    context = Context(
        diagnosed=diagnosed_regions(diagnoses) or mostly_named(text, lexicon, *at),
        home_program=read_home_program(text, lexicon, *at),
        injured_on=injured_on,
        decided_on=decided_on,
    )
    items: tuple[Item, ...] = ()
    if form.issues:
        outlines, more = _outlines(text, lexicon, form, form.issues)
        problems += more
        days = {c: s.value for c, s in _all_dates(form, injured_on, decided_on).items()}
        read = read_items(text, lexicon, outlines, context.diagnosed, days)
        if lexicon.form == REVIEW:
            read = as_reviewed(read, text, lexicon, outlines, context.diagnosed)

        def whole(item: Item) -> Item:
            item = with_facts(item, lexicon, courses, responses, context)
            return with_grounds(text, lexicon, item)

        items = tuple(
            replace(whole(i), treatments=tuple(whole(t) for t in i.treatments))
            for i in (with_treatments(i, text, lexicon) for i in read)
        )
        if lexicon.form in {REQUEST, REVIEW}:
            items = tuple(decided_in_review(i) for i in items)
    age = read_age(text, lexicon, *at)
    sex = read_sex(text, lexicon, *at)
    return Letter(
        source=source,
        document=lexicon.form,
        digest=hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(),
        case_number=form.case_number,
        dates={**_all_dates(form, injured_on, decided_on), **read_request_dates(marked)},
        priority=form.priority,
        reviewer=form.reviewer,
        summary=text.span(*at) if form.summary else None,
        age=age,
        sex=sex,
        injured_on=injured_on,
        diagnoses=diagnoses,
        courses=courses,
        surgeries=settled(surgeries, items, lexicon),
        responses=tuple(r.said for r in responses),
        home_program=context.home_program,
        missing_records=tuple(read_missing_records(text, lexicon, *at)),
        items=items,
        problems=(*form.problems, *problems),
        not_understood=(*unknown, *_silences(text, form, items)),
    )


def _outlines(
    text: Text, lexicon: Lexicon, form: HeaderForm, issues: tuple[int, int]
) -> tuple[list[Outline], list[Problem]]:
    """Return the places of the items: those of a table, of numbered sentences, or of outcomes."""
    if form.outlines is not None:
        return list(form.outlines), []
    if lexicon.printed("item_sentence"):
        return outline_sentences(text, lexicon, issues)
    return outline_items(text, lexicon, issues)


def _all_dates(
    form: HeaderForm, injured_on: Stated[date] | None, decided_on: Stated[date] | None
) -> dict[str, Stated[date]]:
    """Return the dates of the header, completed by those that only the summary gives."""
    dates = dict(form.dates)
    if injured_on:
        dates["date_of_injury"] = injured_on
    if decided_on:
        dates["ur_denial_date"] = decided_on
    return dates


def _told(text: Text, lexicon: Lexicon, code: str, at: tuple[int, int]) -> Stated[date] | None:
    return read_day(text, lexicon, code, *at)


def _both(
    form: HeaderForm, code: str, in_summary: Stated[date] | None
) -> tuple[Stated[date] | None, list[Problem]]:
    """Return a date of the header, else that of the summary; two dates are a problem."""
    head = form.dates.get(code)
    if head is None or in_summary is None or head.value == in_summary.value:
        return head or in_summary, []
    name = code.replace("_", " ")
    problem = Problem(
        kind="dates-differ",
        message=f"The header gives {head.value} as {name}, the summary {in_summary.value}.",
        hint="The header's date was taken.",
        span=in_summary.spans[0],
    )
    spans = (*head.spans, *in_summary.spans)
    return Stated(value=head.value, spans=spans, confidence=Confidence.CONFLICTING), [problem]


def _silences(text: Text, form: HeaderForm, items: tuple[Item, ...]) -> list[NotUnderstood]:
    """List what an item was expected to say and was not understood."""
    found = []
    for item in items:
        facts = item.facts
        if facts and item.physical_medicine and facts.visits_disputed is None:
            found.append(
                NotUnderstood(
                    part=f"item {item.number}, visits",
                    words=item.disputed[0].words if item.disputed else item.heading.value,
                    span=item.disputed[0].span if item.disputed else item.heading.spans[0],
                )
            )
        if facts and not facts.regions:
            span = item.heading.spans[0]
            found.append(
                NotUnderstood(
                    part=f"item {item.number}, regions", words=item.heading.value, span=span
                )
            )
        for side in (item.claims_administrator, item.reviewer):
            if side and side.basis is None:
                found.append(
                    NotUnderstood(
                        part=f"item {item.number}, guideline", words=side.words, span=side.span
                    )
                )
    if form.summary and not items:
        words = text.flat[form.summary[1] : form.summary[1] + 200]
        span = text.span(form.summary[1], min(len(text.flat), form.summary[1] + 200))
        found.append(NotUnderstood(part="items", words=words, span=span))
    return found
