"""The response to earlier treatment, exercise at home, and records that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.letters.lexicon import TARGET
from reasoner.letters.model import Confidence, MissingRecord, Stated

from .measures import better
from .sentences import masked, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, LexiconEntry, Mention
    from reasoner.letters.marked.model import MarkedText
    from reasoner.letters.model import Concept, Span
    from reasoner.letters.text import Text

IMPROVED: Final = "documented_yes"
UNREAL: Final = ("doubted", "undocumented")
"""The cues under which improvement is not a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """
    Words on the effect of a treatment.

    Attributes:
        said: What they say.
        treatment_class: The class of the treatment; None if they name none.
    """

    said: Stated[Concept]
    treatment_class: str | None


def read_responses(
    text: Text, lexicon: Lexicon, start: int, end: int, marked: MarkedText
) -> Iterator[Response]:
    """
    Yield what the summary says of the effect of treatment, in the order of the letter.

    Improvement that the words deny, doubt or expect is none.
    """
    for response in _read_responses(text, lexicon, start, end):
        if response.said.value.code != IMPROVED or not _not_a_fact(marked, response):
            yield response


def _not_a_fact(marked: MarkedText, response: Response) -> bool:
    """Return True if a cue denies, doubts or expects the words of a response."""
    start, end = marked.text.stretch(response.said.spans[0])
    sentence = marked.sentence_at(start)
    return sentence is not None and any(sentence.modified(at, *UNREAL) for at in (start, end - 1))


def _read_responses(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Response]:
    treatments = lexicon.mentions("TreatmentWord", text.flat, start, end)
    for first, last in sentences(text.flat, start, end):
        if _asks(text, lexicon, first, last):
            continue
        here = [m for m in treatments if first <= m.start < last]
        blocked = _only_pain(text, lexicon, first, last)
        other_cause = _has(text, lexicon, "WordList", "other_cause", first, last)
        asked = _has(text, lexicon, "ContextPhrase", "request", first, last)
        for entry in lexicon.kind("ResponsePhrase"):
            improved = entry.code == IMPROVED
            if blocked and improved:
                continue
            found: list[Response] = []
            if not improved or not (other_cause or asked):
                found += _without_treatment(text, entry, (first, last), here)
            for mention in here:
                flat = masked(text.flat, mention, [m for m in here if m.start != mention.start])
                if improved and asked and not _took_place(lexicon, flat, first, last):
                    continue
                found += _with_treatment(text, entry, flat, mention, (first, last))
            yield from _longest(found)


def _longest(found: list[Response]) -> list[Response]:
    """Return the longest words of each class of treatment: patterns overlap."""
    best: dict[str | None, Response] = {}
    for response in found:
        span = response.said.spans[0]
        held = best.get(response.treatment_class)
        if held is None or span.end - span.start > _width(held):
            best[response.treatment_class] = response
    return list(best.values())


def _width(response: Response) -> int:
    span = response.said.spans[0]
    return span.end - span.start


def _has(text: Text, lexicon: Lexicon, kind: str, code: str, first: int, last: int) -> bool:
    entry = lexicon.coded(kind, code)
    patterns = (p for p in entry.patterns if TARGET not in p.pattern)
    return any(p.search(text.flat, first, last) for p in patterns)


def _took_place(lexicon: Lexicon, flat: str, first: int, last: int) -> bool:
    """Return True if a sentence that asks for a treatment also says that some of it was given."""
    patterns = lexicon.coded("ContextPhrase", "earlier").patterns
    return any(TARGET in m[0] for p in patterns for m in p.finditer(flat, first, last))


