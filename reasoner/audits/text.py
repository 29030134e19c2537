"""An audit as a page of plain text, laid out for a person who has never seen one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

WIDTH: Final = 96
SIDES: Final = ("Utilization review", "Independent review", "mednec")
LABEL: Final = 12
NONE: Final = "-"
ABOUT: Final = (
    "Each disputed item of care as utilization review and the independent reviewer decided it, "
    "beside what guidelines and law support on the facts of the letter's own summary."
)
WORDS: Final = (
    ("utilization review", "the insurer's physicians: approve, modify or deny a request"),
    ("in dispute", "what utilization review did not approve; only that is decided here"),
    (
        "independent review",
        "a physician outside the dispute upholds the denial (care not necessary) or overturns it",
    ),
    ("mednec", "what guidelines and law support on the facts of the letter's own summary"),
    ("upheld", "under mednec: they support the denial; overturned: they support the request"),
    ("limit", "the most visits that a guideline supports, earlier ones included"),
    ("reassessment", "a checkpoint within the course, after which more turns on its effect"),
    ("robust", "no fact that the record leaves open would change the answer"),
    ("! and -", "a departure that by itself can turn the outcome, and one that cannot"),
    ("[2]", "the source with this number, listed under Sources"),
    ("(AUD-18)", "the rule that says so: ontology/rules/README.md lists all"),
    ("provisional", "rests on a text that was not seen, or on a judgement"),
    ("stated, computed,", "how a fact follows from the words: they say it, it is reckoned from"),
    ("inferred", "them, or a convention of reading chose it"),
    ("characters", "where the words stand in the text of the letter, counted from 0"),
)


def audit_text(pages: list[Data], title: str) -> str:
    """
    Lay out the audits of one letter or case as a page of text.

    Args:
        pages: What `audit_data` returned, one for each item.
        title: What was audited, as the first line names it.
    """
    audits = [(page, audit) for page in pages for audit in cast("list[Data]", page["audits"])]
    parts = [f"Audit of {title}", *_wrapped(ABOUT, "", ""), "", *_summary([a for _, a in audits])]
    body = [_one(page, audit, n, len(audits)) for n, (page, audit) in enumerate(audits, start=1)]
    return "\n".join(parts) + "\n\n" + "\n\n".join([*body, _glossary()]) + "\n"


def _summary(audits: list[Data]) -> list[str]:
    lines = []
    for n, audit in enumerate(audits, start=1):
        theirs, ours = _outcomes(audit)
        same = "agree" if theirs == ours else "DIFFER"
        found = len(cast("list[Data]", audit["departures"]))
        departures = "1 departure" if found == 1 else f"{found} departures"
        asked = cast("Data", audit["asked"])
        care = f"{asked['treatment']}, {asked['visits'] or 'an unstated number of'} visits"
        lines.append(f"  {n}  {care}: reviewer {theirs}, mednec {ours}: {same}; {departures}")
    return lines


def _outcomes(audit: Data) -> tuple[str, str]:
    _, medical, ours = cast("list[Data | None]", audit["columns"])
    return (
        str(medical["outcome"]) if medical else NONE,
        str(ours["outcome"]) if ours else NONE,
    )


def _one(page: Data, audit: Data, number: int, of: int) -> str:
    dates = cast("dict[str, str | None]", audit["dates"])
    head = [
        "=" * WIDTH,
        f"Item {number} of {of} · {page['name']}",
        *_wrapped(_asked(audit), "", ""),
        _when(dates),
    ]
    departures = cast("list[Data]", audit["departures"])
    sections = [
        ("Who said what", _table(audit)),
        ("Where letter and determination agree", _marked(audit["agreements"])),
        (f"Where the letter departs: {len(departures)}", _marked(departures)),
        ("Why mednec decides so", _reasons(audit)),
        ("What was read, and where in the letter", _facts(audit)),
        ("Sources", _sources(audit)),
    ]
    body = ["\n".join([title, *lines]) for title, lines in sections if lines]
    return "\n\n".join(["\n".join(head), *body])


def _when(dates: dict[str, str | None]) -> str:
    injury, review, medical = (
        dates[name] or "not stated" for name in ("injury", "utilizationReview", "medicalReview")
    )
    return f"Injury {injury} · utilization review {review} · independent review {medical}"


def _asked(audit: Data) -> str:
    asked = cast("Data", audit["asked"])
    regions = ", ".join(cast("list[str]", asked["regions"]))
    text = f"{str(asked['treatment']).capitalize()} for: {regions}. "
    visits = asked["visits"] or "an unstated number of"
    original, approved = audit["original"], audit["approved"]
    if original:
        return text + f"{original} visits asked for, {approved} approved, {visits} in dispute."
    return text + f"{visits} visits asked for, all in dispute."


def _table(audit: Data) -> list[str]:
    columns = cast("list[Data | None]", audit["columns"])
    review, medical, ours = columns
    rows = [
        ("", *SIDES),
        ("outcome", _outcome(review), _outcome(medical), _our_outcome(cast("Data", ours))),
        ("limit", _limit(review), _limit(medical), _our_limit(cast("Data", ours))),
        ("rests on", _cites(review), _cites(medical), _our_sources(cast("Data", ours))),
    ]
    width = (WIDTH - LABEL - 2 - 2 * 2) // 3
    lines: list[str] = []
    for n, (label, *cells) in enumerate(rows):
        wrapped = [textwrap.wrap(c, width, break_on_hyphens=False) or [NONE] for c in cells]
        for i in range(max(len(w) for w in wrapped)):
            parts = [w[i] if i < len(w) else "" for w in wrapped]
            first = label if i == 0 else ""
            lines.append(f"  {first:<{LABEL}}" + "  ".join(f"{p:<{width}}" for p in parts).rstrip())
        if n < len(rows) - 1:
            lines.append("  " + "-" * (WIDTH - 2))
    return lines


def _outcome(column: Data | None) -> str:
    if column is None:
        return NONE
    approved = column["approved"]
    return (
        f"{column['outcome']}, {approved} visits approved" if approved else str(column["outcome"])
    )


def _our_outcome(column: Data) -> str:
    supported = cast("dict[str, int]", column["supported"])
    least, most = supported["least"], supported["most"]
    amount = str(most) if least == most else f"{least} to {most}"
    robust = "robust" if column["robust"] else "not robust"
    return f"{column['outcome']}: {column['label']}; visits supported: {amount}; {robust}"


def _limit(column: Data | None) -> str:
    limits = cast("list[Data]", column["limits"]) if column else []
    return "; ".join(f"{x['visits']} (“{x['quote']}”)" for x in limits[:2]) or NONE


def _our_limit(column: Data) -> str:
    limit, largest, trial = (column[name] for name in ("limit", "largest", "trial"))
    text = NONE if limit is None else str(limit)
    text += f" to {largest}" if largest != limit else ""
    measures = cast("list[Data]", column["measures"])
    text += f" ({measures[0]['label']}, {measures[0]['guideline']})" if measures else ""
    return text + (f"; reassessment after {trial}" if trial else "")


def _cites(column: Data | None) -> str:
    cites = cast("list[Data]", column["cites"]) if column else []
    return "; ".join(_cited(c) for c in cites) or "no source cited"


def _cited(citation: Data) -> str:
    section = citation["section"]
    return f"{citation['as']}, {section}" if section else str(citation["as"])


def _our_sources(column: Data) -> str:
    governing = cast("list[Data]", column["governing"])
    names = dict.fromkeys(str(g["guideline"]) for g in governing)
    return "; ".join(names) or "nothing held here governs"


def _marked(items: object) -> list[str]:
    lines: list[str] = []
    for item in cast("list[Data]", items):
        mark = "!" if item["accounts"] else "-" if item["kind"] else "="
        numbers = "".join(f"[{n}]" for n in cast("list[int]", item["sources"]))
        text = f"{item['text']} {numbers} ({item['rule']})".replace("  ", " ")
        lines += _wrapped(text, f"  {mark} ", "    ")
        passages = cast("list[Data]", item["passages"])
        if passages:
            lines += _wrapped(f"letter, {_places(passages)}", "      ", "      ")
    return lines


def _places(passages: list[Data]) -> str:
    places = ", ".join(f"{p['start']}-{p['end']}" for p in passages)
    return f"characters {places}"


def _reasons(audit: Data) -> list[str]:
    found = cast("Data", audit["determination"])
    lines = _wrapped(str(found["robustness"]), "  ", "  ")
    for n, item in enumerate(cast("list[Data]", found["reasons"]), start=1):
        numbers = "".join(f"[{k}]" for k in cast("list[int]", item["sources"]))
        mark = " · provisional" if item["provisional"] else ""
        lines += _wrapped(
            f"{item['text']} {numbers} ({item['rule']}{mark})", f"  {n:>2}  ", "      "
        )
    return lines


def _facts(audit: Data) -> list[str]:
    lines: list[str] = []
    for fact in cast("list[Data]", audit["facts"]):
        says = ", ".join(cast("list[str]", fact["says"]))
        trust = f" ({fact['confidence']})" if fact["confidence"] else ""
        lines += _wrapped(f"{fact['kind']}: {says}{trust}", "  ", "      ")
        for passage in cast("list[Data]", fact["passages"])[:3]:
            words = f"“{passage['words']}” " if passage["words"] else ""
            place = f"{words}({passage['start']}-{passage['end']})"
            lines += _wrapped(place, "        ", "        ")
    return lines


def _sources(audit: Data) -> list[str]:
    found = cast("Data", audit["determination"])
    used = {
        n
        for group in (audit["departures"], audit["agreements"], found["reasons"])
        for item in cast("list[Data]", group)
        for n in cast("list[int]", item["sources"])
    }
    lines: list[str] = []
    for s in cast("list[Data]", found["sources"]):
        if s["number"] in used:
            mark = "verified" if s["verified"] else "PROVISIONAL: text not seen, or a judgement"
            text = f"{s['citation']}: {s['title']} · {mark}"
            lines += _wrapped(text, f"  [{s['number']}] ", "      ")
    return lines


def _glossary() -> str:
    lines = ["=" * WIDTH, "How to read this page"]
    for word, meaning in WORDS:
        lines += _wrapped(meaning, f"  {word:<20}", " " * 22)
    lines.append("  A recommendation for a physician's decision; no medical or legal advice.")
    return "\n".join(lines)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
