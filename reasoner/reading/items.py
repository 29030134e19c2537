"""The disputed items: where each begins and ends, its outcome, its quantities, both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .citations import read_line
from .dosage import read_dose
from .model import Item, Problem, Stated
from .regions import read_regions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from .lexicon import Entry, Lexicon, Mention
    from .model import Concept, Dose
    from .text import Text

LABELS = ("claims_administrator", "reviewer", "rationale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """
    Where an item stands in the plain text.

    Attributes:
        heading: First and last offset of the heading, without the colon.
        outcome: The outcome; None where the letter breaks off before it.
        parts: The guideline lines and the rationale, by the code of their label.
        end: Where the item ends.
    """

    heading: tuple[int, int]
    outcome: Mention | None
    parts: Mapping[str, tuple[int, int]]
    end: int


def outline_items(
    text: Text, lexicon: Lexicon, issues: tuple[int, int]
) -> tuple[list[Outline], list[Problem]]:
    """Find the items between the head of the disputed items and the end of the letter."""
    marks = _labels(text, lexicon, issues)
    outcomes = _outcomes(text, lexicon, issues, marks)
    starts, before = [], issues[0]
    for outcome in outcomes:
        starts.append(_heading_start(text, lexicon, before, outcome.start))
        before = outcome.end
    ends = [*starts[1:], issues[1]]
    outlines = [
        Outline(
            heading=(start, outcome.start),
            outcome=outcome,
            parts=_parts(marks, outcome.end, end),
            end=end,
        )
        for start, outcome, end in zip(starts, outcomes, ends, strict=True)
    ]
    return outlines, _problems(text, outlines, issues)


def _problems(text: Text, outlines: list[Outline], issues: tuple[int, int]) -> list[Problem]:
    problems = []
    if not outlines:
        problems.append(
            Problem(
                kind="items-missing",
                message="No disputed item with an outcome was found.",
                hint="Look whether the file holds the whole letter.",
                span=text.span(*issues),
            )
        )
    for number, outline in enumerate(outlines, start=1):
        absent = [code.replace("_", " ") for code in LABELS if code not in outline.parts]
        if absent:
            problems.append(
                Problem(
                    kind="item-incomplete",
                    message=f"Item {number} has no line for: {', '.join(absent)}.",
                    hint="The letter may break off here.",
                    span=text.span(*outline.heading),
                )
            )
    return problems


def _labels(text: Text, lexicon: Lexicon, issues: tuple[int, int]) -> list[tuple[int, int, str]]:
    return sorted(
        (m.start, m.end, code)
        for code in LABELS
        for m in lexicon.mentions((lexicon.mark(code),), text.flat, *issues)
    )


def _outcomes(
    text: Text, lexicon: Lexicon, issues: tuple[int, int], marks: list[tuple[int, int, str]]
) -> list[Mention]:
    """Find outcome words after a colon, with a label, a paragraph or the end of the text next."""
    found = []
    labels = {start for start, _, _ in marks}
    for mention in lexicon.mentions("OutcomeWord", text.flat, *issues):
        colon = re.search(r":\s*$", text.flat[max(issues[0], mention.start - 4) : mention.start])
        after = mention.end
        while after < len(text.flat) and text.flat[after] in " .":
            after += 1
        ends = after >= issues[1] or after in labels or after in text.paragraphs
        if colon and ends:
            found.append(mention)
    return found


def _heading_start(text: Text, lexicon: Lexicon, before: int, outcome: int) -> int:
    """
    Find where a heading begins: at the last paragraph, or at a page that begins with a sentence.

    A copy that lost its blank lines leaves only sentences to go by.
    """
    labels = [m.end for m in _all_labels(text, lexicon, before, outcome)]
    start = max([before, *(at for at in text.paragraphs if at <= outcome - 2)])
    inside = lexicon.mark("heading_sentence")
    for page in text.pages:
        if max(start, before) < page < outcome and _sentence_ends(text, inside, before, page):
            start = page
    if labels and max(labels) > start:
        start = _last_sentence(text, inside, max(labels), outcome)
    while start < outcome and text.flat[start] in " .":
        start += 1
    return start


def _all_labels(text: Text, lexicon: Lexicon, start: int, end: int) -> list[Mention]:
    marks = tuple(lexicon.mark(code) for code in LABELS)
    return lexicon.mentions(marks, text.flat, start, end)


def _sentence_ends(text: Text, inside: Entry, start: int, at: int) -> bool:
    words = text.flat[start:at].rstrip()
    if not words:
        return True
    closes = words[-1] in ".:?!" or words.endswith('."')
    return closes and not any(p.search(words[-60:] + " ") and _ends(p, words) for p in inside.patterns)


def _ends(pattern: re.Pattern[str], words: str) -> bool:
    return any(m.end() >= len(words) for m in pattern.finditer(words, max(0, len(words) - 80)))


def _last_sentence(text: Text, inside: Entry, start: int, outcome: int) -> int:
    """Return where the last sentence before an outcome begins; sentences of a split belong to it."""
    best = start
    for stop in re.finditer(r"[.?!][\"')]*\s+(?=[A-Z0-9(\"])", text.flat[start:outcome]):
        at = start + stop.end()
        if not any(_ends(p, text.flat[start : at].rstrip()) for p in inside.patterns):
            best = at
    return best


def _parts(
    marks: list[tuple[int, int, str]], start: int, end: int
) -> dict[str, tuple[int, int]]:
    inside = [mark for mark in marks if start <= mark[0] < end]
    stops = [*(mark[0] for mark in inside[1:]), end]
    parts: dict[str, tuple[int, int]] = {}
    for (_, after, code), stop in zip(inside, stops, strict=True):
        parts.setdefault(code, (after, stop))
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a heading says was asked, approved and left, as stretches of plain text."""

    code: str
    original: tuple[int, int]
    authorized: tuple[int, int] | None
    remaining: tuple[int, int]


