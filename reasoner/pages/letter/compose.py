"""
Compose a letter from a determination, or from a document with a physician's decision.

This module adds no words: the sentences come from the rules, the rest from the form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reasoner.errors import LetterUndecided

from .form import read_form
from .items import LetterItem, item_blocks, item_text, outcome_line, outcome_text
from .lines import Sources, cited_lines, said_date
from .page import Block, LetterPage, Line, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.determinations.data import SentenceData
    from reasoner.knowledge.base import Knowledge
    from reasoner.records.documents import Document, PhysicianData, RecommendationData

    from .form import LetterForm

Items = tuple[LetterItem, ...]


def compose(
    document: Document,
    knowledge: Knowledge,
    *,
    venue: str | None = None,
    confidential: bool = False,
) -> LetterPage:
    """
    Compose the letter of a document.

    Args:
        document: An assessment, or a decision document.
        knowledge: The knowledge base, which has the form.
        venue: The local name of the venue; None for that of the case.
        confidential: True to withhold the name and the number of the physician.

    Raises:
        LetterUndecided: An item is neither decided here nor by a physician.
        LetterUnsupported: The knowledge base has no form for the venue.
    """
    recommendation = document.recommendation
    items = _items(document)
    _check_decided(items)
    signed = document.is_decided
    form = read_form(knowledge, venue or items[0].data.venue, signed=signed)
    sources = Sources()
    body = [
        Section(key="made", heading=form.heading("made"), words=form.words("made")),
        _credentials(document, form, confidential=confidential),
        _summary(items, form, sources),
        _documents(items, form),
        _issues(items, form, sources),
        *_notices(items, form, sources),
        _decision(document, items, form, confidential=confidential),
    ]
    annexes = [
        *_annex("audit", [i.data.audit for i in items], items, form, sources),
        *_annex("search", [i.data.search for i in items], items, form, sources),
        _rules(items, form),
    ]
    lettered = [
        Section(
            key=s.key, heading=s.heading, words=s.words, blocks=s.blocks, annex=chr(ord("A") + n)
        )
        for n, s in enumerate(annexes)
    ]
    title = form.parts["title"]
    mark = form.parts["mark"]
    return LetterPage(
        name=recommendation.name,
        title=title.heading,
        subtitle=title.words,
        draft=not signed,
        mark=("", "") if signed else (mark.heading, mark.words),
        facts=_facts(recommendation, form),
        results=tuple((item_text(i), outcome_line(i, form)) for i in items),
        sections=(*body, _sources(form, sources), *lettered),
        foot=_foot(recommendation, form),
        words={key: form.heading(key) for key in ("page", "of", "annex", "watermark")},
    )


def _check_decided(items: Items) -> None:
    """Refuse a letter with an item for which no disposition is decided or recommended."""
    for item in items:
        if item.decision is None and not item.data.is_decided:
            number = f" {item.number}" if item.number else ""
            found = " ".join(s.text for s in item.data.would_decide)
            raise LetterUndecided(
                f"Item{number} is {item.data.label}, so no letter can be written: "
                f"{item_text(item)}.",
                hint=f"Consult what would decide it, and record the decision of a physician with "
                f"'mednec sign --decision override'. {found}".strip(),
            )


def _items(document: Document) -> Items:
    """List the items of a document; a single item has no number."""
    found = document.recommendation.determinations
    return tuple(
        LetterItem(
            data=d,
            decision=document.decision_on(d),
            number=n if len(found) > 1 else None,
        )
        for n, d in enumerate(found, 1)
    )


def _facts(recommendation: RecommendationData, form: LetterForm) -> tuple[tuple[str, str], ...]:
    first = recommendation.determinations[0]
    dates = {
        "injured": first.dates.injured,
        "requested": first.dates.requested,
        "received": first.dates.received,
        "reviewed": first.dates.reviewed,
    }
    rows = [("case", recommendation.name)]
    for key, date in dates.items():
        unstated = form.words(key) or form.heading("not-stated")
        rows.append((key, said_date(date) if date else unstated))
    rows.append(("law-of", said_date(first.law_of)))
    return tuple((form.heading(key), value) for key, value in rows)


def _credentials(document: Document, form: LetterForm, *, confidential: bool) -> Section:
    who = _physician(document)
    licence = who.licence if who else ""
    rows = [
        (form.heading("licensure"), _without_number(licence) if confidential else licence),
        (form.heading("specialty"), who.specialty if who else ""),
    ]
    if "hours" in form.parts:
        rows.append((form.heading("hours"), who.hours if who else ""))
    if "attestation" in form.parts:
        rows.append((form.heading("attestation"), form.words("attestation")))
    return Section(
        key="credentials",
        heading=form.heading("credentials"),
        words="" if who else form.words("credentials"),
        blocks=(Block(kind="rows", rows=tuple(rows)),),
    )


def _physician(document: Document) -> PhysicianData | None:
    """Return the physician who decided; None if no item is decided."""
    return document.decisions[0].physician if document.decisions else None


def _without_number(licence: str) -> str:
    """Return the words of a license that contain no digit: its state."""
    return " ".join(word for word in licence.split() if not re.search(r"\d", word))


def _summary(items: Items, form: LetterForm, sources: Sources) -> Section:
    """State the facts of the case once, in paragraphs by the hundreds of their order."""
    paragraphs: dict[int, dict[str, Line]] = {}
    for item in items:
        summary = item.data.summary
        for sentence, line in zip(summary, cited_lines(item.data, summary, sources), strict=True):
            place = sentence.order // 100 if isinstance(sentence.order, int) else 0
            paragraphs.setdefault(place, {}).setdefault(line.text, line)
    blocks = [
        Block(kind="prose", lines=tuple(lines.values())) for _, lines in sorted(paragraphs.items())
    ]
    part = form.parts["summary"]
    return Section(key="summary", heading=part.heading, words=part.words, blocks=tuple(blocks))


def _documents(items: Items, form: LetterForm) -> Section:
    found: dict[str, Line] = {}
    for item in items:
        for sentence in item.data.documents:
            found.setdefault(sentence.text, Line(text=said_date(sentence.text)))
    part = form.parts["documents" if found else "no-documents"]
    blocks = (Block(kind="bullets", lines=tuple(found.values())),) if found else ()
    return Section(key="documents", heading=part.heading, words=part.words, blocks=blocks)


def _issues(items: Items, form: LetterForm, sources: Sources) -> Section:
    blocks = [block for item in items for block in item_blocks(item, form, sources)]
    part = form.parts["issues"]
    return Section(key="issues", heading=part.heading, words=part.words, blocks=tuple(blocks))


def _notices(items: Items, form: LetterForm, sources: Sources) -> list[Section]:
    """Return the notices for the outcomes decided or recommended."""
    lines: dict[str, Line] = {}
    for item in items:
        d = item.data
        outcome = (item.decision or d).outcome
        given = [n for n in d.notices if outcome in n.after and d.venue == form.venue]
        lines |= {line.text: line for line in cited_lines(d, given, sources)}
    if not lines:
        return []
    block = Block(kind="bullets", lines=tuple(lines.values()))
    return [Section(key="notices", heading=form.heading("notices"), blocks=(block,))]


def _decision(document: Document, items: Items, form: LetterForm, *, confidential: bool) -> Section:
    who = _physician(document)
    blocks = [Block(kind="rows", rows=_decided(item, form)) for item in items]
    rows = [
        (form.heading("name"), who.name if who and not confidential else ""),
        (form.heading("signature"), ""),
    ]
    if not who:
        rows.append((form.heading("date"), ""))
    blocks.append(Block(kind="sign", rows=tuple(rows)))
    part = form.parts["decision"]
    words = "" if document.is_decided else part.words
    return Section(key="decision", heading=part.heading, words=words, blocks=tuple(blocks))


def _decided(item: LetterItem, form: LetterForm) -> tuple[tuple[str, str], ...]:
    """Return the rows of the decision on one item; blank while it is undecided."""
    on = (form.heading("decision-on"), item_text(item))
    decision = item.decision
    if decision is None:
        accepted, overridden = form.heading("accepted"), form.heading("overridden")
        return (on, (form.heading("decision-kind"), accepted), ("", overridden))
    return (
        on,
        (form.heading("decision-kind"), decision.decision_label),
        (form.heading("decision-outcome"), outcome_text(item, form)),
        (form.heading("decision-visits"), str(decision.visits)),
        (form.heading("date"), said_date(decision.decided_on)),
    )


def _annex(
    key: str,
    sentences: Sequence[Sequence[SentenceData]],
    items: Items,
    form: LetterForm,
    sources: Sources,
) -> list[Section]:
    part = form.parts[key]
    several = len(items) > 1
    blocks = [
        Block(kind="bullets", heading=item_text(item) if several else "", lines=lines)
        for item, said in zip(items, sentences, strict=True)
        if (lines := cited_lines(item.data, said, sources))
    ]
    if not blocks:
        return []
    return [Section(key=key, heading=part.heading, words=part.words, blocks=tuple(blocks))]


def _rules(items: Items, form: LetterForm) -> Section:
    """List the rules behind the sentences, grouped by their sources."""
    found: dict[str, set[str]] = {}
    for d in (item.data for item in items):
        for part in (d.administrator, d.reasons, d.missing, d.changes, d.legal, d.audit, d.search):
            for sentence in part:
                found.setdefault(sentence.basis, set()).add(sentence.rule)
    rows = sorted((", ".join(sorted(rules)), basis) for basis, rules in found.items())
    words = form.parts["rules"]
    block = Block(kind="rules", rows=tuple(rows))
    return Section(key="rules", heading=words.heading, words=words.words, blocks=(block,))


def _sources(form: LetterForm, sources: Sources) -> Section:
    part = form.parts["sources"]
    lines = tuple(
        Line(text=f"{s.citation}: {s.title}", cites=(n,), provisional=not s.verified)
        for n, s in enumerate(sources.order.values(), start=1)
    )
    block = Block(kind="sources", lines=lines)
    return Section(key="sources", heading=part.heading, words=part.words, blocks=(block,))


def _foot(recommendation: RecommendationData, form: LetterForm) -> tuple[tuple[str, str], ...]:
    provenance = recommendation.provenance
    short = provenance.knowledge_digest[:16]
    version = provenance.knowledge_version
    return (
        (form.heading("engine"), provenance.engine),
        (form.heading("knowledge"), f"{version} ({short})" if version else short),
        (form.heading("case-digest"), provenance.case_digest[:16]),
        (form.heading("digest"), recommendation.digest[:16]),
    )
