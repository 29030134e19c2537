"""The disputed items: outcome, quantities, what was approved and what is left, both sides."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reasoner.knowledge.terms import mn
from reasoner.letters.model import Confidence, Item, Stated

from .citations import read_line
from .dosage import read_dose
from .regions import read_regions
from .sentences import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from reasoner.letters.forms.outline import Outline
    from reasoner.letters.lexicon import Lexicon, Mention
    from reasoner.letters.model import Concept, Dose
    from reasoner.letters.text import Text


MODIFIED: Final = mn("Modified").value


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
            procedure=_procedure(text, lexicon, split.original),
            asks_for_more=_asks_for_more(text, lexicon, split.original),
            physical_medicine=bool(treatment and treatment[1]),
            kind=(treatment[1] or None) if treatment else None,
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


def with_treatments(item: Item, text: Text, lexicon: Lexicon) -> Item:
    """
    Return an item with each treatment that its heading asks for, if it asks for more than one.

    "Physical therapy, 8 visits, and acupuncture, 6 visits" is two requests with one outcome. A
    remainder that review left of one treatment stays one request.
    """
    named = [_of_dose(dose, text, lexicon) for dose in item.disputed]
    kinds = {found[0].value.iri for found in named if found}
    if item.modified or None in named or len(kinds) < 2:  # noqa: PLR2004 - one kind is one request
        return item
    return replace(
        item,
        treatments=tuple(
            replace(
                item,
                part=n,
                treatment=found[0],
                kind=found[1] or None,
                physical_medicine=bool(found[1]),
                original=dose,
                disputed=(dose,),
                regions=dose.regions or item.regions or _regions(item.disputed),
            )
            for n, (found, dose) in enumerate(zip(named, item.disputed, strict=True), start=1)
            if found
        ),
    )


def _regions(doses: Iterable[Dose]) -> tuple[Stated[Concept], ...]:
    found = {r.value.code: r for dose in doses for r in dose.regions}
    return tuple(found.values())


def _of_dose(dose: Dose, text: Text, lexicon: Lexicon) -> tuple[Stated[Concept], str] | None:
    """Return the treatment that the words of a quantity name."""
    start = bisect_left(text.starts, dose.span.start)
    end = bisect_left(text.starts, dose.span.end)
    return _treatment(text, lexicon, (start, end))


def as_reviewed(
    items: Iterable[Item],
    text: Text,
    lexicon: Lexicon,
    outlines: list[Outline],
    diagnosed: tuple[Stated[Concept], ...],
) -> Iterator[Item]:
    """Return the items of a utilization review decision with what that decision approves."""
    for item, outline in zip(items, outlines, strict=True):
        modified = bool(outline.authorized and item.outcome and item.outcome.value.iri == MODIFIED)
        authorized = (
            _dose(text, lexicon, outline.authorized, diagnosed)
            if outline.authorized and modified
            else None
        )
        yield replace(item, modified=modified, authorized=authorized, whole_in_dispute=modified)


def decided_in_review(item: Item) -> Item:
    """
    Return an item whose outcome is that of utilization review, and not of a review after it.

    Of a request for authorization, which decides nothing, no outcome is left.
    """
    facts = replace(item.facts, ur_outcome=item.outcome) if item.facts else None
    treatments = tuple(decided_in_review(t) for t in item.treatments)
    return replace(item, outcome=None, facts=facts, treatments=treatments)


def _heading(text: Text, outline: Outline) -> str:
    return text.flat[outline.heading[0] : outline.heading[1]]


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
        start + joint.start()
        for joint in re.finditer(r"(?:,| and) (?=[a-z0-9])", text.flat[start:end])
    ]
    for cut in cuts:
        first = _dose(text, lexicon, (start, cut), diagnosed)
        second = _dose(text, lexicon, (cut, end), diagnosed)
        treated = all(
            lexicon.mentions("TreatmentWord", text.flat, *piece)
            for piece in ((start, cut), (cut, end))
        )
        apart = {r.value.code for r in first.regions} ^ {r.value.code for r in second.regions}
        each = first.regions and second.regions and apart
        if first.visits and second.visits and (treated or each):
            yield first
            yield from _remainder(text, lexicon, (cut + 4, end), diagnosed)
            return
    yield _dose(text, lexicon, at, diagnosed)


def _procedure(text: Text, lexicon: Lexicon, at: tuple[int, int]) -> Stated[Concept] | None:
    for mention in lexicon.mentions("ProcedureWord", text.flat, *at):
        span = text.span(mention.start, mention.end)
        return Stated(value=mention.entry.concept, spans=(span,))
    return None


def _asks_for_more(text: Text, lexicon: Lexicon, at: tuple[int, int]) -> Stated[Concept] | None:
    entry = lexicon.coded("ContextPhrase", "additional")
    for mention in lexicon.mentions("TreatmentWord", text.flat, *at):
        flat = masked(text.flat, mention, ())
        for pattern in entry.patterns:
            found = pattern.search(flat, *at)
            if found:
                span = text.span(*found.span())
                return Stated(value=entry.concept, spans=(span,), confidence=Confidence.INFERRED)
    return None


def _treatment(
    text: Text, lexicon: Lexicon, at: tuple[int, int]
) -> tuple[Stated[Concept], str] | None:
    """
    Return the treatment of a heading and its kind.

    The kind is empty for a device, a membership or a test, which no visits are counted for. None
    means that the heading asks for neither, or only names a treatment next to another service.
    """
    words = (*lexicon.kind("TreatmentWord"), *lexicon.kind("EquipmentWord"))
    named = lexicon.mentions(words, text.flat, *at)
    first = min(named, key=lambda m: (m.start, -m.end, m.entry.order), default=None)
    if first is not None and first.entry.kind == "EquipmentWord":
        return _stated(text, first)
    for code in ("not_a_visit", "equipment"):
        blocked = lexicon.mentions((lexicon.coded("WordList", code),), text.flat, *at)
        mentions = lexicon.mentions("TreatmentWord", text.flat, *at)
        if not mentions:
            return None
        kinds = {m.entry.one("itemKind") for m in mentions}
        if blocked and (code == "not_a_visit" or kinds <= {"modality"}):
            return None
    return _stated(text, min(mentions, key=lambda m: (m.start, -m.end)))


def _stated(text: Text, mention: Mention) -> tuple[Stated[Concept], str]:
    span = text.span(mention.start, mention.end)
    return Stated(value=mention.entry.concept, spans=(span,)), mention.entry.one("itemKind")