def split_heading(text: Text, lexicon: Lexicon, start: int, end: int) -> Split:
    """Split a heading by the sentences of the form; one without them is its own request."""
    for tail in lexicon.mark("heading_tail").patterns:
        found = tail.search(text.flat[start:end].rstrip())
        if found:
            end = start + found.start()
    for entry in lexicon.kind("SplitPhrase"):
        for pattern in entry.patterns:
            match = pattern.match(text.flat, start, end)
            if match:
                groups = match.groupdict()
                left = "remaining" if "remaining" in groups else "original"
                return Split(
                    code=entry.code,
                    original=match.span("original"),
                    authorized=match.span("authorized"),
                    remaining=match.span(left),
                )
    return Split(code="", original=(start, end), authorized=None, remaining=(start, end))


def read_items(
    text: Text,
    lexicon: Lexicon,
    outlines: list[Outline],
    diagnosed: tuple[Stated[Concept], ...],
    days: Mapping[str, date],
) -> Iterator[Item]:
    """
    Read the items of an outline; their facts come later, with those of the summary.

    Args:
        text: The letter.
        lexicon: The words.
        outlines: The items.
        diagnosed: The regions of the diagnoses.
        days: The dates of the header.
    """
    for number, outline in enumerate(outlines, start=1):
        split = split_heading(text, lexicon, *outline.heading)
        original = _dose(text, lexicon, split.original, diagnosed)
        treatment = _treatment(text, lexicon, split.original)
        span = text.span(*outline.heading)
        lines = {
            code: read_line(text, lexicon, *outline.parts[code], days.get(day))
            for code, day in (
                ("claims_administrator", "ur_denial_date"),
                ("reviewer", "decision_date"),
            )
            if code in outline.parts
        }
        yield Item(
            number=number,
            heading=Stated(value=_heading(text, outline), spans=(span,)),
            outcome=_outcome(text, outline),
            treatment=treatment[0] if treatment else None,
            physical_medicine=treatment is not None,
            kind=treatment[1] if treatment else None,
            modified=split.authorized is not None,
            whole_in_dispute=split.code == "whole",
            original=original,
            authorized=_dose(text, lexicon, split.authorized, diagnosed)
            if split.authorized
            else None,
            disputed=tuple(_remainder(text, lexicon, split.remaining, diagnosed)),
            regions=original.regions,
            claims_administrator=lines.get("claims_administrator"),
            reviewer=lines.get("reviewer"),
            rationale=text.span(*outline.parts["rationale"])
            if "rationale" in outline.parts
            else None,
            facts=None,
            span=text.span(outline.heading[0], outline.end),
        )


def _heading(text: Text, outline: Outline) -> str:
    return text.flat[outline.heading[0] : outline.heading[1]].rstrip(" :")


def _outcome(text: Text, outline: Outline) -> Stated[Concept] | None:
    found = outline.outcome
    if found is None:
        return None
    return Stated(value=found.entry.concept, spans=(text.span(found.start, found.end),))


def _dose(
    text: Text, lexicon: Lexicon, at: tuple[int, int], diagnosed: tuple[Stated[Concept], ...]
) -> Dose:
    return read_dose(text, lexicon, *at, read_regions(text, lexicon, *at, diagnosed))


def _remainder(
    text: Text, lexicon: Lexicon, at: tuple[int, int], diagnosed: tuple[Stated[Concept], ...]
) -> Iterator[Dose]:
    """Split a compound remainder: "two visits for the knee and eight visits for the wrist"."""
    start, end = at
    cuts = [
        start + joint.start() for joint in re.finditer(r"(?:,| and) (?=[a-z0-9])", text.flat[start:end])
    ]
    for cut in cuts:
        first = _dose(text, lexicon, (start, cut), diagnosed)
        second = _dose(text, lexicon, (cut, end), diagnosed)
        treated = all(
            lexicon.mentions("TreatmentWord", text.flat, *piece)
            for piece in ((start, cut), (cut, end))
        )
        if first.visits and second.visits and treated:
            yield first
            yield from _remainder(text, lexicon, (cut + 4, end), diagnosed)
            return
    yield _dose(text, lexicon, at, diagnosed)


def _treatment(
    text: Text, lexicon: Lexicon, at: tuple[int, int]
) -> tuple[Stated[Concept], str] | None:
    """Return the treatment of a heading and its kind, or None if no visits of it are asked for."""
    for code in ("not_a_visit", "equipment"):
        blocked = lexicon.mentions((lexicon.coded("WordList", code),), text.flat, *at)
        mentions = lexicon.mentions("TreatmentWord", text.flat, *at)
        if not mentions:
            return None
        kinds = {m.entry.one("itemKind") for m in mentions}
        if blocked and (code == "not_a_visit" or kinds <= {"modality"}):
            return None
    first = min(mentions, key=lambda m: (m.start, -m.end))
    kind = first.entry.one("itemKind") or first.entry.code
    stated = Stated(value=first.entry.concept, spans=(text.span(first.start, first.end),))
    return stated, kind
