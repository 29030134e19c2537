"""
A letter composed from a determination, or from a document with a physician's decision on it.

Nothing is worded here: the sentences are those of the rules, the rest is the form's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from reasoner.records.documents import decision_on, is_decided, recommendation_of

from .form import read_form
from .items import item_blocks, item_text, outcome_line, outcome_text
from .lines import Sources, cited_lines, said_date
from .page import Block, Letter, Line, Section

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data
    from reasoner.knowledge.base import Knowledge

    from .form import Form


def compose(
    document: Data, knowledge: Knowledge, *, venue: str | None = None, confidential: bool = False
) -> Letter:
    """
    Compose the letter of a document.

    Args:
        document: A determination, or a document of decision, as plain data.
        knowledge: The knowledge base, which holds the form.
        venue: The local name of the venue; None for the one that the case is at.
        confidential: Whether to withhold the name and the number of the physician.

    Raises:
        LetterUnsupported: There is no form for the venue.
    """
    recommendation = recommendation_of(document)
    determinations = _numbered(cast("list[Data]", recommendation["determinations"]))
    signed = is_decided(document)
    form = read_form(knowledge, venue or str(determinations[0]["venue"]), signed=signed)
    sources = Sources()
    body = [
        Section(key="made", heading=form.heading("made"), words=form.words("made")),
        _credentials(document, form, confidential=confidential),
        _summary(determinations, form, sources),
        _documents(determinations, form),
        _issues(document, determinations, form, sources),
        *_notices(document, determinations, form, sources),
        _decision(document, determinations, form, confidential=confidential),
    ]
    annexes = [
        *_annex(determinations, form, sources, "audit", "bullets"),
        *_annex(determinations, form, sources, "search", "bullets"),
        _rules(determinations, form),
    ]
    lettered = [
        Section(
            key=s.key, heading=s.heading, words=s.words, blocks=s.blocks, annex=chr(ord("A") + n)
        )
        for n, s in enumerate(annexes)
    ]
    title = form.parts["title"]
    mark = form.parts["mark"]
    return Letter(
        name=str(recommendation["name"]),
        title=title.heading,
        subtitle=title.words,
        draft=not signed,
        mark=("", "") if signed else (mark.heading, mark.words),
        facts=_facts(recommendation, determinations[0], form),
        results=tuple((item_text(d), outcome_line(document, d, form)) for d in determinations),
        sections=(*body, _sources(form, sources), *lettered),
        foot=_foot(recommendation, form),
        words={key: form.heading(key) for key in ("page", "of", "annex", "watermark")},
    )


def _numbered(determinations: list[Data]) -> list[Data]:
    """Give each item of a letter its number, from 1; one alone needs none."""
    if len(determinations) == 1:
        return determinations
    return [{**d, "item": n} for n, d in enumerate(determinations, 1)]


def _facts(recommendation: Data, first: Data, form: Form) -> tuple[tuple[str, str], ...]:
    dates = cast("dict[str, str | None]", first["dates"])
    rows = [("case", str(recommendation["name"]))]
    for key in ("injured", "requested", "received", "reviewed"):
        date = dates[key]
        silence = form.words(key) or form.heading("not-stated")
        rows.append((key, said_date(date) if date else silence))
    rows.append(("law-of", said_date(str(first["lawOf"]))))
    return tuple((form.heading(key), value) for key, value in rows)


def _credentials(document: Data, form: Form, *, confidential: bool) -> Section:
    who = physician_of(document, confidential=confidential)
    rows = [
        (form.heading("licensure"), who.get("licence", "")),
        (form.heading("specialty"), who.get("specialty", "")),
    ]
    if "hours" in form.parts:
        rows.append((form.heading("hours"), who.get("hours", "")))
    if "attestation" in form.parts:
        rows.append((form.heading("attestation"), form.words("attestation")))
    return Section(
        key="credentials",
        heading=form.heading("credentials"),
        words="" if who else form.words("credentials"),
        blocks=(Block(kind="rows", rows=tuple(rows)),),
    )


def physician_of(document: Data, *, confidential: bool) -> dict[str, str]:
    """Return the physician who decided; empty if nobody did. Name and number may be withheld."""
    decisions = cast("list[Data]", document.get("decisions", []))
    if not decisions:
        return {}
    who = cast("dict[str, str]", decisions[0]["physician"])
    if not confidential:
        return who
    place = " ".join(word for word in who["licence"].split() if not re.search(r"\d", word))
    return {**who, "name": "", "licence": place}


def _summary(determinations: list[Data], form: Form, sources: Sources) -> Section:
    """Tell the facts of the case once, in paragraphs by the hundreds of their order."""
    paragraphs: dict[int, dict[str, Line]] = {}
    for d in determinations:
        items = cast("list[Data]", d["summary"])
        for item, line in zip(items, cited_lines(d, items, sources), strict=True):
            place = cast("int", item["order"]) // 100
            paragraphs.setdefault(place, {}).setdefault(line.text, line)
    blocks = [
        Block(kind="prose", lines=tuple(lines.values())) for _, lines in sorted(paragraphs.items())
    ]
    part = form.parts["summary"]
    return Section(key="summary", heading=part.heading, words=part.words, blocks=tuple(blocks))


def _documents(determinations: list[Data], form: Form) -> Section:
    found: dict[str, Line] = {}
    for d in determinations:
        for item in cast("list[Data]", d["documents"]):
            found.setdefault(str(item["text"]), Line(text=said_date(str(item["text"]))))
    part = form.parts["documents" if found else "no-documents"]
    blocks = (Block(kind="bullets", lines=tuple(found.values())),) if found else ()
    return Section(key="documents", heading=part.heading, words=part.words, blocks=blocks)


def _issues(document: Data, determinations: list[Data], form: Form, sources: Sources) -> Section:
    blocks = [b for d in determinations for b in item_blocks(document, d, form, sources)]
    part = form.parts["issues"]
    return Section(key="issues", heading=part.heading, words=part.words, blocks=tuple(blocks))


def _notices(
    document: Data, determinations: list[Data], form: Form, sources: Sources
) -> list[Section]:
    """Give the notices that follow what was decided, or what is recommended."""
    lines: dict[str, Line] = {}
    for d in determinations:
        outcome = (decision_on(document, d) or d)["outcome"]
        given = [
            notice
            for notice in cast("list[Data]", d["notices"])
            if outcome in cast("list[str]", notice["after"]) and d["venue"] == form.venue
        ]
        lines |= {line.text: line for line in cited_lines(d, given, sources)}
    if not lines:
        return []
    block = Block(kind="bullets", lines=tuple(lines.values()))
    return [Section(key="notices", heading=form.heading("notices"), blocks=(block,))]


def _decision(
    document: Data, determinations: list[Data], form: Form, *, confidential: bool
) -> Section:
    who = physician_of(document, confidential=confidential)
    blocks: list[Block] = []
    for d in determinations:
        decided = decision_on(document, d)
        rows = [(form.heading("decision-on"), item_text(d))]
        if decided is None:
            rows += [
                (form.heading("decision-kind"), form.heading("accepted")),
                ("", form.heading("overridden")),
            ]
        else:
            rows += [
                (form.heading("decision-kind"), str(decided["decisionLabel"])),
                (form.heading("decision-outcome"), outcome_text(document, d, form)),
                (form.heading("decision-visits"), str(decided["visits"])),
                (form.heading("date"), said_date(str(decided["decidedOn"]))),
            ]
        blocks.append(Block(kind="rows", rows=tuple(rows)))
    rows = [(form.heading("name"), who.get("name", ""))]
    rows += [(form.heading("signature"), "")]
    if not who:
        rows += [(form.heading("date"), "")]
    blocks.append(Block(kind="sign", rows=tuple(rows)))
    part = form.parts["decision"]
    words = "" if is_decided(document) else part.words
    return Section(key="decision", heading=part.heading, words=words, blocks=tuple(blocks))


def _annex(
    determinations: list[Data], form: Form, sources: Sources, key: str, kind: str
) -> list[Section]:
    part = form.parts[key]
    several = len(determinations) > 1
    blocks = [
        Block(kind=kind, heading=item_text(d) if several else "", lines=lines)
        for d in determinations
        if (lines := cited_lines(d, d[key], sources))
    ]
    if not blocks:
        return []
    return [Section(key=key, heading=part.heading, words=part.words, blocks=tuple(blocks))]


def _rules(determinations: list[Data], form: Form) -> Section:
    """List the rules behind the sentences, grouped by why they hold."""
    parts = ("administrator", "reasons", "missing", "changes", "legal", "audit", "search")
    found: dict[str, set[str]] = {}
    for d in determinations:
        for item in (item for name in parts for item in cast("list[Data]", d[name])):
            found.setdefault(str(item["basis"]), set()).add(str(item["rule"]))
    rows = sorted((", ".join(sorted(rules)), basis) for basis, rules in found.items())
    part = form.parts["rules"]
    block = Block(kind="rules", rows=tuple(rows))
    return Section(key="rules", heading=part.heading, words=part.words, blocks=(block,))


def _sources(form: Form, sources: Sources) -> Section:
    part = form.parts["sources"]
    lines = tuple(
        Line(text=f"{s['citation']}: {s['title']}", cites=(n,), provisional=not s["verified"])
        for n, s in enumerate(sources.order.values(), start=1)
    )
    block = Block(kind="sources", lines=lines)
    return Section(key="sources", heading=part.heading, words=part.words, blocks=(block,))


def _foot(recommendation: Data, form: Form) -> tuple[tuple[str, str], ...]:
    provenance = cast("dict[str, str]", recommendation["provenance"])
    return (
        (form.heading("engine"), provenance["engine"]),
        (form.heading("knowledge"), _knowledge(provenance)),
        (form.heading("case-digest"), provenance["caseDigest"][:16]),
        (form.heading("digest"), str(recommendation["digest"])[:16]),
    )


def _knowledge(provenance: dict[str, str]) -> str:
    """Name the knowledge base: its version, and as much of its hash as tells it from others."""
    version = provenance.get("knowledgeVersion")
    short = provenance["knowledgeDigest"][:16]
    return f"{version} ({short})" if version else short
