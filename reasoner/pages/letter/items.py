"""One disputed item of a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.determinations.selection import served_reasons, served_requests, unseen_sources
from reasoner.errors import DocumentUnreadable
from reasoner.knowledge.terms import NS, mn
from reasoner.knowledge.venues import key_of
from reasoner.pages.layout import capital
from reasoner.pages.phrases import amount, asked, interval
from reasoner.pages.picture import PictureWords, picture_of

from .lines import Sources, cited_lines
from .page import Block, Choice, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reasoner.determinations.data import (
        AnswerData,
        DeterminationData,
        SentenceData,
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
        rejects: The sides, `for` or `against`, that the decided or recommended outcome rejects.
    """

    data: DeterminationData
    decision: DecisionData | None
    number: int | None
    rejects: frozenset[str]


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
    if item.decision is None:
        return recommended_text(item.data, form)
    decision = item.decision
    text = f"{capital(_at_venue(decision.decided, form))} · {decision.label}"
    if decision.outcome != PARTLY:
        return text
    return f"{text} · {form.heading('visits-supported').lower()}: {decision.visits}"


def recommended_text(d: DeterminationData, form: LetterForm) -> str:
    """Write what is recommended on one item; its outcome alone if nothing is."""
    if not d.recommended:
        return capital(d.label)
    text = f"{capital(_at_venue(d.recommended, form))} · {d.label}"
    if d.outcome != PARTLY or d.visits.supported is None:
        return text
    text += f" · {form.heading('visits-supported').lower()}: {interval(d.visits.supported)}"
    rate = d.visits.supported_per_week
    if rate is None:
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
    """Compose one disputed item, with the parts that this kind of letter has."""
    d, decision = item.data, item.decision
    blocks = [
        Block(kind="item", heading=item_text(item), note=outcome_line(item, form)),
        Block(kind="visits", picture=picture_of(d.visits, _picture_words(form))),
    ]
    outcome = (decision or d).outcome

    def add(kind: str, key: str, lines: Callable[[], tuple[Line, ...]]) -> None:
        if form.has(key, outcome) and (found := lines()):
            shape = (
                "bullets" if kind == "prose" and any(line.marks for line in found[:-1]) else kind
            )
            blocks.append(Block(kind=shape, heading=form.heading(key), lines=found))

    def said(items: Sequence[SentenceData]) -> tuple[Line, ...]:
        return cited_lines(d, items, sources)

    if decision and decision.reason:
        add("prose", "decision-reason", lambda: (Line(text=decision.reason),))
    add("prose", "administrator", lambda: said(d.administrator))
    add("prose", "governing", lambda: _governing(d, form, sources))
    if d.is_decided:  # else the physician's reason is the rationale
        add(
            "numbered",
            "rationale",
            lambda: said(served_reasons(d, item.rejects, sources.withdrawn)),
        )
    add("bullets", "needed", lambda: said(served_requests(d)))
    add("bullets", "unseen", lambda: _unseen(item, sources))
    add("bullets", "legal", lambda: said(d.legal))
    add("bullets", "missing", lambda: said((*d.would_decide, *d.missing)))
    add("bullets", "changes", lambda: said(d.changes))
    return [*blocks, *_questions(d, form, sources)]


def _governing(d: DeterminationData, form: LetterForm, sources: Sources) -> tuple[Line, ...]:
    """State what governs, then what states the limit if that is another source."""
    rows = [
        (
            f"{g.guideline}: {g.label}; {amount(g.figures)}",
            [n for n in (g.source, g.borrowed_from) if n],
        )
        for g in d.governing
    ]
    named = {n for _, numbers in rows for n in numbers}
    for number in d.visits.limit_from:
        if number not in named:
            source = d.sources[number - 1]
            rows.append((": ".join(filter(None, (source.edition, source.title))), [number]))
    lines = []
    for text, numbers in rows:
        if not sources.holds(d, numbers):
            continue
        marks = {mark for n in numbers for mark in sources.marks(d.sources[n - 1])}
        lines.append(
            Line(text=f"{text}.", cites=sources.cite(d, numbers), marks=tuple(sorted(marks)))
        )
    return tuple(lines) or (Line(text=form.words("nothing-governs")),)


def _unseen(item: LetterItem, sources: Sources) -> tuple[Line, ...]:
    """List the sources to confirm or withdraw before signing; none once the item is decided."""
    d = item.data
    if item.decision:
        return ()
    numbers = unseen_sources(d, d.outcome, item.rejects)
    return tuple(
        Line(text=f"{s.number}: {s.citation}: {s.title}", cites=sources.cite(d, [s.number]))
        for s in (d.sources[n - 1] for n in numbers)
    )


def _picture_words(form: LetterForm) -> PictureWords:
    return PictureWords(
        visits=form.heading("visits"),
        earlier=form.heading("earlier"),
        requested=form.heading("asked"),
        limit=form.heading("limit"),
        cap=form.heading("cap") if form.has("cap") else "",
    )


def _questions(d: DeterminationData, form: LetterForm, sources: Sources) -> list[Block]:
    if not d.slots or not form.has("judgement"):
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
