"""The diagnoses of a summary: each with its words, its condition and its regions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Concept, Confidence, Diagnosis, NotUnderstood, Stated

from .regions import read_regions, region_of_concept
from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon, LexiconEntry, Mention
    from reasoner.letters.text import Text

PARTS: Final = re.compile(r";\s*(?:and )?|,\s*(?:and )?(?:or )?|\s+and\s+(?!(?:-|/|or\b))")
JOINED: Final = re.compile(
    r"\s+and\s+(?=(?:sprain|strain|tenosynovitis|tendon|spasm))", re.IGNORECASE
)
NUMBERED: Final = re.compile(r" *[0-9]{1,2}[.)] +[A-Z]")
"""What follows the end of a sentence inside a numbered list."""
NUMBER_LAST: Final = re.compile(r"[.:;] *[0-9]{1,2}[.)]$")
NUMBER: Final = re.compile(r"(?:^|[.,;:]) *(?:and )?[0-9]{1,2}[.)] +(?=[A-Za-z])")
"""The number of an entry of a list."""
LAST: Final = 9
"""The order of phrases that count only where no diagnosis is listed."""


@dataclass(slots=True)
class _Piece:
    """A part of a list of diagnoses while it is put together."""

    start: int
    end: int
    condition: Mention | None
    regions: list[Stated[Concept]] = field(default_factory=list)


def read_diagnoses(
    text: Text, lexicon: Lexicon, start: int, end: int
) -> tuple[tuple[Diagnosis, ...], tuple[NotUnderstood, ...]]:
    """Read the lists of diagnoses; those of the claim only where no diagnosis is listed."""
    found: list[Diagnosis] = []
    unknown: list[NotUnderstood] = []
    for first, last, entry in _lists(text, lexicon, start, end):
        if entry.order == LAST and any(d.regions or d.condition for d in found):
            continue
        for piece in _pieces(text, lexicon, first, last):
            diagnosis = _diagnosis(text, lexicon, piece, entry)
            if diagnosis.condition or diagnosis.regions:
                found.append(diagnosis)
            elif entry.order != LAST:
                words, span = diagnosis.words.value, diagnosis.words.spans[0]
                unknown.append(NotUnderstood(part="diagnosis", words=words, span=span))
    return _once(found), tuple(unknown)


def _once(found: list[Diagnosis]) -> tuple[Diagnosis, ...]:
    kept: dict[str, Diagnosis] = {}
    for diagnosis in found:
        kept.setdefault(diagnosis.words.value.lower(), diagnosis)
    return tuple(kept.values())


def _lists(
    text: Text, lexicon: Lexicon, start: int, end: int
) -> Iterator[tuple[int, int, LexiconEntry]]:
    """Yield each list: from after its opening words to the end of its sentence."""
    phrases = lexicon.mentions("DiagnosisPhrase", text.flat, start, end)
    bounds = list(sentences(text.flat, start, end))
    for mention in sorted(phrases, key=lambda m: (m.entry.order == LAST, m.start)):
        ends = [b for a, b in bounds if b > mention.start]
        stop = next((b for b in ends if not _goes_on(text, b)), end)
        nested = [m.start for m in phrases if mention.end <= m.start < stop]
        yield mention.end, min([stop, *nested]), mention.entry


def _goes_on(text: Text, at: int) -> bool:
    """Return True if a sentence that ends here is an entry of a numbered list, or its number."""
    return bool(NUMBERED.match(text.flat, at) or NUMBER_LAST.search(text.flat[max(0, at - 8) : at]))


def _pieces(text: Text, lexicon: Lexicon, start: int, end: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    waiting: list[Stated[Concept]] = []
    since: int | None = None
    for at, stop in _parts(text, start, end):
        condition = _condition(text, lexicon, at, stop)
        regions = list(read_regions(text, lexicon, at, stop))
        if condition is None and regions:
            if pieces and pieces[-1].condition and _trails(pieces[-1], text):
                pieces[-1].regions += regions
                pieces[-1].end = stop
            else:
                waiting += regions
                since = at if since is None else since
            continue
        piece = _Piece(start=at, end=stop, condition=condition, regions=regions)
        if condition and waiting:
            piece.regions = waiting + regions
            piece.start = at if since is None else since
            waiting, since = [], None
        pieces.append(piece)
    if waiting and since is not None:
        pieces.append(_Piece(start=since, end=end, condition=None, regions=waiting))
    return pieces


def _parts(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = text.flat[start:end]
    splitter = re.compile(r";\s*(?:and )?") if ";" in words else PARTS
    if NUMBER.search(words):
        splitter = NUMBER
    at = start
    for cut in splitter.finditer(words):
        if JOINED.match(words, cut.start()):
            continue
        if words[at - start : cut.start()].strip(" .:,;"):
            yield at, start + cut.start()
        at = start + cut.end()
    if text.flat[at:end].strip(" .:,;"):
        yield at, end


def _trails(piece: _Piece, text: Text) -> bool:
    """Return True if the words of a piece name their regions last: "strain in right hip, ankle"."""
    condition = piece.condition
    if condition is None or not piece.regions:
        return False
    after = text.span(condition.end, condition.end)
    return all(r.spans[0].start >= after.start for r in piece.regions)


def _condition(text: Text, lexicon: Lexicon, start: int, end: int) -> Mention | None:
    """Return the condition of a part: one that denotes something before one that does not."""
    found = lexicon.mentions("ConditionWord", text.flat, start, end)
    return min(
        found,
        key=lambda m: (not m.entry.of("denotes"), len(m.entry.of("denotes")) > 1, -_width(m)),
        default=None,
    )


def _width(mention: Mention) -> int:
    return mention.end - mention.start


def _diagnosis(text: Text, lexicon: Lexicon, piece: _Piece, entry: LexiconEntry) -> Diagnosis:
    start, end = piece.start, piece.end
    while start < end and text.flat[start] in " :,;":
        start += 1
    while end > start and text.flat[end - 1] in " .,;:":
        end -= 1
    span = text.span(start, end)
    condition = _concept(text, lexicon, piece)
    regions = {r.value.code: r for r in piece.regions}
    if condition and condition.value.iri:
        for iri in lexicon.regions_of.get(condition.value.iri, ()):
            concept = region_of_concept(lexicon, iri)
            if concept and not piece.regions:
                regions.setdefault(
                    concept.code,
                    Stated(value=concept, spans=condition.spans, confidence=Confidence.COMPUTED),
                )
    return Diagnosis(
        words=Stated(value=text.flat[start:end], spans=(span,)),
        condition=condition,
        regions=tuple(regions.values()),
        status=Stated(value=entry.concept, spans=(span,)),
    )


def _concept(text: Text, lexicon: Lexicon, piece: _Piece) -> Stated[Concept] | None:
    """Return the condition; of several that a word denotes, the one that lies in the region."""
    mention = piece.condition
    if mention is None:
        return None
    spans = (text.span(mention.start, mention.end),)
    denoted = mention.entry.of("denotes")
    named = {r.value.iri for r in piece.regions}
    if len(denoted) > 1:
        inside = [c for c in denoted if named & set(lexicon.regions_of.get(c, ()))]
        general = [c for c in denoted if c not in lexicon.regions_of]
        denoted = tuple(inside[:1] or general[:1])
    if not denoted:
        return None
    code = mention.entry.iri.rsplit("/", 1)[-1]
    label = lexicon.labels.get(denoted[0], mention.entry.label)
    concept = Concept(iri=denoted[0], code=code, label=label, entry=mention.entry.iri)
    return Stated(value=concept, spans=spans)


def diagnosed_regions(diagnoses: tuple[Diagnosis, ...]) -> tuple[Stated[Concept], ...]:
    """Return the regions of the current diagnoses, each once."""
    found: dict[str, Stated[Concept]] = {}
    for diagnosis in diagnoses:
        if diagnosis.status is None or diagnosis.status.value.code != "past":
            for region in diagnosis.regions:
                found.setdefault(region.value.code, region)
    return tuple(found.values())
