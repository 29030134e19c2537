"""One disputed item of a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from reasoner.determinations.as_text import amount_text, asked_text
from reasoner.kernel.terms import NS, mn
from reasoner.records.documents import decision_on

from .lines import Sources, cited_lines
from .page import Block, Choice, Line, Scale

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

    from .form import Form

VENUE_KEYS: Final = {
    "UtilizationReview": "utilizationReview",
    "IndependentMedicalReview": "independentMedicalReview",
}


def item_text(determination: Data) -> str:
    """Write what was asked for, as one line, with its number where there are several."""
    asked = asked_text(cast("Data", determination["asked"]))
    return f"{determination['item']}. {asked}" if "item" in determination else asked


def outcome_line(document: Data, determination: Data, form: Form) -> str:
    """Write the outcome of one item, with the word that says whose it is."""
    decided = decision_on(document, determination) is not None
    word = form.heading("decision-outcome" if decided else "outcome")
    return f"{word}: {outcome_text(document, determination, form)}"


def outcome_text(document: Data, determination: Data, form: Form) -> str:
    """Write the outcome of one item: what a physician decided, or what is recommended."""
    decided = decision_on(document, determination)
    source = decided or determination
    words = cast("dict[str, str]", source["decided" if decided else "recommended"])
    text = f"{capital(words[VENUE_KEYS[form.venue]])} · {source['label']}"
    visits = decided["visits"] if decided else _supported(determination, form)
    partly = source["outcome"] == mn("NecessaryInPart").value.removeprefix(NS)
    text += f" · {form.heading('visits-supported').lower()}: {visits}" if partly else ""
    rate = cast("Data", determination["visits"]).get("supportedPerWeek")
    if not partly or decided or rate is None:
        return text
    return f"{text}, {form.heading('at-most')} {rate} {form.heading('a-week')}"


def _supported(d: Data, form: Form) -> str:
    supported = cast("dict[str, int]", cast("Data", d.get("visits", d))["supported"])
    least, most = supported["least"], supported["most"]
    return str(most) if least == most else f"{least} {form.heading('to')} {most}"


def capital(text: str) -> str:
    """Write the first letter as a capital."""
    return text[:1].upper() + text[1:]


def item_blocks(document: Data, d: Data, form: Form, sources: Sources) -> list[Block]:
    """Set one disputed item: its outcome, its reasons and the questions that it leaves open."""
    outcome = outcome_line(document, d, form)
    blocks = [
        Block(kind="item", heading=item_text(d), note=outcome),
        Block(kind="scale", scale=_scale(d, form)),
    ]
    decided = decision_on(document, d)
    if decided and decided["reason"]:
        reason = (Line(text=str(decided["reason"])),)
        blocks.append(Block(kind="prose", heading=form.heading("decision-reason"), lines=reason))
    if decided and decided["decision"] == "override":
        kept = cast("dict[str, str]", d["recommended"])[VENUE_KEYS[form.venue]]
        line = Line(text=f"{capital(kept)} · {d['label']}.")
        blocks.append(Block(kind="prose", heading=form.heading("recommended"), lines=(line,)))
    first = [
        ("prose", "administrator", cited_lines(d, d["administrator"], sources)),
        ("prose", "governing", _governing(d, form, sources)),
    ]
    rest = [
        ("numbered", "rationale", "reasons"),
        ("bullets", "missing", "missing"),
        ("bullets", "changes", "changes"),
        ("bullets", "legal", "legal"),
    ]
    rest_lines = [(kind, key, cited_lines(d, d[name], sources)) for kind, key, name in rest]
    blocks += [
        Block(kind=kind, heading=form.heading(key), lines=lines)
        for kind, key, lines in (*first, *rest_lines)
        if lines
    ]
    return [*blocks, *_questions(d, form, sources)]


def _governing(d: Data, form: Form, sources: Sources) -> tuple[Line, ...]:
    lines = [
        Line(
            text=f"{g['guideline']}: {amount_text(g)}.",
            cites=sources.cite(d, [n for n in (g["source"], g["borrowedFrom"]) if n]),
            provisional=not g["verified"],
        )
        for g in cast("list[Data]", d["governing"])
    ]
    return tuple(lines) or (Line(text=form.words("nothing-governs")),)


def _scale(d: Data, form: Form) -> Scale:
    v = cast("Data", d["visits"])
    prior, asked = cast("int", v["prior"]), cast("int", v["requested"])
    more = f" {form.heading('or-more')}" if v["priorOpen"] else ""
    marks = [(key, cast("int", v[key])) for key in ("limit", "cap") if v[key] is not None]
    prior_words = f"{prior}{more} {form.heading('earlier')}"
    asked_words = f"{asked} {form.heading('asked')}"
    told = [prior_words, asked_words, *(f"{form.heading(key)} {n}" for key, n in marks)]
    return Scale(
        prior=prior,
        asked=asked,
        marks=tuple((form.heading(key), n) for key, n in marks),
        top=max(prior + asked, *(n for _, n in marks), 1),
        words=f"{form.heading('visits')}: {', '.join(told)}.",
        prior_words=prior_words,
        asked_words=asked_words,
    )


def _questions(d: Data, form: Form, sources: Sources) -> list[Block]:
    slots = cast("list[Data]", d["slots"])
    if not slots:
        return []
    part = form.parts["judgement"]
    blocks = [Block(kind="prose", heading=part.heading, lines=(Line(text=part.words),))]
    for slot in slots:
        by = " / ".join(cast("list[str]", slot["filledBy"]))
        judge = " / ".join(cast("list[str]", slot["judgedBy"]))
        rows = (
            (form.heading("evidence"), str(slot["evidence"])),
            (form.heading("by"), f"{by} → {judge}"),
        )
        line = Line(text=str(slot["question"]), cites=sources.cite(d, slot["sources"]))
        choices = tuple(
            Choice(label=str(a["label"]), outcome=_under(a, form), given=bool(a["given"]))
            for a in cast("list[Data]", slot["answers"])
        )
        term = capital(str(slot["term"]))
        blocks.append(
            Block(kind="question", heading=term, lines=(line,), rows=rows, choices=choices)
        )
    return blocks


def _under(answer: Data, form: Form) -> str:
    amount = _supported(answer, form)
    return f"{answer['outcomeLabel']} · {form.heading('visits-supported').lower()}: {amount}"
