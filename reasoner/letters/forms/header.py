"""The form of a letter: its header, its parts, the credentials of the reviewer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Problem, Reviewer, Stated
from reasoner.letters.numbers import date_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.text import Text

    from .outline import Outline

DATES: Final = (
    "date_assigned",
    "date_of_injury",
    "decision_date",
    "ur_denial_date",
    "application_received",
)


REQUEST_DATES: Final = ("request_dated", "request_received")
"""Dates of the request that some documents print in their head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderForm:
    """
    The places of the parts of a letter in its plain text, and the values of its header.

    Attributes:
        case_number: The number of the case.
        dates: The dates of the header by the codes of their marks.
        priority: As written.
        reviewer: The credentials.
        summary: First and last offset of the clinical summary; None if it has none.
        issues: The same of the disputed items.
        problems: What is missing.
        outlines: The items, of a form whose table lists them; None of a form with marks.
    """

    case_number: Stated[str] | None
    dates: Mapping[str, Stated[date]]
    priority: Stated[str] | None
    reviewer: Reviewer
    summary: tuple[int, int] | None
    issues: tuple[int, int] | None
    problems: tuple[Problem, ...]
    outlines: tuple[Outline, ...] | None = None


def read_form(text: Text, lexicon: Lexicon) -> HeaderForm:
    """Find the parts and read the header of the first letter in a text."""
    end, problems = _first_letter(text, lexicon)
    issues_at = _mark(text, lexicon, "part_issues", 0, end) or _first_item(text, lexicon, end)
    summary_at = _mark(text, lexicon, "part_summary", 0, issues_at[0] if issues_at else end)
    late = _mark(text, lexicon, "part_summary", issues_at[1], end) if issues_at else None
    summary_at = summary_at or late
    heads = [at for at in (summary_at, issues_at) if at]
    head_end = min((at[0] for at in heads), default=end)
    summary = issues = None
    if summary_at:
        start = _after(text, lexicon, "summary_intro", summary_at[1], end)
        summary = (start, issues_at[0] if issues_at and summary_at is not late else end)
    if issues_at:
        start = _after(text, lexicon, "issues_intro", issues_at[1], end)
        stop = late[0] if late and summary_at is late else end
        closing = _mark(text, lexicon, "letter_end", start, stop)
        issues = (start, closing[0] if closing else stop)
    if late and summary_at is late:
        problems.append(
            Problem(
                kind="parts-in-another-order",
                message="The clinical summary comes after the disputed items.",
                hint="Each part was read where it is; check that no page is misplaced.",
                span=text.span(*late),
            )
        )
    case_number = head_value(text, lexicon, "case_number", 0, end)
    dates = head_dates(text, lexicon, head_end)
    missing = [code for code in DATES if code not in dates and lexicon.printed(code)]
    problems += _missing(lexicon, case_number, missing, summary, issues)
    return HeaderForm(
        case_number=case_number,
        dates=dates,
        priority=head_value(text, lexicon, "priority", 0, head_end),
        reviewer=_reviewer(text, lexicon, head_end),
        summary=summary,
        issues=issues,
        problems=tuple(problems),
    )


def _first_item(text: Text, lexicon: Lexicon, end: int) -> tuple[int, int] | None:
    """Return where the first item begins, of a form that numbers its items."""
    starts = [
        found.start()
        for entry in lexicon.printed("item_sentence")
        for pattern in entry.patterns
        if (found := pattern.search(text.flat, 0, end))
    ]
    return (min(starts), min(starts)) if starts else None


def _first_letter(text: Text, lexicon: Lexicon) -> tuple[int, list[Problem]]:
    """Return the end of the first letter, and a problem if others follow it."""
    heads = sorted(
        m.start()
        for mark in lexicon.printed("letter_head") or (lexicon.mark("part_summary"),)
        for pattern in mark.patterns
        for m in pattern.finditer(text.flat)
    )
    numbers: dict[str, int] = {}
    for pattern in lexicon.mark("case_number").patterns:
        for found in pattern.finditer(text.flat):
            value = found["value"]
            numbers[value] = min(found.start(), numbers.get(value, found.start()))
    later = sorted(at for at in numbers.values() if heads and at > heads[0])
    if len(heads) < 2 or not later:  # noqa: PLR2004 - two heads are two letters
        end = heads[1] if len(heads) > 1 else len(text.flat)
    else:
        end = later[0]
    if len(heads) < 2:  # noqa: PLR2004
        return len(text.flat), []
    names = ", ".join(sorted(numbers)) or "without case numbers"
    return end, [
        Problem(
            kind="several-letters",
            message=f"The file holds {len(heads)} letters ({names}); the first was read.",
            hint="Put each letter into a file of its own.",
            span=text.span(end, len(text.flat)),
        )
    ]


def _missing(
    lexicon: Lexicon,
    case_number: Stated[str] | None,
    dates: list[str],
    summary: tuple[int, int] | None,
    issues: tuple[int, int] | None,
) -> list[Problem]:
    absent = [] if case_number else ["case_number"]
    absent += dates
    absent += [] if summary else ["part_summary"]
    absent += [] if issues else ["part_issues"]
    return [
        Problem(
            kind=f"{code.replace('_', '-')}-missing",
            message=f"The letter has no {lexicon.mark(code).label} that could be read.",
            hint="Check that the file contains the whole letter.",
        )
        for code in absent
    ]


def _mark(text: Text, lexicon: Lexicon, code: str, start: int, end: int) -> tuple[int, int] | None:
    found = lexicon.mentions((lexicon.mark(code),), text.flat, start, end)
    return (found[0].start, found[0].end) if found else None


def _after(text: Text, lexicon: Lexicon, code: str, start: int, end: int) -> int:
    found = _mark(text, lexicon, code, start, min(end, start + 400))
    return found[1] if found else start


def head_value(text: Text, lexicon: Lexicon, code: str, start: int, end: int) -> Stated[str] | None:
    """Return the value that a mark finds in a stretch, or None."""
    for mention in lexicon.mentions((lexicon.mark(code),), text.flat, start, end):
        span = text.span(*mention.match.span("value"))
        return Stated(value=mention.match["value"], spans=(span,))
    return None


def head_dates(text: Text, lexicon: Lexicon, end: int) -> dict[str, Stated[date]]:
    """Read the dates of the head by the codes of their marks, as far as the form prints them."""
    dates = {}
    for code in (*DATES, *REQUEST_DATES):
        written = head_value(text, lexicon, code, 0, end) if lexicon.printed(code) else None
        day = date_of(written.value) if written else None
        if written and day:
            dates[code] = Stated(value=day, spans=written.spans)
    return dates


def _reviewer(text: Text, lexicon: Lexicon, end: int) -> Reviewer:
    licensure = _mark(text, lexicon, "licensure", 0, end)
    specialty = _mark(text, lexicon, "specialty", 0, end)
    return Reviewer(
        licensure=_listed(text, licensure, specialty[0] if specialty else end),
        specialties=_listed(text, specialty, end),
    )


def _listed(text: Text, mark: tuple[int, int] | None, end: int) -> tuple[Stated[str], ...]:
    if mark is None:
        return ()
    stop = next((at for at in text.paragraphs if at > mark[1]), end)
    found = []
    for part in re.finditer(r"[^,;]+", text.flat[mark[1] : min(stop, end)]):
        value = part[0].strip(" .")
        if value:
            start = mark[1] + part.start() + part[0].index(value)
            found.append(Stated(value=value, spans=(text.span(start, start + len(value)),)))
    return tuple(found)
