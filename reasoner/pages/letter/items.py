"""One disputed item of a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import DocumentUnreadable
from reasoner.knowledge.terms import NS, mn
from reasoner.knowledge.venues import key_of
from reasoner.pages.layout import capital
from reasoner.pages.phrases import amount, asked, interval
from reasoner.pages.picture import PictureWords, picture_of

from .lines import Sources, cited_lines
from .page import Block, Choice, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.determinations.data import (
        AnswerData,
        DeterminationData,
        SentenceData,
        SpanData,
        VenueWords,
    )
    from reasoner.records.documents import DecisionData

    from .form import LetterForm

PARTLY: Final = mn("NecessaryInPart").value.removeprefix(NS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterItem:
    """
    A disputed item of a letter.

    Attributes:
        data: Its determination.
        decision: The physician's decision on it; None while it is undecided.
        number: Its number, from 1; None for the only item of a letter.
    """

    data: DeterminationData
    decision: DecisionData | None
    number: int | None


def item_text(item: LetterItem) -> str:
    """Write the request as one line, with its number if there are several."""
    text = asked(item.data.asked)
    return text if item.number is None else f"{item.number}. {text}"


def outcome_line(item: LetterItem, form: LetterForm) -> str:
    """Write the outcome of one item, after the word for who states it."""
    word = form.heading("decision-outcome" if item.decision else "outcome")
    return f"{word}: {outcome_text(item, form)}"


def outcome_text(item: LetterItem, form: LetterForm) -> str:
    """Write the outcome of one item: what a physician decided, or what is recommended."""
    d, decision = item.data, item.decision
    words = decision.decided if decision else d.recommended
    source = decision or d
    text = f"{capital(_at_venue(words, form))} · {source.label}"
    if source.outcome != PARTLY:
        return text
    visits = str(decision.visits) if decision else _interval(d.visits.supported)
    text += f" · {form.heading('visits-supported').lower()}: {visits}"
    rate = d.visits.supported_per_week
    if decision or rate is None:
        return text
    return f"{text}, {form.heading('at-most')} {rate} {form.heading('a-week')}"


def _at_venue(words: VenueWords, form: LetterForm) -> str:
    key = key_of(form.venue)
    if key not in words:
        raise DocumentUnreadable(
            f"The document has no disposition for the venue '{form.venue}'.",
            hint=f"It has dispositions for {', '.join(words) or 'no venue'}.",
        )
    return words[key]


def item_blocks(item: LetterItem, form: LetterForm, sources: Sources) -> list[Block]:
    """Compose one disputed item: its outcome, its reasons and its open questions."""
    d, decision = item.data, item.decision
    blocks = [
        Block(kind="item", heading=item_text(item), note=outcome_line(item, form)),
        Block(kind="visits", picture=picture_of(d.visits, _picture_words(form))),
    ]
    if decision and decision.reason:
        reason = (Line(text=decision.reason),)
        blocks.append(Block(kind="prose", heading=form.heading("decision-reason"), lines=reason))
    if decision and decision.decision == "override":
        words = f"{_at_venue(d.recommended, form)} · {d.label}" if d.recommended else d.label
        line = Line(text=f"{capital(words)}.")
        blocks.append(Block(kind="prose", heading=form.heading("recommended"), lines=(line,)))

    def add(kind: str, key: str, lines: tuple[Line, ...]) -> None:
        if lines:
            blocks.append(Block(kind=kind, heading=form.heading(key), lines=lines))

    def said(items: Sequence[SentenceData]) -> tuple[Line, ...]:
        return cited_lines(d, items, sources)

    add("prose", "administrator", said(d.administrator))
    add("prose", "governing", _governing(d, form, sources))
    add("numbered", "rationale", said(d.reasons))
    add("bullets", "missing", said(d.missing))
    add("bullets", "changes", said(d.changes))
    add("bullets", "legal", said(d.legal))
    return [*blocks, *_questions(d, form, sources)]


def _governing(d: DeterminationData, form: LetterForm, sources: Sources) -> tuple[Line, ...]:
    lines = [
        Line(
            text=f"{g.guideline}: {g.label}; {amount(g.figures)}.",
            cites=sources.cite(d, [n for n in (g.source, g.borrowed_from) if n]),
            provisional=not g.verified,
        )
        for g in d.governing
    ]
    return tuple(lines) or (Line(text=form.words("nothing-governs")),)


def _picture_words(form: LetterForm) -> PictureWords:
    return PictureWords(
        visits=form.heading("visits"),
        earlier=form.heading("earlier"),
        requested=form.heading("asked"),
        limit=form.heading("limit"),
        cap=form.heading("cap"),
    )


def _questions(d: DeterminationData, form: LetterForm, sources: Sources) -> list[Block]:
    if not d.slots:
        return []
    part = form.parts["judgement"]
    blocks = [Block(kind="prose", heading=part.heading, lines=(Line(text=part.words),))]
    for slot in d.slots:
        by = f"{' / '.join(slot.filled_by)} → {' / '.join(slot.judged_by)}"
        rows = ((form.heading("evidence"), slot.evidence), (form.heading("by"), by))
        line = Line(text=slot.question, cites=sources.cite(d, slot.sources))
        choices = tuple(
            Choice(label=a.label, outcome=_under(a, form), given=a.given) for a in slot.answers
        )
        blocks.append(
            Block(
                kind="question",
                heading=capital(slot.term),
                lines=(line,),
                rows=rows,
                choices=choices,
            )
        )
    return blocks


def _under(answer: AnswerData, form: LetterForm) -> str:
    if answer.supported is None:
        return answer.outcome_label
    amount_supported = interval(answer.supported)
    return (
        f"{answer.outcome_label} · {form.heading('visits-supported').lower()}: {amount_supported}"
    )


def _interval(supported: SpanData | None) -> str:
    return interval(supported) if supported else ""
