"""
Compose a letter from a determination, or from a document with a physician's decision.

This module adds no words: the sentences come from the rules, the rest from the form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reasoner.determinations.selection import rejected_by, served_notices
from reasoner.errors import LetterUndecided
from reasoner.pages.layout import capital

from .form import MEMORANDUM, SERVED, read_form
from .items import (
    LetterItem,
    item_blocks,
    item_text,
    outcome_line,
    outcome_text,
    recommended_text,
)
from .lines import Sources, cited_lines, said_date
from .page import Block, LetterPage, Line, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoner.determinations.data import SentenceData
    from reasoner.knowledge.base import Knowledge
    from reasoner.records.documents import Document, PhysicianData, RecommendationData

    from .form import LetterForm

Items = tuple[LetterItem, ...]
CONFIRMED: Final = "confirmed"
OVERRIDE: Final = "override"


def compose(
    document: Document,
    knowledge: Knowledge,
    *,
    venue: str | None = None,
    memo: bool = False,
    confidential: bool = False,
) -> LetterPage:
    """
    Compose the letter of a document.

    Args:
        document: An assessment, or a decision document.
        knowledge: The knowledge base, which has the form.
        venue: The local name of the venue; None for that of the case.
        memo: True for the internal memorandum instead of what is served.
        confidential: True to withhold the name and the number of the physician.

    Raises:
        LetterUndecided: An item is neither decided here nor by a physician.
        LetterUnsupported: The knowledge base has no form for the venue.
    """
    recommendation = document.recommendation
    kind = MEMORANDUM if memo else SERVED
    signed = document.is_decided
    place = venue or recommendation.determinations[0].venue
    form = read_form(knowledge, place, signed=signed, kind=kind)
    items = _items(document, knowledge)
    if not memo:
        _check_decided(items)
    sources = _sources_of(document)
    body = [
        *_words("made", form),
        *_credentials(document, form, confidential=confidential),
        *_summary(items, form, sources),
        *_documents(items, form),
        _issues(items, form, sources),
        *_notices(items, form, sources),
        *_decision(document, items, form, confidential=confidential),
    ]
    annexes = [
        *_annex("audit", [i.data.audit for i in items], items, form, sources),
        *_annex("search", [i.data.search for i in items], items, form, sources),
        *_rules(items, form),
    ]
    lettered = [
        Section(
            key=s.key, heading=s.heading, words=s.words, blocks=s.blocks, annex=chr(ord("A") + n)
        )
        for n, s in enumerate(annexes)
    ]
    title = form.parts["title"]
    draft = form.has("mark") and not signed
    mark = form.parts["mark"] if draft else None
    last = [_sources(form, sources), _disclosure(document, items, form, confidential=confidential)]
    return LetterPage(
        name=recommendation.name,
        title=title.heading,
        subtitle=title.words,
        draft=draft,
        mark=(mark.heading, mark.words) if mark else ("", ""),
        facts=_facts(document, form),
        results=tuple((item_text(i), outcome_line(i, form)) for i in items),
        sections=(*body, *last, *lettered),
        foot=_foot(recommendation, form),
        words={key: form.heading(key) for key in ("page", "of", "annex", "watermark")},
    )


def _sources_of(document: Document) -> Sources:
    """Begin the list of sources, with what the physician ruled on them."""
    ruled = [source for decision in document.decisions for source in decision.sources]
    return Sources(
        confirmed=frozenset(s.iri for s in ruled if s.ruling == CONFIRMED),
        withdrawn=frozenset(s.iri for s in ruled if s.ruling != CONFIRMED),
    )


def _words(key: str, form: LetterForm) -> list[Section]:
    if not form.has(key):
        return []
    return [Section(key=key, heading=form.heading(key), words=form.words(key))]


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


def _items(document: Document, knowledge: Knowledge) -> Items:
    """List the items of a document; a single item has no number."""
    found = document.recommendation.determinations
    decisions = [document.decision_on(d) for d in found]
    return tuple(
        LetterItem(
            data=d,
            decision=decision,
            number=n if len(found) > 1 else None,
            rejects=rejected_by(decision.outcome, knowledge) if decision else frozenset(d.rejects),
        )
        for n, (d, decision) in enumerate(zip(found, decisions, strict=True), 1)
    )


def _facts(document: Document, form: LetterForm) -> tuple[tuple[str, str], ...]:
    """State the dates of the case; the venue whose letter it is decides on one date, or not yet."""
    first = document.recommendation.determinations[0]
    dates = {
        "injured": first.dates.injured,
        "requested": first.dates.requested,
        "received": first.dates.received,
        "reviewed": first.dates.reviewed,
    }
    if _is_own_date(form):
        decided = sorted({d.decided_on for d in document.decisions})
        dates["reviewed"] = " / ".join(decided) or None
    rows = [("case", document.recommendation.name)]
    for key, date in dates.items():
        unstated = form.words(key) or form.heading("not-stated")
        rows.append((key, said_date(date) if date else unstated))
    rows.append(("law-of", said_date(first.law_of)))
    return tuple((form.heading(key), value) for key, value in rows)


def _is_own_date(form: LetterForm) -> bool:
    """Return True if the date of review at the head is that of the decision in this letter."""
    return bool(form.words("reviewed"))


def _credentials(document: Document, form: LetterForm, *, confidential: bool) -> list[Section]:
    if not form.has("credentials"):
        return []
    who = _physician(document)
    licence = who.licence if who else ""
    rows = [
        (form.heading("licensure"), _without_number(licence) if confidential else licence),
        (form.heading("specialty"), who.specialty if who else ""),
    ]
    if form.has("hours"):
        rows.append((form.heading("hours"), who.hours if who else ""))
    if form.has("attestation"):
        rows.append((form.heading("attestation"), form.words("attestation")))
    return [
        Section(
            key="credentials",
            heading=form.heading("credentials"),
            words="" if who else form.words("credentials"),
            blocks=(Block(kind="rows", rows=tuple(rows)),),
        )
    ]


def _physician(document: Document) -> PhysicianData | None:
    """Return the physician who decided; None if no item is decided."""
    return document.decisions[0].physician if document.decisions else None


def _without_number(licence: str) -> str:
    """Return the words of a license that contain no digit: its state."""
    return " ".join(word for word in licence.split() if not re.search(r"\d", word))


def _summary(items: Items, form: LetterForm, sources: Sources) -> list[Section]:
    """State the facts of the case once, in paragraphs by the hundreds of their order."""
    if not form.has("summary"):
        return []
    paragraphs: dict[int, dict[str, Line]] = {}
    for item in items:
        kept = [s for s in item.data.summary if sources.holds(item.data, s.sources)]
        for sentence, line in zip(kept, cited_lines(item.data, kept, sources), strict=True):
            place = sentence.order // 100 if isinstance(sentence.order, int) else 0
            paragraphs.setdefault(place, {}).setdefault(line.text, line)
    blocks = [
        Block(kind="prose", lines=tuple(lines.values())) for _, lines in sorted(paragraphs.items())
    ]
    part = form.parts["summary"]
    return [Section(key="summary", heading=part.heading, words=part.words, blocks=tuple(blocks))]


def _documents(items: Items, form: LetterForm) -> list[Section]:
    if not form.has("documents"):
        return []
    found: dict[str, Line] = {}
    for item in items:
        for sentence in item.data.documents:
            found.setdefault(sentence.text, Line(text=said_date(sentence.text)))
    part = form.parts["documents" if found else "no-documents"]
    blocks = (Block(kind="bullets", lines=tuple(found.values())),) if found else ()
    return [Section(key="documents", heading=part.heading, words=part.words, blocks=blocks)]


def _issues(items: Items, form: LetterForm, sources: Sources) -> Section:
    blocks = [block for item in items for block in item_blocks(item, form, sources)]
    part = form.parts["issues"]
    several = len(items) > 1 or form.kind == MEMORANDUM
    words = part.words if several else ""
    return Section(key="issues", heading=part.heading, words=words, blocks=tuple(blocks))


def _notices(items: Items, form: LetterForm, sources: Sources) -> list[Section]:
    """Return the notices for the outcomes decided or recommended."""
    lines: dict[str, Line] = {}
    for item in items if form.has("notices") else ():
        d = item.data
        outcome = (item.decision or d).outcome
        given = served_notices(d, outcome) if d.venue == form.venue else ()
        lines |= {line.text: line for line in cited_lines(d, given, sources)}
    if not lines:
        return []
    block = Block(kind="bullets", lines=tuple(lines.values()))
    return [Section(key="notices", heading=form.heading("notices"), blocks=(block,))]


def _decision(
    document: Document, items: Items, form: LetterForm, *, confidential: bool
) -> list[Section]:
    if not form.has("decision"):
        return []
    who = _physician(document)
    blocks = [Block(kind="rows", rows=_decided(item, form)) for item in items]
    rows = [
        (form.heading("name"), who.name if who and not confidential else ""),
        (form.heading("signature"), ""),
    ]
    if not who and not _is_own_date(form):
        rows.append((form.heading("date"), ""))
    blocks.append(Block(kind="sign", rows=tuple(rows)))
    part = form.parts["decision"]
    words = "" if document.is_decided else part.words
    return [Section(key="decision", heading=part.heading, words=words, blocks=tuple(blocks))]


def _decided(item: LetterItem, form: LetterForm) -> tuple[tuple[str, str], ...]:
    """Return the rows of the decision on one item; blank while it is undecided."""
    on = (form.heading("decision-on"), item_text(item))
    decision = item.decision
    if decision is None:
        accepted, overridden = form.heading("accepted"), form.heading("overridden")
        return (on, (form.heading("decision-kind"), accepted), ("", overridden))
    rows = (
        on,
        (form.heading("decision-outcome"), outcome_text(item, form)),
        (form.heading("decision-visits"), str(decision.visits)),
    )
    dated = (form.heading("date"), said_date(decision.decided_on))
    return rows if _is_own_date(form) else (*rows, dated)


def _annex(
    key: str,
    sentences: Sequence[Sequence[SentenceData]],
    items: Items,
    form: LetterForm,
    sources: Sources,
) -> list[Section]:
    if not form.has(key):
        return []
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


def _rules(items: Items, form: LetterForm) -> list[Section]:
    """List the rules behind the sentences, grouped by their sources."""
    if not form.has("rules"):
        return []
    found: dict[str, set[str]] = {}
    for d in (item.data for item in items):
        for part in (d.administrator, d.reasons, d.missing, d.changes, d.legal, d.audit, d.search):
            for sentence in part:
                found.setdefault(sentence.basis, set()).add(sentence.rule)
    rows = sorted((", ".join(sorted(rules)), basis) for basis, rules in found.items())
    words = form.parts["rules"]
    block = Block(kind="rules", rows=tuple(rows))
    return [Section(key="rules", heading=words.heading, words=words.words, blocks=(block,))]


def _sources(form: LetterForm, sources: Sources) -> Section:
    part = form.parts["sources"]
    lines = tuple(
        Line(text=f"{s.citation}: {s.title}", cites=(n,), marks=sources.marks(s))
        for n, s in enumerate(sources.order.values(), start=1)
    )
    block = Block(kind="sources", lines=lines)
    return Section(key="sources", heading=part.heading, words=part.words, blocks=(block,))


def _disclosure(
    document: Document, items: Items, form: LetterForm, *, confidential: bool
) -> Section:
    """Disclose the program, its version, the facts used and the person who decides."""
    provenance = document.recommendation.provenance
    who = _physician(document)
    titles = [s.title for item in items for s in item.data.summary]
    facts = dict.fromkeys(title[:1].lower() + title[1:] for title in titles)
    knowledge = f"{form.heading('knowledge').lower()} {provenance.knowledge_version}"
    part = form.parts["disclosure"]
    person = form.words("person")
    if who:
        person = who.specialty if confidential else f"{who.name}, {who.specialty}"
    rows = [
        (form.heading("program"), f"{provenance.engine}, {knowledge}"),
        (form.heading("facts-used"), capital("; ".join(facts))),
        (form.heading("person"), person),
    ]
    for item in items:
        if item.decision and item.decision.decision == OVERRIDE:
            rows.append((form.heading("program-recommended"), recommended_text(item.data, form)))
    seen = dict.fromkeys(
        source.citation
        for decision in document.decisions
        for source in decision.sources
        if source.ruling == CONFIRMED
    )
    if seen:
        rows.append((form.heading("confirmed"), "; ".join(seen)))
    block = Block(kind="rows", rows=tuple(rows))
    return Section(key="disclosure", heading=part.heading, words=part.words, blocks=(block,))


def _foot(recommendation: RecommendationData, form: LetterForm) -> tuple[tuple[str, str], ...]:
    provenance = recommendation.provenance
    return (
        (form.heading("knowledge"), provenance.knowledge_digest[:16]),
        (form.heading("case-digest"), provenance.case_digest[:16]),
        (form.heading("digest"), recommendation.digest[:16]),
    )
