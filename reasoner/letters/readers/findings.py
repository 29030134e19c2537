"""Conditions outside the lists of a summary: findings of imaging, and complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.marked.model import Kind
from reasoner.letters.model import Confidence, Diagnosis, Found, Stated

from .condition_names import PAIN, fitting, kind_of, readings_of
from .regions import parts_of_the_body, read_regions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.marked.model import Marked, MarkedSentence, MarkedText
    from reasoner.letters.model import Concept

IMAGING: Final = "imaging"
COMPLAINT: Final = "complaint"
RADIATING: Final = "radiating"
NOT_OF_THE_WORKER: Final = ("negated", "excluded", "decided", "planned", "hypothetical")
HEADACHE: Final = "headache"
"""The kind of complaint that is a condition of its own, whatever else is diagnosed."""
BREAKS: Final = ",;"


def imaged(marked: MarkedText, lexicon: Lexicon, injured_on: date | None) -> Iterator[Diagnosis]:
    """
    Yield what imaging and studies of nerves show.

    A finding is in the part of the body that its own clause names, else in that of the study. One
    of a study that is older than the injury is of the past.
    """
    for sentence in marked.sentences:
        for mention in _fitting(marked, lexicon, sentence):
            study = sentence.cue_at(mention.start, IMAGING)
            if study is None or sentence.modified(mention.start, *NOT_OF_THE_WORKER):
                continue
            kind = kind_of(lexicon, mention)
            if kind == PAIN or (mention.entry and mention.entry.one("symptom") == "true"):
                continue
            days = [d.day for d in sentence.of(Kind.DATE) if study.start <= d.start]
            before = [day for day in days if day and injured_on and day < injured_on]
            old = bool(before) and days[0] in before
            start, end = _clause(marked, sentence, mention)
            near = read_regions(marked.text, lexicon, start, end)
            if not near:
                start, end = study.end, sentence.end
            yield _finding(marked, lexicon, mention, (start, end), past=old)


def _fitting(marked: MarkedText, lexicon: Lexicon, sentence: MarkedSentence) -> list[Marked]:
    regions = read_regions(marked.text, lexicon, sentence.start, sentence.end)
    return fitting(lexicon, sentence.of(Kind.CONDITION), regions)


def _clause(marked: MarkedText, sentence: MarkedSentence, mention: Marked) -> tuple[int, int]:
    """Return the stretch around a mention up to the next comma or semicolon on either side."""
    flat = marked.text.flat
    start = max((flat.rfind(b, sentence.start, mention.start) for b in BREAKS), default=-1)
    ends = [at for b in BREAKS if (at := flat.find(b, mention.end, sentence.end)) >= 0]
    return max(start + 1, sentence.start), min(ends, default=sentence.end)


def _finding(
    marked: MarkedText,
    lexicon: Lexicon,
    mention: Marked,
    at: tuple[int, int],
    *,
    past: bool,
) -> Diagnosis:
    span = marked.text.span(mention.start, mention.end)
    regions = read_regions(marked.text, lexicon, *at)
    readings = readings_of(lexicon, mention, regions, span)
    status = _status(lexicon, "past" if past else "current")
    return Diagnosis(
        words=Stated(value=marked.text.flat[mention.start : mention.end], spans=(span,)),
        kind=kind_of(lexicon, mention),
        condition=readings[0] if readings else None,
        readings=readings,
        regions=regions,
        parts=parts_of_the_body(marked, *at),
        status=Stated(value=status, spans=(span,), confidence=Confidence.INFERRED),
        found=Found.IMAGED,
    )


def _status(lexicon: Lexicon, code: str) -> Concept:
    return lexicon.coded("DiagnosisPhrase", code).concept


def complaints(
    marked: MarkedText, lexicon: Lexicon, known: Sequence[Diagnosis]
) -> Iterator[Diagnosis]:
    """Yield the pain that the worker complains of where no diagnosis lies, and headache."""
    places = {p.value.code for d in known for p in d.parts} | {
        r.value.code for d in known for r in d.regions
    }
    kinds = {d.kind for d in known}
    reported: set[tuple[str, str]] = set()
    for sentence in marked.sentences:
        for mention in sentence.of(Kind.CONDITION):
            kind = kind_of(lexicon, mention)
            if kind not in {PAIN, HEADACHE} or not sentence.modified(mention.start, COMPLAINT):
                continue
            if sentence.modified(mention.start, *NOT_OF_THE_WORKER):
                continue
            for start, end, region in _hurting(marked, sentence, mention):
                new = kind == HEADACHE or region.value.code not in places
                if (kind == HEADACHE and kind in kinds) or not new:
                    continue
                if (kind, region.value.code) in reported:
                    continue
                reported.add((kind, region.value.code))
                yield _complaint(marked, lexicon, mention, (start, end), region)


def _hurting(
    marked: MarkedText, sentence: MarkedSentence, mention: Marked
) -> Iterator[tuple[int, int, Stated[Concept]]]:
    """Yield each part of the body that the words next to a complaint name."""
    flat = marked.text.flat
    start, end = _clause(marked, sentence, mention)
    nearby = parts_of_the_body(marked, start, end, unless=RADIATING)
    follows = flat[mention.end : mention.end + 4] in {" in ", " to ", " of ", " ove", " at "}
    if follows:
        other = [m.start for m in sentence.of(Kind.CONDITION) if m.start > mention.end]
        end = min([*other, sentence.end])
        nearby = parts_of_the_body(marked, mention.end, end, unless=RADIATING)
    for part in nearby:
        yield mention.start, mention.end, part


def _complaint(
    marked: MarkedText,
    lexicon: Lexicon,
    mention: Marked,
    at: tuple[int, int],
    part: Stated[Concept],
) -> Diagnosis:
    span = marked.text.span(*at)
    readings = readings_of(lexicon, mention, (part,), span)
    return Diagnosis(
        words=Stated(value=marked.text.flat[at[0] : at[1]], spans=(span,)),
        kind=kind_of(lexicon, mention),
        condition=readings[0] if readings else None,
        readings=readings,
        regions=(part,),
        parts=(part,),
        status=Stated(
            value=_status(lexicon, "current"), spans=(span,), confidence=Confidence.INFERRED
        ),
        found=Found.COMPLAINED,
    )
