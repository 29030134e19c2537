"""The conditions of a summary: those that it lists, those that imaging shows, and complaints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reasoner.letters.marked.model import Kind
from reasoner.letters.model import Confidence, Diagnosis, Found, NotUnderstood, Stated

from .condition_lists import CLAIMED, lists, parts
from .condition_names import PAIN, VAGUE, fitting, kind_of, of_the_whole_body, readings_of
from .findings import complaints, imaged
from .regions import parts_of_the_body, read_regions, region_of_concept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from reasoner.letters.lexicon import Lexicon, LexiconEntry
    from reasoner.letters.marked.model import Marked, MarkedText
    from reasoner.letters.model import Concept, Span

NOT_SO: Final = ("negated", "excluded")
"""The cues that deny a condition or leave it to be excluded."""
WITH: Final = frozenset({"with"})
JOINERS: Final = frozenset({"and", "with", "&"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """
    A part of a list of conditions.

    Attributes:
        start: Where it begins in the plain text.
        end: Where it ends.
        conditions: The conditions that it names and does not deny.
        regions: The regions that its words name, or those of the words joined to it.
        parts: The parts of the body, as fine as the words name them.
        excluded: True if it names conditions only to deny them.
    """

    start: int
    end: int
    conditions: tuple[Marked, ...]
    regions: tuple[Stated[Concept], ...]
    parts: tuple[Stated[Concept], ...]
    excluded: bool = False


def read_conditions(
    marked: MarkedText, lexicon: Lexicon, injured_on: date | None
) -> tuple[tuple[Diagnosis, ...], tuple[NotUnderstood, ...]]:
    """
    Read the conditions of a summary: listed, then imaged, then complained of.

    The words of the claim count only where no diagnosis is listed. A finding of imaging counts
    unless its words deny it; a complaint only for a part of the body that has no diagnosis.
    """
    found: list[Diagnosis] = []
    unknown: list[NotUnderstood] = []
    for first, last, entry in lists(marked, lexicon):
        claimed = entry.code == CLAIMED
        if claimed and any(d.regions or d.condition for d in found):
            continue
        for piece in _pieces(marked, lexicon, first, last):
            found += _diagnoses(marked, lexicon, piece, entry)
            if not (claimed or piece.conditions or piece.regions or piece.excluded):
                unknown += _not_understood(marked, lexicon, piece)
    listed = _with_places(_once(found))
    shown = [d for d in imaged(marked, lexicon, injured_on) if not _listed(d, listed)]
    known = (*listed, *_with_places(_once(shown)))
    return (*known, *complaints(marked, lexicon, known)), tuple(unknown)


def _not_understood(marked: MarkedText, lexicon: Lexicon, piece: Piece) -> list[NotUnderstood]:
    """Return the words of a piece, unless they are only of the form: "initial encounter"."""
    start, end = _trimmed(marked, piece.start, piece.end)
    words = rest = marked.text.flat[start:end]
    for pattern in lexicon.coded("WordList", "diagnosis_filler").patterns:
        rest = pattern.sub(" ", rest)
    if not any(c.isalpha() for c in rest):
        return []
    return [NotUnderstood(part="diagnosis", words=words, span=marked.text.span(start, end))]


def _once(found: Iterable[Diagnosis]) -> tuple[Diagnosis, ...]:
    kept: dict[tuple[str, str, str], Diagnosis] = {}
    for diagnosis in found:
        iri = str(diagnosis.condition.value.iri) if diagnosis.condition else ""
        kept.setdefault((diagnosis.words.value.lower(), diagnosis.kind, iri), diagnosis)
    return tuple(kept.values())


def _listed(finding: Diagnosis, listed: Sequence[Diagnosis]) -> bool:
    """Return True if a list names the same kind for all parts of the body of a finding."""
    same = [d for d in listed if d.kind == finding.kind]
    places = {p.value.code for d in same for p in d.parts}
    return bool(same) and {p.value.code for p in finding.parts} <= places


def _with_places(found: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    """Give a condition without a part of the body the only one that all others are in."""
    places = {p.value.code: p for d in found for p in d.parts}
    if len(places) != 1:
        return found
    (only,) = places.values()
    inferred = replace(only, confidence=Confidence.INFERRED)
    return tuple(replace(d, parts=d.parts or (inferred,)) for d in found)


def _pieces(marked: MarkedText, lexicon: Lexicon, start: int, end: int) -> list[Piece]:
    """Cut a list into pieces; regions that stand alone join the condition that they are for."""
    pieces: list[Piece] = []
    waiting: Piece | None = None
    for at, stop in parts(marked.text, start, end):
        piece = _piece(marked, lexicon, at, stop)
        alone = not piece.conditions and not piece.excluded and bool(piece.regions)
        if alone and pieces and _names_place_last(marked, pieces[-1]) and waiting is None:
            pieces[-1] = _together(pieces[-1], piece)
        elif alone:
            waiting = _together(waiting, piece) if waiting else piece
        elif piece.conditions and waiting:
            pieces.append(_together(waiting, piece))
            waiting = None
        else:
            pieces.append(piece)
    if waiting:
        pieces.append(waiting)
    return _shared(marked, lexicon, pieces)


def _piece(marked: MarkedText, lexicon: Lexicon, start: int, end: int) -> Piece:
    named = marked.within(start, end, Kind.CONDITION, Kind.CODE)
    sentence = marked.sentence_at(start)
    affirmed = [m for m in named if not (sentence and sentence.modified(m.start, *NOT_SO))]
    regions = read_regions(marked.text, lexicon, start, end)
    return Piece(
        start=start,
        end=end,
        conditions=_telling(marked, lexicon, fitting(lexicon, affirmed, regions)),
        regions=regions,
        parts=parts_of_the_body(marked, start, end),
        excluded=bool(named) and not affirmed,
    )


def _telling(marked: MarkedText, lexicon: Lexicon, named: list[Marked]) -> tuple[Marked, ...]:
    """Return one mention of each kind; those that say little only alone, or with a place."""
    kinds: dict[str, Marked] = {}
    ordered = sorted(
        named,
        key=lambda m: (
            m.kind == Kind.CODE,
            not (m.entry and m.entry.of("denotes")),
            m.start - m.end,
            m.start,
        ),
    )
    for mention in ordered:
        kinds.setdefault(kind_of(lexicon, mention), mention)
    sharp = [m for kind, m in kinds.items() if kind not in VAGUE]
    if not sharp:
        return tuple(kinds.values())
    pain = kinds.get(PAIN)
    if pain and marked.within(pain.start, pain.end, Kind.REGION):
        sharp.append(pain)
    return tuple(sorted(sharp, key=lambda m: m.start))


def _together(left: Piece, right: Piece) -> Piece:
    return Piece(
        start=left.start,
        end=right.end,
        conditions=(*left.conditions, *right.conditions),
        regions=_each_once((*left.regions, *right.regions)),
        parts=_each_once((*left.parts, *right.parts)),
    )


def _each_once(stated: Iterable[Stated[Concept]]) -> tuple[Stated[Concept], ...]:
    kept: dict[str, Stated[Concept]] = {}
    for one in stated:
        kept.setdefault(one.value.code, one)
    return tuple(kept.values())


def _names_place_last(marked: MarkedText, piece: Piece) -> bool:
    """Return True if the words of a piece name the place last: "strain in right hip, ankle"."""
    if not piece.conditions or not piece.regions:
        return False
    after = marked.text.span(piece.conditions[-1].end, piece.conditions[-1].end)
    return all(r.spans[0].start >= after.start for r in piece.regions)


def _shared(marked: MarkedText, lexicon: Lexicon, pieces: list[Piece]) -> list[Piece]:
    """
    Give a piece without a place that of the piece that "and" or "with" joins to it.

    "Tendinitis and impingement of the right shoulder", "right knee contusion and sprain". An
    injury of no kind says nothing more than the injury that "with" joins to it.
    """
    made = list(pieces)
    for i, piece in enumerate(pieces):
        if piece.conditions and i + 1 < len(pieces) and _only_vague(lexicon, piece):
            sharp = pieces[i + 1]
            if sharp.conditions and _joined(marked, piece, sharp, WITH):
                made[i] = replace(piece, conditions=(), regions=(), parts=(), excluded=True)
                made[i + 1] = sharp if sharp.regions else _in_the_place_of(sharp, piece)
                continue
        if piece.regions or not piece.conditions or any(map(of_the_whole_body, piece.conditions)):
            continue
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        before = made[i - 1] if i else None
        if (
            after
            and after.regions
            and _joined(marked, piece, after)
            and _names_place_last(marked, after)
        ):
            made[i] = _in_the_place_of(piece, after)
        elif before and before.regions and _joined(marked, before, piece):
            made[i] = _in_the_place_of(piece, before)
    return made


def _only_vague(lexicon: Lexicon, piece: Piece) -> bool:
    return all(kind_of(lexicon, m) in VAGUE for m in piece.conditions)


def _joined(marked: MarkedText, left: Piece, right: Piece, words: frozenset[str] = JOINERS) -> bool:
    return marked.text.flat[left.end : right.start].strip() in words


def _in_the_place_of(piece: Piece, other: Piece) -> Piece:
    def inferred(stated: tuple[Stated[Concept], ...]) -> tuple[Stated[Concept], ...]:
        return tuple(replace(s, confidence=Confidence.INFERRED) for s in stated)

    return replace(piece, regions=inferred(other.regions), parts=inferred(other.parts))


def _trimmed(marked: MarkedText, start: int, end: int) -> tuple[int, int]:
    flat = marked.text.flat
    while start < end and flat[start] in " :,;":
        start += 1
    while end > start and flat[end - 1] in " .,;:":
        end -= 1
    return start, end


def _diagnoses(
    marked: MarkedText, lexicon: Lexicon, piece: Piece, entry: LexiconEntry
) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each condition of a piece, or one for regions that stand alone."""
    start, end = _trimmed(marked, piece.start, piece.end)
    span = marked.text.span(start, end)
    words = Stated(value=marked.text.flat[start:end], spans=(span,))
    status = Stated(value=entry.concept, spans=(span,))
    if not piece.conditions and piece.regions:
        yield Diagnosis(
            words=words,
            kind="",
            condition=None,
            readings=(),
            regions=piece.regions,
            parts=piece.parts,
            status=status,
            found=Found.LISTED,
        )
    for mention in piece.conditions:
        own = marked.text.span(mention.start, mention.end)
        readings = readings_of(lexicon, mention, piece.regions, own)
        yield Diagnosis(
            words=words,
            kind=kind_of(lexicon, mention),
            condition=readings[0] if readings else None,
            readings=readings,
            regions=piece.regions or _computed(lexicon, readings, own),
            parts=piece.parts or _computed(lexicon, readings, own),
            status=status,
            found=Found.LISTED if entry.code != CLAIMED else Found.COMPLAINED,
        )


def _computed(
    lexicon: Lexicon, readings: tuple[Stated[Concept], ...], span: Span
) -> tuple[Stated[Concept], ...]:
    """Return the regions of a condition whose words name none."""
    if len(readings) != 1 or readings[0].value.iri is None:
        return ()
    named = [
        region_of_concept(lexicon, iri) for iri in lexicon.regions_of.get(readings[0].value.iri, ())
    ]
    return tuple(
        Stated(value=concept, spans=(span,), confidence=Confidence.COMPUTED)
        for concept in named
        if concept
    )


def diagnosed_regions(diagnoses: tuple[Diagnosis, ...]) -> tuple[Stated[Concept], ...]:
    """Return the regions of the current diagnoses, each once."""
    current = [d for d in diagnoses if d.status is None or d.status.value.code != "past"]
    stated = [d for d in current if d.found == Found.LISTED] or current
    return _each_once(r for d in stated for r in d.regions)