def _only_pain(text: Text, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return True if a sentence names less pain and no function, which is not improvement."""
    pain, function = (
        lexicon.mentions((lexicon.coded("WordList", code),), text.flat, first, last)
        for code in ("pain_only", "function_word")
    )
    return bool(pain) and not function


def _asks(text: Text, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return True if a sentence reports a decision: what it says of effects is the decider's."""
    entry = lexicon.coded("ContextPhrase", "decided")
    return any(p.search(text.flat, first, last) for p in entry.patterns)


def _with_treatment(
    text: Text, entry: LexiconEntry, flat: str, mention: Mention, sentence: tuple[int, int]
) -> Iterator[Response]:
    for pattern in entry.patterns:
        for found in pattern.finditer(flat, *sentence):
            if TARGET in found[0]:
                said = Stated(value=entry.concept, spans=(text.span(*found.span()),))
                yield Response(said=said, treatment_class=mention.entry.one("treatmentClass"))


def _without_treatment(
    text: Text, entry: LexiconEntry, sentence: tuple[int, int], here: list[Mention]
) -> Iterator[Response]:
    """Yield words that name no treatment: of each that their sentence names, or of any."""
    classes = {m.entry.one("treatmentClass") for m in here}
    for pattern in entry.patterns:
        if TARGET in pattern.pattern:
            continue
        for found in pattern.finditer(text.flat, *sentence):
            said = Stated(value=entry.concept, spans=(text.span(*found.span()),))
            for named in sorted(classes):
                yield Response(said=said, treatment_class=named)
            if not classes:
                yield Response(said=said, treatment_class=None)


def read_measured(text: Text, lexicon: Lexicon, start: int, end: int) -> Iterator[Response]:
    """
    Yield an improvement where figures of function are better on a later day than before.

    It is that of the treatment that the sentence of the figures names, if it names only one.
    """
    treatments = lexicon.mentions("TreatmentWord", text.flat, start, end)
    entry = lexicon.coded("ResponsePhrase", IMPROVED)
    named: dict[str | None, list[Span]] = {}
    for at, span in better(text, lexicon, start, end):
        bounds = next(((a, b) for a, b in sentences(text.flat, start, end) if a <= at < b), (0, 0))
        classes = {
            m.entry.one("treatmentClass") for m in treatments if bounds[0] <= m.start < bounds[1]
        }
        only = next(iter(classes)) if len(classes) == 1 else None
        named.setdefault(only, []).append(span)
    for treatment_class, spans in named.items():
        said = Stated(value=entry.concept, spans=tuple(spans), confidence=Confidence.COMPUTED)
        yield Response(said=said, treatment_class=treatment_class)


def read_home_program(text: Text, lexicon: Lexicon, start: int, end: int) -> Stated[Concept] | None:
    """Return the home program, if a sentence that asks for nothing names one."""
    place = lexicon.coded("HomeProgramPhrase", "in_place")
    negated = lexicon.coded("HomeProgramPhrase", "negated")
    asks = [
        p for code in ("request", "decided") for p in lexicon.coded("ContextPhrase", code).patterns
    ]
    goes_on = lexicon.coded("HomeProgramPhrase", "continued")
    for first, last in sentences(text.flat, start, end):
        found = lexicon.mentions((place,), text.flat, first, last)
        blocked = lexicon.mentions((negated,), text.flat, first, last)
        asked = any(p.search(text.flat, first, last) for p in asks)
        kept = lexicon.mentions((goes_on,), text.flat, first, last)
        if asked and kept and not _asks(text, lexicon, first, last):
            asked = False
        if not found or blocked or asked:
            continue
        spans = (text.span(found[0].start, found[0].end),)
        return Stated(value=place.concept, spans=spans)
    return None


def read_missing_records(
    text: Text, lexicon: Lexicon, start: int, end: int
) -> Iterator[MissingRecord]:
    """Yield the records that the letter says are not in the file."""
    for mention in lexicon.mentions("MissingRecordPhrase", text.flat, start, end):
        span = text.span(mention.start, mention.end)
        concept = mention.entry.concept
        yield MissingRecord(
            record=Stated(value=concept, spans=(span,)) if concept.iri else None,
            words=text.flat[mention.start : mention.end],
            span=span,
        )
