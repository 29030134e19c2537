"""Operations in a summary: performed, planned, or refused, with their part of the body and date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Confidence, Stated, Surgery

from .regions import parts_of_the_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.marked.model import MarkedSentence, MarkedText
    from reasoner.letters.model import Concept, Diagnosis, Item

PERFORMED: Final = "performed"
PLANNED: Final = "planned"
DENIED: Final = "denied"
IMAGING: Final = "imaging"
NOT_THERE: Final = ("negated", "excluded", "planned", "hypothetical", "decided")


def hardware(marked: MarkedText, lexicon: Lexicon) -> Iterator[Surgery]:
    """Yield an operation for each part of the body in which imaging shows plates or screws."""
    entry = lexicon.coded("WordList", "hardware")
    done = lexicon.coded("SurgeryPhrase", PERFORMED).concept
    for sentence in marked.sentences:
        for mention in lexicon.mentions((entry,), marked.text.flat, sentence.start, sentence.end):
            study = sentence.cue_at(mention.start, IMAGING)
            if study is None or sentence.modified(mention.start, *NOT_THERE):
                continue
            places = parts_of_the_body(marked, study.start, mention.start)
            span = marked.text.span(mention.start, mention.end)
            yield Surgery(
                procedure=None,
                status=Stated(value=done, spans=(span,), confidence=Confidence.INFERRED),
                performed_on=None,
                past=False,
                parts=places[:1],
                words=marked.text.flat[mention.start : mention.end],
                span=span,
            )


def placed(marked: MarkedText, surgeries: Iterable[Surgery]) -> list[Surgery]:
    """Give each operation the part of the body that its words name, else that of the procedure."""
    found = []
    for surgery in surgeries:
        start, end = marked.text.stretch(surgery.span)
        sentence = marked.sentence_at(start)
        first, last = (sentence.start, sentence.end) if sentence else (start, end)
        places = parts_of_the_body(marked, start, end)
        iri = surgery.procedure.value.iri if surgery.procedure else None
        if not places and iri is None and surgery.status.value.code == PERFORMED:
            flat = marked.text.flat
            before = max(flat.rfind(mark, first, start) for mark in ",;:") + 1
            after = min(
                (at for mark in ",;" if (at := flat.find(mark, end, last)) > 0), default=last
            )
            places = parts_of_the_body(marked, max(first, before), after)
        day = surgery.performed_on
        asked = sentence and day and _asked_for_then(marked, sentence, surgery, day)
        found.append(replace(surgery, parts=places, performed_on=None if asked else day))
    return found


def _asked_for_then(
    marked: MarkedText, sentence: MarkedSentence, surgery: Surgery, day: Stated[date]
) -> bool:
    """Return True if the date is that of a request for what follows the operation."""
    first = marked.text.stretch(surgery.span)[0]
    at = marked.text.stretch(day.spans[0])[0]
    asking = [c for c in sentence.cues if c.code in {"asked", "planned", "verdict"}]
    return any(first <= c.start < at for c in asking)


def with_readings(
    surgeries: Iterable[Surgery], lexicon: Lexicon, diagnoses: Sequence[Diagnosis]
) -> Iterator[Surgery]:
    """
    Yield an operation once for each procedure that its name may mean.

    Of procedures with one name, those stay that are given for a diagnosis of the letter
    (`mn:givenFor`), where there is one.
    """
    conditions = {r.value.iri for d in diagnoses for r in d.readings if r.value.iri}
    known = {above for iri in conditions for above in lexicon.at_and_above(iri)}
    for surgery in surgeries:
        meant = _same_words(surgery, lexicon)
        fits = [m for m in meant if known & set(lexicon.entries[m.entry].of("givenFor"))]
        for concept in fits or meant:
            spans = surgery.procedure.spans if surgery.procedure else (surgery.span,)
            yield replace(surgery, procedure=Stated(value=concept, spans=spans))
        if not meant:
            yield surgery


def _same_words(surgery: Surgery, lexicon: Lexicon) -> list[Concept]:
    """Return the concepts of all entries that share the patterns of an operation's entry."""
    if surgery.procedure is None:
        return []
    own = lexicon.entries[surgery.procedure.value.entry]
    patterns = {p.pattern for p in own.patterns}
    return [
        e.concept
        for e in lexicon.kind("ProcedureWord")
        if e.iri == own.iri or patterns == {p.pattern for p in e.patterns}
    ]


def settled(
    surgeries: Iterable[Surgery], items: Iterable[Item], lexicon: Lexicon
) -> tuple[Surgery, ...]:
    """
    Join what the letter says of one operation, and say which planned one is refused.

    An operation that is itself a disputed item was refused by utilization review. A mention
    without a part of the body belongs to those of the same status that name one; of two mentions
    in one place, the dated one stays.
    """
    disputed = [i for i in items if _asks_for_operation(i, lexicon)]
    refused = lexicon.coded("SurgeryPhrase", DENIED).concept
    found: list[Surgery] = []
    for surgery in surgeries:
        if surgery.status.value.code == PLANNED and disputed:
            item = disputed[0]
            parts = surgery.parts or _of_heading(item)
            status = Stated(value=refused, spans=item.heading.spans, confidence=Confidence.INFERRED)
            found.append(replace(surgery, status=status, parts=parts))
        else:
            found.append(surgery)
    kept: list[Surgery] = []
    for surgery in sorted(found, key=lambda s: (s.performed_on is None, not s.parts)):
        if not any(_same(surgery, other) for other in kept):
            kept.append(surgery)
    return tuple(sorted(kept, key=lambda s: s.span.start))


def _same(vague: Surgery, known: Surgery) -> bool:
    """Return True if a mention adds nothing to an operation that is known more fully."""
    if vague.status.value.code != known.status.value.code or vague.past != known.past:
        return False
    if vague.procedure and (not known.procedure or known.procedure.value != vague.procedure.value):
        return False
    if vague.performed_on and known.performed_on != vague.performed_on:
        return False
    places = {p.value.code for p in known.parts}
    return not vague.parts or {p.value.code for p in vague.parts} <= places


def _asks_for_operation(item: Item, lexicon: Lexicon) -> bool:
    if item.physical_medicine or item.treatment:
        return False
    words = lexicon.coded("WordList", "operation")
    return bool(item.procedure or lexicon.mentions((words,), item.heading.value))


def _of_heading(item: Item) -> tuple[Stated[Concept], ...]:
    return tuple(replace(r, confidence=Confidence.INFERRED) for r in item.regions)
