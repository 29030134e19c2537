"""The worksheet of one request: what a reviewer has to see on one page, in the order of use."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from reasoner.determinations.selection import clinical_facts, deciding_slots, strongest
from reasoner.knowledge.venues import key_of

from .phrases import Interval, prior_visits
from .picture import PictureWords, VisitsPicture, picture_of, ruler

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from reasoner.determinations.data import (
        AnswerData,
        DeterminationData,
        GoverningData,
        IntervalData,
        SentenceData,
        SlotData,
    )

LIMIT: Final = "maximumVisits"
CAP: Final = "cap"
REASONS: Final = 4
"""The most reasons on a worksheet."""
FACTS: Final = 6
"""The most sentences of the clinical summary on a worksheet."""
WEIGHTY: Final = 2
"""The least weight of another reading of the sources on a worksheet; the rest is behind it."""
READINGS: Final = 2
"""The most other readings of the sources on a worksheet."""
LEGAL: Final = 5
"""The most topics of law on a worksheet, one line each."""
QUESTIONS: Final = 3
"""The most questions of judgment on a worksheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSource:
    """
    A source that states the limit.

    Attributes:
        citation: The place of its text.
        titles: What it is called.
        marks: What a reader has to know of it, such as `text not seen`.
        numbers: Its numbers in the list of sources.
    """

    citation: str
    titles: tuple[str, ...]
    marks: tuple[str, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentLine:
    """
    A question of judgment, with the answers grouped by what follows from them.

    Attributes:
        slot: The question.
        answers: For each group, its answers in words, whether the outcome stays the same, and one
            of them.
    """

    slot: SlotData
    answers: tuple[tuple[str, bool, AnswerData], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """
    The worksheet of one request.

    Attributes:
        data: Its determination.
        at: The short name of the venue at hand; empty if it is not a venue of the knowledge base.
        recommended: The recommendation in the words of that venue; empty for none.
        elsewhere: The recommendation at each other venue: its short name and the words.
        confirm: True if the text behind the limit has to be seen before the outcome is adverse.
        picture: The picture of its visits.
        ruler: The same picture as lines of text.
        earlier: The earlier visits that count, without those approved and not yet given.
        together: The earlier, the approved and the requested visits.
        limits: The sources that state the limit; empty without a limit.
        governing: The governing recommendations that do not state the limit.
        readings: Other readings of the sources, which the rules do not settle, strongest first.
        margin: How far the limit could move before the result changes: one sentence for all
            figures, if each is the limit of the request, otherwise one for each.
        clinical: The facts of the case that the reasons rest on, as sentences.
        reasons: The reasons, strongest first.
        record: What the record leaves open that matters most; None if nothing does.
        forward: The smallest change that leads to a better outcome; None if there is none.
        legal: The findings of law, one a topic.
        questions: The questions of judgment that the record leaves open and whose answers matter.
    """

    data: DeterminationData
    at: str
    recommended: str
    elsewhere: tuple[tuple[str, str], ...]
    confirm: bool
    picture: VisitsPicture
    ruler: tuple[str, ...]
    earlier: Interval
    together: Interval
    limits: tuple[LimitSource, ...]
    governing: tuple[GoverningData, ...]
    readings: tuple[SentenceData, ...]
    margin: tuple[str, ...]
    clinical: tuple[SentenceData, ...]
    reasons: tuple[SentenceData, ...]
    record: SentenceData | None
    forward: SentenceData | None
    legal: tuple[SentenceData, ...]
    questions: tuple[JudgmentLine, ...]


def worksheet_of(d: DeterminationData, words: PictureWords) -> Worksheet:
    """Return the worksheet of a determination; `words` are those of its picture."""
    prior = prior_visits(d.visits)
    picture = picture_of(d.visits, words)
    here = key_of(d.venue)
    open_or_adverse = d.adverse or not d.robust
    record = _first(d.missing) if open_or_adverse else None
    elsewhere = [s.rule for s in (*d.margin, *([record] if record else []))]
    forward = _first(d.changes, elsewhere) if open_or_adverse else None
    reasons = strongest(d.reasons, most=REASONS, rejects=d.rejects, shown=elsewhere)
    return Worksheet(
        data=d,
        at=next((v.notation for v in d.venues if v.key == here), ""),
        recommended=d.recommended.get(here, ""),
        elsewhere=tuple(
            (v.notation, d.recommended[v.key])
            for v in d.venues
            if v.key != here and d.recommended.get(v.key)
        ),
        confirm=must_confirm(d, reasons),
        picture=picture,
        ruler=tuple(ruler(picture)),
        earlier=prior.plus(-d.visits.authorized),
        together=prior.plus(d.visits.requested),
        limits=_limits(d),
        governing=tuple(
            g for g in d.governing if d.is_decided and g.source not in d.visits.limit_from
        ),
        margin=_margin(d),
        readings=strongest((s for s in d.otherwise if s.weight >= WEIGHTY), most=READINGS),
        clinical=clinical_facts(d.summary, most=FACTS),
        reasons=reasons,
        record=record,
        forward=forward,
        legal=strongest(d.legal, most=LEGAL),
        questions=tuple(_question(slot, d.outcome) for slot in deciding_slots(d) if slot.open)[
            :QUESTIONS
        ],
    )


def must_confirm(d: DeterminationData, reasons: Sequence[SentenceData]) -> bool:
    """
    Return True if an adverse outcome rests on a limit whose text was not seen.

    Args:
        d: The determination.
        reasons: Its strongest reasons; the outcome rests on a figure only if one of them does.
    """
    figures = {*d.visits.limit_from, *d.visits.figures_from} & {
        n for reason in reasons for n in reason.sources
    }
    unseen = any(not d.sources[n - 1].seen for n in figures)
    limits = [m for m in d.margin if m.figure == LIMIT]
    bounded = [m for m in limits if m.holds_from is not None or m.holds_until is not None]
    return d.adverse and unseen and (bool(bounded) or not limits)


def _margin(d: DeterminationData) -> tuple[str, ...]:
    """
    Word the margin of the outcome in one sentence, if one limit measures it.

    Margins of several figures name the figure stated; that of a cap is behind the worksheet.
    """
    shown = [m for m in d.margin if m.figure != CAP]
    limit = {d.visits.limit, d.visits.largest_limit}
    named = all(m.figure == LIMIT and m.brief for m in shown)
    if shown and named and len(limit) == 1 and limit == {m.value for m in shown}:
        spans = {(m.holds_from, m.holds_until): str(m.brief) for m in reversed(shown)}
        return (f"{'; '.join(reversed(spans.values()))}.",)
    if not shown or not all(m.brief for m in shown):
        return tuple(m.text for m in shown)
    words = "; ".join(f"{str(m.brief)[:1].lower()}{str(m.brief)[1:]} ({m.value})" for m in shown)
    return (f"{words[:1].upper()}{words[1:]}.",)


def _limits(d: DeterminationData) -> tuple[LimitSource, ...]:
    """Group the sources of the limit by the place of their text; a borrowed figure marks them."""
    borrowed = {*d.visits.figures_from} - {*d.visits.limit_from}
    figures = {mark for n in borrowed for mark in d.sources[n - 1].marks}
    limited = [d.sources[n - 1] for n in d.visits.limit_from]
    ordered = sorted(limited, key=lambda s: (s.citation, s.number))
    return tuple(
        LimitSource(
            citation=citation,
            titles=tuple(dict.fromkeys(s.title for s in group)),
            marks=tuple(sorted({mark for s in group for mark in s.marks} | figures)),
            numbers=tuple(s.number for s in group),
        )
        for citation, found in groupby(ordered, key=lambda s: s.citation)
        for group in (list(found),)
    )


def _first(sentences: Sequence[SentenceData], shown: Collection[str] = ()) -> SentenceData | None:
    return next(iter(strongest(sentences, most=1, shown=shown)), None)


def _question(slot: SlotData, outcome: str) -> JudgmentLine:
    """Group the answers that lead to the same outcome and number."""
    groups: dict[tuple[str, IntervalData | None], list[AnswerData]] = {}
    for answer in slot.answers:
        key = (answer.outcome, answer.supported)
        groups.setdefault(key, []).append(answer)
    return JudgmentLine(
        slot=slot,
        answers=tuple(
            (" / ".join(a.label for a in same), same[0].outcome == outcome, same[0])
            for same in groups.values()
        ),
    )
